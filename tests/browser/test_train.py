"""A short real run in a real browser: watched, refreshed, shared, with its worker killed."""

import os
import re
import signal

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import eventually, serving
from tests.served import Served

pytestmark = pytest.mark.browser
RUN = re.compile(r"\?run=[\w-]{20,}")
BATCH = re.compile(r"epoch (\d+) of .* batch ([\d,]+) of ([\d,]+)")


@pytest.fixture(scope="module")
def trainer():
    """A server with one worker, so that two runs must take turns."""
    with serving(LENET_WORKERS="1") as address:
        yield address


LONG = {"epochs": 100, "images": 60_000}  # no machine ends it before a test has looked and stopped


def start(page, address, epochs, images):
    """Start a run and wait for its first batch, which stays on the page for good."""
    page.goto(f"{address}/train")
    page.get_by_text("More settings").click()
    for label, value in (("Epochs", epochs), ("Training images", images)):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(str(value))
        field.press("Enter")
    page.get_by_role("button", name="Start training").click()
    expect(page).to_have_url(RUN)
    assert batch(page)


def stop(page):
    """End a run, so that the next test has the worker to itself."""
    page.get_by_role("button", name="Stop and keep weights").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_be_visible()
    expect(page.get_by_role("button", name="Use this network")).to_be_visible()


def batch(page):
    """The number of the batch in the progress text, counted through the run."""
    bar = page.locator(".run-where")
    expect(bar).to_contain_text(BATCH)  # whatever the run is doing
    text = bar.inner_text().replace(",", "")
    epoch, now, all_of = map(int, BATCH.search(text).groups())
    return (epoch - 1) * all_of + now


def workers(address):
    """The training processes of this server: they hold TensorFlow."""
    port = address.rsplit(":", 1)[1]
    for process in psutil.Process().children():
        if port in process.cmdline():
            return [
                child
                for child in process.children(recursive=True)
                if any("tensorflow" in entry.path for entry in child.memory_maps())
            ]
    raise AssertionError("no server")


