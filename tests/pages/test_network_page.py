"""The Network page without a browser: its choices, its numbers against Keras, bad input."""

import base64
import json
import re
from html import escape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model import PROJECT, server
from model.cache import Kept
from model.data import datasets
from model.data.datasets import CLASSES
from model.insight.anatomy import anatomy
from model.insight.excitement import excitement
from model.networks.architectures import (
    NETWORKS,
    initial_weights,
    keras_code,
    parameter_counts,
)
from model.networks.forward import walk
from model.training.checkpoint import Trained
from model.training.recipes import Config
from model.training.run import Run
from model.training.storage.database import StorageError
from tests.lazy import Lazy
from tests.networks.test_networks import keras_with
from tests.ui.test_live import Idle
from ui import images, state
from ui.attempts import Attempt
from ui.network import desk, epochs, place, sums

APP = str(PROJECT / "app.py")
keras = Lazy("keras")


@pytest.fixture
def page(monkeypatch, tmp_path):
    wardrobe = datasets.load("wardrobe")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'runs.db'}")
    monkeypatch.setattr(server, "_runs", Kept(1))
    monkeypatch.setattr(datasets, "load", lambda name=None: wardrobe)
    monkeypatch.setattr(state, "_search", lambda: True)
    few = wardrobe.test_images[:60]
    monkeypatch.setattr(
        server, "excitement", lambda trained, _, layer: excitement(trained, few, layer)
    )
    app = AppTest.from_file(APP, default_timeout=60)
    app.run()
    return app.switch_page("pages/network.py").run()


def told(page, name):
    """What a component of the page was told."""
    shown = [one.proto for one in page.main.get("bidi_component")]
    [found] = [one.bytes for one in shown if one.component_name.endswith(name)]
    return json.loads(found)


def array(one):
    return np.frombuffer(base64.b64decode(one["values"]), "<f4").reshape(one["shape"])


def words(page):
    return "\n".join(str(one.value) for one in (*page.markdown, *page.caption, *page.info))


def test_the_labels_are_there(page):
    assert not page.exception
    assert page.selectbox(state.LAYER).label == "Layer"
    assert page.selectbox(state.FILTER).label == "Filter"
    assert any(one.label == "One step of learning" for one in page.toggle)
    layers = told(page, "lenet_layers")["layers"]
    names = ["input", "conv1", "pool1", "conv2", "pool2", "flatten1", "dense1", "dense2", "dense3"]
    assert [one["name"] for one in layers] == names
    assert layers[3]["words"] == "5 × 5 × 6 numbers and one bias for each of 16 filters: 2,416."


def test_the_drawing_says_what_each_layer_gives_and_learns(page):
    [drawn] = [
        one.proto.bytes.decode()
        for one in page.main.get("bidi_component")
        if b"network-drawing" in one.proto.bytes
    ]
    said = re.findall(r">([^<>]+)</text>", drawn)
    parts = anatomy(NETWORKS["lenet"])
    for part in parts:
        assert {part.name, "×".join(map(str, part.given))} <= set(said)
        assert f"{part.parameters:,}" in said or not part.parameters
    for name in CLASSES:
        assert any(word.startswith(escape(name)) for word in said)


@pytest.mark.parametrize(
    ("network", "levels"),
    [
        ("lenet", {1: "The first layer", 2: "What pooling keeps", 3: "The second level"}),
        ("mlp", {1: "The decision"}),
    ],
)
def test_levels_of_the_lesson_begin_where_the_network_has_them(page, network, levels, monkeypatch):
    page, _ = use(page, network, monkeypatch)
    layers = told(page, "lenet_layers")["layers"]
    found = {at: one["level"]["title"] for at, one in enumerate(layers) if "level" in one}
    assert found.items() >= levels.items()
    assert "The decision" in found.values()


def test_filters_maps_and_units_are_called_so(page):
    for layer, called in [("conv1", "filter 2"), ("pool1", "map 2"), ("dense1", "unit 2")]:
        page.selectbox(state.LAYER).set_value(layer).run()
        assert page.selectbox(state.FILTER).options[1] == called
    page.selectbox(state.LAYER).set_value("dense3").run()
    assert page.selectbox(state.FILTER).options[1] == "unit 2: Trouser"


def test_the_toy_goes_through_two_levels_and_says_where_nothing_is_left(page):
    assert "28\u00a0→\u00a028\u00a0→\u00a014" in words(page)
    assert "14\u00a0→\u00a014\u00a0→\u00a07" in words(page)
    for key, value in {"input": 8, "kernel": 7, "stride": 4, "padding": 0, "pool": 4}.items():
        page.slider(f"toy_{key}").set_value(value)
    page.run()
    assert not page.exception
    assert "8\u00a0→\u00a01\u00a0→\u00a00" in words(page)


