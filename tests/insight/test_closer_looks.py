"""What Predict computes beyond the answer: where it looked, disturbances, what is strange."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.strangers import strangers
from benchmarks.unknown import auroc
from model import PROJECT
from model.data import datasets
from model.data.datasets import CLASSES
from model.insight.neighbours import closest, fit_neighbours, fit_neighbours_on
from model.insight.occlusion import PATCH, occlusion
from model.insight.out_of_distribution import (
    confidence,
    distances,
    fit_reference,
    fit_reference_on,
    is_strange,
)
from model.networks.architectures import NETWORKS, initial_weights
from model.pictures.perturb import TURNS, UNCHANGED, Perturbation, perturb, turns
from model.training import checkpoint
from model.training.checkpoint import Trained
from model.training.recipes import Config
from tools import fuzz

SHOE = 7


@pytest.fixture(scope="module")
def trained():
    return checkpoint.load((PROJECT / "assets" / "lenet.safetensors").read_bytes())


@pytest.fixture(scope="module")
def wardrobe():
    return datasets.load("wardrobe")


@pytest.fixture(scope="module")
def reference(trained, wardrobe):
    return fit_reference(trained, wardrobe)


@pytest.fixture(scope="module")
def others():
    """Forty pictures of each kind that shows no clothes."""
    return strangers(40)


def some(wardrobe, label):
    return wardrobe.test_images[wardrobe.test_labels == label][0]


def test_occlusion_is_nothing_where_the_picture_is_black(trained, wardrobe):
    image = some(wardrobe, SHOE).copy()
    image[:14] = 0
    falls = occlusion(trained, image, SHOE)
    assert falls.shape == (28, 28)
    assert not falls[: 14 - PATCH].any()
    assert np.abs(falls).max() <= 1
    assert falls[14:].any()


def test_occlusion_finds_the_part_that_decides(trained, wardrobe):
    """Covering the place with the largest fall must take more than covering the smallest."""
    from model.networks.architectures import NETWORKS
    from model.networks.forward import predict

    image = some(wardrobe, SHOE)
    network, weights = NETWORKS[trained.network], trained.weights
    label = int(predict(network, weights, image[None]).argmax())
    falls = np.where(image > 0, occlusion(trained, image, label), np.nan)
    left = []
    for place in (np.nanargmax(falls), np.nanargmin(falls)):
        row, column = np.unravel_index(place, falls.shape)
        covered = image.copy()
        covered[max(row - 3, 0) : row + 3, max(column - 3, 0) : column + 3] = 0
        left.append(predict(network, weights, covered[None])[0, label])
    assert left[0] < left[1]


def test_nothing_disturbs_nothing(wardrobe):
    image = some(wardrobe, 0)
    assert (perturb(image, UNCHANGED) == image).all()
    assert turns(Perturbation(right=3))[len(TURNS) // 2] == Perturbation(right=3)


@pytest.mark.parametrize(
    ("how", "row", "column"),
    [
        (Perturbation(right=3), 10, 13),
        (Perturbation(down=2), 12, 10),
        (Perturbation(rotation=90), 10, 17),  # clockwise: up and left becomes up and right
        (Perturbation(rotation=180), 17, 17),
    ],
)
def test_a_dot_goes_where_it_is_sent(how, row, column):
    image = np.zeros((28, 28), np.uint8)
    image[10, 10] = 200
    changed = perturb(image, how)
    assert np.unravel_index(changed.argmax(), changed.shape) == (row, column)


def test_scale_blur_noise_and_contrast(wardrobe):
    image = some(wardrobe, 0)
    area = (image > 0).sum()
    assert (perturb(image, Perturbation(scale=0.5)) > 0).sum() == pytest.approx(area / 4, rel=0.25)
    assert perturb(image, Perturbation(contrast=0.5)).max() == image.max() // 2
    assert np.ptp(perturb(image, Perturbation(blur=3))) < np.ptp(image)
    noisy = perturb(image, Perturbation(noise=30))
    assert (noisy == perturb(image, Perturbation(noise=30))).all()
    assert noisy[image == 0].std() > 5


def test_a_picture_is_most_like_itself(trained, reference, wardrobe):
    neighbours = fit_neighbours(trained, wardrobe)
    number = int(neighbours.numbers[7])
    alike = closest(trained, neighbours, wardrobe.train_images[number])
    assert number in alike.numbers[alike.similarities > 0.9999]
    assert (np.diff(alike.similarities) <= 0).all()
    assert not is_strange(trained, reference, wardrobe.train_images[number])


def test_usual_pictures_are_seldom_strange_and_strange_ones_mostly(
    trained, reference, wardrobe, others
):
    usual = distances(trained, reference, wardrobe.test_images)
    assert (usual > reference.most).mean() < 0.06
    for kind, images in others.items():
        assert auroc(-usual, -distances(trained, reference, images)) > 0.85, kind


def test_a_network_without_pooling_tells_them_apart_too(wardrobe, others):
    config = Config(network="mlp", data="wardrobe", epochs=1, batch_size=50)
    made = Trained(initial_weights(NETWORKS["mlp"], 0), config, "quick", 0.0)
    usual = fit_reference(made, wardrobe)
    assert (distances(made, usual, wardrobe.test_images) > usual.most).mean() < 0.06
    assert (distances(made, usual, others["noise"]) > usual.most).mean() > 0.9


def test_the_temperature_calms_a_network_that_is_too_sure(trained, wardrobe, reference):
    """Logits five times as large give the same answers, far too sure of themselves."""
    last = {name: trained.weights[name] * 5 for name in ("dense3/kernel", "dense3/bias")}
    sharper = fit_reference(replace(trained, weights=trained.weights | last), wardrobe)
    assert sharper.temperature > 2 * reference.temperature
    values = np.array([0.6, 0.2, 0.1, 0.1, 0, 0, 0, 0, 0, 0], np.float32)
    assert confidence(replace(reference, temperature=1.0), values) == pytest.approx(0.6)
    assert confidence(replace(reference, temperature=2.0), values) < 0.45


def test_workers_take_the_data_set_by_its_name(trained, wardrobe, reference):
    assert fit_reference_on(trained, "wardrobe").most == pytest.approx(reference.most, rel=1e-4)
    neighbours = fit_neighbours_on(trained, "wardrobe")
    assert (neighbours.numbers == fit_neighbours(trained, wardrobe).numbers).all()
    with pytest.raises(datasets.DataError):
        fit_reference_on(trained, "no such pictures")


def test_auroc_by_hand():
    assert auroc(np.array([2.0, 3]), np.array([0.0, 1])) == 1
    assert auroc(np.array([1.0]), np.array([1.0])) == 0.5
    assert auroc(np.array([1.0, 4]), np.array([2.0, 3])) == 0.5


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the broken parts
def test_broken_files_end_in_a_picture_or_a_sentence():
    counts = fuzz.run(300, seed=2)
    assert sum(counts.values()) == 300
    assert counts["prepared"] > 20
    assert len(counts) > 3


def test_samples_show_every_class_twice():
    names = {file.stem for file in (PROJECT / "assets" / "samples").glob("*.png")}
    expected = {f"{kind}_{label}" for kind in ("drawing", "picture") for label in range(10)}
    assert names == expected | {"strange_digit", "strange_face"}
    assert len(CLASSES) == 10
