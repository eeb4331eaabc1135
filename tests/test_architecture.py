"""Who may import whom: app -> pages -> ui -> model, and TensorFlow in two modules alone."""

import ast
import importlib

import pytest

from model import PROJECT
from model.networks.architectures import NETWORKS
from model.training.recipes import CHOICES, LIMITS, RECIPES, check
from ui.shell import PAGES

FILES = [
    PROJECT / "app.py",
    *(file for folder in ("pages", "ui", "model") for file in (PROJECT / folder).rglob("*.py")),
]
# Below all rooms: anybody may import these, and they import nothing of ours.
GROUND = ("model.PROJECT", "model.command", "model.files")
# Who may import whom. What stands alone is a whole folder's; "model" is its top: commands, and what
# lives as long as the server.
ROOMS = ("networks", "pictures", "wardrobe", "data", "training", "insight")
ARROWS: dict[str, set[str]] = {
    "app.py": {"ui", "pages"},
    "pages": {"ui", "model", *ROOMS},
    "ui": {"ui", "model", *ROOMS},
    "model": {"model", *ROOMS},
    "networks": set(),
    "pictures": set(),
    "wardrobe": {"pictures"},
    "data": {"wardrobe", "pictures"},
    "training": {"data", "networks", "pictures"},
    "insight": {"training", "data", "wardrobe", "networks", "pictures"},
}
WITH_TENSORFLOW = {"networks/graph.py", "training/trainer.py"}
OURS = {"app", "pages", "ui", "model", "tests", "benchmarks", "tools"}


def imports(file):
    """The full names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def place(name):
    """Where a module belongs, as in ARROWS: a room, "ui", "pages", or "model" for its top."""
    first, *rest = name.split(".")
    return rest[0] if first == "model" and rest and rest[0] in ROOMS else first


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PROJECT)))
def test_imports_go_one_way(file):
    relative = file.relative_to(PROJECT)
    here = "app.py" if file.name == "app.py" else place(".".join(relative.with_suffix("").parts))
    found = {name for name in imports(file) if not name.startswith(GROUND)}
    ours = {place(name) for name in found if name.split(".")[0] in OURS}
    assert ours <= ARROWS[here] | {here if here in ROOMS else ""}
    top = {name.split(".")[0] for name in found}
    if relative.parts[0] == "model":
        assert not top & {"streamlit", "plotly"}
    if "/".join(relative.parts[1:]) not in WITH_TENSORFLOW or relative.parts[0] != "model":
        assert not top & {"tensorflow", "keras"}


def test_the_ground_stands_on_nothing_of_ours():
    for name in GROUND[1:]:
        file = PROJECT / f"{name.replace('.', '/')}.py"
        assert not {one.split(".")[0] for one in imports(file)} & OURS


def test_what_one_page_shows_is_used_by_no_other():
    folders = {file.parent.name for file in (PROJECT / "ui").glob("*/__init__.py")}
    for file in [*(PROJECT / "pages").glob("*.py"), *(PROJECT / "ui").rglob("*.py")]:
        here = file.stem if file.parent.name == "pages" else file.parent.name
        for name in imports(file):
            parts = name.split(".")
            if parts[0] == "ui" and parts[1] in folders:
                assert parts[1] == here, (file, name)


def test_the_arrows_make_no_circle():
    done: set[str] = set()
    while rooms := [room for room in ROOMS if room not in done and ARROWS[room] <= done]:
        done |= set(rooms)
    assert done == set(ROOMS)
    assert set(ROOMS) == {file.parent.name for file in (PROJECT / "model").glob("*/__init__.py")}


def test_every_page_is_in_the_menu():
    assert set(PAGES) == {f"pages/{file.name}" for file in (PROJECT / "pages").glob("*.py")}


def test_every_recipe_and_choice_can_be_used():
    for recipe in RECIPES.values():
        check(recipe.config)
    assert set(CHOICES["network"]) == set(NETWORKS)
    assert set(LIMITS) & set(CHOICES) == set()


def test_every_module_says_what_it_is():
    for file in FILES:
        assert ast.get_docstring(ast.parse(file.read_text())), file


def test_the_readme_names_every_module_of_the_model():
    readme = (PROJECT / "README.md").read_text()
    for name in ("train", "predict", "data", "reference"):
        assert f"python -m model.{name}" in readme
        importlib.import_module(f"model.{name}")