def use(page, network, monkeypatch):
    """Have the page look into this network, with weights that are not trained."""
    weights = initial_weights(NETWORKS[network], 3)
    trained = Trained(weights, Config(network=network, data="wardrobe"), "custom", 1.0)
    page.session_state[state.OWN] = {"mine": state.Choice("mine", "Mine", trained)}
    page.session_state[state.IN_USE] = "mine"
    return page.run(), trained


@pytest.mark.parametrize("network", NETWORKS)
def test_every_number_is_that_of_keras(page, network, monkeypatch):
    page, trained = use(page, network, monkeypatch)
    assert not page.exception
    image = datasets.load().test_images[0]
    steps = tuple(walk(NETWORKS[network], trained.weights, image[None]))
    laid = desk.Desk(desk.Picture(image, "a picture", None), trained, NETWORKS[network], steps)
    model = keras_with(network, trained.weights)
    known = [layer for layer in model.layers if "dropout" not in layer.name]
    outputs = keras.Model(model.inputs, [layer.output for layer in known])
    found = outputs(image[None, ..., None] / np.float32(255))
    by_name = {layer.name: output for layer, output in zip(known, found, strict=True)}
    for name, step in place.steps(laid).items():
        last = step.given.shape[-1] - 1
        found = sums.numbers(laid, step, last)
        expected = np.asarray(by_name[name])[0]
        if not name.startswith("batchnorm"):  # Keras has the activation as a layer of its own
            np.testing.assert_allclose(array(found["given"]), expected[..., last], atol=1e-5)
        np.testing.assert_allclose(array(found["taken"]), step.taken[0], atol=1e-6)
    page.selectbox(state.LAYER).set_value(name).run()
    page.selectbox(state.FILTER).set_value(last).run()
    assert not page.exception
    assert told(page, "lenet_sums").items() >= found.items(), "the page tells these very numbers"


def test_another_network_never_has_a_layer_too_many(page, monkeypatch):
    page.selectbox(state.LAYER).set_value("conv2").run()
    page.selectbox(state.FILTER).set_value(15).run()
    page, _ = use(page, "mlp", monkeypatch)
    assert not page.exception
    assert page.selectbox(state.LAYER).value == "dense1"


def test_pictures_of_ones_own(page):
    page.segmented_control("network_kind").set_value(desk.MINE).run()
    assert "can be looked at here" in words(page)
    image = datasets.load().test_images[7]
    page.session_state[state.ATTEMPTS] = [Attempt("k", "a_[b].png", image.tobytes(), 3, 0.9)]
    page.run()
    assert not page.exception
    taken = array(told(page, "lenet_sums")["taken"])
    np.testing.assert_allclose(taken[..., 0], image / 255, atol=1e-6)
    page.segmented_control("network_kind").set_value(desk.SAMPLES).run()
    assert not page.exception
    assert page.selectbox("network_sample").options


def test_one_step_of_learning_is_told(page):
    page.toggle("network_learn").set_value(True).run()
    assert not page.exception
    assert "**Loss:** −ln(" in words(page)
    assert "after it**" in words(page)
    made = [one.proto.body for one in page.main.get("html") if "kernels" in one.proto.body]
    assert re.findall("<caption>(.*?)</caption>", made[0]) == [
        "The kernel",
        "Its gradient",
        "Kernel − 0.01 × gradient",
    ]


@pytest.mark.parametrize("address", ["99999999", "-1", "many", "inf"])
def test_a_picture_out_of_range_in_the_address_is_told_and_the_first_one_is_shown(page, address):
    page.query_params[state.TEST_PICTURE] = address
    page.run()
    assert not page.exception
    assert page.number_input(state.TEST_PICTURE).value == 0
    assert "asks for a test picture that there is not" in page.warning[0].value


def visit(**asked):
    """The page as a link opens it."""
    page = AppTest.from_file(APP, default_timeout=60)
    for name, value in asked.items():
        page.query_params[name] = value
    page.switch_page("pages/network.py").run()
    assert not page.exception
    return page


def test_a_link_leads_to_a_layer_a_filter_and_a_place(page):
    link = visit(layer="conv2", filter="5", row="3", column="14")
    found = told(link, "lenet_sums")
    assert (found["name"], found["filter"], found["start"]) == ("conv2", 4, [2, 13])
    assert found["address"] == {"layer": "conv2", "filter": 5, "batch": None}
    assert not link.warning


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"layer": "conv9", "filter": "2"}, "a layer of this network that there is not: conv9"),
        ({"layer": "conv2", "filter": "17"}, "a filter or unit of conv2 that there is not: 17"),
        ({"layer": "conv2", "row": "15", "column": "2"}, "a row in the maps of conv2"),
        ({"layer": "conv2", "row": "2", "column": "0"}, "a column in the maps of conv2"),
    ],
)
def test_a_place_out_of_range_in_the_address_is_told_and_the_page_goes_on(page, asked, sentence):
    link = visit(**asked)
    [said] = [one.value for one in link.warning]
    assert sentence in said
    assert told(link, "lenet_sums")["start"] is None


