"""One slice of training: checkpoint in, checkpoint out. With `graph.py`, all of TensorFlow here.

`advance` depends on nothing but its arguments and the data set, so a run gives the same weights bit
for bit however it is cut into slices, in whichever worker they run, and on however many cores. Only
processors of other kinds round otherwise. Workers import this module; the web process never does.
What a step computes forwards is in `graph.py`.
"""

from __future__ import annotations

import os
import time
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf

from model.data import datasets
from model.networks.architectures import (
    CLASS_COUNT,
    NETWORKS,
    Weights,
    from_vector,
    to_vector,
    weight_shapes,
)
from model.networks.graph import TrainingMode, logits
from model.training.batches import split, steps_per_epoch
from model.training.checkpoint import Checkpoint, final_weights
from model.training.feed import Fed, feed, learned_from
from model.training.glimpse import Batch, glimpse, seen_in_batch
from model.training.metrics import Score, score
from model.training.recipes import OPTIMIZERS, Config, learning_rates
from model.training.results import Slice

BETA_MEAN, BETA_VARIANCE, EPSILON = 0.9, 0.999, 1e-7  # Adam's, as in Keras
MOMENTUM = 0.9
# Share of each batch in BatchNorm's averages, as in Keras; the first batches have more, so that a
# short run can be measured, too.
PASSING = 0.01
EVALUATION_BATCH = 500

# One thread: with more, TensorFlow adds up gradients in as many parts, and the last bits of the
# weights would tell how many cores a machine has. LeNet's small batches gain nothing from a second
# one; other cores are for other workers.
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


