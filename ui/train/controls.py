"""The buttons of a run: go on, step by step or slowly, with other settings, anew, or to its end."""

from __future__ import annotations

import streamlit as st

from model import server
from model.training.recipes import LABELS, SettingError, number
from model.training.run import Run, is_active
from model.training.run_store import ServerFullError
from model.training.snapshot import Snapshot
from model.training.storage.database import StorageError
from model.training.tokens import showing
from ui import copying, setting_words, visitor, watched
from ui.buttons import pressed
from ui.page_runs import uninterrupted

KEPT = "keeps_focus_run"  # of the row with the run's buttons: see assets/js/focus.js


def controls(run: Run) -> None:
    """All that can be done with a run that is not at its end; what makes no sense now is pale."""
    now, runs = run.snapshot(), server.runs()
    ending = now.status == "stopping"
    still = now.status == "paused" and not now.slow
    with st.container(horizontal=True, gap="xsmall", key=KEPT):
        name, icon, action = (
            ("Resume", "play_arrow", runs.resume) if still else ("Pause", "pause", runs.pause)
        )
        key = "run_resume" if still else "run_pause"
        _button(name, icon, action, run, key, ending)
        _button("Step", "skip_next", runs.one_batch, run, "run_step", not still, STEP)
        _button("Epoch", "fast_forward", runs.one_epoch, run, "run_epoch", ending, EPOCH)
        _button(
            "Slow motion", "slow_motion_video", runs.slow_motion, run, "run_slow",
            ending or now.slow, SLOW,
        )  # fmt: skip
        if pressed("Start over", "run_over", icon=":material/replay:", disabled=ending, help=OVER):
            _start_over(run)
        _button("Stop and keep weights", "stop", runs.stop, run, "run_stop", ending, STOP)
    with st.expander("Change while it trains"):
        _change(run, now)


STEP = "Train one batch, and see what the network makes of its pictures. The run stays paused."
EPOCH = "Train to the end of this epoch, and pause there."
SLOW = "About one batch a second, with its pictures, what they are taken for, and each one's loss."
OVER = "Begin again with the same settings. This run is paused, and kept under “Your runs”."
STOP = "End here. The newest weights are kept and measured on the test set."


def _button(
    name: str, icon: str, action: object, run: Run, key: str, disabled: bool, words: str = ""
) -> None:
    st.button(
        name,
        icon=f":material/{icon}:",
        on_click=action,  # type: ignore[arg-type]
        args=(run,),
        disabled=disabled,
        key=key,
        help=words or None,
    )


def _start_over(run: Run) -> None:
    """Another run with the settings that this one began with."""
    now = run.snapshot()
    try:
        with uninterrupted():
            server.runs().pause(run)
            token = server.runs().start(now.first_config, now.recipe, visitor.token())
            watched.arrive(token)
    except (SettingError, ServerFullError) as error:
        st.error(str(error))
    else:
        st.rerun()


def train_on(run: Run) -> None:
    """An ended run goes further, where what it needs for that was kept."""
    if run.goes_further:
        with st.expander("Train on"):
            st.caption("It goes on where it stopped, as if it had not ended.")
            _change(run, run.snapshot())


def _change(run: Run, now: Snapshot) -> None:
    """Fields for what may change on the way, and the button that has it count."""
    active, config = is_active(run), now.config
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    # What counts now is in the keys, so that a field never shows what another tab, or the run's
    # end, has made old.
    usual = number(config.learning_rate)
    rate = left.text_input(LABELS["learning_rate"], usual, key=f"change_rate_{run.name}_{usual}")
    done = now.step // now.steps_per_epoch
    proposed = config.epochs if active or now.step < now.total_steps else done + 5
    epochs = middle.number_input(
        "Epochs in all",
        value=proposed,
        step=1,
        format="%d",
        key=f"change_epochs_{run.name}_{proposed}",
    )
    with right:
        wanted = pressed("Apply" if active else "Train on", f"change_{run.name}", width="stretch")
    if wanted:
        _apply(run, setting_words.decimal(rate), int(epochs))


def _apply(run: Run, rate: float | str, epochs: int) -> None:
    try:
        with uninterrupted():
            server.runs().change(run, learning_rate=rate, epochs=epochs)
    except (SettingError, ServerFullError, StorageError) as error:
        st.error(str(error))
    else:
        st.rerun()


def ways_back(token: str, steers: bool) -> None:
    """What the page's address is good for, and another one for others."""
    if not steers:
        st.caption("You are watching somebody's run. It cannot be paused or stopped from here.")
        return
    st.caption("The address of this page leads back to this run, also from another tab or device.")
    with st.expander("Links to share", icon=":material/link:"):
        st.markdown(
            "**A link to show.** For a projector or a friend: whoever has it can watch the run, "
            "but not pause, change or stop it."
        )
        copying.show("Link", f"{_here()}?run={showing(token)}", "run_link")
        st.markdown(
            "**A link to steer.** Whoever has it can do all that you can do with this run: pause, "
            "change and stop it. Keep it to yourself, or give it to whom you trust."
        )
        copying.show("Link to steer", f"{_here()}?run={token}", "run_link_steer")


def _here() -> str:
    """The page's address, without what follows its question mark."""
    return (st.context.url or "").partition("?")[0]
