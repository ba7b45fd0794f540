"""Real tables of which any column may be the target."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot.incontext._column_targets import (
    FEWEST,
    LEAST_SHARE,
    MAX_TEST,
    MOST,
    ColumnTargets,
    WholeTable,
    _cut,
    _episode,
    usable,
)
from sklearn_meta.fewshot.incontext._mixture import Mixture
from sklearn_meta.fewshot.incontext._weights import load_weights
from sklearn_meta.fewshot.pretrain import main, make_parser, make_run, real_tables
from tests.fewshot.test_incontext_pretraining import command, log_of, training_of


def frame(n_rows=120, seed=0):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            "size": size,
            "weight": 2 * size + 0.01 * rng.normal(size=n_rows),
            "colour": pd.Categorical(np.where(size > 0, "red", "blue")),
            "name": [f"n{place}" for place in range(n_rows)],
            "constant": 1.0,
        }
    )


def table(name="t", group="g", is_class=True, seed=0):
    X = frame(seed=seed)
    y = (X["size"] > 0).astype(int) if is_class else X["size"] + 1
    return WholeTable.of(X, y.to_numpy(), name, group, is_class)


def test_which_columns_can_be_targets():
    of_classes, of_numbers = table(), table(is_class=False)
    assert [usable(of_classes, place, "classification") for place in range(6)] == [
        *(True, True, True, False, False),
        True,
    ]
    assert [usable(of_numbers, place, "regression") for place in range(6)] == [
        *(True, True, False, False, False),
        True,
    ]
    assert not usable(of_classes, 5, "regression")  # numbers that are classes


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_a_step_has_the_same_tables_always_and_no_other_step_has(kind):
    source = ColumnTargets([table(), table(is_class=False)], kind, 0, 3000)
    for one, again in zip(source(3), source(3), strict=True):
        torch.testing.assert_close(one.X, again.X, equal_nan=True)
        torch.testing.assert_close(one.y, again.y)
    others = source(4)
    assert not any(torch.equal(one.y, other.y) for one in source(3) for other in others)
    assert sum(each.X.numel() for each in source(3)[:-1]) < 3000


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_tables_are_ready_for_the_network(kind):
    source = ColumnTargets([table(seed=seed) for seed in range(3)], kind, 1, 20_000)
    drawn = [each for step in range(8) for each in source(step)]
    assert len({each.n_classes for each in drawn}) == (1 if kind == "regression" else 4)
    for each in drawn:
        n_rows = each.X.shape[1]
        fewest = FEWEST if kind == "regression" else 2
        assert fewest <= each.n_train <= MOST and 1 <= n_rows - each.n_train <= MAX_TEST
        assert len(torch.unique(each.y[0, : each.n_train])) >= 2
        if kind == "classification":
            assert each.y.min() >= 0 and each.y.max() < each.n_classes
        assert each.X.shape[2] >= 1


def test_episodes_show_as_many_rows_of_each_class():
    y = np.repeat([0.0, 1.0, 2.0], [100, 40, 10])
    rows = np.random.default_rng(0).permutation(150)
    seen = set()
    for seed in range(40):
        ordered, n_train = _episode(y, rows, np.random.default_rng(seed))
        assert sorted(ordered) == sorted(rows)
        counts = np.unique(y[ordered[:n_train]], return_counts=True)[1]
        assert len(counts) == 3 and len(set(counts)) == 1 and counts[0] <= 8
        seen.add(int(counts[0]))
    assert seen >= {1, 2, 4, 8}


def test_names_leave_no_row_to_predict():
    X = pd.DataFrame({"name": [f"n{n}" for n in range(18)], "b": np.arange(18.0)})
    source = ColumnTargets([WholeTable.of(X, X["b"], "t", "t", False)], "classification", 0, 900)
    for step in range(10):
        assert all(each.X.shape[1] > each.n_train for each in source(step))


def test_a_target_is_no_column_to_predict_it_by():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)))
    source = ColumnTargets([WholeTable.of(X, X[0] > 0, "t", "t", True)], "regression", 0, 5000)
    for each in source(0) + source(1):
        columns, y = each.X[0].numpy(), each.y[0].numpy()
        # only the class that was cut from column 0 tells of it
        for column in columns.T:
            assert abs(np.corrcoef(column, y)[0, 1]) < 0.95


def test_copies_of_the_target_are_left_out_too():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=90), "b": rng.normal(size=90)})
    X["fahrenheit"] = 32 - 1.8 * X["a"]
    source = ColumnTargets([WholeTable.of(X, X["b"], "t", "t", False)], "regression", 0, 4000)
    drawn = [each for step in range(4) for each in source(step)]
    assert {each.X.shape[2] for each in drawn} == {1}
    for each in drawn:
        for column in each.X[0].numpy().T:
            assert abs(np.corrcoef(column, each.y[0].numpy())[0, 1]) < 0.9


def test_near_duplicates_count_as_one_table():
    tables = [table(f"t{n}", "same") for n in range(9)] + [table("other", "other")]
    assert [len(group) for group in ColumnTargets(tables, "classification", 0, 9).groups] == [9, 1]


def test_numbers_are_cut_anywhere_but_at_their_ends():
    values = np.concatenate([np.arange(200.0), [np.nan]])
    n_classes = set()
    for seed in range(60):
        classes = _cut(values, np.random.default_rng(seed))
        assert np.isnan(classes[-1]) and (np.diff(classes[:-1]) >= 0).all()
        counts = np.unique(classes[:-1], return_counts=True)[1]
        assert counts.min() >= LEAST_SHARE * 200 - 1
        n_classes.add(len(counts))
        for share in (0.02, 0.4, 0.99):
            few = (np.arange(200) < 200 * share).astype(float)
            np.testing.assert_array_equal(_cut(few, np.random.default_rng(seed)), few)
    assert n_classes == {2, 3, 4, 5}


def test_tables_without_a_target_are_refused():
    words = pd.DataFrame({"a": ["x", "y"] * 30, "b": ["u", "v", "w"] * 20})
    coded = WholeTable.of(words, words["a"], "t", "t", True)
    with pytest.raises(TableError, match="None of the 1 real tables .* of regression"):
        ColumnTargets([coded], "regression", 0, 100)
    twins = pd.DataFrame({"a": np.arange(60.0)})
    alone = WholeTable.of(twins, twins["a"] + 1, "t", "t", False)
    with pytest.raises(TableError, match="gave no table with a target that varies"):
        ColumnTargets([alone], "regression", 0, 100)(0)


def test_missing_targets_are_left_out():
    X = pd.DataFrame({"a": np.r_[np.full(60, np.nan), np.arange(60.0)], "b": np.arange(120.0)})
    source = ColumnTargets([WholeTable.of(X, X["b"], "t", "t", False)], "regression", 0, 4000)
    assert all(torch.isfinite(each.y).all() for step in range(3) for each in source(step))


def test_streams_by_turns():
    mixture = Mixture(lambda step: ["drawn"], lambda step: ["real"], 0.25, seed=0)
    taken = [mixture(step)[0] for step in range(400)]
    assert 60 < taken.count("real") < 140 and taken[:9] == [mixture(step)[0] for step in range(9)]
    with pytest.raises(ValueError, match="from 0 to 1, got 2"):
        Mixture(None, None, 2, 0)


@pytest.fixture
def folder(tmp_path):
    """Three tables to train on and one to choose by, of both kinds; one that is not known."""
    folder = tmp_path / "tables"
    folder.mkdir()
    index = []
    for number, role in enumerate(["learn", "learn", "learn", "choose", "report", "learn"]):
        data = frame(seed=number).assign(label=lambda X: np.where(X["weight"] > 0.2, "a", "b"))
        data.to_parquet(folder / f"t{number}.parquet")
        task = {"file": f"t{number}.parquet", "target": "label", "name": f"t{number}"}
        index.append(task | {"role": role, "group": f"g{number}", "task": "binary"})
    index[5]["openml_id"] = None
    index[0]["openml_id"] = 61
    index[2] |= {"task": "regression", "target": "weight"}
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def test_only_what_may_be_learned_from_is_read(folder):
    tables = real_tables(folder, "classification")
    assert [each.name for each in tables] == ["t0", "t1", "t2"]
    assert tables[0].coded.levels[tables[0].target] == ("a", "b")
    assert tables[2].coded.levels[tables[2].target] is None
    index = [{"file": "t0.parquet", "target": "weight"}]  # its kind is that of the training
    (folder / "index.json").write_text(json.dumps(index))
    assert real_tables(folder, "regression")[0].coded.levels[-1] is None
    assert real_tables(folder, "classification")[0].coded.levels[-1] is not None
    (folder / "index.json").write_text("[]")
    with pytest.raises(TableError, match="lists no table to train on"):
        real_tables(folder, "regression")


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_a_training_on_real_tables_resumes_and_says_which(tmp_path, folder, kind):
    main(command(tmp_path / "begun", kind=kind, steps=2))
    more = ["--real-tables", str(folder), "--real-share", "0.6"]
    more += ["--begin", str(tmp_path / "begun" / "last.safetensors")]
    assert main(command(tmp_path / "whole", *more, kind=kind)) == 0
    assert main(command(tmp_path / "parts", *more, "--hours", "0", kind=kind)) == 3
    assert main(command(tmp_path / "parts", *more, kind=kind)) == 0
    whole, parts = (
        load_weights(tmp_path / name / "last.safetensors", kind) for name in ("whole", "parts")
    )
    assert all(np.array_equal(whole.arrays[name], parts.arrays[name]) for name in whole.arrays)
    assert whole.facts["real"] == {"share": 0.6, "tables": ["t0", "t1", "t2"]}
    assert whole.facts["begun"]["steps"] == 2
    assert len(log_of(tmp_path / "whole")) == 6


def test_what_cannot_be_done_is_said_without_a_traceback(tmp_path, folder, capsys):
    for more, told in [
        (["--real-tables", str(tmp_path / "none")], "No such file"),
        (["--real-tables", str(folder), "--real-share", "2"], "from 0 to 1, got 2"),
        (["--begin", str(tmp_path / "none")], "There is no file"),
        (["--order", "rows_first"], "invalid choice"),
    ]:
        with pytest.raises(SystemExit):
            main(command(tmp_path / "run", *more))
        assert told in capsys.readouterr().err


def test_a_share_of_nothing_is_refused(tmp_path):
    with pytest.raises(TableError, match="name them too"):
        make_run(make_parser().parse_args(command(tmp_path, "--real-share", "0.5")))


def test_a_training_begins_with_given_weights(tmp_path, folder):
    main(command(tmp_path / "begun", steps=2))
    path = tmp_path / "begun" / "last.safetensors"
    options = make_parser().parse_args(command(tmp_path / "more", "--begin", str(path)))
    run = make_run(options)
    for name, value in load_weights(path, "classification").arrays.items():
        np.testing.assert_array_equal(run.training.model.state_dict()[name].numpy(), value)
    options.row_width = 32
    with pytest.raises(TableError, match="of other sizes than asked for"):
        make_run(options)


def test_a_training_begins_with_all_but_the_head_of_the_other_kind(tmp_path):
    main(command(tmp_path / "numbers", kind="regression", steps=2))
    path = tmp_path / "numbers" / "last.safetensors"
    options = make_parser().parse_args(command(tmp_path / "classes", "--begin", str(path)))
    begun, options.begin = make_run(options).training, None
    anew, numbers = make_run(options).training, load_weights(path, "regression").arrays
    for name, value in begun.averaged_model().state_dict().items():
        expected = anew.model.state_dict()[name] if name.startswith("head.") else numbers[name]
        np.testing.assert_array_equal(value.numpy(), expected)


def test_tables_that_are_trained_on_do_not_validate(tmp_path, folder):
    def names(*more):
        asked = command(tmp_path / "r", "--validation-tables", str(folder), *more)
        return {split.name for split in make_run(make_parser().parse_args(asked)).splits}

    assert names() == {"t0", "t1", "t3", "t5"}
    assert names("--real-tables", str(folder)) == {"t3", "t5"}
    index = [{"file": f"t{n}.parquet", "target": "label"} for n in range(2)]
    (folder / "index.json").write_text(json.dumps(index))
    with pytest.raises(TableError, match="that could validate are trained on"):
        names("--real-tables", f"{folder}/../{folder.name}")


def test_tables_go_where_the_network_is():
    class Device(Exception):
        pass

    class Elsewhere:
        n_train, n_classes = 3, 0

        def to(self, device):
            raise Device(device)

    training = training_of("regression")
    training.source = lambda step: [Elsewhere()]
    with pytest.raises(Device, match="cpu"):
        training.advance()