class _Trainer:
    """The traced functions of one network and optimizer, reused by every run in this process.

    Weights and slots are one variable each, (parameters,), so that a step is one fused update.
    """

    def __init__(self, network: str, optimizer: str, averaging: bool) -> None:
        self.network = NETWORKS[network]
        self.shapes = weight_shapes(self.network)
        sizes = [prod(shape) for shape in self.shapes.values()]
        self.sizes = sizes
        self.weights = tf.Variable(tf.zeros(sum(sizes)))
        slots = OPTIMIZERS[optimizer].slots + (("average",) if averaging else ())
        self.slots = {name: tf.Variable(tf.zeros(sum(sizes))) for name in slots}
        # 1 for kernels, 0 for biases, which weight decay leaves alone
        kernels = [
            np.full(size, len(shape) > 1, np.float32)
            for size, shape in zip(sizes, self.shapes.values(), strict=True)
        ]
        self.decayed = tf.constant(np.concatenate(kernels))
        self.update = {"sgd": self._sgd, "adam": self._adam, "adamw": self._adamw}[optimizer]
        vector = tf.TensorSpec([None], tf.float32)
        scalar = tf.TensorSpec([], tf.float32)
        pictures = tf.TensorSpec([None, 28, 28], tf.uint8)
        labels = tf.TensorSpec([None], tf.int32)
        self.train = tf.function(
            self._train,
            input_signature=[
                pictures,
                labels,
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([None, 3], tf.float32),
                scalar,
                scalar,
                tf.TensorSpec([], tf.int32),
            ],
            autograph=False,  # it would leave files behind when a worker is killed
        )
        self.evaluate = tf.function(
            self._evaluate, input_signature=[vector, pictures, labels], autograph=False
        )
        self._trace()
        self.cold = True  # until it has trained a first time

    def _trace(self) -> None:
        """Build the graph now, by training on nothing: it takes a second, which is no slice's."""
        nothing = np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int32), 1
        self.train(*nothing, np.zeros((0, 3), np.float32), 0.0, 0.0, 0)

    def _named(self, vector: Any) -> dict[str, Any]:
        parts = tf.split(vector, self.sizes)
        return {
            name: tf.reshape(part, shape)
            for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }

    def _sgd(self, gradient: Any, rate: Any, step: Any, decay: Any) -> None:
        slot = self.slots["momentum"]
        slot.assign(MOMENTUM * slot - rate * gradient)
        self.weights.assign_add(slot)

    def _adam(self, gradient: Any, rate: Any, step: Any, decay: Any) -> None:
        tf.raw_ops.ResourceApplyAdam(
            var=self.weights.handle,
            m=self.slots["mean"].handle,
            v=self.slots["variance"].handle,
            beta1_power=tf.pow(BETA_MEAN, step),
            beta2_power=tf.pow(BETA_VARIANCE, step),
            lr=rate,
            beta1=BETA_MEAN,
            beta2=BETA_VARIANCE,
            epsilon=EPSILON,
            grad=gradient,
        )

    def _adamw(self, gradient: Any, rate: Any, step: Any, decay: Any) -> None:
        self.weights.assign_sub(rate * decay * self.decayed * self.weights)
        self._adam(gradient, rate, step, decay)

    def _train(
        self,
        images: Any,
        labels: Any,
        batch: Any,
        steps: Any,
        smoothing: Any,
        decay: Any,
        seed: Any,
    ) -> tuple[Any, Any]:
        """Train on (n, 28, 28) in batches; row i of `steps` is (number, rate, average decay)."""
        count = tf.shape(steps)[0]

        def train_batch(i: Any, losses: Any, accuracies: Any) -> tuple[Any, Any, Any]:
            here = labels[i * batch : (i + 1) * batch]
            number, rate, keep = tf.unstack(steps[i])
            mode = TrainingMode(tf.stack([seed, tf.cast(number, tf.int32)]))
            with tf.GradientTape() as tape:
                weights = self.weights.read_value()
                tape.watch(weights)
                pictures = images[i * batch : (i + 1) * batch]
                guess = logits(self.network, self._named(weights), pictures, mode)
                target = tf.one_hot(here, CLASS_COUNT) * (1 - smoothing) + smoothing / CLASS_COUNT
                loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(target, guess))
            self.update(tape.gradient(loss, weights), rate, number, decay)
            self._move(mode.moments, tf.maximum(PASSING, 2 / (number + 1)))
            if "average" in self.slots:
                average = self.slots["average"]
                average.assign_sub((1 - keep) * (average - self.weights))
            # What is told of a batch has no smoothing in it, as what is told of held-out pictures.
            plain = tf.nn.sparse_softmax_cross_entropy_with_logits(here, guess)
            right = tf.equal(tf.argmax(guess, 1, tf.int32), here)
            accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
            return i + 1, losses.write(i, tf.reduce_mean(plain)), accuracies.write(i, accuracy)

        _, losses, accuracies = tf.while_loop(
            lambda i, *_: i < count,
            train_batch,
            [
                tf.constant(0),
                tf.TensorArray(tf.float32, count, element_shape=[]),
                tf.TensorArray(tf.float32, count, element_shape=[]),
            ],
        )
        return losses.stack(), accuracies.stack()

    def _move(self, moments: dict[str, Any], share: Any) -> None:
        """Bring BatchNorm's averages nearer to this batch's `moments`, (channels,) by name."""
        if moments:
            old = self._named(self.weights.read_value())
            zero = tf.zeros_like
            steps = [moments[k] - old[k] if k in moments else zero(old[k]) for k in self.shapes]
            rows = [tf.reshape(step, [-1]) for step in steps]
            self.weights.assign_add(share * tf.concat(rows, 0))

    def _evaluate(self, vector: Any, images: Any, labels: Any) -> tuple[Any, Any]:
        """Sum of losses, and the predicted class of each picture."""
        guess = logits(self.network, self._named(vector), images)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, guess)
        return tf.reduce_sum(losses), tf.argmax(guess, 1)

    def restore(self, checkpoint: Checkpoint) -> None:
        self.weights.assign(to_vector(checkpoint.weights))
        for name, slot in self.slots.items():
            slot.assign(checkpoint.slots[name])

    def save(self, step: int) -> Checkpoint:
        weights = from_vector(self.network, self.weights.numpy())
        return Checkpoint(step, weights, {k: v.numpy() for k, v in self.slots.items()})


@lru_cache
def _trainer(network: str, optimizer: str, averaging: bool) -> _Trainer:
    return _Trainer(network, optimizer, averaging)


def trainer_of(config: Config) -> _Trainer:
    """The one of this process for these settings, traced where there is none yet."""
    return _trainer(config.network, config.optimizer, bool(config.averaging))


