"""How far a run is, its curves, and what the network sees: all follow the run by themselves."""

from __future__ import annotations

import re
from typing import Any

from model import server
from model.data.datasets import DataError
from model.training.run import Run
from model.training.snapshot import ENDED, Snapshot
from ui.live import View, follow
from ui.plots import chart
from ui.train import announcements, curves, look, reading

LOSS_ALT = "Loss against epochs, of each batch, smoothed, and per epoch"
ACCURACY_ALT = "Accuracy against epochs, of each batch, smoothed, and per epoch"
TICK_SECONDS = 1.0  # between two looks at a run that moves
PAUSED_SECONDS = 3.0  # and at one that is paused: somebody else may go on with it
TICK_SHARE = 0.1  # seconds more for every run on the server: their slices come less often, too
# What is drawn: points, epochs, after which batch the glimpse was taken, and which single batch.
CURSOR = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,9})-(\d{1,9})")


def watch(run: Run, token: str) -> None:
    """Progress and charts. While the run moves they follow it by themselves."""
    follow(VIEW, run, token, "run_live")


def _about(run: Run, token: str) -> dict[str, Any]:
    now = run.snapshot()
    loss = chart(curves.loss(now, token), LOSS_ALT, curves.CONFIG)
    accuracy = chart(curves.accuracy(now, token), ACCURACY_ALT, curves.CONFIG)
    usual = {"markers": curves.MOST_MARKERS}
    return {
        "charts": [
            {"name": "Loss", "words": "How wrong the network is. Lower is better."} | loss | usual,
            {"name": "Accuracy", "words": "The share of pictures it gets right."}
            | accuracy
            | usual,
        ],
        "look": _look(run),
        "perEpoch": now.steps_per_epoch,
    }


def _look(run: Run) -> dict[str, Any] | None:
    """None where the pictures are not on this computer: the curves of a kept run still are."""
    try:
        return look.about(run.snapshot().config)
    except DataError:
        return None


def _seen(run: Run, drawn: int) -> tuple[int, dict[str, Any] | None]:
    """After how many batches the newest glimpse was taken, and it, unless that one is drawn."""
    try:
        seen = run.glimpse()
    except DataError:
        return 0, None
    return seen.step, look.news(seen) if seen.step != drawn else None


def _batch(now: Snapshot, drawn: int) -> tuple[int, dict[str, Any]]:
    """Which single batch is to be seen, 0 for none, and the news of it where another is drawn.

    A run that went on without it leaves it behind.
    """
    seen = now.batch if now.batch and now.batch.step == now.step else None
    step = seen.step if seen else 0
    return step, {} if step == drawn else {"batch": look.batch(seen) if seen else None}


def _moves(run: Run) -> bool:
    return not run.at_rest or run.outstanding


def _state(run: Run) -> str:
    """The buttons, the marks on the curves and the results change with it."""
    now = run.snapshot()
    parts = [now.status, "moving" if _moves(run) else "still"]
    if now.slow:
        parts.append("slowly")
    if now.changes:
        parts.append(f"changed {len(now.changes)} times")
    return ", ".join(parts)


def _seconds(run: Run) -> float:
    if run.status in ENDED:
        return 0.0
    if not _moves(run):
        return PAUSED_SECONDS
    if not run.snapshot().step:
        return TICK_SECONDS  # somebody waits for it to begin
    return max(TICK_SECONDS, TICK_SHARE * server.runs().training())


def _news(run: Run, after: str) -> dict[str, Any]:
    now = run.snapshot()
    points, epochs = curves.counts(now)
    known = CURSOR.fullmatch(after)
    drawn = (min(int(known[1]), points), min(int(known[2]), epochs)) if known else (0, 0)
    step, seen = _seen(run, int(known[3]) if known else -1)
    wrong = reading.warning(now)
    single, batch = _batch(now, int(known[4]) if known else 0)
    return (
        {
            "after": after if known else "",
            "cursor": f"{points}-{epochs}-{step}-{single}",
            "share": round(now.step / now.total_steps, 4),
            "epochSeconds": round(now.seconds / max(1, now.step) * now.steps_per_epoch, 1),
            "where": _where(now, run.outstanding),
            "queue": _queue(now, run),
            "curves": curves.grown(now, *drawn),
            "look": seen,
            "reading": reading.sentence(now) if epochs > drawn[1] or not known else None,
            "said": announcements.said(now),
        }
        | batch
        | ({"warning": wrong} if wrong else {})
    )


def _queue(now: Snapshot, run: Run) -> str:
    """Who else is training; nothing if nobody is."""
    ahead, training = server.runs().slices_ahead(run), server.runs().training()
    if training < 2 or not (now.status == "running" or run.outstanding):
        return ""
    workers = server.runs().workers
    shared = f"{workers} {'worker' if workers == 1 else 'workers'}"
    before = f"{ahead} {'is' if ahead == 1 else 'are'} ahead of yours."
    turn = before if ahead else "Yours is being worked on."
    return f"{training} runs share {shared} in turns. {turn}"


def _where(now: Snapshot, working: bool) -> str:
    if not now.step and working:
        return "Starting. The first batch takes some seconds, while TensorFlow is loaded."
    if not now.step:
        return f"{now.status.capitalize()} before the first batch"
    step = max(0, now.step - 1)
    epoch, batch = step // now.steps_per_epoch + 1, step % now.steps_per_epoch + 1
    parts = [
        "Slow motion" if now.slow else now.status.capitalize(),
        f"epoch {epoch} of {now.config.epochs}",
        f"batch {batch:,} of {now.steps_per_epoch:,}",
    ]
    if now.status == "running" and now.until:
        parts += ["pauses at the end of this epoch"]
    elif now.status == "running" and now.seconds_left is None:
        parts += ["working out how long it takes"]
    elif now.status == "running":
        parts += [f"{now.images_per_second:,.0f} images per second", _time(now.seconds_left)]
    return " · ".join(parts)


def _time(seconds: float) -> str:
    """How long it takes still, no more exactly than can be known."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 10:
        return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min left" if hours else f"{minutes} min left"


VIEW = View("run", _about, _state, _seconds, _news)
