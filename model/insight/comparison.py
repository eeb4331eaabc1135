"""Runs side by side, in words: which is better, by how much, and whether chance explains it.

Chance is here which pictures were measured. What another seed would have changed is not known from
one run each, and nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from model.training.metrics import Score
from model.training.snapshot import ENDED, Snapshot
from model.training.speed import in_words

Z = 1.96  # standard deviations on both sides of a mean that hold 95 of 100 cases
FINE = 2_000  # pictures from which on a second decimal says something


@dataclass(frozen=True)
class Share:
    """How many of the measured pictures a network gets right."""

    right: int
    count: int

    @property
    def value(self) -> float:
        """From 0 to 1."""
        return self.right / self.count


@dataclass(frozen=True)
class Side:
    """What is known of one run that is compared."""

    name: str  # as it is to be shown
    data: str  # key of NAMES: what it learns from
    test: Share | None  # once it has ended
    validation: Share | None  # after its last whole epoch
    epochs: int  # whole ones
    seconds: float  # that workers trained and measured
    ended: bool


Kind = Literal["test", "validation"]
Measured = tuple[Side, Share]


def side(name: str, now: Snapshot) -> Side:
    """One run as it is now."""
    held_out = now.epochs[-1].validation if now.epochs else None
    return Side(
        name,
        now.config.data,
        _share(now.test),
        _share(held_out),
        len(now.epochs),
        now.seconds,
        now.status in ENDED,
    )


def _share(score: Score | None) -> Share | None:
    if score is None:
        return None
    count = int(score.confusion.sum())
    return Share(round(score.accuracy * count), count) if count else None


def difference(one: Share, other: Share) -> tuple[float, float]:
    """Between what, most likely, `one` is better than `other`: 95 % of such intervals are right.

    Agresti and Caffo, "Simple and effective confidence intervals for proportions and differences of
    proportions", 2000. Both may be measured on the same pictures; then it is wider than need be.
    """
    first, second = ((share.right + 1) / (share.count + 2) for share in (one, other))
    variance = first * (1 - first) / (one.count + 2) + second * (1 - second) / (other.count + 2)
    return first - second - Z * sqrt(variance), first - second + Z * sqrt(variance)


def sentence(sides: Sequence[Side]) -> str:
    """What can be said of these runs, of which there is at least one."""
    if len(sides) == 1:
        return _alone(sides[0])
    without = [one for one in sides if not one.test and not one.validation]
    if without:
        measured = [one for one in sides if one not in without]
        told = [sentence(measured)] if measured else []
        return " ".join([*told, *_unmeasured(without)])
    measures: tuple[Kind, ...] = ("test", "validation")
    for kind in measures:
        if shares := _comparable(sides, kind):
            return _compared(list(zip(sides, shares, strict=True)), kind)
    return _why_not(sides)


def _of(one: Side, kind: Kind) -> Share | None:
    return one.test if kind == "test" else one.validation


def _measured_on(one: Side, kind: Kind) -> str:
    """The test pictures of a mixed data set are Fashion-MNIST's."""
    return "fashion-mnist" if kind == "test" and one.data == "mixed" else one.data


def _comparable(sides: Sequence[Side], kind: Kind) -> list[Share]:
    """Their shares, where all were measured on the same pictures; otherwise none.

    As many validation pictures of the same data are the same ones.
    """
    shares = [share for one in sides if (share := _of(one, kind))]
    counts = {share.count for share in shares}
    data = {_measured_on(one, kind) for one in sides}
    return shares if len(shares) == len(sides) and len(counts) == len(data) == 1 else []


def _alone(one: Side) -> str:
    kind: Kind = "test" if one.test else "validation"
    share = _of(one, kind)
    if share is None:
        return " ".join(_unmeasured([one]))
    got = f"**{one.name}** gets {_percent(share)} of the {_pictures(share, kind)} right"
    return f"{got}{_when(one, kind)}. It has trained for {in_words(one.seconds)}."


def _unmeasured(sides: Sequence[Side]) -> list[str]:
    """A sentence for those that ended so, and one for those that will be measured."""
    ended = [f"**{one.name}**" for one in sides if one.ended]
    waiting = [f"**{one.name}**" for one in sides if not one.ended]
    told = [f"{_listed(ended)} ended before anything was measured."] if ended else []
    if waiting:
        were, they = ("was", "it does") if len(waiting) == 1 else ("were", "they do")
        told.append(
            f"{_listed(waiting)} {were} not measured yet on pictures that {they} not learn from: "
            "that comes at the end of an epoch where pictures are held out, and at the run's end."
        )
    return told


def _compared(measured: Sequence[Measured], kind: Kind) -> str:
    ranked = sorted(measured, key=lambda pair: -pair[1].right)
    so_far = "" if all(one.ended for one, _ in ranked) else "So far, "
    told = [f"{so_far}{_ranking(ranked, kind)}", _chance(*ranked[:2])]
    return " ".join([*told, _times([one for one, _ in ranked])]).strip()


def _ranking(ranked: Sequence[Measured], kind: Kind) -> str:
    (best, share), *others = ranked
    got = f"**{best.name}** gets {_percent(share)} of the {_pictures(share, kind)} right"
    rest = [f"**{one.name}** {_percent(its)}{_when(one, kind)}" for one, its in others]
    return f"{got}{_when(best, kind)}, {_listed(rest)}."


def _chance(best: Measured, other: Measured) -> str:
    """Whether the first is better than the second beyond chance."""
    (winner, first), (loser, second) = best, other
    low, high = difference(first, second)
    gap = _points(first.value - second.value, first.count)
    if first.right == second.right:
        return f"**{winner.name}** and **{loser.name}** are equal, to the picture."
    if low <= 0:
        return (
            f"The {gap} points between **{winner.name}** and **{loser.name}** may be chance: on "
            f"{first.count:,} other pictures it may well be the other way round."
        )
    between = f"{_points(low, first.count)} and {_points(high, first.count)}"
    return (
        f"**{winner.name}** is {gap} points better than **{loser.name}**. That is more than chance "
        f"in the choice of pictures explains: on {first.count:,} others it would most likely be "
        f"between {between} points."
    )


def _times(ranked: Sequence[Side]) -> str:
    if not all(one.seconds for one in ranked):  # a run of an older version did not note it
        return ""
    times = [in_words(one.seconds) for one in ranked]
    if len(set(times)) == 1:
        return f"Each trained for {times[0]}."
    return f"They trained for {_listed(times)}, in this order."


def _why_not(sides: Sequence[Side]) -> str:
    """Why their accuracies cannot be compared."""
    waiting = [one for one in sides if not one.ended]
    if len({_measured_on(one, "test") for one in sides}) > 1:
        return (
            "These runs learned from different data sets, so they were measured on different "
            "pictures, and their accuracies cannot be compared."
        )
    if waiting:
        return (
            "These runs are measured on different pictures while they train. They can be compared "
            f"once **{waiting[0].name}** has ended, on the test pictures."
        )
    return "These runs were measured on different pictures, so their accuracies cannot be compared."


def _when(one: Side, kind: Kind) -> str:
    if kind == "test":
        return ""
    return f" after {one.epochs} {'epoch' if one.epochs == 1 else 'epochs'}"


def _pictures(share: Share, kind: Kind) -> str:
    return f"{share.count:,} {'test' if kind == 'test' else 'validation'} pictures"


def _percent(share: Share) -> str:
    return f"{_points(share.value, share.count)}\u00a0%"


def _points(value: float, count: int) -> str:
    return f"{100 * value:.{2 if count >= FINE else 1}f}"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
