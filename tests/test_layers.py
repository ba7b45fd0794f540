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

# The folders of `experience`, which is the largest room, from the ground up.
SHELVES = {
    "identity": 1,
    "database": 2,
    "records": 3,
    "leaks": 4,
    "handle": 5,
    "recording": 6,
    "collector": 7,
    "published": 7,
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
    """Modules that a file imports when it is loaded; a handle reaches its verbs' code later."""
    return [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_shelf_of_experience_stands_on_lower_ones(shelf):
    folder = PACKAGE / "experience" / shelf
    for path in folder.glob("*.py"):
        for module in imports_on_loading(ast.parse(path.read_text())):
            _, _, place = module.partition("sklearn_meta.experience.")
            target = place.split(".")[0]
            if target and target != shelf:
                assert SHELVES[target] < SHELVES[shelf], f"{path.name} imports {module}"


def test_every_file_of_experience_is_on_a_shelf():
    room = PACKAGE / "experience"
    assert {path.name for path in room.glob("*.py")} == {"__init__.py"}
    assert {path.parent.name for path in room.glob("*/*.py")} == set(SHELVES)


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
