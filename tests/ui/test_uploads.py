"""Uploaded files are let go of as soon as they are read, and pages go on showing them."""

import io

import pillow_heif
import pytest
from PIL import Image, ImageDraw
from streamlit.runtime import memory_uploaded_file_manager
from streamlit.testing.v1 import AppTest, local_script_runner

from model import PROJECT
from model.data.datasets import CLASSES
from model.networks.architectures import NETWORKS, initial_weights
from model.pictures import kinds, reading
from model.training.checkpoint import Trained, to_bytes
from model.training.recipes import Config
from model.training.run_store import Runs
from ui import state
from ui.predict import sources
from ui.text import plain

APP = PROJECT / "app.py"
PNG = "image/png"
ODD = "![x](https://example.org/a.png) **b** :red[c] $d$ <b>.png"


@pytest.fixture
def kept(monkeypatch):
    """Streamlit's memories of uploads, one for each run of a page; the last one counts."""
    made = []

    class Manager(memory_uploaded_file_manager.MemoryUploadedFileManager):
        def __init__(self, endpoint):
            super().__init__(endpoint)
            made.append(self)

    monkeypatch.setattr(local_script_runner, "MemoryUploadedFileManager", Manager)
    return made


def held(kept):
    """Bytes of uploads that Streamlit holds, as its own statistics count them."""
    counts = kept[-1].get_stats().values()
    total = sum(each.byte_length for stats in counts for each in stats)
    records = [file for files in kept[-1].file_storage.values() for file in files.values()]
    assert sum(len(file.data) for file in records) == total
    return total


@pytest.fixture
def page(kept):
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.switch_page("pages/predict.py").run()
    app.pills(key="predict_source").set_value("Upload").run()
    return app


def shirt(shade="#8a8a8a"):
    picture = Image.new("RGB", (120, 120), "white")
    ImageDraw.Draw(picture).rectangle((40, 20, 80, 110), fill=shade)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def give(app, *files):
    """The uploader holds these files, (name, content) each, and no others."""
    app.file_uploader[0].set_value([(*file, PNG) for file in files]).run()
    assert not app.exception
    return app


def change(app, how):
    """The uploader's files, (number, name, content, type) each, become those that `how` gives."""
    uploader = app.file_uploader[0]
    uploader._files = how(uploader._get_files_to_register())
    app.run()


def shots(app, source="Upload"):
    (shots,) = app.session_state[state.SHOTS][source].values()
    return list(shots.values())


def answered(app):
    assert not app.exception
    return any(heading.value in CLASSES for heading in app.subheader)


def test_a_picture_is_let_go_of_and_still_answered(page, kept):
    give(page, ("shirt.png", shirt()))
    for _ in range(3):
        assert answered(page)
        assert held(kept) == 0
        assert page.file_uploader[0].value[0].getvalue() == b""
        page.run()


def test_files_are_added_and_removed_one_by_one(page, kept):
    give(page, ("a.png", shirt()))
    first = shots(page)[0]
    change(page, lambda files: [*files, ("b", "b.png", b"no picture", PNG)])
    assert held(kept) == 0
    assert [shot.name for shot in shots(page)] == ["a.png", "b.png"]
    assert shots(page)[0] is first, "it was read twice, the second time from nothing"
    change(page, lambda files: files[1:])  # the x beside the first one
    assert [shot.name for shot in shots(page)] == ["b.png"]
    assert "not a picture" in page.info[0].value
    page.file_uploader[0].clear().run()
    assert "Choose a picture" in page.info[0].value


def test_the_choice_stays_with_its_picture_and_names_are_told_apart(page):
    give(page, ("image.jpg", shirt()), ("image.jpg", b"no picture"), ("c.png", b"nor this"))
    options = page.selectbox(key="predict_file").options
    assert options == ["image.jpg (1)", "image.jpg (2)", "c.png"]
    page.selectbox(key="predict_file").select(1).run()
    assert "not a picture" in page.info[0].value
    change(page, lambda files: files[1:])
    assert page.selectbox(key="predict_file").value == 0
    assert "not a picture" in page.info[0].value
    page.selectbox(key="predict_file").select(1).run()
    change(page, lambda files: [*files[:1], ("d", "d.png", shirt(), PNG)])
    assert page.selectbox(key="predict_file").value == 0
    assert not page.exception


def test_what_comes_after_twenty_is_let_go_of_too(page, kept, monkeypatch):
    monkeypatch.setattr(sources, "MOST_FILES", 2)
    give(page, *[(f"{number}.png", shirt()) for number in range(3)])
    assert held(kept) == 0
    assert "only the first 2 were taken" in page.warning[0].value
    assert len(page.dataframe[0].value) == 2
    change(page, lambda files: files[1:])
    assert list(page.dataframe[0].value["Taken for"])[1] == "cannot be read"
    page.selectbox(key="predict_file").select(1).run()
    assert "once more" in page.info[0].value


