"""Weights files: what is saved comes back, and everything else is refused in one sentence."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as parse
from safetensors.numpy import save

from model import PROJECT
from model.data.datasets import NAMES, Dataset
from model.insight.out_of_distribution import confidence, distances, fit_reference
from model.networks.architectures import NETWORKS, initial_weights, weight_shapes
from model.networks.forward import forward, largest, predict
from model.training import checkpoint, safetensors_header
from model.training.checkpoint import CheckpointError, Trained, fingerprint, load, to_bytes
from model.training.recipes import RECIPES, Config, SettingError, check, from_plain

ASSETS = PROJECT / "assets"
SHIPPED = sorted(set(ASSETS.glob("*.safetensors")) - set(ASSETS.glob("*.reference.safetensors")))


def trained(network="lenet", seed=0):
    config = Config(network=network, seed=seed)
    weights = initial_weights(NETWORKS[network], seed)
    return Trained(weights, config, "article", 2.5, {"test": 0.9})


def file_with(change, network="lenet"):
    """A weights file after `change(arrays, metadata)`."""
    made = trained(network)
    arrays = dict(made.weights)
    content = to_bytes(made)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    about = header["__metadata__"]
    change(arrays, about)
    return save(arrays, metadata=about)


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_saved_comes_back(network):
    made = trained(network)
    back = load(to_bytes(made))
    assert (back.config, back.recipe, back.epoch) == (made.config, "article", 2.5)
    assert back.accuracies == {"test": 0.9}
    for name, array in made.weights.items():
        np.testing.assert_array_equal(back.weights[name], array)


def test_a_fingerprint_tells_weights_and_networks_apart():
    assert fingerprint(trained()) == fingerprint(trained())
    assert (
        len({fingerprint(trained(*made)) for made in (("lenet", 0), ("lenet", 1), ("mlp", 0))}) == 3
    )


def nan(arrays, about):
    arrays["conv1/kernel"] = np.full_like(arrays["conv1/kernel"], np.nan)


def other_network(arrays, about):
    about["config"] = json.dumps(json.loads(about["config"]) | {"network": "mlp"})


def unknown_network(arrays, about):
    about["config"] = json.dumps(json.loads(about["config"]) | {"network": "resnet"})


def other_shape(arrays, about):
    arrays["dense1/bias"] = arrays["dense1/bias"][:-1]


def as_type(kind, value=1):
    """A change of what numbers the first layer's biases are."""

    def change(arrays, about):
        arrays["conv1/bias"] = np.full_like(arrays["conv1/bias"], value, kind)

    return change


def missing(arrays, about):
    del arrays["dense3/bias"]


def one_more(arrays, about):
    arrays["dense4/bias"] = np.zeros(10, np.float32)


def of_another_program(arrays, about):
    about.clear()
    arrays.clear()
    arrays |= {"fc.weight": np.zeros((2, 2), np.float16), "steps": np.zeros(1, np.int64)}


def nothing(arrays, about):
    arrays.clear()
    about["format"] = "np"


def no_metadata(arrays, about):
    about.clear()


def odd_metadata(arrays, about):
    about["config"] = "[" * 10_000


def set_to(**changes):
    """A change of the settings in a file."""

    def change(arrays, about):
        about["config"] = json.dumps(json.loads(about["config"]) | changes)

    return change


def about_is(**changes):
    """A change of what a file says about itself."""
    return lambda arrays, about: about.update(changes)


def huge(name, value, others=None):
    """A change that fills one array with a value, and leaves the others or fills them, too."""

    def change(arrays, about):
        for each, array in arrays.items():
            if each == name or others is not None:
                arrays[each] = np.full_like(array, value if each == name else others)

    return change


def renamed(arrays, about):
    arrays["\x1b[2J![x](https://example.org/a.png)\u202e" + "x" * 5_000] = arrays.pop("dense3/bias")


