"""The pages without a browser: Home and Dataset in detail, all of them for what they share.

They run on small random pictures and on weights that were never trained, so no test needs the
real data or the file that ships with the app.
"""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from model import PROJECT, server
from model.cache import Kept
from model.data import browse, datasets
from model.data.datasets import CLASSES, Dataset, Search
from model.networks.architectures import (
    NETWORKS,
    initial_weights,
)
from model.training import checkpoint
from model.training.checkpoint import Trained
from model.training.recipes import Config
from ui import bars, state
from ui.shell import PAGES

EVERY_PAGE = pytest.mark.parametrize("file", PAGES)
TRAINING, TEST = 300, 100


def pictures(name="fashion-mnist"):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (TRAINING + TEST, 28, 28), dtype=np.uint8)
    labels = (np.arange(TRAINING + TEST) % 10).astype(np.uint8)
    parts = images[:TRAINING], labels[:TRAINING], images[TRAINING:], labels[TRAINING:]
    return Dataset(name, "made by a test", *[part.copy() for part in parts])


def trained(network="lenet"):
    weights = initial_weights(NETWORKS[network], 0)
    return Trained(weights, Config(network=network), "quick", 8.0, {"test": 0.9123})


@pytest.fixture(autouse=True)
def known_data(monkeypatch):
    kept = {"": pictures()}

    def load(name=None):
        return kept[""] if name in (None, kept[""].name) else pictures(name)

    monkeypatch.setattr(datasets, "load", load)
    monkeypatch.setattr(state, "_search", lambda: True)
    browse.averages.cache_clear()
    yield kept
    browse.averages.cache_clear()


@pytest.fixture(autouse=True)
def known_weights(monkeypatch, tmp_path):
    for _, name in state.SHIPPED.values():
        (tmp_path / name).write_bytes(checkpoint.to_bytes(trained()))
    shipped = state.shipped
    monkeypatch.setattr(state, "shipped", lambda: elsewhere(shipped, tmp_path))
    return tmp_path


def elsewhere(shipped, folder):
    """What `shipped` finds in another folder; the rest of the assets stays where it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "ASSETS", folder)
        return shipped()


def visit(file="pages/home.py", **session):
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    for key, value in session.items():
        app.session_state[key] = value
    app.run()
    return turn_to(app, file)


def turn_to(app, file):
    if file != "pages/home.py":
        app.switch_page(file).run()
    assert not app.exception
    return app


def text(app):
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info]
    return "\n".join(part.value for part in parts)


# What all pages share


@EVERY_PAGE
def test_every_page_names_itself_and_what_is_in_use(file):
    app = visit(file)
    assert len(app.title) == 1
    assert app.sidebar.selectbox[0].label == "Weights in use"
    everyday = file == "pages/predict.py"
    assert app.sidebar.selectbox[0].value == (state.EVERYDAY if everyday else state.READY_MADE)
    assert "91.23\u00a0% right on the test set" in text(app.sidebar)
    label = "Everyday LeNet" if everyday else "Ready-made LeNet"
    assert f"Using **{label}** on **Fashion-MNIST**" in text(app)
    assert "not Fashion-MNIST" not in text(app)


@EVERY_PAGE
def test_every_page_says_when_the_pictures_are_drawn(file, known_data):
    known_data[""] = pictures("wardrobe")
    app = visit(file)
    assert "This is not Fashion-MNIST" in text(app)
    assert datasets.HOW_TO_GET_IT in text(app)
    assert str(PROJECT) not in text(app)


@EVERY_PAGE
def test_a_visitor_may_choose_the_drawn_clothes_and_come_back(file):
    app = visit(file)
    app.selectbox("data_widget").select("wardrobe").run()
    assert not app.exception
    assert "you chose them" in text(app)
    assert state.DATA in app.session_state
    app.selectbox("data_widget").select("fashion-mnist").run()
    assert "not Fashion-MNIST" not in text(app)


def test_the_first_visit_looks_for_the_data_set_and_downloads_it_once(monkeypatch):
    monkeypatch.undo()
    asked = []
    monkeypatch.setattr(datasets, "load", lambda name=None: pictures())
    monkeypatch.setattr(
        datasets, "reload", lambda download: asked.append(download) or Search(pictures(), ())
    )
    monkeypatch.setattr(server, "_searches", Kept(1))
    for _ in range(2):
        visit()
        st.cache_resource.clear()
    assert asked == [True]


@pytest.mark.parametrize("found", [False, True])
def test_try_again_looks_for_the_data_set_once_more(known_data, monkeypatch, found):
    known_data[""] = pictures("wardrobe")

    def reload(download=False):
        assert download
        known_data[""] = pictures() if found else known_data[""]
        return Search(known_data[""] if found else None, ("somewhere: nothing in /a/folder",))

    monkeypatch.setattr(datasets, "reload", reload)
    app = visit()
    app.button("wardrobe_again").click().run()
    assert not app.exception
    assert ("This is not Fashion-MNIST" in text(app)) == (not found)
    assert len(app.error) == (0 if found else 1)
    assert "/a/folder" not in text(app)


@EVERY_PAGE
@pytest.mark.parametrize("content", [None, b"", b"not weights at all"])
def test_every_page_works_without_the_ready_made_weights(file, known_weights, content):
    for _, name in state.SHIPPED.values():
        (known_weights / name).unlink()
        if content is not None:
            (known_weights / name).write_bytes(content)
    app = visit(file)
    assert "assets/lenet.safetensors" in app.warning[0].value
    assert "assets/lenet-sketch.safetensors" in app.warning[1].value
    assert "no weights yet" in text(app)
    assert str(known_weights) not in text(app)


def test_weights_that_are_missing_are_replaced_by_the_others(known_weights):
    (known_weights / "lenet-sketch.safetensors").unlink()
    app = visit("pages/predict.py")
    assert app.sidebar.selectbox[0].value == state.READY_MADE
    assert len(app.warning) == 1


def test_the_visitor_can_switch_weights_and_keeps_them_on_other_pages():
    own = state.Choice("own: Your run", "Your run", trained("mlp"))
    app = visit(**{state.OWN: {own.key: own}})
    app.sidebar.selectbox[0].select(own.key).run()
    assert "Using **Your run** on **Fashion-MNIST**" in text(app)
    assert "Plain neural network" in text(app.sidebar)
    turn_to(app, "pages/dataset.py")
    assert app.sidebar.selectbox[0].value == own.key


def test_the_token_of_a_run_is_adopted_and_kept_in_the_address():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    app.query_params["run"] = "a-token"
    app.run()
    assert app.session_state[state.RUN] == "a-token"
    app.query_params.clear()
    turn_to(app, "pages/dataset.py")
    assert app.query_params["run"] == "a-token"


WEB_PROCESS = f"""
import sys, time
from streamlit.testing.v1 import AppTest
from model import server
from model.training.recipes import Config
if __name__ == "__main__":  # which the workers of the run import
    app = AppTest.from_file({str(PROJECT / "app.py")!r}, default_timeout=120).run()
    assert not app.exception, app.exception
    for file in {list(PAGES)[1:]!r}:
        app.switch_page(file).run()
        assert not app.exception, app.exception
    runs = server.runs()
    config = Config(data="wardrobe", epochs=1, train_images=200)
    run = runs.get(runs.start(config, "custom", visitor="somebody"))
    while run.status == "running":
        time.sleep(0.05)
    assert run.snapshot().test is not None, run.snapshot().message
    print(sorted({{"tensorflow", "keras"}} & set(sys.modules)))
