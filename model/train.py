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

from model import files
from model.command import run, tell_end
from model.data import datasets
from model.reference import write_beside
from model.training.batches import batch_sizes, split, steps_per_epoch
from model.training.checkpoint import (
    MAX_FILE_BYTES,
    Trained,
    final_weights,
    start,
    to_bytes,
    usable,
)
from model.training.recipes import CHOICES, LIMITS, RECIPES, Config, SettingError, check, span
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
            parser.add_argument(option, type=kind, help=span(low, high))
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


class Training:
    """A run from its first batch on; whatever interrupts it, `checkpoint` is its newest one."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.checkpoint = start(config)
        available = len(datasets.load(config.data).train_labels)
        images = len(split(available, config.train_images, config.validation_images).train)
        self.per_epoch = steps_per_epoch(images, config.batch_size)
        self._sizes = batch_sizes(images, config.batch_size, 0, self.per_epoch)
        self.told: dict[str, Any] = {"losses": [], "accuracies": [], "validation_accuracies": []}
        self._batches: list[tuple[float, float]] = []  # of the epoch so far

    @property
    def epochs(self) -> float:
        """How many are behind it."""
        return self.checkpoint.step / self.per_epoch

    def finish(self) -> None:
        """Train to the end, with a bar that shows how far it is."""
        began = time.perf_counter()
        with tqdm(total=self.per_epoch * self.config.epochs, unit="batch", file=sys.stderr) as bar:
            while "test_accuracy" not in self.told:
                before = self.checkpoint.step
                self._go_on()
                bar.update(self.checkpoint.step - before)
                if self.told["losses"]:
                    epoch, loss = len(self.told["losses"]), self.told["losses"][-1]
                    bar.set_postfix(epoch=epoch, loss=f"{loss:.3f}")
        seconds = time.perf_counter() - began
        self.told |= {"seconds": seconds, "seconds_per_epoch": seconds / self.config.epochs}

    def _go_on(self) -> None:
        """One slice."""
        # Here, so that a wrong option is told without loading TensorFlow.
        from model.training.trainer import advance

        done = advance(self.checkpoint, self.config, SLICE_STEPS)
        self.checkpoint = done.checkpoint
        self._batches += list(zip(done.losses, done.accuracies, strict=True))
        if self.checkpoint.step % self.per_epoch == 0:
            loss, accuracy = np.average(self._batches, axis=0, weights=self._sizes).tolist()
            self._batches = []
            self.told["losses"].append(loss)
            self.told["accuracies"].append(accuracy)
        if done.validation:
            self.told["validation_accuracies"].append(done.validation.accuracy)
        if done.test:
            self.told["test_accuracy"] = done.test.accuracy

    def trained(self, recipe: str) -> Trained:
        """The weights so far, with the accuracies that are known of them."""
        found = {
            "train": self.told["accuracies"][-1:],
            "validation": self.told["validation_accuracies"][-1:],
            "test": [self.told["test_accuracy"]] if "test_accuracy" in self.told else [],
        }
        accuracies = {name: values[0] for name, values in found.items() if values}
        weights = final_weights(self.checkpoint, self.config)
        return Trained(weights, self.config, recipe, self.epochs, accuracies)


def _keep(trained: Trained, out: Path) -> None:
    """Write the weights, and what is usual for them beside them."""
    files.write(out, to_bytes(trained))
    if usable(trained):
        write_beside(out, trained)


def _keep_unfinished(training: Training, out: Path | None, recipe: str) -> str:
    """Write the weights so far where no file is yet; what is to be told of it."""
    words = f" after {training.epochs:.1f} of {training.config.epochs} epochs."
    if out is None or not training.checkpoint.step:
        return f"{words} Nothing was written."
    if out.exists():
        return f"{words} {out} is as it was before."
    files.write(out, to_bytes(training.trained(recipe)))
    return f"{words} The weights so far are in {out}."


def peak_memory_mb() -> float:
    """The most memory that this process has held, in millions of bytes."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset / 1e6)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Gives the exit status: 0, 2 for what cannot be done, or as `command` says."""
    options = _parser().parse_args(arguments)
    try:
        config = _config(options)
        if options.out:
            files.make_room(options.out, MAX_FILE_BYTES)  # what cannot be written is told now
        _drawn(config)
        training = Training(config)
        try:
            training.finish()
        except KeyboardInterrupt as interrupt:
            return tell_end(interrupt, _keep_unfinished(training, options.out, options.recipe))
        if options.out:
            _keep(training.trained(options.recipe), options.out)
    except (SettingError, datasets.DataError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    line = {"epochs": config.epochs, **training.told, "peak_memory_mb": peak_memory_mb()}
    print(json.dumps(line | {"recipe": options.recipe, "config": asdict(config)}))
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
