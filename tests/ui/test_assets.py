"""The app's own files may be missing or broken: pages work, and the log says what is wrong."""

import hashlib
import shutil
import subprocess
import sys

import pytest
from plotly.offline import get_plotlyjs_version

from model import PROJECT
from tools import plotly_js
from ui import assets, plots, state
from ui.shell import PAGES

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
SCRIPT = f"""
import sys
from dataclasses import replace
from pathlib import Path
from streamlit.testing.v1 import AppTest
from model import server
from model.data import datasets
from tests import at_once
from ui import state
state.ASSETS = Path(sys.argv[1])
drawn = datasets.load("wardrobe")
few = {{name: getattr(drawn, name)[:400] for name in {ARRAYS!r}}}
drawn = replace(drawn, **few)
datasets.load = lambda name=None: drawn
state._search = lambda: True
server.warm_up = lambda: None  # no worker
at_once.use(setattr, at_once.AtOnce())
for file in {list(PAGES)!r}:
    app = AppTest.from_file({str(PROJECT / "app.py")!r}, default_timeout=120)
    app.switch_page(file).run()
    assert not app.exception, app.exception
    if file == "pages/predict.py":
        app.pills("predict_source").set_value("Samples").run()
        assert not app.exception, app.exception
        print("SHOWN", " ".join(one.value for one in app.info))
    if file == "pages/dataset.py":
        print("SHOWN", " ".join(one.value for one in app.caption))
    assert sys.argv[1] not in repr(app)
"""


def pages_with(folder):
    """What pages show without these assets, and what the log says."""
    command = [sys.executable, "-c", SCRIPT, str(folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_pages_work_without_any_asset(tmp_path):
    shown, log = pages_with(tmp_path / "nowhere")
    for name in ("icon.png", "style.css", "plot.css", "js/plot.js"):
        assert log.count(f"assets/{name} cannot be used (FileNotFoundError)") == 1
    assert "This chart cannot be drawn. Each class has" in shown
    assert "The samples are missing" in shown


def test_pages_work_with_broken_assets(tmp_path):
    folder = tmp_path / "assets"
    shutil.copytree(state.ASSETS, folder)
    for name in ("icon.png", "style.css", "plot.css", "js/plot.js", "samples/drawing_0.png"):
        (folder / name).write_bytes(b"\xff\xfe broken")
    shown, log = pages_with(folder)
    for name in ("icon.png", "style.css", "plot.css", "js/plot.js", "samples/drawing_0.png"):
        assert log.count(f"assets/{name} cannot be used") == 1
    assert "This sample cannot be read" in shown


@pytest.mark.parametrize("name", ["icon.png", "samples/strange_face.png"])
def test_what_ships_is_sound(name):
    assert assets.picture(name).mode == "RGBA"
    assert ".bars" in assets.text("style.css")
    assert "Plotly.react" in assets.text("js/figure.js")


def test_plotlys_program_is_the_published_one_and_of_the_packages_version():
    content = plotly_js.FILE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == plotly_js.SHA256
    assert plots.library() == plotly_js.FILE
    assert get_plotlyjs_version() == plotly_js.VERSION


def test_without_it_the_packages_own_is_taken(tmp_path):
    assert plots.library(tmp_path).name == "plotly.min.js"
    assert plots.library(tmp_path).is_file()
