"""Where the pictures on Predict come from: drawn, uploaded, photographed, samples, the data set.

Adding a source is one entry in SOURCES. What is done with a picture is not decided here.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from model.data import browse
from model.data.datasets import CLASSES
from model.pictures.kinds import READABLE
from model.pictures.preprocess import Options, PictureError, Prepared, prepare, read_picture
from ui import assets, images, state, uploads
from ui.buttons import pressed
from ui.predict import drawing
from ui.text import clean, plain

BROKEN = "This sample cannot be read: its file in assets/samples is broken. Choose another one."
MOST_FILES = 20
# What samples are, by the beginning of their files' names; what they show stands below them.
KINDS = {"drawing": "Sketch of", "picture": "Picture of", "strange": "No clothes:"}
LEFT_OUT = (
    "This file came after twenty others, so it was not read. Remove it and choose it once more."
)
PRIVATE = "Pictures stay in this server's memory while you look at them and are not stored."


@dataclass(eq=False)
class Shot:
    """One picture to recognise, at most 640 pixels long."""

    name: str  # as it came: see ui/text.py
    picture: Image.Image | str  # as read, or the sentence that says why there is none
    truth: int | None = None  # its class, where it is known
    key: str = ""  # the same for the same attempt, though a drawing grows; the name if empty
    ready: dict[Options, Prepared | str] = field(default_factory=dict)

    @property
    def attempt(self) -> str:
        """The key of the attempt that this picture belongs to."""
        return self.key or self.name

    def thumbnail(self) -> NDArray[np.uint8]:
        """The picture at most 96 pixels long, (h, w, 3); one grey pixel where there is none."""
        if isinstance(self.picture, str):
            return np.full((1, 1, 3), 128, np.uint8)
        small = self.picture.convert("RGB")
        small.thumbnail((96, 96))
        return np.asarray(small)

    def prepared(self, options: Options) -> Prepared | str:
        """The picture ready for the network, or the sentence that says what is wrong."""
        if isinstance(self.picture, str):
            return self.picture
        if options not in self.ready:
            try:
                self.ready = {options: prepare(self.picture, options)}
            except PictureError as error:
                self.ready = {options: str(error)}
        return self.ready[options]


def _read(file: UploadedFile) -> Shot:
    """An uploaded file as a picture; the file itself is not kept."""
    content = uploads.take(file)
    key = f"{clean(file.name)} {zlib.crc32(content)}"  # phones call every picture the same
    return Shot(file.name, _picture(content), key=key)


def _picture(content: bytes) -> Image.Image | str:
    """A file's content as a picture, or the sentence that says why there is none."""
    try:
        return read_picture(content)
    except PictureError as error:
        return str(error)


def _left_out(file: UploadedFile) -> Shot:
    """A file that came after too many others."""
    uploads.release(file)
    return Shot(file.name, LEFT_OUT)


Given = dict[str, dict[str, dict[str, Shot]]]  # by source, by key of the widget, by file


def _keep(source: str, key: str) -> None:
    """The visitor changed the files of a widget: read the new ones, and keep all for the session.

    The widget itself forgets them when the page shows another source.
    """
    files = st.session_state[key] or []
    several = isinstance(files, list)
    taken = files if several else [files]
    given: Given = st.session_state.get(state.SHOTS, {})
    before = given.get(source, {})
    earlier = {other: shots for other, shots in before.items() if other != key and several}
    room = MOST_FILES - sum(map(len, earlier.values()))
    known, shots = before.get(key, {}), {}
    for file in taken:
        if file.file_id in known:
            shots[file.file_id] = known[file.file_id]
        elif isinstance(file, UploadedFile):  # and not lost, with the session that it was sent to
            shots[file.file_id] = (_read if len(shots) < room else _left_out)(file)
    st.session_state[state.SHOTS] = given | {source: earlier | {key: shots}}


def _remove(source: str, key: str) -> None:
    """Forget what was given to this source before the visitor turned away from it."""
    given: Given = st.session_state[state.SHOTS]
    now = {key: given[source][key]} if key in given[source] else {}
    st.session_state[state.SHOTS] = given | {source: now}


def _kept(source: str, key: str) -> list[Shot]:
    """What was given to this source, also before the visitor turned away from it."""
    given: Given = st.session_state.get(state.SHOTS, {})
    now = given.get(source, {}).get(key, {}).values()
    others = (shots for other, shots in given.get(source, {}).items() if other != key)
    earlier = [shot for shots in others for shot in shots.values()]
    if earlier:
        with st.container(horizontal=True, vertical_alignment="center"):
            names = ", ".join(plain(shot.name) for shot in earlier[:3])
            more = f" and {len(earlier) - 3} more" if len(earlier) > 3 else ""
            st.markdown(f"Still here: **{names}**{more}")
            st.button("Remove", on_click=_remove, args=(source, key), key="predict_remove")
    return [*earlier, *now]