@pytest.fixture
def run(page, monkeypatch):
    """A run in use that kept weights after 0, 10 and 60 batches; they can be told apart."""
    config = Config(data="wardrobe", epochs=2, batch_size=100, train_images=6000)
    made = Run(config, "custom", Idle())
    monkeypatch.setattr(state, "run_in_use", lambda: made)
    kept = {step: initial_weights(NETWORKS["lenet"], step) for step in (0, 10, 60)}
    runs = server.runs()
    monkeypatch.setattr(runs, "moments", lambda _: tuple(kept))
    monkeypatch.setattr(runs, "weights_at", lambda _, step: kept[step])
    made.kept = kept
    return made


def test_the_slider_moves_everything_through_the_training(page, run):
    page.run()
    assert not page.exception
    slider = page.select_slider(state.MOMENT)
    assert slider.label == "Epoch"
    assert slider.options == ["0", "batch 10", "1", "newest"]
    assert slider.value == epochs.NEWEST
    for step in (10, 0):
        page.select_slider(state.MOMENT).set_value(step).run()
        kernel = array(told(page, "lenet_sums")["kernel"])
        np.testing.assert_array_equal(kernel, run.kept[step]["conv1/kernel"][..., 0])
    assert not page.exception


def test_a_link_leads_to_a_moment_and_one_that_was_not_kept_is_told(page, run):
    link = visit(batch="10")
    assert link.select_slider(state.MOMENT).value == 10
    assert told(link, "lenet_sums")["address"]["batch"] == 10
    link = visit(batch="11")
    assert link.select_slider(state.MOMENT).value == epochs.NEWEST
    assert "There are 0, 10" in link.warning[0].value


def test_play_goes_from_moment_to_moment_and_stops_at_the_newest(page, run):
    page.run()
    page.button("network_play").click().run()
    seen = [page.session_state[state.MOMENT]]
    while page.session_state[state.PLAYING]:
        page.run()
        seen.append(page.session_state[state.MOMENT])
    assert seen == [0, 10, 60, epochs.NEWEST]
    assert not page.exception


def test_while_it_trains_the_newest_kept_weights_say_what_a_filter_looks_for(
    page, run, monkeypatch
):
    asked = []
    monkeypatch.setattr(
        server,
        "excitement",
        lambda trained, _, layer: asked.append(trained.weights["conv1/kernel"]) or None,
    )
    monkeypatch.setattr(epochs, "is_active", lambda _: True)
    page.run()
    assert not page.exception
    assert "At epoch 1, since the network is training: conv1, filter 1" in words(page)
    assert {id(one) for one in asked} == {id(run.kept[60]["conv1/kernel"])}
    asked.clear()
    page.session_state[state.PLAYING] = epochs.BEGINS
    page.session_state[state.MOMENT] = 0
    page.run()
    assert "as soon as the weights rest" in words(page)
    assert not asked


def test_a_moment_that_is_damaged_is_told_and_the_page_goes_on(page, run, monkeypatch):
    def damaged(_, step):
        raise StorageError("The weights after 10 batches are damaged or gone.")

    monkeypatch.setattr(server.runs(), "weights_at", damaged)
    page.run()
    page.select_slider(state.MOMENT).set_value(10).run()
    assert "damaged or gone. The newest weights are shown." in page.warning[0].value
    assert not page.exception
    assert told(page, "lenet_sums")["name"] == "conv1"


def test_what_excites_a_filter_is_shown_with_its_values(page):
    trained = state.shipped()[0][state.READY_MADE].trained
    best = excitement(trained, datasets.load().test_images[:60], "conv1")
    assert f"gives {best.values[0, 0]:.2f}" in words(page)


def test_every_network_has_its_table_and_its_code_comes_when_it_is_opened(page, copyable):
    assert not copyable(page)
    for name, network in NETWORKS.items():
        total = sum(parameter_counts(network).values())
        assert f"| **Together** | | | **{total:,}** | |" in words(page)
        page.session_state[f"network_code_{name}"] = True
        page.run()
        code = copyable(page)[f"{network.label} in Keras"]
        assert code == keras_code(network)
        compile(code, "the code on Network", "exec")
    assert not page.exception
    assert not page.code, "st.code has a browser load 1.6 MB"


def test_python_and_the_browser_paint_numbers_alike():
    script = (PROJECT / "assets/js/numbers.js").read_text()
    ends = [
        json.loads(re.search(rf"const {name} = (.*);", script)[1])
        for name in ("NEGATIVE", "ZERO", "POSITIVE")
    ]
    np.testing.assert_array_equal(images.coloured(np.array([[-2.0, 0.0, 2.0]]))[0], ends)
    np.testing.assert_array_equal(images.coloured(np.array([[0.0, 1.0, 2.0]])), [[0, 128, 255]])
    assert not images.coloured(np.zeros((2, 2))).any()