def _step_rows(config: Config, first: int, steps: int, total: int) -> NDArray[np.float32]:
    """(steps, 3): each batch's number from 1, learning rate, and decay of the average.

    The average's decay starts low, so that the first weights are soon forgotten.
    """
    numbers = np.arange(first + 1, first + steps + 1, dtype=np.float32)
    decays = np.minimum(config.averaging, numbers / (numbers + 9))
    return np.column_stack([numbers, learning_rates(config, first, steps, total), decays])


def advance(checkpoint: Checkpoint, config: Config, steps: int, last: bool = False) -> Slice:
    """Train for `steps` batches, or to the end of the epoch if that is sooner.

    Measures the held-out pictures when an epoch ends, and the test set when the run ends: after
    its last epoch, or earlier where `last` says that the user stops here (`steps` may be 0).
    """
    trainer = trainer_of(config)
    started, cold, trainer.cold = time.perf_counter(), trainer.cold, False
    per_epoch = steps_per_epoch(len(learned_from(config)), config.batch_size)
    steps = min(steps, per_epoch - checkpoint.step % per_epoch)
    rows = _step_rows(config, checkpoint.step, steps, per_epoch * config.epochs)
    after, losses, accuracies, fed = train_on(checkpoint, config, rows, per_epoch)
    ended = steps > 0 and after.step % per_epoch == 0
    finished = last or after.step >= per_epoch * config.epochs
    validation = validate(after, config) if ended and config.validation_images else None
    weights = final_weights(after, config)
    test = evaluate(config, weights) if finished else None
    seen = glimpse(config, weights, after.step)
    batch = _single(config, checkpoint, fed) if steps == 1 else None
    seconds = time.perf_counter() - started
    return Slice(
        after, losses, accuracies, seconds, validation, test, glimpse=seen, batch=batch, cold=cold
    )


def train_on(
    checkpoint: Checkpoint, config: Config, rows: NDArray[np.float32], per_epoch: int
) -> tuple[Checkpoint, NDArray[np.float32], NDArray[np.float32], Fed]:
    """Train on the next batches, of one epoch of `per_epoch`; `rows` are as of `_step_rows`.

    The checkpoint after them, each batch's loss and accuracy, (steps,), and its pictures.
    """
    trainer, size = trainer_of(config), config.batch_size
    epoch, done = divmod(checkpoint.step, per_epoch)
    fed = feed(config, epoch, done * size, (done + len(rows)) * size)
    trainer.restore(checkpoint)
    losses, accuracies = trainer.train(
        tf.constant(fed.images),
        tf.constant(fed.labels, tf.int32),
        size,
        tf.constant(rows),
        config.label_smoothing,
        config.weight_decay,
        tf.constant(config.seed, tf.int32),
    )
    after = trainer.save(checkpoint.step + len(rows))
    return after, losses.numpy(), accuracies.numpy(), fed


def _single(config: Config, checkpoint: Checkpoint, fed: Fed) -> Batch:
    """The one batch of a slice, as the network saw it before it learned from it."""
    return seen_in_batch(config, checkpoint.weights, fed.images, fed.labels, checkpoint.step + 1)


def validate(checkpoint: Checkpoint, config: Config) -> Score:
    """The score on the training pictures that are held out."""
    pictures = datasets.load(config.data)
    held = split(
        len(pictures.train_labels), config.train_images, config.validation_images
    ).validation
    weights = final_weights(checkpoint, config)
    return _score(config, weights, pictures.train_images[held], pictures.train_labels[held])


def evaluate(config: Config, weights: Weights) -> Score:
    """The score on the test set, which nothing may be tuned on."""
    pictures = datasets.load(config.data)
    return _score(config, weights, pictures.test_images, pictures.test_labels)


def _score(
    config: Config, weights: Weights, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Score:
    trainer = trainer_of(config)
    vector = tf.constant(to_vector(weights))
    loss, guesses = 0.0, []
    for first in range(0, len(images), EVALUATION_BATCH):
        here = slice(first, first + EVALUATION_BATCH)
        part, guessed = trainer.evaluate(
            vector, tf.constant(images[here]), tf.constant(labels[here], tf.int32)
        )
        loss += float(part)
        guesses.append(guessed.numpy())
    return score(loss, labels, np.concatenate(guesses))
