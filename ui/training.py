"""What the Train page shows of a run, and the settings for a new one.

The runs themselves live in `model/run.py`, one registry for the whole server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from model import server, snapshots
from model.checkpoint import CheckpointError, Trained, load, to_bytes, usable
from model.data import CLASSES, NAMES
from model.networks import NETWORKS
from model.recipes import (
    AUGMENTATIONS,
    CHOICES,
    LIMITS,
    OPTIMIZERS,
    RECIPES,
    Config,
    SettingError,
    check,
)
from model.results import Score
from model.run import ENDED, Run, Snapshot, history_csv
from ui import curves, state, uploads
from ui.plots import plot
from ui.text import clean, plain

LOSS_ALT = "Loss against epochs, of each batch, smoothed, and per epoch"
ACCURACY_ALT = "Accuracy against epochs, of each batch, smoothed, and per epoch"
CONFUSION_ALT = "How many test pictures of each class were taken for which class"
TICK_SECONDS = 0.8  # between two looks at a run that moves
TICK_SHARE = 0.1  # seconds more for every run on the server: their slices come less often, too

# Label, help and step of every setting under "More settings", by its name in Config.
SETTINGS: dict[str, tuple[str, str, float]] = {
    "batch_size": ("Batch size", "Pictures per change of the weights.", 16),
    "learning_rate": ("Learning rate", "How large a change is, at the schedule's peak.", 0.0005),
    "optimizer": (
        "Optimizer",
        "The rule that turns gradients into changes. AdamW is Adam with weight decay; SGD has "
        "momentum 0.9.",
        0,
    ),
    "schedule": ("Schedule", "How the learning rate goes through the run.", 0),
    "weight_decay": ("Weight decay", "AdamW only: pulls weights towards zero.", 0.01),
    "label_smoothing": (
        "Label smoothing",
        "Aims a little below 100 % certainty, so that the network is less sure of itself.",
        0.05,
    ),
    "averaging": (
        "Weight averaging",
        "Predict with a running average of the weights; 0 is off, 0.999 averages about the "
        "last 1,000 batches.",
        0.001,
    ),
    "augmentation": ("Augmentation", "Random changes to the pictures, new in each epoch.", 0),
    "train_images": ("Training images", "How many pictures to learn from, at most.", 1000),
    "validation_images": (
        "Validation images",
        "Held out of training and measured after each epoch. The test set stays untouched "
        "until the end.",
        1000,
    ),
    "seed": ("Seed", "The same seed and settings give the same weights, bit for bit.", 1),
}
WORDS: dict[str, str] = (
    {key: optimizer.label for key, optimizer in OPTIMIZERS.items()}
    | {key: augmentation.label for key, augmentation in AUGMENTATIONS.items()}
    | {"constant": "Constant", "linear": "Linear, down to 0", "cosine": "Warm-up, then cosine"}
)


def recipe_label(recipe: str) -> str:
    """How a run was trained, in words."""
    return f"recipe {RECIPES[recipe].label}" if recipe in RECIPES else "settings of your own"


def more_settings(recipe: str, busy: bool) -> Config:
    """The widgets under "More settings". They start from the recipe and are kept per recipe."""
    config = RECIPES[recipe].config
    names = [field.name for field in fields(Config) if field.name in SETTINGS]
    columns = st.columns(3)
    values: dict[str, Any] = {}
    for position, name in enumerate(names):
        with columns[position % 3]:
            values[name] = _setting(name, getattr(config, name), f"train_{recipe}_{name}", busy)
    return replace(config, **values)


def _setting(name: str, default: Any, key: str, busy: bool) -> Any:
    label, explanation, step = SETTINGS[name]
    if name in CHOICES:
        choices = CHOICES[name]
        return st.selectbox(
            label,
            choices,
            choices.index(default),
            WORDS.__getitem__,
            key,
            explanation,
            disabled=busy,
        )
    low, high = LIMITS[name]
    return st.number_input(
        label,
        value=default,
        step=type(default)(step),
        format="%d" if isinstance(default, int) else "%.4f",
        key=key,
        help=f"{explanation} From {low:,g} to {high:,g}.",
        disabled=busy,
    )


def data_for(recipe: str) -> str:
    """The data set that a run of this recipe learns from: the one in use, and drawings with it
    where the recipe asks for them and `python -m model.snapshots` made them."""
    name = state.dataset().name
    mixed = RECIPES[recipe].config.data == "mixed" and name == "fashion-mnist"
    return "mixed" if mixed and snapshots.FILE.exists() else name


def fault(config: Config) -> str:
    """What is wrong with settings, as a sentence; empty if they can be used."""
    try:
        check(config)
    except SettingError as error:
        return str(error)
    return ""


def summary(config: Config) -> str:
    """The settings of a run that matter most, in one line."""
    parts = [
        f"{config.epochs} {'epoch' if config.epochs == 1 else 'epochs'}",
        f"up to {config.train_images:,} pictures of {NAMES[config.data]}",
        f"batches of {config.batch_size}",
        f"{OPTIMIZERS[config.optimizer].label} at {config.learning_rate:g}",
        f"seed {config.seed}",
    ]
    return " · ".join(parts)


def controls(run: Run) -> None:
    """Pause, resume, one batch, stop: only what makes sense now can be pressed."""
    status = run.status
    with st.container(horizontal=True):
        if status == "paused":
            st.button(
                "Resume",
                icon=":material/play_arrow:",
                on_click=server.runs().resume,
                args=(run,),
                key="run_resume",
            )
            st.button(
                "One batch",
                icon=":material/skip_next:",
                on_click=run.one_batch,
                key="run_one_batch",
                help="Train one batch and stay paused.",
            )
        else:
            st.button(
                "Pause",
                icon=":material/pause:",
                on_click=run.pause,
                disabled=status != "running",
                key="run_pause",
            )
        st.button(
            "Stop and keep weights",
            icon=":material/stop:",
            on_click=run.stop,
            disabled=status not in ("running", "paused"),
            key="run_stop",
            help="End here. The newest weights are kept and measured on the test set.",
        )


def watch(run: Run, token: str) -> None:
    """Progress and charts. While the run moves they follow it by themselves."""
    drawn = run.status
    moving = drawn in ("running", "stopping") or run.outstanding

    tick = max(TICK_SECONDS, TICK_SHARE * server.runs().training())

    @st.fragment(run_every=tick if moving else None)
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
    if training > 1:
        turn = f"{ahead} are ahead of yours." if ahead else "Yours is being worked on."
        st.caption(f"{training} runs share {server.runs().workers} workers in turns. {turn}")


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


def results(now: Snapshot, run: Run, token: str) -> None:
    """What an ended run is worth, and what to do with it."""
    if now.test:
        _scores(now, now.test)
    trained = run.trained()
    sound = usable(trained)
    if not sound:
        st.warning(
            "The last weights of this run are so large that no picture gets an answer. Start "
            "again with a lower learning rate."
        )
    worth = percent(now.test.accuracy) if now.test else f"epoch {trained.epoch:g}"
    label = f"Your run: {NETWORKS[now.config.network].label}, {worth}"
    with st.container(horizontal=True):
        check_mark = ":material/check:"
        if st.button(
            "Use this network", type="primary", icon=check_mark, disabled=not sound, key="run_use"
        ):
            state.use(state.add(label, trained))
            st.rerun()
        if sound:
            _download("Weights (safetensors)", lambda: to_bytes(run.trained()), now, token)
        _download("History (CSV)", lambda: history_csv(run.snapshot()).encode(), now, token)
    if (chosen := state.in_use()) and chosen.label == label:
        st.success("This network is in use now, on every page.", icon=check_mark)
        st.page_link("pages/predict.py", label="Try it on your pictures", icon=":material/search:")


def _download(label: str, content: Callable[[], bytes], now: Snapshot, token: str) -> None:
    """A button for a file of this run; the file is made when somebody asks for it."""
    kind = "csv" if "CSV" in label else "safetensors"
    st.download_button(
        label,
        content,
        f"{now.config.network}-{token[:4]}.{kind}",
        "text/csv" if kind == "csv" else "application/octet-stream",
        on_click="ignore",
        icon=":material/download:",
    )


def percent(share: float) -> str:
    """A share from 0 to 1 as text."""
    return f"{100 * share:.2f} %"


def _scores(now: Snapshot, test: Score) -> None:
    reached = test.accuracy
    columns = st.columns(3)
    if now.config.data != "wardrobe":
        gap = 100 * (reached - curves.ARTICLE_ACCURACY)
        columns[0].metric(
            "Test accuracy",
            percent(reached),
            f"{abs(gap):.2f} points {'above' if gap > 0 else 'below'} the article's",
            delta_color="off",
            delta_arrow="up" if gap > 0 else "down",
            help="The share of the 10,000 test pictures that it gets right. It saw none of them "
            "before.",
        )
        columns[1].metric(
            "The article's LeNet",
            percent(curves.ARTICLE_ACCURACY),
            help="What the tutorial article that this app grew out of reports after 30 epochs.",
        )
    else:
        columns[0].metric("Test accuracy", percent(reached))
        columns[1].caption("On drawn clothes, so not to be compared with the article's 90.67 %.")
    if now.epochs and now.epochs[-1].validation:
        columns[2].metric(
            "Validation accuracy",
            percent(now.epochs[-1].validation.accuracy),
            help="On the training pictures that were held out, after the last whole epoch.",
        )
    with st.expander("Which classes are confused with which?"):
        st.caption("Test pictures: each row is a true class, each column the network's answer.")
        plot(curves.confusion(test.confusion, CLASSES), "run_confusion", CONFUSION_ALT)


def weights_from_file() -> None:
    """Weights that were downloaded before come back by upload."""
    key = "train_weights_file"
    st.file_uploader("Weights file", type=["safetensors"], key=key, max_upload_size=4)
    file = st.session_state[key]  # and not what the widget gave, which is a copy
    if not isinstance(file, UploadedFile):
        st.session_state.pop(state.WEIGHTS_FILE, None)
        return
    name, trained = plain(file.name), _read_once(file)
    if isinstance(trained, str):
        st.error(f"**{name}**: {plain(trained, 300)}")
        return
    st.markdown(f"**{name}**: {NETWORKS[trained.network].label}, epoch {trained.epoch:g}.")
    if st.button("Use these weights", key="train_use_file"):
        state.use(state.add(f"File {clean(file.name)}", trained))
        st.rerun()


def _read_once(file: UploadedFile) -> Trained | str:
    """The weights in an uploaded file, or what is wrong with it; the file itself is not kept."""
    number, read = st.session_state.get(state.WEIGHTS_FILE, (None, ""))
    if number != file.file_id:
        try:
            read = load(uploads.take(file))
        except CheckpointError as error:
            read = str(error)
        st.session_state[state.WEIGHTS_FILE] = file.file_id, read
    return read


def is_active(run: Run | None) -> bool:
    """Whether the run still trains, or is paused."""
    return run is not None and run.status not in ENDED
