"""Uploaded files in a real server's memory: nothing of them is left once they are answered."""

import io
import re
import urllib.request

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from ui.text import JOINER, clean

pytestmark = pytest.mark.browser
HELD = re.compile(r"^cache_memory_bytes\{[^}]*UploadedFileManager[^}]*\} (\d+)", re.MULTILINE)


def held(server):
    """Bytes of uploads that the server says it holds."""
    with urllib.request.urlopen(f"{server}/_stcore/metrics", timeout=30) as answer:
        text = answer.read().decode()
    assert HELD.search(text), "the files themselves are not listed any more"
    return sum(map(int, HELD.findall(text)))


def picture(shade):
    """A PNG of half a megabyte: a dark box on a noisy ground."""
    pixels = np.random.default_rng(shade).integers(230, 256, (600, 500, 3), dtype=np.uint8)
    pixels[100:500, 200:300] = shade
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def turn_away_and_back(page):
    """Two clicks in one go are none to the server, so this waits for what the first one shows."""
    page.get_by_role("radio", name="Samples").click()
    expect(page.get_by_text("Drawn by this program")).to_be_visible()
    page.get_by_role("radio", name="Upload").click()


def test_pictures_are_answered_and_no_longer_held(fresh_server, page):
    page.goto(f"{fresh_server}/predict")
    page.get_by_role("radio", name="Upload").click()
    uploader = page.get_by_test_id("stFileUploaderDropzoneInput")
    names = [f"{number}.png" for number in range(3)]
    content = [picture(40 + 20 * number) for number in range(3)]
    files = [
        {"name": name, "mimeType": "image/png", "buffer": each}
        for name, each in zip(names, content, strict=True)
    ]
    uploader.set_input_files(files[:2])
    expect(page.get_by_role("combobox", name="Look closely at")).to_have_value("0.png")
    assert held(fresh_server) == 0
    uploader.set_input_files(files[2:])
    chips = page.get_by_test_id("stFileChip")
    expect(chips).to_have_count(3)
    chips.filter(has_text="0.png").get_by_test_id("stFileChipDeleteBtn").click()
    expect(chips).to_have_count(2)
    expect(page.get_by_role("combobox", name="Look closely at")).to_have_value("1.png")
    expect(page.get_by_text("Was this right")).to_be_visible()
    turn_away_and_back(page)
    expect(page.get_by_text("Still here: 1.png, 2.png")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert held(fresh_server) == 0


def test_a_name_is_shown_as_text_and_asks_no_other_server(server, page):
    name = "![x](https://example.org/a.png) www.example.org :smile: $x$ **b**.png"
    page.goto(f"{server}/predict")
    page.get_by_role("radio", name="Upload").click()
    uploader = page.get_by_test_id("stFileUploaderDropzoneInput")
    uploader.set_input_files({"name": name, "mimeType": "image/png", "buffer": picture(60)})
    expect(page.get_by_text("Was this right")).to_be_visible()
    turn_away_and_back(page)
    still = page.get_by_test_id("stMarkdown").filter(has_text="Still here")
    expect(still).to_be_visible()
    shown = still.text_content().replace(JOINER, "")
    assert shown == f"Still here: {clean(name)}"
    assert still.locator("a, img, .katex, strong strong").count() == 0
    assert not [url for url in page.requests if "example" in url.split("?")[0]]