def crowded(arrays, about):
    arrays |= {f"a{number}": np.zeros(1, np.float32) for number in range(100)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (nan, "not numbers"),
        (other_network, "do not belong to Plain neural network"),
        (unknown_network, "Network is 'resnet'; it must be one of: lenet, "),
        (other_shape, r"'dense1/bias' has the shape \(119,\), not \(120,\)"),
        (as_type(np.int64), "'conv1/bias' holds numbers of the kind int64; float32 is needed"),
        (as_type(np.uint8), "of the kind uint8"),
        (as_type(np.bool_), "of the kind true or false"),
        (as_type(np.float64, 1e300), "not numbers"),
        (missing, "to LeNet: 'dense3/bias' is missing\\."),
        (one_more, "'dense4/bias' is too much\\."),
        (of_another_program, "another program: it holds 2 arrays \\(float16, int64\\)"),
        (nothing, "it holds no arrays"),
        (about_is(format="lenet-lab reference 1"), "what is usual for weights"),
        (lambda arrays, about: about.pop("config"), "does not tell its config"),
        (lambda arrays, about: about.pop("recipe"), "Recipe is ''"),
        (about_is(config="null"), "The settings are empty"),
        (set_to(data="x" * 10_000), "Data set is 'x{40}'; it must be one of: "),
        (set_to(learning_rate=None), "Learning rate is empty; it must be a number"),
        (no_metadata, "another program: it holds 10 arrays \\(float32\\)"),
        (odd_metadata, "Its config cannot be read"),
        (about_is(format="pt"), "another program"),
        (about_is(config=" " * 3_000_000), "describes itself in 3,00[0-9] kB"),
        (about_is(config='{"seed": 0, "seed": 1}'), "Its config cannot be read"),
        (about_is(config="[]"), "The settings are a list"),
        (about_is(config='"lenet"'), "The settings are 'lenet'"),
        (set_to(extra=1), "no setting called 'extra'"),
        (set_to(__doc__="text"), "no setting called '__doc__'"),
        (set_to(network=["lenet"]), "Network is a list; it must be a name"),
        (set_to(data=["fashion-mnist"]), "Data set is a list; it must be a name"),
        (set_to(data={"a": "b"}), "Data set is a group of values; it must be a name"),
        (set_to(data="\ud800"), "Data set is"),
        (set_to(data="![x](https://example.org/a.png)"), "Data set is"),
        (set_to(optimizer="lion"), "Optimizer is"),
        (set_to(schedule="steps"), "Schedule is"),
        (set_to(augmentation="mixup"), "Augmentation is"),
        (set_to(seed=True), "Seed is true; it must be a whole number"),
        (set_to(seed=1.0), "Seed is 1.0; it must be a whole number"),
        (set_to(epochs="3"), "Epochs is '3'; it must be a whole number"),
        (set_to(epochs=0), "Epochs is 0"),
        (set_to(epochs=10**18), "Epochs is far too large"),
        (set_to(epochs=10**400), "Its config cannot be read"),
        (set_to(learning_rate=float("nan")), "Its config cannot be read"),
        (set_to(learning_rate=1e308), r"Learning rate is 1e\+308"),
        (about_is(recipe="**best**"), r"Recipe is '\*\*best\*\*'"),
        (about_is(epoch="nan"), "Its epoch cannot be read"),
        (about_is(epoch="-1"), "Epoch must be a number from 0 to 100"),
        (about_is(epoch="inf"), "Its epoch cannot be read"),
        (about_is(epoch="1e9"), "Epoch must be a number from 0 to 100"),
        (about_is(epoch="9" * 5_000), "Its epoch cannot be read"),
        (about_is(accuracies='{"test": NaN}'), "Its accuracies cannot be read"),
        (about_is(accuracies='{"test": 1e308}'), r"Accuracy \(test\) must be a number from 0 to 1"),
        (about_is(accuracies='{"test": -0.1}'), r"Accuracy \(test\) must be a number from 0 to 1"),
        (about_is(accuracies='{"test": "0.9"}'), r"Accuracy \(test\) must be a number from 0 to 1"),
        (about_is(accuracies='{"test": true}'), r"Accuracy \(test\) must be a number from 0 to 1"),
        (about_is(accuracies='{"test": null}'), r"Accuracy \(test\) must be a number from 0 to 1"),
        (about_is(accuracies=f'{{"test": {"9" * 400}}}'), "Its accuracies cannot be read"),
        (about_is(accuracies='{"exam": 0.9}'), "must be of test, train, validation"),
        (about_is(accuracies="[0.9]"), "must be of test, train, validation"),
        (renamed, r"'\\x1b\[2J!\[x\]"),
        (crowded, "holds 110 arrays"),
        (huge("conv1/kernel", 1e38), "so large that no picture"),
        (huge("dense3/bias", 1e38), "so large that no picture"),
        (huge("conv1/kernel", 1e12, 1e12), "so large that no picture"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence(change, words):
    with pytest.raises(CheckpointError, match=words) as caught:
        load(file_with(change))
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
    assert str(caught.value).endswith((".", "needed."))


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_numbers_of_another_size_are_read_as_float32(kind):
    def change(arrays, about):
        arrays |= {name: array.astype(kind) for name, array in arrays.items()}

    weights = load(file_with(change)).weights
    for name, array in trained().weights.items():
        assert weights[name].dtype == np.float32
        np.testing.assert_allclose(weights[name], array, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "F8_E5M2"])
def test_numbers_that_numpy_does_not_have_are_told(kind):
    """PyTorch saves them; of a NumPy array, only the header's words are changed here."""
    size = {"BF16": 2}.get(kind, 1)

    def change(arrays, about):
        stand_in = {1: np.uint8, 2: np.float16}[size]
        arrays |= {name: array.astype(stand_in) for name, array in arrays.items()}

    content = file_with(change)
    content = content.replace({1: b'"U8"', 2: b'"F16"'}[size], f'"{kind}"'.encode())
    length = int.from_bytes(content[:8], "little") + content.count(kind.encode()) * (
        len(kind) - {1: 2, 2: 3}[size]
    )
    with pytest.raises(CheckpointError, match=r"float(8 \(E|16).*; float32 is needed"):
        load(length.to_bytes(8, "little") + content[8:])


# Any value that JSON has, for any setting: what it must be called then is not the point.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
SETTINGS = st.sampled_from([one.name for one in fields(Config)])
HUGE = st.integers(300, 5_000).map(lambda digits: 10**digits) | st.just("x" * 10**6)


def tried(read, found):
    """What `read` makes of it, and the sentence where it refuses; no other error may come."""
    try:
        return read(found), ""
    except (SettingError, CheckpointError) as error:
        return None, str(error)


@settings(max_examples=500)
@given(
    st.dictionaries(SETTINGS | st.text(max_size=10), JSON | HUGE, max_size=4)
    | st.dictionaries(SETTINGS, st.sampled_from([0, 1, 100, 0.5, "adam", "mlp"]), max_size=4)
    | JSON
)
def test_any_json_is_settings_that_can_be_used_or_is_told(found):
    config, fault = tried(from_plain, found)
    if config is None:
        assert fault.isprintable()
        assert len(fault) < 200
        return
    assert check(config) == config
    assert from_plain(json.loads(json.dumps(asdict(config)))) == config
    for setting in fields(Config):
        assert type(getattr(config, setting.name)) is type(setting.default)


@settings(max_examples=200)
@given(st.sampled_from(["config", "recipe", "epoch", "accuracies", "format"]), JSON | st.text())
def test_any_words_of_a_file_are_taken_or_told(name, value):
    text = value if isinstance(value, str) else json.dumps(value)
    text = text.encode(errors="ignore").decode()  # which a file of text cannot but be
    back, fault = tried(load, file_with(about_is(**{name: text})))
    if back is None:
        assert fault.isprintable()
        return
    assert check(back.config) == back.config
    assert load(to_bytes(back)).config == back.config


WRITES = """
import sys
from model.networks.architectures import NETWORKS, initial_weights
from model.training.checkpoint import Trained, to_bytes
from model.training.recipes import Config
weights = initial_weights(NETWORKS["lenet"], 0)
accuracies = {"test": 0.5, "train": 0.25}
if sys.argv[1] == "1":  # the same in another order
    weights, accuracies = (dict(reversed(one.items())) for one in (weights, accuracies))
sys.stdout.buffer.write(to_bytes(Trained(weights, Config(), "quick", 1, accuracies)))
"""


def test_equal_weights_are_equal_files_in_every_process():
    contents = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", WRITES, seed],
            cwd=PROJECT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        contents.add(done.stdout)
    assert len(contents) == 1
    (content,) = contents
    assert load(content).accuracies == {"test": 0.5, "train": 0.25}
    header = safetensors_header.read(content)
    assert list(header.about) == sorted(header.about)
    assert list(header.shapes) == sorted(header.shapes)
    again = save(parse(content), metadata=header.about)  # the library's own, in any order
    assert sorted(again) == sorted(content)


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch):
    monkeypatch.setattr(checkpoint, "parse", lambda content: pytest.fail("was parsed"))
    with pytest.raises(CheckpointError, match="MB"):
        load(bytes(checkpoint.MAX_FILE_BYTES + 1))


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content):
    with pytest.raises(CheckpointError):
        load(content)


