"""Predict: draw, upload, photograph or pick a picture and see what the network takes it for."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st
from PIL import Image

from model import browse
from model.data import CLASSES
from model.preprocess import DEFAULT, Options, Prepared
from ui import drawing, prediction, shell, state

MOST_FILES = 20
PRIVATE = "Pictures stay in this server's memory while you look at them and are not stored."


class Found(NamedTuple):
    """A picture ready for the network, or a sentence that says why there is none."""

    picture: Prepared | str
    truth: int | None = None  # its class, where it is known


def draw(options: Options) -> Found:
    picture = drawing.canvas()
    if picture is None:
        return Found("The canvas is empty. The answer follows every stroke.")
    return Found(prediction.of_picture(picture, options))


def upload(options: Options) -> Found:
    files = st.file_uploader(
        "Pictures",
        accept_multiple_files=True,
        key="predict_upload",
        help="JPEG, PNG, WebP, GIF, BMP or TIFF. Several at once are welcome.",
    )
    st.caption(PRIVATE)
    if not files:
        return Found("Choose a picture of one piece of clothing, or several pictures at once.")
    if len(files) > MOST_FILES:
        st.warning(f"These are {len(files)} files; only the first {MOST_FILES} were taken.")
    taken = files[:MOST_FILES]
    found = [(file.name, prediction.of_file(file.getvalue(), options)) for file in taken]
    return Found(prediction.pick(found))


def camera(options: Options) -> Found:
    photo = st.camera_input("One piece of clothing, on something plain", key="predict_camera")
    st.caption(f"{PRIVATE} Browsers lend the camera only to https addresses and to localhost.")
    if photo is None:
        return Found("Take a picture: one item, from the side, nearly as large as the frame.")
    return Found(prediction.of_file(photo.getvalue(), options))


def from_data_set(options: Options) -> Found:
    data = state.dataset()
    split = st.segmented_control(
        "Split", ["Test", "Training"], default="Test", required=True, key="predict_split"
    )
    classes = st.multiselect(
        "Class",
        range(len(CLASSES)),
        format_func=lambda label: CLASSES[label],
        placeholder="All ten classes",
        key="predict_classes",
    )
    numbers = browse.select(data, split, classes, shuffle=True)
    turn = st.session_state.setdefault(state.SAMPLE, 0)
    if st.button("Another picture", icon=":material/shuffle:", key="predict_another"):
        turn = st.session_state[state.SAMPLE] = turn + 1
    image, truth, _ = browse.look_up(data, int(numbers[turn % len(numbers)]))
    return Found(prediction.of_picture(Image.fromarray(np.array(image)), options), truth)


class Source(NamedTuple):
    """One entry of SOURCES."""

    icon: str
    find: Callable[[Options], Found]
    prepared: bool  # whether its pictures go through the stages that a person can change


SOURCES: dict[str, Source] = {
    "Draw": Source("draw", draw, True),
    "Upload": Source("upload", upload, True),
    "Camera": Source("photo_camera", camera, True),
    "From the data set": Source("grid_view", from_data_set, False),
}


@st.fragment
def predict() -> None:
    """All of the page: a fragment, so that a stroke does not draw the frame around it again."""
    source = st.segmented_control(
        "Where the picture comes from",
        SOURCES,
        format_func=lambda name: f":material/{SOURCES[name].icon}: {name}",
        default="Draw",
        required=True,
        key="predict_source",
        persist_state="session",
        label_visibility="collapsed",
    )
    left, right = st.columns([2, 3], gap="large")
    stages = st.container()
    with stages:
        above = st.container()
        options = prediction.options(source) if SOURCES[source].prepared else DEFAULT
    with left:
        found = SOURCES[source].find(options)
    if isinstance(found.picture, str):
        right.info(found.picture, icon=":material/info:")
        return
    with right:
        prediction.answer(found.picture, source, found.truth)
    with above:
        prediction.strip(found.picture)


shell.begin("Predict", "Show the network a picture and see what it takes it for.")
predict()
