"""Augmentation: what each change does, that plans are repeatable, and that slices do not matter."""

import time

import numpy as np
import pytest

from model.pictures.augmentation import LIT, PLAIN, SIDE, TONES, noisy, relit, warped
from model.training.batches import AUGMENTATIONS, augment, epoch_plan


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    pictures = np.zeros((300, 28, 28), np.uint8)
    pictures[:, 4:24, 8:20] = rng.integers(60, 200, (300, 20, 12))
    return pictures


def maps(count, matrix, move=(0, 0)):
    return np.tile(np.column_stack([matrix, move]).astype(np.float32), (count, 1, 1))


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_slices_give_the_same_pictures(images, name):
    plan = epoch_plan(300, name, 7, 3)
    whole = augment(images, plan, 0)
    parts = [augment(images[first : first + 70], plan, first) for first in range(0, 300, 70)]
    assert whole.dtype == np.uint8
    assert np.array_equal(whole, np.concatenate(parts))


def test_everyday_plans_depend_on_seed_and_epoch(images):
    epoch_plan.cache_clear()
    first = augment(images, epoch_plan(300, "everyday", 0, 0), 0)
    epoch_plan.cache_clear()
    assert np.array_equal(first, augment(images, epoch_plan(300, "everyday", 0, 0), 0))
    for seed, epoch in ((0, 1), (1, 0)):
        assert not np.array_equal(
            first, augment(images, epoch_plan(300, "everyday", seed, epoch), 0)
        )


def test_augmentation_leaves_its_input_alone(images):
    before = images.copy()
    augment(images, epoch_plan(300, "everyday", 0, 0), 0)
    assert np.array_equal(images, before)


def test_everyday_pictures_are_quick(images):
    many = np.tile(images, (5, 1, 1))[:1280]
    plan = epoch_plan(1280, "everyday", 0, 0)
    start = time.perf_counter()
    augment(many, plan, 0)
    assert time.perf_counter() - start < 1  # 0.04 s where nothing else runs


def test_a_map_that_changes_nothing_changes_nothing(images):
    assert np.array_equal(warped(images, maps(300, np.eye(2))), images)


def test_maps_move_turn_and_zoom(images):
    moved = warped(images, maps(300, np.eye(2), (2, -3)))
    assert np.array_equal(moved[:, :-2, 3:], images[:, 2:, :-3])
    turned = warped(images, maps(300, [[0, 1], [-1, 0]]))
    assert np.array_equal(turned, np.rot90(images, axes=(1, 2)))
    half = warped(images, maps(300, 2 * np.eye(2)))
    assert (half > 0).any(axis=(0, 2)).sum() == 10
    outside = warped(images, maps(300, np.eye(2), (200, 0)))
    assert not outside.any()


def test_tones_keep_black_black_and_lit_lit(images):
    assert TONES[0].tolist() == list(range(256))
    assert not TONES[:, 0].any()
    assert TONES[:, 60:].min() >= 12
    assert np.array_equal(relit(images, np.zeros(300, np.intp)), images)
    lit, negative = TONES[PLAIN:LIT].astype(int), TONES[LIT:].astype(int)
    assert (np.diff(lit, axis=1) >= 0).all()
    assert (np.diff(negative[:, 64:], axis=1) <= 0).all()


def test_grain_falls_on_the_item_only(images):
    grain = np.random.default_rng(1).normal(0, 20, images.shape).astype(np.int16)
    rough = noisy(images, grain)
    assert not rough[images == 0].any()
    assert rough[images > 0].min() >= 1
    assert 10 < np.abs(rough.astype(int) - images)[images > 0].mean() < 20
    assert rough.shape[1] == SIDE