WHOLE = to_bytes(trained())


@settings(max_examples=200)
@given(st.integers(0, 1500), st.integers(0, 255), st.integers(0, len(WHOLE)))
def test_a_damaged_file_is_refused_or_harmless(place, value, length):
    damaged = bytearray(WHOLE)
    damaged[place] = value
    for content in (bytes(damaged), WHOLE[:length]):
        try:
            back = load(content)
        except CheckpointError:
            continue
        assert set(back.weights) == set(trained().weights)


def test_many_arrays_are_refused_before_they_are_parsed(monkeypatch):
    arrays = {f"{number}": np.zeros(1, np.float32) for number in range(30_000)}
    content = save(arrays, metadata={})
    monkeypatch.setattr(checkpoint, "parse", lambda content: pytest.fail("was parsed"))
    start = time.perf_counter()
    with pytest.raises(CheckpointError, match="kB"):
        load(content)
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize(
    "header",
    [
        b"{]",
        b'{"__metadata__": []}',
        b'{"__metadata__": {"a": 1}}',
        b'{"a": []}',
        b'{"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": ["1"], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, "4"]}}',
    ],
)
def test_a_header_of_another_shape_is_refused(header):
    with pytest.raises(CheckpointError, match="damaged"):
        load(len(header).to_bytes(8, "little") + header)


@pytest.mark.parametrize("recipe", [*RECIPES, "custom"])
@pytest.mark.parametrize("data", NAMES)
def test_every_run_comes_back(recipe, data):
    config = replace(RECIPES.get(recipe, RECIPES["quick"]).config, data=data)
    made = Trained(initial_weights(NETWORKS[config.network], 0), config, recipe, 0.0)
    back = load(to_bytes(made))
    assert (back.config, back.recipe, back.epoch, back.accuracies) == (config, recipe, 0, {})


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_weights_that_ship_are_taken(file):
    assert checkpoint.read(file).accuracies["test"] > 0.92


@pytest.mark.parametrize("network", NETWORKS)
def test_no_number_in_a_forward_pass_is_larger_than_the_bound(network):
    rng = np.random.default_rng(0)
    weights = {
        name: abs(array) if name.endswith("/variance") else array
        for name, shape in weight_shapes(NETWORKS[network]).items()
        for array in [rng.normal(0, 3, shape).astype(np.float32)]
    }
    most = largest(NETWORKS[network], weights)
    noise = rng.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    images = np.concatenate([noise, np.zeros_like(noise[:1]), np.full_like(noise[:1], 255)])
    for output in forward(NETWORKS[network], weights, images).values():
        assert abs(output).max() <= most * 1.0001


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("value", "others"), [(0, 0), (1e-30, 1e-30), (1e-3, 1e-3), (1, 1), (1e9, None), (1e3, 1e3)]
)
def test_weights_that_are_taken_answer_with_numbers_and_without_a_warning(value, others):
    """Strange weights may say nonsense; the pages that show it must live on."""
    try:
        made = load(file_with(huge("conv1/kernel", value, others)))
    except CheckpointError:
        assert value == others == 1e3
        return
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    labels = np.arange(300, dtype=np.uint8) % 10
    pictures = Dataset("fashion-mnist", "", images, labels, images[:20].copy(), labels[:20].copy())
    reference = fit_reference(made, pictures)
    for image in (images[0], np.zeros_like(images[0]), np.full_like(images[0], 255)):
        values = predict(NETWORKS["lenet"], made.weights, image[None])
        assert np.isfinite(values).all()
        assert np.isfinite(distances(made, reference, image[None])).all()
        assert 0 <= confidence(reference, values[0]) <= 1