def test_a_run_survives_a_refresh_a_second_tab_and_a_killed_worker(trainer, open_page):
    page = open_page()
    start(page, trainer, **LONG)
    expect(page.get_by_role("button", name="Pause")).to_be_in_viewport()
    page.reload()
    before = batch(page)
    second = page.context.new_page()
    second.goto(page.url)
    assert batch(second) >= before
    for worker in workers(trainer):
        os.kill(worker.pid, signal.SIGKILL)
    before = batch(page)
    eventually(lambda: batch(page) > before)
    stop(second)
    expect(page.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_be_visible()
    assert not page.get_by_test_id("stException").count()


def test_a_stranger_sees_no_run_and_takes_turns_with_it(trainer, open_page):
    mine, other = open_page(), open_page()
    start(mine, trainer, **LONG)
    other.goto(f"{trainer}/train")
    expect(other.get_by_role("button", name="Start training")).to_be_enabled()
    expect(other.get_by_role("button", name="Pause")).to_have_count(0)
    start(other, trainer, **LONG)
    expect(mine.get_by_text("2 runs share 1 worker")).to_be_visible()
    before = batch(mine), batch(other)
    eventually(lambda: batch(mine) > before[0] and batch(other) > before[1])
    stop(other)
    mine.get_by_role("button", name="Pause").click()
    expect(mine.get_by_role("button", name="Resume")).to_be_visible()
    stop(mine)


def test_one_visitor_trains_three_runs_in_all_tabs_and_after_a_refresh(trainer, open_page):
    page = open_page()
    runs = []
    for _ in range(3):
        page.goto(f"{trainer}/train")
        page.reload()  # a new session, without the run in the address
        page.get_by_role("button", name="Start training").click()
        expect(page).to_have_url(RUN)
        runs.append(page.url)
    second = page.context.new_page()
    second.goto(f"{trainer}/train")
    second.get_by_role("button", name="Start training").click()
    expect(second.get_by_text("3 of your runs are training already")).to_be_visible()
    second.get_by_role("button", name=re.compile("^LeNet, Quick, ")).first.press("Enter")
    expect(second.get_by_role("button", name="Stop and keep weights")).to_be_visible()
    other = open_page()
    start(other, trainer, **LONG)
    stop(other)
    for address in runs:
        page.goto(address)
        stop(page)


def test_where_no_cookie_comes_the_page_asks_the_browser_who_it_is(open_page, tmp_path):
    page = open_page()
    with Served("bare", tmp_path, LENET_WORKERS="1") as bare:
        page.goto(f"{bare.address}/train")
        page.locator(".st-key-visitor i[data-known]").wait_for(state="attached")
        page.get_by_role("button", name="Start training").click()
        expect(page).to_have_url(RUN)
        second = page.context.new_page()
        second.goto(f"{bare.address}/train")
        expect(second.get_by_role("button", name=re.compile("^LeNet, Quick, "))).to_be_visible()


def test_a_trained_network_is_used_and_downloaded_and_comes_back(trainer, open_page, tmp_path):
    page = open_page()
    start(page, trainer, epochs=1, images=2_000)
    page.get_by_role("button", name="Use this network").click()
    expect(page.get_by_text("This network is in use now")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Weights (safetensors)").click()
    weights = tmp_path / "mine.safetensors"
    download.value.save_as(weights)
    with page.expect_download() as download:
        page.get_by_role("button", name="History (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("epoch,batch,loss")
    assert len(lines) == 1 + 16  # 2,000 pictures in batches of 128
    page.goto(f"{trainer}/train")
    page.get_by_text("Use weights from a file").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(weights)
    page.get_by_role("button", name="Use these weights").click()
    in_use = page.get_by_role("combobox", name="Weights in use")
    expect(in_use).to_have_value("File mine.safetensors")


def test_the_charts_move_with_the_run_and_keep_a_zoom(trainer, open_page):
    page = open_page()
    start(page, trainer, **LONG)
    chart = page.locator(".st-key-run_live .plot").first
    box = chart.locator(".nsewdrag").first.bounding_box()  # waits until it is drawn

    def points():
        return chart.evaluate("plot => plot._fullData[0].y.length")

    def end():
        return chart.evaluate("plot => plot.layout?.xaxis?.range?.[1]")

    eventually(lambda: points() > 3)
    chart.locator(".main-svg").first.evaluate("drawing => drawing.dataset.mark = 'same'")
    whole = end()
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    eventually(lambda: end() < 0.8 * whole)
    zoomed, before = end(), points()
    eventually(lambda: points() > before + 5)
    assert end() == zoomed
    assert chart.locator(".main-svg").first.get_attribute("data-mark") == "same"
    stop(page)
    eventually(lambda: end() == zoomed)


def points(page):
    """How many points the first chart's first line has."""
    chart = page.locator(".st-key-run_live .plot").first
    return chart.evaluate("plot => plot._fullData?.[0].y.length ?? 0")


def test_where_the_server_cannot_be_asked_the_pages_script_sends_what_is_new(trainer, open_page):
    page = open_page()
    page.route("**/live/run/**", lambda asked: asked.fulfill(status=404))
    start(page, trainer, **LONG)
    first = batch(page)
    eventually(lambda: points(page) > 1)
    before = points(page)
    eventually(lambda: points(page) > before + 3)
    assert batch(page) > first
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("button", name="Resume")).to_be_focused()  # it stands in its place
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    before = points(page)
    eventually(lambda: points(page) > before)
    stop(page)


def test_a_page_out_of_sight_asks_for_nothing_and_one_that_comes_back_for_all(trainer, open_page):
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    start(page, trainer, **LONG)
    eventually(lambda: points(page) > 1)
    show = """hidden => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
      document.dispatchEvent(new Event("visibilitychange"))
    }"""
    page.evaluate(show, True)
    page.wait_for_timeout(1500)  # what was under way comes to its end
    asked.clear()
    before = batch(page)
    page.wait_for_timeout(3000)
    assert asked == []
    page.evaluate(show, False)
    eventually(lambda: batch(page) > before)
    assert asked
    stop(page)


def test_who_comes_back_after_the_server_was_killed_finds_their_runs(open_page, tmp_path):
    kept = {"DATABASE_URL": f"sqlite:///{tmp_path / 'runs.db'}", "LENET_WORKERS": "1"}
    page = open_page()
    with serving(**kept) as address:
        start(page, address, **LONG)
        before = batch(page)
        link = page.url
        for process in psutil.Process().children():
            if address.rsplit(":", 1)[1] in process.cmdline():
                workers_then = process.children(recursive=True)
                process.kill()
        for worker in workers_then:
            worker.kill()
    with serving(port=int(address.rsplit(":", 1)[1]), **kept):
        eventually(lambda: batch(page) > before)  # the open page goes on by itself
        page.goto(f"{address}/train")
        page.get_by_role("button", name=re.compile("^LeNet, own settings, .*: running")).click()
        expect(page).to_have_url(link)
        page.get_by_text("Links to share").click()
        shown = page.get_by_label("Link", exact=True).input_value()
        other = open_page()
        other.goto(shown)
        expect(other.get_by_text("cannot be paused or stopped")).to_be_visible()
        assert batch(other) > 0
        expect(other.get_by_role("button", name="Pause")).to_have_count(0)
        stop(page)
        page.get_by_role("link", name="Predict", exact=True).click()
        expect(page.get_by_role("heading", name="Predict")).to_be_visible()  # then it is settled
        page.get_by_role("combobox", name="Weights in use").click()
        page.get_by_role("option", name="Your run, ").click()
        expect(page.get_by_text("LeNet, trained on")).to_be_visible()
        assert not page.get_by_test_id("stException").count()


def test_a_learning_rate_is_found_on_a_worker_and_taken(server, page):
    page.goto(f"{server}/train")
    page.get_by_text("More settings").click()
    page.get_by_role("button", name="Find a learning rate").click()
    found = page.locator(".st-key-train_rates")
    expect(found.locator(".plot .main-svg").first).to_be_visible()
    use = found.get_by_role("button", name=re.compile(r"Use 0\.\d+"))
    rate = use.inner_text().removeprefix("Use ")
    assert 0.0003 <= float(rate) <= 0.01
    use.click()
    expect(page.get_by_role("textbox", name="Learning rate")).to_have_value(rate)
    expect(found).to_contain_text(f"{rate} stands in the field Learning rate.")
    expect(found.locator(".plot .main-svg").first).to_be_visible()
