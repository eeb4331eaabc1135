"""The learning rate through a run, as a small curve beside its settings."""

from __future__ import annotations

from model.training.recipes import LABELS, Config, learning_rates, number
from ui import vector
from ui.charts import PALETTE
from ui.train.settings import WORDS

POINTS = 200  # of the curve, evenly through the run
HEIGHT, TOP, BOTTOM = 156, 28, 112  # pixels: of all, and of the curve's highest and lowest place
LEFT, WIDTH = 15, 83  # per cent of the width: where the curve begins, and how far it goes
LONGEST = 6  # characters of a number beside the axis


def show(config: Config | None) -> None:
    """The curve of sound settings; None leaves its place empty."""
    words = _words(config) if config else "Learning rate against epochs"
    vector.show(_drawing(config, words), "train_schedule", words)


def _words(config: Config) -> str:
    return (
        f"Learning rate against epochs, 0 to {config.epochs}. "
        f"{LABELS['schedule']}: {WORDS[config.schedule]}. Highest: {number(config.learning_rate)}"
    )


def _drawing(config: Config | None, words: str) -> str:
    """Axes whose words keep their size however wide the page is, and the curve, which stretches."""
    right = LEFT + WIDTH
    parts = [
        _text(0, 14, "Learning rate", "start"),
        _text(LEFT - 1, BOTTOM + 4, "0", "end"),
        _text(LEFT + WIDTH / 2, HEIGHT - 6, "Epoch", "middle"),
        f'<line x1="{LEFT}%" x2="{right}%" y1="{BOTTOM}" y2="{BOTTOM}" stroke="currentColor" '
        'stroke-opacity="0.5"/>',
        f'<line x1="{LEFT}%" x2="{LEFT}%" y1="{TOP - 8}" y2="{BOTTOM}" stroke="currentColor" '
        'stroke-opacity="0.5"/>',
    ]
    if config:
        halves = 2 if config.epochs % 2 == 0 else 1
        parts += [
            _text(LEFT + WIDTH * at / halves, BOTTOM + 18, str(config.epochs * at // halves))
            for at in range(halves + 1)
        ]
        parts += [_text(LEFT - 1, TOP + 4, _short(config.learning_rate), "end"), _curve(config)]
    return (
        f'<svg width="100%" height="{HEIGHT}" role="img" aria-label="{words}" font-size="13" '
        f'fill="currentColor">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:g}%" y="{y}" text-anchor="{anchor}">{words}</text>'


def _short(rate: float) -> str:
    """A number that has room beside the axis."""
    written = number(rate)
    return written if len(written) <= LONGEST else f"{rate:.1e}"


def _curve(config: Config) -> str:
    shares = learning_rates(config, 0, POINTS + 1, POINTS) / config.learning_rate
    points = " ".join(
        f"{at * 100 / POINTS:g},{100 - 100 * share:.2f}" for at, share in enumerate(shares)
    )
    return (
        f'<svg x="{LEFT}%" width="{WIDTH}%" y="{TOP}" height="{BOTTOM - TOP}" overflow="visible" '
        'viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<polyline points="{points}" fill="none" stroke="{PALETTE["blue"]}" stroke-width="3" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )
