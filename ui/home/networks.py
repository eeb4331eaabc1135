"""Every network, layer by layer, with its code to copy: the end of Home."""

from __future__ import annotations

import streamlit as st

from model.networks.architectures import NETWORKS, keras_code
from ui import components, copying


@st.fragment
def networks() -> None:
    """The tables, and the code of whichever network somebody opens.

    Code comes when it is asked for: most visitors come for something else.
    """
    st.subheader("The networks, layer by layer", anchor="networks")
    st.markdown(
        "A picture goes in at the top; ten probabilities come out at the bottom. Parameters are "
        "the numbers that training changes. A *convolution* moves small filters over the picture, "
        "each looking for one pattern. *Pooling* joins neighbours and makes the picture smaller. A "
        "*dense* layer weighs all its inputs. *relu* and *tanh* bend its outputs, *softmax* turns "
        "the last ones into probabilities."
    )
    tabs = st.tabs([network.label for network in NETWORKS.values()])
    for tab, (name, network) in zip(tabs, NETWORKS.items(), strict=True):
        with tab:
            st.markdown(network.story)
            st.markdown(components.layer_table(network))
            code = st.expander(
                "The Keras code, to copy into any notebook",
                icon=":material/code:",
                key=f"home_code_{name}",
                on_change="rerun",
            )
            if code.open:
                with code:
                    copying.show(f"{network.label} in Keras", keras_code(network), f"code_{name}")
