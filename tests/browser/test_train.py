"""A short real run in a real browser: watched, refreshed, shared, with its worker killed."""

import os
import re
import signal

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trainer():
    """A server with one worker, so that two runs must take turns."""
    with serving(LENET_WORKERS="1") as address:
        yield address


def start(page, address, epochs, images):
    page.goto(f"{address}/train")
    page.get_by_text("More settings").click()
    for label, value in (("Epochs", epochs), ("Training images", images)):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(str(value))
        field.press("Enter")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile(r"\?run=[\w-]{20,}"))
    progressed(page)


def progressed(page):
    """Wait until the run has its pace; the text of the progress bar."""
    bar = page.get_by_test_id("stProgress")
    expect(bar).to_contain_text("images per second")
    return bar.inner_text()


def batch(page):
    """The number of the batch in the progress text, counted through the run."""
    epoch, now, all_of = map(
        int, re.search(r"epoch (\d+) of .* batch (\d+) of (\d+)", progressed(page)).groups()
    )
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
    start(page, trainer, epochs=4, images=20_000)
    page.reload()
    before = batch(page)
    second = page.context.new_page()
    second.goto(page.url)
    assert batch(second) >= before
    for worker in workers(trainer):
        os.kill(worker.pid, signal.SIGKILL)
    page.wait_for_function(
        """before => {
            const text = document.querySelector('[data-testid=stProgress]')?.innerText ?? '';
            const found = text.match(/epoch (\\d+) of .* batch (\\d+) of (\\d+)/);
            return found && (found[1] - 1) * found[3] + +found[2] > before;
        }""",
        arg=batch(page),
    )
    second.get_by_role("button", name="Stop and keep weights").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_be_visible()
    expect(second.get_by_role("button", name="Use this network")).to_be_visible()
    assert not page.get_by_test_id("stException").count()


def test_a_stranger_sees_no_run_and_takes_turns_with_it(trainer, open_page):
    mine, other = open_page(), open_page()
    start(mine, trainer, epochs=10, images=20_000)
    other.goto(f"{trainer}/train")
    expect(other.get_by_role("button", name="Start training")).to_be_enabled()
    expect(other.get_by_role("button", name="Pause")).to_have_count(0)
    start(other, trainer, epochs=1, images=2_000)
    expect(mine.get_by_text("2 runs share 1 worker")).to_be_visible()
    expect(other.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_be_visible()
    mine.get_by_role("button", name="Pause").click()
    expect(mine.get_by_role("button", name="Resume")).to_be_visible()
    mine.get_by_role("button", name="Stop and keep weights").click()
    expect(mine.get_by_role("button", name="Use this network")).to_be_visible()


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
    start(page, trainer, epochs=20, images=50_000)
    chart = page.locator(".st-key-run_loss .plot")
    box = chart.locator(".nsewdrag").first.bounding_box()  # waits until it is drawn
    drawn = "document.querySelector('.st-key-run_loss .plot')._fullData[0].x.length"
    page.wait_for_function(f"{drawn} > 3")
    page.evaluate(
        "document.querySelector('.st-key-run_loss .plot .main-svg').dataset.mark = 'same'"
    )
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    zoomed = "document.querySelector('.st-key-run_loss .plot').layout.xaxis.range[1]"
    page.wait_for_function(f"{zoomed} < 15")
    end, points = page.evaluate(zoomed), page.evaluate(drawn)
    page.wait_for_function(f"points => {drawn} > points + 5", arg=points)
    assert page.evaluate(zoomed) == end
    assert chart.locator(".main-svg").first.get_attribute("data-mark") == "same"
    page.get_by_role("button", name="Stop and keep weights").click()
    expect(page.get_by_role("button", name="Use this network")).to_be_visible()
    page.wait_for_function(
        "end => document.querySelector('.st-key-run_loss .plot')?.layout?.xaxis.range[1] === end",
        arg=end,
    )
