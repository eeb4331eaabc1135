"""Every network with its layers as a table and its code to copy, whichever is in use."""

from __future__ import annotations

import streamlit as st

from model.insight.anatomy import anatomy, written
from model.networks.architectures import NETWORKS, Network, keras_code
from ui import components, copying
from ui.network.desk import Desk


def show(_desk: Desk) -> None:
    """A tab for each."""
    tabs = st.tabs([network.label for network in NETWORKS.values()])
    for tab, (name, network) in zip(tabs, NETWORKS.items(), strict=True):
        with tab:
            st.markdown(network.story)
            st.markdown(table(network))
            code(name)


def table(network: Network) -> str:
    """What each layer takes, gives and learns: a table in Markdown.

    st.table would show the same, but loads pandas: 70 MB and more than a second on a first visit.
    """
    parts = anatomy(network)
    rows = [
        "| Layer | Takes | Gives | Parameters | How they are counted |",
        "|:--|:--|:--|--:|:--|",
    ]
    rows += [
        f"| {part.name}: {components.describe(part.layer)} | {written(part.taken)} "
        f"| {written(part.given)} | {part.parameters:,} | {part.counted} |"
        for part in parts
    ]
    total = sum(part.parameters for part in parts)
    return "\n".join([*rows, f"| **Together** | | | **{total:,}** | |"])


def code(name: str, key: str = "network_code") -> None:
    """The Keras code of a network, a key of NETWORKS; it comes when somebody asks for it."""
    place = st.expander(
        "The Keras code, to copy into any notebook",
        icon=":material/code:",
        key=f"{key}_{name}",
        on_change="rerun",
    )
    if place.open:
        with place:
            network = NETWORKS[name]
            copying.show(f"{network.label} in Keras", keras_code(network), f"{key}_field_{name}")
