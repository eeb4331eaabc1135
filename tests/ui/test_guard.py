"""What one visitor may not do to the others, with the guard before the server and without it."""

import asyncio
import contextlib
import re
import threading
import time
from types import SimpleNamespace

import pytest
import requests
from google.protobuf.message import DecodeError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from streamlit import net_util
from streamlit.components.v2.bidi_component import serialization
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed

from model import PROJECT
from tests.served import Served, ask, until
from ui import bounds, cookie, guard, live, streamlit_patches

FOREIGN = "https://evil.example"
MB = 2**20


@pytest.fixture(scope="module", params=["guarded", "bare"])
def served(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with Served(request.param, folder, LENET_SESSIONS_PER_ADDRESS="60") as server:
        yield server


# What a host without the guard goes without: see SECURITY.md.
guarded = pytest.mark.parametrize("served", ["guarded"], indirect=True)


def visit(served):
    """A window that shows Home, and all that the server said until it did."""
    window = served.open(served.address)
    ask(window, rerun_script={})
    return window, until(window, "script_finished")


HTML = {"Accept": "text/html"}


def test_a_server_with_the_route_can_be_told_from_one_without(served):
    """A browser takes what is no JSON for a server without it: see assets/js/live.js."""
    route = f"/{live.ADDRESS}/run"
    answer = served.get(route, **{live.HEADER: "nobody's"}, Origin=FOREIGN)
    if served.way == "guarded":
        assert (answer.status_code, answer.json()) == (410, {"gone": True})
        assert "access-control-allow-origin" not in answer.headers
    else:
        assert answer.status_code == 404 or "json" not in answer.headers["content-type"]


@guarded
def test_every_browser_gets_a_token_of_its_own_and_keeps_it(served):
    first, second = (served.get("/train", **HTML).cookies["lenet-visitor"] for _ in range(2))
    assert cookie.is_token(first)
    assert first != second
    given = f"other=1; lenet-visitor={first}"
    assert served.get("/", **HTML, Cookie=given).cookies["lenet-visitor"] == first
    spoilt = served.get("/", **HTML, Cookie="lenet-visitor=../../x").cookies["lenet-visitor"]
    assert cookie.is_token(spoilt)
    assert cookie.NAME not in served.get("/_stcore/health").cookies  # a page's browser alone


# A real server, both ways. The order matters: nobody has visited it at first.


def test_a_start_asks_nobody(served):
    assert served.noted() == []


def test_a_foreign_page_is_refused_at_once_and_nobody_is_asked(served):
    visit(served)[0].close()
    start = time.monotonic()
    assert served.open(FOREIGN) is None
    assert served.open("null") is None
    assert time.monotonic() - start < 2  # one question alone takes that long
    assert "checkip.amazonaws.com" not in served.noted()


def test_pages_of_the_app_and_programs_are_not_foreign(served):
    for origin in (served.address, f"http://localhost:{served.port}", None):
        served.open(origin).close()


def test_nobody_empties_the_caches_of_all(served):
    with served.open(served.address) as window:
        ask(window, clear_cache=True)
        ask(window, app_heartbeat=True)
        until(window, "heartbeat_ack")
    assert "cleared" not in served.noted()


def test_a_flood_of_page_runs_leaves_the_server_answering(served):
    """Without a bound, it answered nobody for minutes: longer than `get` and `until` wait."""
    visit(served)[0].close()
    windows = [served.open(served.address) for _ in range(2)]

    def flood(window):
        with contextlib.suppress(ConnectionClosed):
            for _ in range(600):
                ask(window, rerun_script={})

    threads = [threading.Thread(target=flood, args=(window,), daemon=True) for window in windows]
    for thread in threads:
        thread.start()
    time.sleep(1)
    assert served.get("/_stcore/health").ok
    visit(served)[0].close()
    for window in windows:
        window.close_socket()  # it has not read what the server said, so it cannot take leave


def test_what_is_no_message_ends_the_socket_and_not_the_server(served):
    with served.open(served.address) as window:
        window.send(b"\xff\xff\xff")
        with pytest.raises(ConnectionClosed, match="1002"):
            window.recv(timeout=30)
    assert served.get("/_stcore/health").ok


def test_a_giant_message_ends_the_socket_and_not_the_server(served):
    with served.open(served.address) as window:
        window.send(bytes(9 * MB))
        with pytest.raises(ConnectionClosed, match="1009"):
            window.recv(timeout=30)
    assert served.get("/_stcore/health").ok


def test_a_message_without_end_is_not_taken_into_memory(served):
    sent = 0

    def parts():
        nonlocal sent
        while sent < 100:
            sent += 1
            yield bytes(MB)

    # Whether the reason still arrives is a race, since this side goes on sending.
    with served.open(served.address) as window, pytest.raises(ConnectionClosed):
        window.send(parts())
    assert sent < 60  # 16, and what lies in the buffers between
    assert served.get("/_stcore/health").ok


@guarded
@pytest.mark.parametrize("path", ["/", "/train", "/_stcore/health", "/media/none.png"])
def test_every_answer_has_the_headers(served, path):
    given = served.get(path).headers
    assert given["Referrer-Policy"] == "same-origin"
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in given["Content-Security-Policy"]
    assert "unsafe-eval" not in given["Content-Security-Policy"]
    assert "camera=(self)" in given["Permissions-Policy"]


def test_uploads_of_one_window_fill_no_memory(served):
    window = served.open(served.address)
    cookie = served.get("/_stcore/health").cookies
    token = {"X-Xsrftoken": cookie["_streamlit_xsrf"]}
    ask(window, file_urls_request={"request_id": "1", "file_names": ["big"] * 10})
    places = until(window, "file_urls_response")[-1].file_urls_response.file_urls
    sent = [
        requests.put(
            served.address + place.upload_url,
            files={"file": ("big", bytes(19 * MB))},
            cookies=cookie,
            headers=token,
            timeout=60,
        )
        for place in places
    ]
    assert [answer.status_code for answer in sent] == [204] * 8 + [413] * 2
    assert sent[-1].text == bounds.FULL
    gone = served.address + places[0].delete_url
    assert requests.delete(gone, cookies=cookie, headers=token, timeout=30).status_code == 204
    small = requests.put(
        served.address + places[9].upload_url,
        files={"file": ("big", bytes(19 * MB))},
        cookies=cookie,
        headers=token,
        timeout=60,
    )
    assert small.status_code == 204
    window.close()


def test_windows_of_one_address_have_a_bound_that_is_told(served):
    html = {"Accept": "text/html"}
    assert served.get("/", **html).ok
    windows = [served.open(served.address) for _ in range(60)]
    try:
        assert None not in windows
        if served.way == "guarded":
            assert served.open(served.address) is None
            full = served.get("/", **html)
            assert full.status_code == 503
            told = full.text
            assert served.get("/_stcore/health").ok
        else:
            more, said = visit(served)
            told = "".join(map(str, said))
            more.close()
        assert bounds.CROWDED.format(most=60) in told
    finally:
        for window in windows:
            window.close()
    end = time.monotonic() + 10
    while not served.get("/", **html).ok and time.monotonic() < end:
        time.sleep(0.1)
    window, said = visit(served)
    assert "network address" not in "".join(map(str, said))
    window.close()


# The parts alone.


def test_what_is_needed_of_all_that_a_browser_could_send():
    kinds = [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
    needed = set()
    for kind in kinds:
        message = BackMsg()
        if kind in {"rerun_script", "file_urls_request", "backend_operation_request"}:
            getattr(message, kind).SetInParent()
        else:
            setattr(message, kind, True)
        if guard.is_needed(message.SerializeToString()):
            needed.add(kind)
    assert needed == {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
    download = BackMsg()
    download.backend_operation_request.deferred_file.file_id = "1"
    assert guard.is_needed(download.SerializeToString())
    install = BackMsg()
    install.backend_operation_request.install_skills.SetInParent()
    assert not guard.is_needed(install.SerializeToString())
    assert not guard.is_needed(b"")
    with pytest.raises(DecodeError):
        BackMsg.FromString(b"\xff\xff")
    assert guard.is_needed(b"\xff\xff")  # Streamlit closes that socket


def test_a_flood_waits_and_loses_nothing(monkeypatch):
    now, slept = 0.0, []
    rerun = BackMsg(rerun_script={}).SerializeToString()

    async def flood():
        return {"type": "websocket.receive", "bytes": rerun}

    async def sleep(seconds):
        nonlocal now
        now += seconds
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    receive = guard.calm(flood, clock=lambda: now)

    async def take(count):
        return [await receive() for _ in range(count)]

    assert len(asyncio.run(take(bounds.BURST))) == bounds.BURST
    assert now == 0
    asyncio.run(take(bounds.RATE * 3))
    assert now == pytest.approx(3)


def test_of_page_runs_that_come_too_fast_the_newest_counts():
    """What comes at once within reason is all run, and in its order."""
    ran = []

    async def ask_for(count):
        reruns = streamlit_patches.Reruns()
        for number in range(count):
            reruns.ask(number, ran.append)
        assert not ran, "the loop must look around first"
        await asyncio.sleep(0)
        assert ran == list(range(bounds.RERUNS_AT_ONCE))
        while len(ran) == bounds.RERUNS_AT_ONCE:
            await asyncio.sleep(0.01)
        reruns.ask(count, ran.append)
        while len(ran) == bounds.RERUNS_AT_ONCE + 1:
            await asyncio.sleep(0.01)

    asyncio.run(ask_for(50))
    assert ran[bounds.RERUNS_AT_ONCE :] == [49, 50]


def test_origins_that_may_embed_the_app(monkeypatch):
    monkeypatch.setenv(guard.EMBED, "https://school.org, https://*.uni.example:8443 javascript:x ;")
    named = guard.embedders()
    assert named == ["https://school.org", "https://*.uni.example:8443"]
    given = dict(guard.headers(named))
    policy = given[b"content-security-policy"].decode()
    assert policy.endswith("frame-ancestors 'self' https://school.org https://*.uni.example:8443")
    assert b"x-frame-options" not in given


@pytest.mark.parametrize(("value", "most"), [("", 200), ("90", 90), ("3", 60), ("many", 200)])
def test_a_class_is_never_locked_out_by_a_setting(monkeypatch, value, most):
    monkeypatch.setenv(bounds.SESSIONS, value)
    assert bounds.sessions() == most


class Files:
    """Streamlit's memory of uploaded files, as far as the bounds look into it."""

    def __init__(self):
        self.file_storage = {}

    def hold(self, session, size):
        record = UploadedFileRec("1", "f", "t", bytes(size))
        self.file_storage.setdefault(session, {})[str(size)] = record


def test_all_sessions_together_have_a_bound():
    files = Files()
    for session in "abcd":
        files.hold(session, 99 * MB)
    assert bounds.upload_fault(files, "e", 1 * MB) is None
    assert bounds.upload_fault(files, "e", 5 * MB) == bounds.FULL
    assert bounds.upload_fault(files, "e", 1 * MB, {"f": 4 * MB}) == bounds.FULL


def test_bytes_count_while_they_come_and_no_longer(monkeypatch):
    monkeypatch.setattr(guard.Uploads, "fault", lambda self, who, more: self.check(who, more))
    monkeypatch.setattr(
        guard.Uploads,
        "check",
        lambda self, who, more: bounds.upload_fault(Files(), who, more, self.underway),
        raising=False,
    )
    chunk = bytes(30 * MB)

    async def app(scope, receive, send):
        for _ in range(scope["chunks"]):
            await receive()
        await PlainTextResponse("kept")(scope, receive, send)

    async def receive():
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def put(chunks, length=None):
        sent = []

        async def send(message):
            sent.append(message)

        headers = [(b"content-length", str(length).encode())] if length is not None else []
        path = "/some/base/_stcore/upload_file/session/file"
        scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}
        await uploads(scope | {"chunks": chunks}, receive, send)
        return sent[0]["status"]

    uploads = guard.Uploads(app)
    assert asyncio.run(put(5)) == 200
    with pytest.raises(HTTPException) as refused:
        asyncio.run(put(6))
    assert refused.value.status_code == 413
    assert not uploads.underway
    uploads.underway["session"] = 150 * MB
    assert asyncio.run(put(1, 15 * MB)) == 413


RUNS = "import streamlit as st\nfrom ui import bounds\nbounds.check()\nst.write('shown')"


def test_a_window_that_reruns_without_end_is_stopped_and_told(monkeypatch):
    now = 0.0
    monkeypatch.setattr(bounds.time, "monotonic", lambda: now)
    page = AppTest.from_string(RUNS)
    for _ in range(bounds.RUNS):
        now += 0.01
        assert not page.run().error
    assert [error.value for error in page.run().error] == [bounds.HASTY]
    assert not page.markdown
    now += 10
    assert not page.run().error


def test_a_window_that_is_gone_leaves_nothing_behind_and_one_that_comes_back_finds_all(monkeypatch):
    """Streamlit keeps it until another is gone after its time: on a quiet server, for ever."""
    monkeypatch.setattr(streamlit_patches, "KEPT_SECONDS", 0.05)
    ended = []

    def window(name):
        session = SimpleNamespace(id=name, shutdown=lambda: ended.append(name))
        return SimpleNamespace(session=session)

    async def leave():
        storage = MemorySessionStorage()
        first, back = window("first"), window("back")
        storage.save(first)
        storage.save(back)
        storage.delete("back")  # it is connected again, and then gone once more
        storage.save(again := window("back"))
        await asyncio.sleep(0.02)
        assert storage.list() == [first, again]
        await asyncio.sleep(0.2)
        assert storage.list() == []

    asyncio.run(leave())
    assert ended == ["first", "back"]


def test_streamlits_inside_is_where_the_patches_reach():
    assert net_util.get_external_ip is streamlit_patches.no_external_address
    assert MemoryUploadedFileManager.add_file.__wrapped__.__name__ == "add_file"
    assert AppSession.handle_backmsg.__wrapped__.__name__ == "handle_backmsg"
    assert SafeSessionState.on_script_will_rerun is streamlit_patches.take_in
    assert serialization.is_dataframe_like.__wrapped__.__name__ == "is_dataframe_like"
    assert ForwardMsgQueue.clear.__wrapped__.__name__ == "clear"
    assert MemorySessionStorage.save.__wrapped__.__name__ == "save"
    manager = MemoryUploadedFileManager("/upload")
    for number in range(8):
        manager.add_file("one", UploadedFileRec(str(number), "f", "t", bytes(20 * MB)))
    with pytest.raises(HTTPException):
        manager.add_file("one", UploadedFileRec("9", "f", "t", bytes(1)))
    manager.remove_file("one", "0")
    manager.add_file("one", UploadedFileRec("9", "f", "t", bytes(1)))


def test_what_a_browser_waits_for_outlives_the_next_page_run():
    """An upload whose address was dropped hung for ever."""
    queue = ForwardMsgQueue()
    address = ForwardMsg()
    address.file_urls_response.response_id = "one"
    rest = ForwardMsg()
    rest.delta.new_element.text.body = "of the run before"
    queue.enqueue(rest)
    queue.enqueue(address)
    for which in (None, ["a fragment"]):
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=which)
        assert [one for one in queue.flush() if one is address] == [address]
        queue.enqueue(address)
    queue.clear()
    assert queue.is_empty()


def test_what_security_md_and_the_readme_name_is_there():
    tests = "".join(file.read_text() for file in PROJECT.glob("tests/**/test_*.py"))
    security, readme = (PROJECT / name for name in ("SECURITY.md", "README.md"))
    for name in re.findall(r"`(test_\w+)`", security.read_text()):
        assert f"def {name}(" in tests, name
    for name in re.findall(r"`((?:tests|ui|model)/[\w/.]*)`", security.read_text()):
        assert (PROJECT / name).exists(), name
    for name in (guard.EMBED, bounds.SESSIONS):
        assert f"`{name}`" in readme.read_text()
