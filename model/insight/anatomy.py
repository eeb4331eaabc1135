"""What a network is made of: every layer's shapes, its parameters, and how they are counted."""

from __future__ import annotations

from dataclasses import dataclass

from model.networks.architectures import (
    INPUT_SHAPE,
    Network,
    layer_names,
    output_shapes,
    parameter_counts,
)
from model.networks.layers import BatchNorm, Conv, Dense, Dropout, Flatten, Layer, Pool, Shape


@dataclass(frozen=True)
class Part:
    """One layer in its place."""

    name: str  # "conv1"
    layer: Layer
    taken: Shape  # of one input, without the batch axis
    given: Shape
    parameters: int  # that it learns
    counted: str  # the arithmetic of that number, in words


def anatomy(network: Network) -> tuple[Part, ...]:
    """The network's layers in order."""
    counts, given = parameter_counts(network), output_shapes(network)
    taken = (INPUT_SHAPE, *given)
    return tuple(
        Part(name, layer, before, after, counts[name], _counted(layer, before, counts[name]))
        for name, layer, before, after in zip(
            layer_names(network), network.layers, taken, given, strict=False
        )
    )


def written(shape: Shape) -> str:
    """A shape as people write it: 28 × 28 × 6."""
    return " × ".join(f"{size:,}" for size in shape)


def _counted(layer: Layer, taken: Shape, count: int) -> str:
    match layer:
        case Conv(filters, kernel, _, _, bias):
            one = f"{kernel} × {kernel}" + (f" × {taken[2]}" if taken[2] > 1 else "")
            more = " and one bias" if bias else ""
            return f"{one} numbers{more} for each of {filters} filters: {count:,}"
        case Dense(units):
            return f"{taken[0]:,} numbers and one bias for each of {units} units: {count:,}"
        case BatchNorm():
            return f"a factor and a shift for each of {taken[-1]} channels: {count:,}"
        case Pool(kind, size):
            what = "the mean" if kind == "average" else "the largest"
            return f"nothing to learn: {what} of each {size} × {size} square"
        case Flatten():
            return f"nothing to learn: {written(taken)} numbers in one row of {_product(taken):,}"
        case Dropout(rate):
            return f"nothing to learn: while training, {100 * rate:.0f} % of the numbers become 0"


def _product(shape: Shape) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
