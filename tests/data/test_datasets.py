"""Fashion-MNIST's sources: small genuine files, broken ones, and a server on this computer.

Nothing here needs the real data set or a network; the one test of the real files says so.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model import PROJECT
from model.data import __main__ as command
from model.data import datasets, idx

COUNTS = {"train": 30, "t10k": 10}
FILES = tuple(part.file for part in datasets.PARTS)
IMAGES = FILES[0]


def packed(array: np.ndarray) -> bytes:
    """An array as an IDX file: two zeros, 8 for bytes, the axes, then what is in them."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.tobytes()


@pytest.fixture
def genuine(monkeypatch) -> dict[str, bytes]:
    """Four small files that count as Fashion-MNIST for the length of a test, decompressed."""
    rng = np.random.default_rng(0)
    files, parts = {}, []
    for part in datasets.PARTS:
        shape = (COUNTS[part.file.partition("-")[0]], *part.shape[1:])
        files[part.file] = packed(rng.integers(0, 10, shape, np.uint8))
        digest = hashlib.sha256(files[part.file]).hexdigest()
        parts.append(dataclasses.replace(part, shape=shape, sha256=digest))
    monkeypatch.setattr(datasets, "PARTS", tuple(parts))
    return files


def write(folder: Path, files: dict[str, bytes], compressed: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return folder


def place(folder: Path, name: str = "a folder", url: str | None = None) -> datasets.Source:
    return datasets.Source(name, lambda: folder, url)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- folders ---------------------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [True, False])
def test_a_folder_gives_the_arrays_of_its_files(genuine, tmp_path, compressed):
    dataset = datasets.take(place(write(tmp_path, genuine, compressed)))
    assert dataset.name == "fashion-mnist"
    assert dataset.train_images.shape == (30, 28, 28)
    assert dataset.train_labels.shape == (30,)
    assert dataset.test_images.tobytes() == genuine["t10k-images-idx3-ubyte"][16:]
    assert dataset.test_labels.tobytes() == genuine["t10k-labels-idx1-ubyte"][8:]


def test_arrays_are_bytes_that_cannot_be_written(genuine, tmp_path):
    dataset = datasets.take(place(write(tmp_path, genuine)))
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        array = getattr(dataset, name)
        assert array.dtype == np.uint8
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)


BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "is truncated": lambda file: file[: len(file) // 2],
    "is damaged": lambda file: file[:10] + b"\xff" * 8 + file[18:],
    "is altered": lambda file: gzip.compress(gzip.decompress(file)[:-1] + b"\x63"),
    "is altered:": lambda file: gzip.compress(gzip.decompress(file) + b"\x00"),
    "truncated": lambda file: gzip.compress(gzip.decompress(file)[:-1]),
    "truncate": lambda file: b"",
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_file_is_named_and_never_used(genuine, tmp_path, file, fault):
    path = write(tmp_path, genuine) / f"{file}.gz"
    path.write_bytes(BREAKS[fault](path.read_bytes()))
    with pytest.raises(datasets.DataError, match=f"{file}.gz {fault}|{file}.gz is {fault}"):
        datasets.take(place(tmp_path))


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(genuine, tmp_path, file):
    (write(tmp_path, genuine) / f"{file}.gz").unlink()
    with pytest.raises(datasets.DataError, match=f"{file}.gz is missing"):
        datasets.take(place(tmp_path))


def test_a_plain_file_may_mend_a_broken_compressed_one(genuine, tmp_path):
    write(tmp_path, genuine)
    (tmp_path / f"{IMAGES}.gz").write_bytes(b"nothing")
    (tmp_path / IMAGES).write_bytes(genuine[IMAGES])
    assert datasets.take(place(tmp_path)).train_images.shape == (30, 28, 28)


def test_an_unreadable_file_is_named(genuine, tmp_path, monkeypatch):
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, genuine)
    monkeypatch.setattr(idx, "opened", refuse)  # root, who may run the tests, can read anything
    with pytest.raises(datasets.DataError, match=f"{IMAGES}.gz cannot be read .Permission denied"):
        datasets.take(place(tmp_path))


