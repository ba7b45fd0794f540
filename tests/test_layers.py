"""No file imports from a floor above its own (see docs/developers/house.md)."""

import ast
from pathlib import Path

import pytest

import sklearn_meta

PACKAGE = Path(sklearn_meta.__file__).parent

FLOORS = {
    "exceptions": 1,
    "_compat": 1,
    "_validation": 1,
    "_optional": 1,
    "metafeatures": 2,
    "fewshot": 2,
    "openml": 2,
    "spaces": 3,
    "search": 4,
    "experience": 5,
    "advisors": 6,
    "inspection": 6,
    "automl": 7,
    "persistence": 8,
    "cli": 9,
}

# The folders of the largest rooms, from the ground up.
SHELVES = {
    "experience": {
        "identity": 1,
        "database": 2,
        "records": 3,
        "leaks": 4,
        "handle": 5,
        "recording": 6,
        "collector": 7,
        "published": 7,
    },
    "advisors": {
        "scores": 1,
        "configurations": 1,
        "contract": 2,
        "tasks": 2,
        "surrogate": 3,
        "simulation": 3,
        "baselines": 4,
        "gaussian": 4,
        "deep_kernel": 4,
        "validation": 5,
        "optuna": 5,
    },
}

FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [node.module or ""]
            if node.module == "sklearn_meta":
                names = [f"sklearn_meta.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "sklearn_meta" and len(parts) > 1:
                yield parts[1]


def upward_imports(room, source):
    """Rooms that a file of `room` imports although they lie above it or beside it."""
    return [
        target
        for target in imported_rooms(ast.parse(source))
        if target in FLOORS
        and target != room
        and (FLOORS[target] > FLOORS[room] or (FLOORS[target] == FLOORS[room] > 1))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_upward_import(path):
    room = room_of(path)
    assert room in FLOORS, f"{room} has no floor: add it to FLOORS and to the house plan"
    assert upward_imports(room, path.read_text()) == []


def imports_on_loading(tree):
    """Names that a file imports when it is loaded; a handle reaches its verbs' code later."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def off_the_shelves_below(room, shelf, source):
    """Names from its own room that a file of `shelf` may not import when it is loaded.

    The room's public names are among them: its `__init__` stands on all of its shelves.
    """
    heights = SHELVES[room]
    allowed = {shelf} | {place for place in heights if heights[place] < heights[shelf]}
    found = []
    for name in imports_on_loading(ast.parse(source)):
        package, own, place = f"{name}..".split(".")[:3]
        if (package, own) == ("sklearn_meta", room) and place not in allowed:
            found.append(name)
    return found


@pytest.mark.parametrize(
    ("room", "shelf"), [(room, shelf) for room in SHELVES for shelf in SHELVES[room]]
)
def test_a_shelf_stands_on_lower_ones(room, shelf):
    for path in (PACKAGE / room / shelf).glob("*.py"):
        assert off_the_shelves_below(room, shelf, path.read_text()) == [], path.name


@pytest.mark.parametrize("room", SHELVES)
def test_every_file_of_a_room_is_on_a_shelf(room):
    folder = PACKAGE / room
    assert {path.name for path in folder.glob("*.py")} == {"__init__.py"}
    assert {path.parent.relative_to(folder) for path in folder.glob("*/**/*.py")} == {
        Path(shelf) for shelf in SHELVES[room]
    }


@pytest.mark.parametrize(
    ("line", "n_found"),
    [
        ("from sklearn_meta.advisors.validation._validate import validate", 1),
        ("from sklearn_meta.advisors.baselines._random import RandomAdvisor", 1),
        ("from sklearn_meta.advisors import GaussianAdvisor", 1),
        ("from sklearn_meta.advisors import gaussian, optuna", 1),
        ("import sklearn_meta.advisors.optuna", 1),
        ("import sklearn_meta.advisors", 1),
        ("def late():\n    import sklearn_meta.advisors.optuna", 0),
        ("from sklearn_meta.advisors.gaussian._field import ConfigurationField", 0),
        ("from sklearn_meta.advisors.scores._scores import LOSSES", 0),
        ("from sklearn_meta.experience.identity._near import Description", 0),
    ],
)
def test_an_import_from_a_higher_shelf_is_found(line, n_found):
    assert len(off_the_shelves_below("advisors", "gaussian", line)) == n_found


def test_an_upward_import_is_found():
    assert upward_imports("spaces", "from sklearn_meta.search import Budget") == ["search"]
    assert upward_imports("spaces", "import sklearn_meta.metafeatures") == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_short(path):
    tree = ast.parse(path.read_text())
    strings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            strings.update(range(node.lineno, node.end_lineno + 1))
    lines = path.read_text().splitlines()
    code = [
        line
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.strip().startswith("#") and number not in strings
    ]
    assert len(code) <= 300
