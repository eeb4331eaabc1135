"""How far a run is, and its curves, which follow it by themselves."""

from __future__ import annotations

import streamlit as st

from model import server
from model.training.run import Run
from model.training.snapshot import ENDED, Snapshot
from ui.plots import plot
from ui.train import curves

LOSS_ALT = "Loss against epochs, of each batch, smoothed, and per epoch"
ACCURACY_ALT = "Accuracy against epochs, of each batch, smoothed, and per epoch"
TICK_SECONDS = 0.8  # between two looks at a run that moves
PAUSED_SECONDS = 3.0  # and at one that is paused
TICK_SHARE = 0.1  # seconds more for every run on the server: their slices come less often, too


def watch(run: Run, token: str) -> None:
    """Progress and charts. While the run moves they follow it by themselves."""
    drawn = run.status
    moving = drawn in ("running", "stopping") or run.outstanding

    tick = max(TICK_SECONDS, TICK_SHARE * server.runs().training())

    # A paused run is looked at too, if rarely: somebody else may go on with it.
    @st.fragment(run_every=None if drawn in ENDED else tick if moving else PAUSED_SECONDS)
    def live() -> None:
        now = run.snapshot()
        if now.status != drawn or (moving and now.status == "paused" and not run.outstanding):
            st.rerun()  # the buttons and the results change with the status
        progress(now, run)
        left, right = st.columns(2)
        with left:
            st.subheader("Loss", anchor=False, help="How wrong the network is. Lower is better.")
            plot(curves.loss(now, token), "run_loss", LOSS_ALT, curves.CONFIG)
        with right:
            st.subheader("Accuracy", anchor=False, help="The share of pictures it gets right.")
            plot(curves.accuracy(now, token), "run_accuracy", ACCURACY_ALT, curves.CONFIG)

    live()


def progress(now: Snapshot, run: Run) -> None:
    """One bar, one line of text: where the run is, how fast, and who else is training."""
    st.progress(now.step / now.total_steps, text=_where(now, run.outstanding))
    ahead, training = server.runs().slices_ahead(run), server.runs().training()
    if training > 1 and (now.status == "running" or run.outstanding):
        workers = server.runs().workers
        shared = f"{workers} {'worker' if workers == 1 else 'workers'}"
        before = f"{ahead} {'is' if ahead == 1 else 'are'} ahead of yours."
        turn = before if ahead else "Yours is being worked on."
        st.caption(f"{training} runs share {shared} in turns. {turn}")


def _where(now: Snapshot, working: bool) -> str:
    if not now.step and working:
        return "Starting. The first batch takes some seconds, while TensorFlow is loaded."
    if not now.step:
        return f"{now.status.capitalize()} before the first batch"
    step = max(0, now.step - 1)
    epoch, batch = step // now.steps_per_epoch + 1, step % now.steps_per_epoch + 1
    parts = [
        now.status.capitalize(),
        f"epoch {epoch} of {now.config.epochs}",
        f"batch {batch:,} of {now.steps_per_epoch:,}",
    ]
    if now.status == "running" and now.seconds_left is not None:
        parts += [f"{now.images_per_second:,.0f} images per second", _time(now.seconds_left)]
    return " · ".join(parts)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"