def test_a_folder_that_is_a_file_or_a_dangling_link_is_told(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link", "nothing"):
        with pytest.raises(datasets.DataError, match=f"there is no folder .*{name}"):
            datasets.take(place(tmp_path / name))


def test_a_huge_file_is_not_read_to_its_end(genuine, tmp_path):
    write(tmp_path, genuine)
    bomb = gzip.compress(genuine[IMAGES] + bytes(50_000_000))
    (tmp_path / f"{IMAGES}.gz").write_bytes(bomb)
    with pytest.raises(datasets.DataError, match="is altered"):
        datasets.take(place(tmp_path))


# --- the order of the sources ----------------------------------------------------------------


def test_the_sources_are_those_that_the_documentation_names_in_order():
    assert [source.name for source in datasets.SOURCES] == [
        "the folder in FASHION_MNIST_DIR",
        "data/fashion-mnist in the project",
        "Keras' cache folder",
        "Debian's package dataset-fashion-mnist",
        "a download into Keras' cache folder",
    ]
    assert [source.url is not None for source in datasets.SOURCES] == [False] * 4 + [True]


def test_the_first_intact_source_is_taken_and_the_story_tells_why(genuine, tmp_path):
    write(tmp_path / "broken", genuine)
    (tmp_path / "broken" / f"{IMAGES}.gz").write_bytes(b"\x00")
    sources = (
        datasets.Source("not named", lambda: None),
        place(tmp_path / "none", "empty"),
        place(tmp_path / "broken", "broken"),
        place(write(tmp_path / "second", genuine), "second"),
        place(write(tmp_path / "third", genuine), "third"),
    )
    said: list[str] = []
    search = datasets.find(report=said.append, sources=sources)
    assert search.dataset is not None
    assert search.dataset.origin == "second"
    assert said == [f"- {line}" for line in search.story]
    assert [line.partition(":")[0] for line in said] == [
        "- not named",
        "- empty",
        "- broken",
        "- second",
    ]
    assert "not set" in said[0]
    assert f"{IMAGES}.gz is truncated" in said[2]
    assert search.conclusion == "Taken: second, the first with all four files intact."


def test_folders_follow_the_environment(genuine, tmp_path, monkeypatch):
    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path / "mine"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert datasets.named_folder() == tmp_path / "mine"
    assert datasets.keras_cache() == tmp_path / "keras" / "datasets" / "fashion-mnist"
    monkeypatch.delenv("FASHION_MNIST_DIR")
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert datasets.named_folder() is None
    assert datasets.keras_cache() == tmp_path / ".keras" / "datasets" / "fashion-mnist"


def test_nothing_is_downloaded_unless_asked_for(tmp_path):
    search = datasets.find(sources=[place(tmp_path / "new", "net", "http://127.0.0.1:9/")])
    assert search == datasets.Search(None, ())
    assert not (tmp_path / "new").exists()
    assert datasets.HOW_TO_GET_IT in search.conclusion


# --- the download ----------------------------------------------------------------------------


@dataclasses.dataclass
class Server:
    """A server on this computer: what it answers to each path, and what it was asked."""

    url: str
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]]
    asked: list[str]

    def offer(self, name: str, body: bytes, claimed: int | None = None) -> None:
        """Answer with `body`, claiming that it has `claimed` bytes."""

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(200)
            request.send_header("Content-Length", str(len(body) if claimed is None else claimed))
            request.end_headers()
            request.wfile.write(body)

        self.answers[f"{name}.gz"] = answer


