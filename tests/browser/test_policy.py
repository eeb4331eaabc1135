"""Every page in a browser under the headers of ui/guard.py: nothing that it needs is barred."""

import os
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FLAGS, PATIENCE, eventually
from tests.browser.test_predict import answer, first_line, trousers
from tests.browser.test_shell import ready

pytestmark = pytest.mark.browser
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture
def watched(browser):
    """A page with a camera; `page.barred` is what the browser said about a policy."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    own = browser.browser_type.launch(executable_path=path, args=[*FLAGS, *CAMERA])
    page = own.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE)
    page.barred = []
    page.on("console", lambda message: _note(page.barred, message.text))
    page.on("pageerror", lambda error: _note(page.barred, str(error)))
    yield page
    own.close()


def _note(barred, text):
    if "olicy" in text and "Unrecognized feature" not in text:
        barred.append(text)


def test_home_and_dataset(server, watched):
    for path in ("/", "/dataset"):
        watched.goto(server + path)
        ready(watched)
    expect(watched.locator(".plot .main-svg").first).to_be_visible()
    watched.wait_for_load_state("networkidle")
    assert watched.barred == []


def test_predict_drawn_uploaded_photographed_and_looked_at_closely(server, watched):
    watched.goto(f"{server}/predict")
    first_line(watched, (0.5, 0.15), (0.5, 0.85))
    for look in watched.locator('.st-key-predict_look [role="radio"]').all():
        look.click()
        ready(watched)
    watched.get_by_role("radio", name="Upload").click()
    file = {"name": "trousers.png", "mimeType": "image/png", "buffer": trousers()}
    watched.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(answer(watched)).to_have_text("Trouser")
    several = [file, file | {"name": "again.png"}]
    watched.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(several)
    expect(watched.get_by_test_id("stDataFrame")).to_be_visible()
    with watched.expect_download():
        watched.get_by_test_id("stDownloadButton").get_by_role("button").click()
    watched.get_by_role("radio", name="Camera").click()
    video = watched.get_by_test_id("stCameraInput").locator("video")
    video.evaluate("video => video.readyState >= 2 || new Promise(go => video.onloadeddata = go)")
    photograph(watched)
    ready(watched)
    assert watched.barred == []


def photograph(page):
    """Press until there is a photo: a press comes to nothing while the camera begins anew."""
    take, clear = (page.get_by_role("button", name=name) for name in ("Take Photo", "Clear photo"))

    def taken():
        if take.is_visible() and take.is_enabled():
            take.click()
        page.wait_for_timeout(2_000)
        return clear.is_visible()

    eventually(taken)


def test_train_charts_and_downloads(server, watched):
    watched.goto(f"{server}/train")
    watched.get_by_text("More settings").click()
    for label, value in (("Epochs", 1), ("Training images", 1_000)):
        field = watched.get_by_role("spinbutton", name=label)
        field.fill(str(value))
        field.press("Enter")
    watched.get_by_role("button", name="Start training").click()
    expect(watched.locator(".st-key-run_live .plot .main-svg").first).to_be_visible()
    for name in ("Weights (safetensors)", "History (CSV)"):
        with watched.expect_download():
            watched.get_by_role("button", name=name).click()
    assert watched.barred == []
