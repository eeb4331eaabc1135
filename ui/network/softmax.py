"""From the ten scores to the ten probabilities, with a temperature: the browser does it alone."""

from __future__ import annotations

import numpy as np
import streamlit as st

from model.data.datasets import CLASSES
from ui import javascript
from ui.network.desk import Desk


def show(desk: Desk) -> None:
    """Scores, powers and shares of the ten classes, and the slider "Temperature"."""
    shown = javascript.component(
        "lenet_softmax", "softmax.js", '<div class="sums softmax"\n></div>'
    )
    if shown is None:
        st.caption("The probabilities cannot be shown: a file of the app is missing.")
        return
    logits = np.round(desk.steps[-1].sums[0].astype(float), 5).tolist()
    told = {"classes": list(CLASSES), "logits": logits}
    shown(key="network_softmax", data=javascript.as_bytes(told))