@pytest.fixture
def server(genuine, monkeypatch) -> Iterator[Server]:
    """A server that offers the genuine files."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            offered.asked.append(name)
            offered.answers.get(name, lambda request: request.send_error(404))(self)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing between the tests' own lines."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    offered = Server(f"http://127.0.0.1:{http.server_port}/", {}, [])
    for name, content in genuine.items():
        offered.offer(name, gzip.compress(content))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield offered
    http.shutdown()
    thread.join()
    http.server_close()


def test_a_download_leaves_four_files_that_the_cache_folder_then_gives(server, genuine, tmp_path):
    folder = tmp_path / "keras" / "datasets"
    said: list[str] = []
    search = datasets.find(
        True, said.append, [place(folder), place(folder, "download", server.url)]
    )
    assert search.dataset is not None
    assert search.dataset.origin == "download"
    assert names(folder) == {f"{name}.gz" for name in genuine}
    assert any("MB (100 %)" in line for line in said)
    server.asked.clear()
    again = datasets.find(True, sources=[place(folder, "cache"), place(folder, "net", server.url)])
    assert again.dataset is not None
    assert again.dataset.origin == "cache"
    assert server.asked == []


def test_a_download_fetches_only_what_is_missing_or_broken(server, genuine, tmp_path):
    write(tmp_path, genuine)
    (tmp_path / f"{FILES[1]}.gz").write_bytes(b"broken")
    (tmp_path / f"{FILES[2]}.gz").unlink()
    datasets.take(place(tmp_path, url=server.url))
    assert server.asked == [f"{FILES[1]}.gz", f"{FILES[2]}.gz"]
    datasets.take(place(tmp_path))


def altered(content: bytes) -> bytes:
    return gzip.compress(content[:-1] + b"\x63")


ANSWERS: dict[str, Callable[[Server, bytes], None]] = {
    "is truncated": lambda server, content: server.offer(
        IMAGES, gzip.compress(content)[:900], len(gzip.compress(content))
    ),
    "is altered": lambda server, content: server.offer(IMAGES, altered(content)),
    "is far too long": lambda server, content: server.offer(IMAGES, content * 20),
    "Not Found": lambda server, content: server.answers.clear(),
    "could not be downloaded": lambda server, content: server.answers.update(
        {f"{IMAGES}.gz": lambda request: request.close_connection and None}
    ),
    "is trunc": lambda server, content: server.offer(IMAGES, b"<html>Please log in</html>"),
}


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_bad_answer_is_told_and_leaves_nothing(server, genuine, tmp_path, fault):
    ANSWERS[fault](server, genuine[IMAGES])
    said: list[str] = []
    search = datasets.find(True, said.append, [place(tmp_path, "net", server.url)])
    assert search.dataset is None
    assert f"{IMAGES}.gz" in said[-1]
    assert server.url in said[-1]
    assert fault in said[-1]
    assert names(tmp_path) == set()


def test_a_bad_answer_leaves_the_file_that_was_there(server, genuine, tmp_path):
    (tmp_path / f"{IMAGES}.gz").write_bytes(b"the user's own")
    server.offer(IMAGES, altered(genuine[IMAGES]))
    with pytest.raises(datasets.DataError):
        datasets.take(place(tmp_path, url=server.url))
    assert (tmp_path / f"{IMAGES}.gz").read_bytes() == b"the user's own"


def test_a_silent_server_is_given_up(genuine, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(idx, "SILENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(datasets.DataError, match="could not be downloaded .*timed out"):
            datasets.take(place(tmp_path, url=url))


def test_a_server_that_dribbles_is_given_up(server, tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "PATIENCE", 0.0)
    with pytest.raises(datasets.DataError, match="came too slowly"):
        datasets.take(place(tmp_path, url=server.url))


def test_no_network_is_told(genuine, tmp_path, monkeypatch):
    def unknown(*arguments: Any, **named: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(datasets.DataError, match="Name or service not known"):
        datasets.take(place(tmp_path, url="http://fashion.invalid/"))


def test_a_folder_that_cannot_be_made_is_told(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(datasets.DataError, match="cannot be used"):
        datasets.take(place(tmp_path / "file" / "cache", url=server.url))


# --- what the program calls ------------------------------------------------------------------


def test_without_fashion_mnist_the_wardrobe_is_loaded(tmp_path):
    library = datasets.Library([place(tmp_path / "none")])
    wardrobe = library.load()
    assert wardrobe.name == "wardrobe"
    assert "not Fashion-MNIST" in wardrobe.origin
    assert wardrobe.train_images.shape == (6000, 28, 28)
    assert wardrobe.test_labels.shape == (1000,)
    assert not wardrobe.train_images.flags.writeable
    assert library.load("wardrobe") is wardrobe
    with pytest.raises(datasets.DataError, match="apt-get install dataset-fashion-mnist"):
        library.load("fashion-mnist")


def kept(folder: Path, monkeypatch) -> tuple[list[int], Callable[[], datasets.Arrays]]:
    """A wardrobe of four small arrays kept in a folder, and how often it was drawn."""
    drawn: list[int] = []
    small = tuple(np.full((2, 2), n, np.uint8) for n in range(4))
    monkeypatch.setattr("model.wardrobe.draw.drawn_wardrobe", lambda: drawn.append(1) or small)
    return drawn, lambda: datasets.wardrobe(folder)


def test_the_wardrobe_is_drawn_once_and_kept(tmp_path, monkeypatch):
    drawn, wardrobe = kept(tmp_path / "data", monkeypatch)
    first, second = wardrobe(), wardrobe()
    assert len(drawn) == 1
    assert len(names(tmp_path / "data")) == 1
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("fault", [b"", b"PK\x03\x04", b"no wardrobe"])
def test_a_damaged_wardrobe_is_drawn_again(tmp_path, monkeypatch, fault):
    drawn, wardrobe = kept(tmp_path, monkeypatch)
    wardrobe()
    (file,) = tmp_path.iterdir()
    file.write_bytes(fault)
    wardrobe()
    wardrobe()
    assert len(drawn) == 2


def test_changed_pixels_in_a_kept_wardrobe_are_noticed(tmp_path, monkeypatch):
    drawn, wardrobe = kept(tmp_path, monkeypatch)
    pixels = wardrobe()[3].tobytes()
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes().replace(pixels, b"\x09" * len(pixels)))
    wardrobe()
    assert len(drawn) == 2


def test_a_wardrobe_drawn_by_other_code_is_drawn_again(tmp_path, monkeypatch):
    drawn, wardrobe = kept(tmp_path, monkeypatch)
    wardrobe()
    monkeypatch.setattr("PIL.__version__", "0")
    wardrobe()
    assert len(drawn) == 2
    assert names(tmp_path) == {"wardrobe.npz"}


def test_a_wardrobe_that_cannot_be_kept_is_drawn_each_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    drawn, wardrobe = kept(tmp_path / "file", monkeypatch)
    assert wardrobe()[3][0, 0] == 3
    wardrobe()
    assert len(drawn) == 2


def test_a_kept_wardrobe_is_told_apart_by_all_the_code_that_draws():
    script = (
        "import sys, model.wardrobe.draw; "
        "print(*(m.__file__ for name, m in sys.modules.items() "
        "if name.startswith('model.') and name.count('.') > 1))"  # rooms themselves are no code
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    assert {Path(name) for name in ran.stdout.split()} == set(datasets.drawing_modules())


def test_reload_finds_what_came_later_and_load_then_gives_it(genuine, tmp_path):
    library = datasets.Library([place(tmp_path / "later")])
    assert library.reload().dataset is None
    write(tmp_path / "later", genuine)
    found = library.reload().dataset
    assert found is not None
    assert library.load() is library.load("fashion-mnist") is found
    assert library.reload().dataset is found


def test_reload_may_download(server, tmp_path):
    library = datasets.Library([place(tmp_path), place(tmp_path, "net", server.url)])
    assert library.reload().dataset is None
    said: list[str] = []
    assert library.reload(download=True, report=said.append).dataset is library.load()
    assert said[-1].startswith("- net: taken")


def test_a_process_that_failed_before_finds_it_by_name(genuine, tmp_path):
    library = datasets.Library([place(tmp_path / "later")])
    with pytest.raises(datasets.DataError):
        library.load("fashion-mnist")
    write(tmp_path / "later", genuine)
    assert library.load("fashion-mnist") is library.load()


def test_an_unknown_name_is_told():
    with pytest.raises(datasets.DataError, match='no data set "mnist"'):
        datasets.load("mnist")


def test_all_threads_share_one_copy(genuine, tmp_path):
    library = datasets.Library([place(write(tmp_path, genuine))])
    start, got = threading.Barrier(8), []

    def visit() -> None:
        start.wait()
        got.append(library.load())

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len({id(dataset) for dataset in got}) == 1


def test_loading_does_not_wait_for_a_download(genuine, tmp_path):
    go_on, waiting = threading.Event(), threading.Event()

    def slow() -> Path:
        if threading.current_thread() is downloading:
            waiting.set()
            go_on.wait(10)
        return tmp_path

    write(tmp_path, genuine)
    library = datasets.Library([datasets.Source("slow", slow)])
    downloading = threading.Thread(target=library.reload)
    downloading.start()
    assert waiting.wait(10)
    first = library.load()
    go_on.set()
    downloading.join()
    assert library.load() is first


# --- the command -----------------------------------------------------------------------------


@pytest.mark.parametrize("there", [True, False])
def test_the_command_tells_what_was_tried_and_taken(genuine, tmp_path, monkeypatch, capsys, there):
    write(tmp_path / "here", genuine if there else {})
    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path / "here"))
    monkeypatch.setattr(datasets.find, "__defaults__", (False, idx.quiet, datasets.SOURCES[:1]))
    monkeypatch.setattr(datasets, "KEPT", tmp_path / "kept" / "fashion-mnist.verified")
    assert command.main() == (0 if there else 1)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Looking for Fashion-MNIST:"
    assert told[1].startswith("- the folder in FASHION_MNIST_DIR: ")
    assert told[2].startswith("Taken: the folder" if there else "Not found")
    assert (datasets.HOW_TO_GET_IT in told) is not there


def test_importing_data_brings_neither_tensorflow_nor_streamlit():
    script = (
        "import sys; from model.data import datasets; datasets.find(); "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'streamlit')))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=True, timeout=60)


def test_the_real_files_are_what_the_article_describes():
    fashion = datasets.find().dataset
    if fashion is None:
        pytest.skip("Fashion-MNIST is not on this computer")
    assert fashion.train_images.shape == (60_000, 28, 28)
    assert fashion.test_images.shape == (10_000, 28, 28)
    assert np.bincount(fashion.train_labels).tolist() == [6000] * len(datasets.CLASSES)
    assert np.bincount(fashion.test_labels).tolist() == [1000] * len(datasets.CLASSES)