def test_another_source_and_another_page_and_back(page, kept):
    give(page, ("shirt.png", shirt()))
    page.pills(key="predict_source").set_value("Samples").run()
    page.pills(key="predict_source").set_value("Upload").run()
    assert answered(page)
    page.switch_page("pages/home.py").run()
    page.switch_page("pages/predict.py").run()
    page.pills(key="predict_source").set_value("Upload").run()
    assert answered(page)
    assert any("Still here: **shirt.png**" in one.value for one in page.markdown)


def test_a_photograph_is_let_go_of(page, kept):
    page.pills(key="predict_source").set_value("Camera").run()
    page.camera_input[0].upload("photo.jpg", shirt(), "image/jpeg").run()
    assert answered(page)
    assert held(kept) == 0
    page.run()
    assert answered(page)
    first = shots(page, "Camera")
    page.camera_input[0].upload("photo.jpg", shirt("#404040"), "image/jpeg").run()
    assert answered(page)
    assert len(shots(page, "Camera")) == 1
    assert shots(page, "Camera") != first


@pytest.fixture
def train(kept, monkeypatch):
    nobody = Runs(None, 1)
    monkeypatch.setattr("model.server.runs", lambda: nobody)
    monkeypatch.setattr("model.server.warm_up", lambda: None)
    app = AppTest.from_file(APP, default_timeout=60).run()
    return app.switch_page("pages/train.py").run()


def weights():
    about = Config(network="mlp")
    return to_bytes(Trained(initial_weights(NETWORKS["mlp"], 0), about, "quick", 3.0))


def test_a_weights_file_is_let_go_of_and_can_be_used_later(train, kept):
    train.file_uploader[0].set_value(("mine.safetensors", weights(), "")).run()
    assert held(kept) == 0
    train.run()
    train.button(key="train_use_file").click().run()
    assert train.session_state[state.IN_USE] == state.key_of("File mine.safetensors")
    train.file_uploader[0].set_value(("bad.safetensors", b"no weights", "")).run()
    for _ in range(2):
        assert held(kept) == 0
        assert "a text file" in train.error[0].value
        train.run()
    train.file_uploader[0].clear().run()
    assert not train.error


# Names from outside


def markdown(app):
    """All that the page gives to Markdown."""
    elements = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    found = [one.value for each in elements for one in each]
    return "\n".join(found + [one.value for one in app.sidebar.caption])


def assert_only_text(app):
    assert not app.exception
    found = markdown(app).replace(plain(ODD), "")
    for alive in ("](https", "**b**", ":red[c]", "$d$", "<b>", "example.org"):
        assert alive not in found, found


def test_the_uploader_offers_what_is_read_and_lets_all_else_be_told(page):
    proto = page.file_uploader[0].proto
    assert all(name in proto.help for name in kinds.READ)
    assert not proto.type, "Streamlit would refuse other files in fewer words"
    assert proto.max_upload_size_mb * 2**20 == reading.MAX_BYTES


def test_a_phones_heic_is_read(page):
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.open(io.BytesIO(shirt()))).save(file)
    page.file_uploader[0].set_value([("IMG_1.HEIC", file.getvalue(), "image/heic")]).run()
    assert answered(page)


def test_a_file_that_is_no_picture_is_named(page):
    page.file_uploader[0].set_value([("shoe.pdf", b"%PDF-1.7\n" + bytes(99), "application/pdf")])
    page.run()
    assert page.info[0].value.startswith("This is a PDF")


def test_the_name_of_a_picture_is_text(page):
    give(page, (ODD, shirt()), ("\u202e\x00.png", b"no"), ("=1+1.png", shirt()))
    assert_only_text(page)
    assert list(page.dataframe[0].value["File"])[1:] == [".png", "=1+1.png"]
    page.pills(key="predict_source").set_value("Samples").run()
    page.pills(key="predict_source").set_value("Upload").run()
    assert "Still here" in markdown(page)
    assert plain(ODD) in markdown(page)
    assert_only_text(page)


def test_the_name_of_a_weights_file_is_text(train):
    name = ODD.replace(".png", ".safetensors")
    train.file_uploader[0].set_value((name, b"no weights", "")).run()
    assert plain(name) in train.error[0].value
    train.file_uploader[0].set_value((name, weights(), "")).run()
    assert plain(name) in markdown(train)
    train.button(key="train_use_file").click().run()
    assert plain(f"File {name}") in markdown(train)
    for text in markdown(train).split(plain(name)):
        assert "](https" not in text
