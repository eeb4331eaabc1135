"""What an ended run is worth, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from model.data.datasets import CLASSES
from model.training.checkpoint import to_bytes, usable
from model.training.metrics import Score
from model.training.run import Run
from model.training.snapshot import Snapshot, history_csv
from ui import grids, own_runs, state, weights
from ui.buttons import pressed
from ui.text import percent
from ui.train import controls, curves


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
    with st.container(horizontal=True, key=controls.KEPT):
        if pressed(
            "Use this network",
            "run_use",
            type="primary",
            icon=":material/check:",
            disabled=not sound,
        ):
            weights.use(own_runs.key_of(run))
            st.rerun()
        if sound:
            _download("Weights (safetensors)", lambda: to_bytes(run.trained()), now, token)
        _download("History (CSV)", lambda: history_csv(run.snapshot()).encode(), now, token)
    if run.past_gone:
        st.caption(
            "The weights of its earlier epochs were removed, because this server had no "
            "more room for them. The last ones are kept."
        )
    in_use(own_runs.key_of(run))


def in_use(key: str) -> None:
    """Where the weights of this key are in use: say so, and show the way."""
    if (chosen := state.in_use()) and chosen.key == key:
        st.success("This network is in use now, on every page.", icon=":material/check:")
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


def _scores(now: Snapshot, test: Score) -> None:
    reached = test.accuracy
    columns = st.columns(3)
    if now.config.data != "wardrobe":
        gap = 100 * (reached - curves.ARTICLE_ACCURACY)
        columns[0].metric(
            "Test accuracy",
            percent(reached, 2),
            f"{abs(gap):.2f} points {'above' if gap > 0 else 'below'} the article's",
            delta_color="off",
            delta_arrow="up" if gap > 0 else "down",
            help="The share of the 10,000 test pictures that it gets right. It saw none of them "
            "before.",
        )
        columns[1].metric(
            "The article's LeNet",
            percent(curves.ARTICLE_ACCURACY, 2),
            help="What the tutorial article behind this app reports after 30 epochs.",
        )
    else:
        columns[0].metric("Test accuracy", percent(reached, 2))
        columns[1].caption(
            "On drawn clothes, so not to be compared with the article's 90.67\u00a0%."
        )
    if now.epochs and now.epochs[-1].validation:
        columns[2].metric(
            "Validation accuracy",
            percent(now.epochs[-1].validation.accuracy, 2),
            help="On the training pictures that were held out, after the last whole epoch.",
        )
    with st.expander("Which classes does it mix up?"):
        st.caption("Test pictures: each row is a true class, each column the network's answer.")
        grids.show(curves.confusion(test.confusion, CLASSES), "run_confusion")
