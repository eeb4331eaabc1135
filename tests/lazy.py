"""Modules that are imported when a test first uses them.

TensorFlow takes seconds, and each process of `pytest -n` reads all test files, whichever it runs.
"""

import importlib


class Lazy:
    """Stands for the module of this name; to change one of its names, use the module itself."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        if name.startswith(("_", "pytest")):  # what pytest asks every name of a test file for
            raise AttributeError(name)
        # It sets how many threads TensorFlow has, which goes before anything uses them.
        importlib.import_module("model.training.trainer")
        return getattr(importlib.import_module(self._name), name)
