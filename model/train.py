"""Train without a browser: `python -m model.train --recipe quick --epochs 8 --out FILE`.

Prints a progress bar, and as its last line one line of JSON. It runs the same slices as the
app, in its own process. Beside the weights it writes what is usual for them: see `reference.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from tqdm import tqdm

from model.data import datasets
from model.reference import write_beside
from model.training.batches import Indices, batch_sizes, split, steps_per_epoch
from model.training.checkpoint import (
    Checkpoint,
    Trained,
    final_weights,
    start,
    to_bytes,
    usable,
)
from model.training.recipes import CHOICES, LIMITS, RECIPES, Config, SettingError, check
from model.wardrobe import synthetic

SLICE_STEPS = 100  # how often the progress bar moves


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model.train", description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="quick")
    parser.add_argument("--out", type=Path, help="where to write the weights (safetensors)")
    for setting in fields(Config):
        option = "--" + setting.name.replace("_", "-")
        if setting.name in LIMITS:
            low, high = LIMITS[setting.name]
            kind = type(setting.default)
            parser.add_argument(option, type=kind, help=f"{low:g} to {high:g}")
        else:
            parser.add_argument(option, choices=CHOICES.get(setting.name))
    return parser


def _config(arguments: argparse.Namespace) -> Config:
    """The recipe's settings, with those changed that the command names."""
    named = {f.name: getattr(arguments, f.name) for f in fields(Config)}
    changes = {name: value for name, value in named.items() if value is not None}
    config = replace(RECIPES[arguments.recipe].config, **changes)
    if arguments.data is None and config.data == Config().data:
        config = replace(config, data=datasets.load().name)
    return check(config)


def _drawn(config: Config) -> None:
    """Draw what the data set "mixed" needs, where it is chosen and nobody did so yet."""
    if config.data == "mixed":
        datasets.load("fashion-mnist")  # without it there is no use in drawing
        synthetic.build()


def _epoch(config: Config) -> Indices:
    """Pictures in each batch of an epoch, (steps,)."""
    available = len(datasets.load(config.data).train_labels)
    images = len(split(available, config.train_images, config.validation_images).train)
    return batch_sizes(images, config.batch_size, 0, steps_per_epoch(images, config.batch_size))


def _train(config: Config) -> tuple[Checkpoint, dict[str, Any]]:
    """Train to the end; the newest checkpoint, and what is told as JSON."""
    # Here, so that a wrong option is told without loading TensorFlow.
    from model.training.trainer import advance

    sizes = _epoch(config)
    per_epoch = len(sizes)
    checkpoint, batches = start(config), []
    told: dict[str, Any] = {"losses": [], "accuracies": [], "validation_accuracies": []}
    began = time.perf_counter()
    with tqdm(total=per_epoch * config.epochs, unit="batch", file=sys.stderr) as bar:
        while "test_accuracy" not in told:
            done = advance(checkpoint, config, SLICE_STEPS)
            bar.update(done.checkpoint.step - checkpoint.step)
            checkpoint = done.checkpoint
            batches += list(zip(done.losses, done.accuracies, strict=True))
            if checkpoint.step % per_epoch == 0:
                loss, accuracy = np.average(batches, axis=0, weights=sizes).tolist()
                batches = []
                told["losses"].append(loss)
                told["accuracies"].append(accuracy)
                bar.set_postfix(epoch=len(told["losses"]), loss=f"{loss:.3f}")
            if done.validation:
                told["validation_accuracies"].append(done.validation.accuracy)
            if done.test:
                told["test_accuracy"] = done.test.accuracy
    seconds = time.perf_counter() - began
    return checkpoint, told | {"seconds": seconds, "seconds_per_epoch": seconds / config.epochs}


def _trained(checkpoint: Checkpoint, config: Config, recipe: str, told: dict[str, Any]) -> Trained:
    accuracies = {"train": told["accuracies"][-1], "test": told["test_accuracy"]}
    if told["validation_accuracies"]:
        accuracies["validation"] = told["validation_accuracies"][-1]
    weights = final_weights(checkpoint, config)
    return Trained(weights, config, recipe, float(config.epochs), accuracies)


def peak_memory_mb() -> float:
    """The most memory that this process has held, in millions of bytes."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset / 1e6)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Gives the exit status: 0, or 2 for settings that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        config = _config(options)
        if options.out:
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.open("ab").close()  # what cannot be written is told before the training
        _drawn(config)
        checkpoint, told = _train(config)
    except (SettingError, datasets.DataError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if options.out:
        trained = _trained(checkpoint, config, options.recipe, told)
        options.out.write_bytes(to_bytes(trained))
        if usable(trained):
            write_beside(options.out, trained)
    line = {"epochs": config.epochs, **told, "peak_memory_mb": peak_memory_mb()}
    print(json.dumps(line | {"recipe": options.recipe, "config": asdict(config)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
