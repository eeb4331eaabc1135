"""The peer: the article's recipe as a plain Keras script, the way a learner would write it.

`python -m benchmarks.plain_keras --epochs 3` ends with one line of JSON: seconds of each epoch,
test accuracy, peak memory. It shares the data files with the app, so that both learn from the same
verified pictures, and nothing else; it is meant to be ordinary, so nothing here is tuned.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data import datasets
from model.train import peak_memory_mb

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras

Arrays = tuple[NDArray[np.uint8], ...]


class Clock(keras.callbacks.Callback):
    """Notes how long each epoch takes."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras calls this."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras calls this."""
        self.seconds.append(time.perf_counter() - self._began)


def pictures(name: str, images: int) -> Arrays:
    """Training pictures (n, 28, 28), their labels, and the same for the test set; all uint8.

    Not through `data.load`, which keeps the pictures for the whole life of the process: a learner's
    script lets go of them once it has divided by 255.
    """
    if name == "wardrobe":
        train, labels, *test = datasets.wardrobe()
    else:
        found = datasets.find().dataset
        if found is None:
            raise SystemExit(f"Fashion-MNIST is not on this computer. {datasets.HOW_TO_GET_IT}")
        train, labels, *test = (getattr(found, field) for field in datasets.FIELDS)
    return train[:images], labels[:images], *test


def lenet() -> keras.Sequential:
    """The article's network, 107,786 parameters, compiled as the article does."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, padding="same", activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def train(name: str, images: int, epochs: int) -> dict[str, Any]:
    """The script itself: load, divide, build, fit, evaluate."""
    keras.utils.set_random_seed(0)
    x_train, y_train, x_test, y_test = pictures(name, images)
    x_train = x_train.reshape(-1, 28, 28, 1) / 255.0
    x_test = x_test.reshape(-1, 28, 28, 1) / 255.0
    y_train = keras.utils.to_categorical(y_train, 10)
    y_test = keras.utils.to_categorical(y_test, 10)
    model, clock = lenet(), Clock()
    model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=0, callbacks=[clock])
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    return {
        "epochs": epochs,
        "images": len(x_train),
        "parameters": model.count_params(),
        "epoch_seconds": clock.seconds,
        "test_accuracy": float(accuracy),
        "peak_memory_mb": peak_memory_mb(),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plain_keras")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--images", type=int, default=60_000, help="training pictures, at most")
    parser.add_argument("--data", choices=("fashion-mnist", "wardrobe"), default="fashion-mnist")
    options = parser.parse_args(arguments)
    print(json.dumps(train(options.data, options.images, options.epochs)))


if __name__ == "__main__":
    main()
