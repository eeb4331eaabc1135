"""Who may import whom: app -> pages -> ui -> model, and TensorFlow in two modules alone."""

import ast
import importlib
from pathlib import Path

import pytest

from model.networks import NETWORKS
from model.recipes import CHOICES, LIMITS, RECIPES, check
from ui.shell import PAGES

ROOT = Path(__file__).parent.parent
FILES = [ROOT / "app.py", *(f for d in ("pages", "ui", "model") for f in (ROOT / d).rglob("*.py"))]
ALLOWED = {
    "app.py": {"ui", "pages"},
    "pages": {"ui", "model"},
    "ui": {"ui", "model"},
    "model": {"model"},
}
OURS = {"app", "pages", "ui", "model", "tests", "benchmarks", "tools"}


def imports(file):
    """The top names of all that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_go_one_way(file):
    layer = file.relative_to(ROOT).parts[0]
    found = set(imports(file))
    assert found & OURS <= ALLOWED[layer]
    if layer == "model":
        assert not found & {"streamlit", "plotly"}
    if file.name not in ("training.py", "graph.py") or layer != "model":
        assert not found & {"tensorflow", "keras"}


def test_every_page_is_in_the_menu():
    assert set(PAGES) == {f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py")}


def test_every_recipe_and_choice_can_be_used():
    for recipe in RECIPES.values():
        check(recipe.config)
    assert set(CHOICES["network"]) == set(NETWORKS)
    assert set(LIMITS) & set(CHOICES) == set()


def test_every_module_says_what_it_is():
    for file in FILES:
        assert ast.get_docstring(ast.parse(file.read_text())), file


def test_the_readme_names_every_module_of_the_model():
    readme = (ROOT / "README.md").read_text()
    for name in ("train", "predict", "data"):
        assert f"python -m model.{name}" in readme
        importlib.import_module(f"model.{name}")
