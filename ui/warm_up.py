"""What the first visitor of a server would wait for, done on a thread while the server starts.

A host that runs the app as a plain script does without: then the first visitor waits.
"""

from __future__ import annotations

import importlib
import threading

from model import server
from ui import state

# What pages import and takes long. Nothing that declares a component: it would be unknown to the
# server, which is not up yet, for as long as that lives.
MODULES = ("ui.charts", "ui.components", "model.pictures.preprocess", "model.wardrobe.synthetic")


def begin() -> None:
    """Start, and come back at once. A fault goes to the log; the first visitor tries again."""
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    server.search()
    server.runs().of("nobody", 1)  # the database is there, and runs go on that were training
    state.shipped()
    for name in MODULES:
        importlib.import_module(name)