def draw() -> list[Shot] | str:
    """The canvas; its drawing as a picture."""
    drawn = drawing.canvas()
    if drawn.png is None:
        return "The canvas is empty. The answer follows every stroke."
    first_stroke = json.dumps(drawn.objects[0], sort_keys=True)
    key = f"Drawing {zlib.crc32(first_stroke.encode())}"
    return [Shot("Drawing", _picture(drawn.png), key=key)]


def turn_away() -> None:
    """The visitor chose another source: have widgets of files begin empty when they are back.

    Someone who turns away and back at once may find the widget empty in the browser though the
    server still knows its files; under a new key it is empty for both, and `_kept` has the files.
    """
    st.session_state[state.TURNS] = st.session_state.get(state.TURNS, 0) + 1


def _key(name: str) -> str:
    """The key of a widget of files, a new one after every turn to another source."""
    return f"{name}_{st.session_state.get(state.TURNS, 0)}"


def upload() -> list[Shot] | str:
    """A place for files.

    Files of all types can be chosen: for one that is no picture the answer says what it is and what
    to do, where Streamlit would only say that it is not allowed.
    """
    key = _key("predict_upload")
    st.file_uploader(
        "Pictures",
        accept_multiple_files=True,
        key=key,
        on_change=_keep,
        args=("Upload", key),
        help=f"{READABLE}. Several at once are welcome.",
    )
    shots = _kept("Upload", key)
    st.caption(PRIVATE)
    if len(shots) > MOST_FILES:
        st.warning(f"These are {len(shots)} files; only the first {MOST_FILES} were taken.")
    if not shots:
        return "Choose a picture of one piece of clothing, or several pictures at once."
    return shots[:MOST_FILES]


def camera() -> list[Shot] | str:
    """The device's camera."""
    key = _key("predict_camera")
    st.camera_input(
        "One piece of clothing, on something plain",
        key=key,
        on_change=_keep,
        args=("Camera", key),
    )
    shots = _kept("Camera", key)
    st.caption(
        f"{PRIVATE} On a phone, the button in the corner of the picture changes between the front "
        "and the rear camera. A browser gives the camera only to addresses with https."
    )
    return shots or "Take a picture: one item, from the side, nearly as large as the frame."


def from_data_set() -> list[Shot] | str:
    """Pictures of the data set, one after the other."""
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
    if pressed("Another picture", "predict_another", icon=":material/shuffle:"):
        turn = st.session_state[state.SAMPLE] = turn + 1
    number = int(numbers[turn % len(numbers)])
    image, truth, _ = browse.look_up(data, number)
    return [Shot(f"Picture {number}", Image.fromarray(np.array(image)), truth)]


def samples() -> list[Shot] | str:
    """Pictures that come with the app, for whoever cannot or does not want to draw."""
    names = [file.stem for file in sorted((state.ASSETS / "samples").glob("*.png"))]
    if not names:
        return "The samples are missing: the folder assets/samples is empty."
    name = st.pills(
        "Drawn by this program. The last two show no clothes: does the network notice?",
        names,
        format_func=_sample,
        default=names[0],
        required=True,
        key="predict_sample_name",
        persist_state="session",
    )
    label = name.partition("_")[2]
    truth = int(label) if label.isdigit() else None
    picture = assets.picture(f"samples/{name}.png")
    return [Shot(name, picture.convert("RGB") if picture else BROKEN, truth)]


@functools.lru_cache(maxsize=64)
def _sample(name: str) -> str:
    """A sample as a little picture and what it shows, in Markdown."""
    kind, _, label = name.partition("_")
    words = CLASSES[int(label)] if label.isdigit() else label.capitalize()
    picture = assets.picture(f"samples/{name}.png")
    if picture is None:
        return words
    small = picture.convert("RGB").resize((56, 56))
    return f"![{KINDS.get(kind, kind)}]({images.data_uri(np.asarray(small))}) {words}"


class Source(NamedTuple):
    """One entry of SOURCES."""

    icon: str
    find: Callable[[], list[Shot] | str]  # its widgets; pictures, or what to do to get one
    prepared: bool  # whether its pictures go through the stages that a person can change


SOURCES: dict[str, Source] = {
    "Draw": Source("draw", draw, True),
    "Upload": Source("upload", upload, True),
    "Camera": Source("photo_camera", camera, True),
    "Samples": Source("apps", samples, True),
    "From the data set": Source("grid_view", from_data_set, False),
}
