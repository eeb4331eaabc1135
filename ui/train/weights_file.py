"""Weights that come back from a file."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from model.networks.architectures import NETWORKS
from model.training.checkpoint import CheckpointError, Trained, load
from ui import state, uploads, weights
from ui.buttons import pressed
from ui.page_runs import uninterrupted
from ui.text import clean, plain
from ui.train import results


def weights_from_file() -> None:
    """Weights that were downloaded before come back by upload."""
    key = "train_weights_file"
    # Of any kind: the refusal then says what a file is, and what to take in its place.
    st.file_uploader("Weights file", key=key, max_upload_size=4)
    st.caption('A file that "Weights (safetensors)" under a run of yours gave you.')
    file = st.session_state[key]  # and not what the widget gave, which is a copy
    if not isinstance(file, UploadedFile):
        st.session_state.pop(state.WEIGHTS_FILE, None)
        return
    name, trained = plain(file.name), _read_once(file)
    if isinstance(trained, str):
        st.error(f"**{name}**: {plain(trained, 300)}")
        return
    st.markdown(f"**{name}**: {NETWORKS[trained.network].label}, epoch {trained.epoch:g}.")
    label = f"File {clean(file.name)}"
    if pressed("Use these weights", "train_use_file"):
        weights.use_file(label, trained)
        st.rerun()
    results.in_use(state.key_of(label))


def _read_once(file: UploadedFile) -> Trained | str:
    """The weights in an uploaded file, or what is wrong with it; the file itself is not kept."""
    number, read = st.session_state.get(state.WEIGHTS_FILE, (None, ""))
    if number != file.file_id:
        with uninterrupted():
            try:
                read = load(uploads.take(file))
            except CheckpointError as error:
                read = str(error)
            st.session_state[state.WEIGHTS_FILE] = file.file_id, read
    return read
