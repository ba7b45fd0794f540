"""Real tables, served over a socket by the loopback server, arrive as they are."""

import json
from pathlib import Path

import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import cross_validate

from sklearn_meta.openml import fetch_dataset, iter_suite
from tests.openml.tables import Table, cross_validation
from tests.openml.world import World

TABLES = Path(__file__).parents[2].parent / "shared/datasets"
NAMES = ["anneal", "autompg", "credit_g", "vowel"]


@pytest.fixture
def frames(server, client):
    """Tables by OpenML id; the server holds them, each with a task, as suite 1."""
    if not TABLES.exists():
        pytest.skip(f"the tables are not at {TABLES}")
    index = json.loads((TABLES / "index.json").read_text())
    entries = {entry["openml_id"]: entry for entry in index if entry["name"] in NAMES}
    frames = {id: pd.read_parquet(TABLES / entry["file"]) for id, entry in entries.items()}
    tables = [Table(id, entries[id]["name"], frames[id], entries[id]["target"]) for id in entries]
    world = World(tables)
    for table in tables:
        world.add_task(10_000 + table.id, table, cross_validation(table, 3))
    world.suites = {1: ("real", sorted(world.tasks))}
    server.world = world
    return frames


def test_every_cell_arrives(frames):
    assert len(frames) == len(NAMES)
    for id, frame in frames.items():
        data = fetch_dataset(id)
        whole = data.X.assign(**{data.target_name: data.y})[list(frame)]
        for name in frame:
            if frame[name].dtype == "category":
                assert list(whole[name].cat.categories) == list(frame[name].cat.categories)
                assert whole[name].astype(object).equals(frame[name].astype(object))
            else:
                pd.testing.assert_series_equal(
                    whole[name], frame[name], check_dtype=False, check_exact=True
                )


def test_a_suite_of_them_can_be_learned(frames):
    n_rows = {id: len(frame) for id, frame in frames.items()}
    found = set()
    for task in iter_suite(1):
        dummy = DummyRegressor() if task.kind == "regression" else DummyClassifier()
        scores = cross_validate(dummy, task.X, task.y, cv=task.cv)["test_score"]
        assert len(scores) == 3
        assert sum(len(test) for _, test in task.cv.split(task.X)) == n_rows[task.openml_id]
        found.add(task.openml_id)
    assert found == set(frames)