"""


@pytest.mark.whole
def test_neither_a_page_nor_a_run_imports_tensorflow_into_the_web_process(tmp_path):
    script = tmp_path / "web.py"
    script.write_text(WEB_PROCESS)
    command = [sys.executable, str(script)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]", done.stdout


@EVERY_PAGE
def test_a_fault_of_ours_shows_a_visitor_no_path(file, monkeypatch):
    def fail(*_):
        raise RuntimeError(f"{PROJECT}/model/secret.py is at fault")

    monkeypatch.setattr(state, "in_use", fail)
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page(file).run()
    shown = str(app.exception[0].proto)
    assert "secret" not in shown
    assert str(PROJECT) not in shown
    assert ".py" not in shown


# What a session keeps


def scripted(act):
    return AppTest.from_function(act, default_timeout=60).run()


def test_weights_of_one_label_replace_each_other_and_the_oldest_go():
    def script():
        import streamlit as st

        from model.training.checkpoint import Trained
        from model.training.recipes import Config
        from ui import state

        some = Trained({}, Config(), "quick", 1.0)
        first = state.add("Your run", some)
        shipped = len(state.SHIPPED)
        st.text(state.add("Your run", some) == first and len(state.choices()) == shipped + 1)
        state.use(first)
        state.use("nothing of that name")
        st.text(state.in_use().label)
        for number in range(state.MOST_OWN):
            state.add(f"File {number}", some)
        kept = state.choices()
        st.text(len(kept) == state.MOST_OWN + shipped and first not in kept)
        st.text(state.in_use().label)

    app = scripted(script)
    assert not app.exception
    assert [line.value for line in app.text] == ["True", "Your run", "True", "Ready-made LeNet"]


def test_a_run_can_be_forgotten():
    def script():
        import streamlit as st

        from ui import watched

        watched.watch("one")
        st.text(f"{watched.token()} {st.query_params.get('run')}")
        watched.watch(None)
        st.text(f"{watched.token()} {st.query_params.get('run')}")

    assert [line.value for line in scripted(script).text] == ["one one", "None None"]


# Home


def test_home_shows_the_seven_steps():
    app = visit()
    for number in range(1, 8):
        assert f"**{number}. " in text(app)


def test_home_shows_another_picture():
    app = visit()
    assert "In truth: **T-shirt/top**" in text(app)
    for _ in range(5):
        app.session_state[state.EXAMPLE] = 13
        app.button("home_another").click().run()
        assert not app.exception
    assert app.session_state[state.EXAMPLE] != 13


def test_the_button_leads_into_training():
    app = visit()
    app.button("home_train").click().run()
    assert not app.exception
    assert app.title[0].value == "Train"


# Dataset


def gallery(app):
    return app.pills("gallery")


def test_the_gallery_pages_through_a_split():
    app = visit("pages/dataset.py")
    assert "1 to 24 of 300" in gallery(app).label
    app.segmented_control("dataset_split").set_value("Both").run()
    assert "1 to 24 of 400" in gallery(app).label
    app.pagination[0].set_value(17).run()
    assert "385 to 400 of 400" in gallery(app).label
    app.segmented_control("dataset_split").set_value("Test").run()
    assert "1 to 24 of 100" in gallery(app).label
    assert not app.exception


def test_another_selection_shows_its_first_picture_large():
    app = visit("pages/dataset.py")
    app.multiselect("dataset_classes").set_value([2]).run()
    assert app.number_input[0].value == 2
    assert "Pullover, training picture" in [heading.value for heading in app.subheader]
    app.segmented_control("dataset_split").set_value("Test").run()
    assert app.number_input[0].value == 302
    assert "Pullover, test picture" in [heading.value for heading in app.subheader]


def test_the_class_filter_takes_several_and_none_is_all():
    app = visit("pages/dataset.py")
    app.multiselect("dataset_classes").set_value([3, 9]).run()
    assert "1 to 24 of 60" in gallery(app).label
    assert all(option.endswith(("Dress", "Ankle boot")) for option in gallery(app).options)
    app.multiselect("dataset_classes").set_value([]).run()
    assert "of 300" in gallery(app).label
    assert not app.exception


def test_shuffle_changes_the_order_and_nothing_else():
    app = visit("pages/dataset.py")
    before = list(gallery(app).options)
    app.toggle("dataset_shuffle").set_value(True).run()
    assert list(gallery(app).options) != before
    assert "1 to 24 of 300" in gallery(app).label
    app.toggle("dataset_shuffle").set_value(False).run()
    assert list(gallery(app).options) == before


def test_a_picked_picture_is_shown_large_with_its_label():
    app = visit("pages/dataset.py")
    gallery(app).set_value(7).run()
    assert app.number_input(state.PICTURE).value == 7
    assert app.subheader[0].value == f"{CLASSES[7]}, training picture"
    assert "`0 0 0 0 0 0 0 1 0 0`" in text(app)
    gallery(app).set_value(None).run()  # a second click on the same picture
    assert app.number_input(state.PICTURE).value == 7


def test_a_picture_has_an_address():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.query_params[state.PICTURE] = "305"
    turn_to(app, "pages/dataset.py")
    assert app.subheader[0].value == f"{CLASSES[5]}, test picture"


@pytest.mark.parametrize("number", ["400", "-1", "boot"])
def test_an_address_of_no_picture_shows_the_first(number):
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.query_params[state.PICTURE] = number
    turn_to(app, "pages/dataset.py")
    assert app.number_input(state.PICTURE).value == 0


# The arithmetic behind


def test_numbers_count_through_both_parts():
    both = pictures()
    assert browse.select(both, "Both", [], False).tolist() == list(range(400))
    assert browse.select(both, "Test", [4], False).tolist() == list(range(304, 400, 10))
    shuffled = browse.select(both, "Training", [], True)
    assert sorted(shuffled.tolist()) == list(range(300))
    image, label, part = browse.look_up(both, 304)
    assert (label, part) == (4, "Test")
    assert (image == both.test_images[4]).all()


def test_the_average_of_equal_pictures_is_the_picture(known_data):
    half = np.full((20, 28, 28), 77, np.uint8)
    labels = np.arange(20, dtype=np.uint8) % 10
    known_data[""] = Dataset("fashion-mnist", "", half, labels, half.copy(), labels.copy())
    assert (browse.averages("fashion-mnist") == 77).all()


def test_the_winner_stands_out():
    values = np.array([0.05, 0, 0, 0.6, 0, 0.35, 0, 0, 0, 0])
    table = bars.probabilities(values)
    rows = re.findall(r'<tr( class=winner)?><th scope="row">([^<]+)<.*?width:([0-9.]+)%', table)
    assert [name for _, name, _ in rows] == list(CLASSES)
    assert [float(width) for _, _, width in rows] == pytest.approx(100 * values)
    assert [name for mark, name, _ in rows if mark] == ["Dress"]
    rows = re.findall(r'<th scope="row">([^<]+)<', bars.probabilities(values, by_size=True))
    assert rows[:3] == ["Dress", "Sandal", "T-shirt/top"]
    assert sorted(rows) == sorted(CLASSES)
