"""The encoder of tables in examples/training: what it sees, what it learns, how it is judged."""

import importlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch", reason="the encoder is trained with torch")
pytest.importorskip("skorch", reason="the encoder is trained with skorch")

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "datasets"


@pytest.fixture
def load(monkeypatch):
    """Import a module of the scripts' folder, as its scripts do."""
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "training"))
    return importlib.import_module


@pytest.fixture
def samples(load):
    return load("_embedding_samples")


@pytest.fixture
def net(load):
    return load("_embedding_net")


@pytest.fixture
def encoder(net):
    """An encoder with random weights."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return net.TableEncoder().eval()


@pytest.fixture
def validation(load):
    return load("_embedding_validation")


@pytest.fixture
def report(load):
    return load("_embedding_report")


def mixed_table(n_rows=48, seed=0):
    """Numbers, levels, dates and text, all with gaps."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "number": rng.normal(size=n_rows),
            "whole": rng.integers(3, size=n_rows),
            "level": pd.Categorical(rng.choice(["a", "b", "c"], p=[0.6, 0.3, 0.1], size=n_rows)),
            "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.permutation(n_rows), "D"),
            "text": [f"one two three four {'x' * k}" for k in rng.permutation(n_rows)],
        }
    )
    for column in ("number", "level", "date", "text"):
        X.loc[rng.choice(n_rows, n_rows // 8, replace=False), column] = None
    return X, np.where(rng.random(n_rows) < 0.3, "yes", "no")


def simple_tables(samples, n_tables, n_rows=200):
    """Tables that differ in how the target hangs on the columns, and in skewness."""
    tables = []
    for number in range(n_tables):
        rng = np.random.default_rng(number)
        X = rng.normal(size=(n_rows, 3)) ** (1 + 2 * (number % 3))
        noise = rng.normal(size=n_rows) * (0.05 + number / 3)
        tables.append(samples.encode_table(X, X[:, 0] + noise, "regression"))
    return tables


# What the encoder sees


def test_any_table_becomes_finite_numbers(samples):
    X, y = mixed_table()
    table = samples.encode_table(X, y, "binary")
    assert table.cells.shape == (48, 5, 4) and table.target.shape == (48, 1)
    assert np.isfinite(table.cells).all() and np.abs(table.cells).max() <= 4
    assert np.array_equal(table.cells[..., 2], X.isna().to_numpy())
    assert not table.cells[..., :2][X.isna().to_numpy()].any()
    assert {tuple(mark) for mark in table.marks} == {(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_levels_are_known_by_their_share_alone(samples):
    y = np.arange(10.0)
    first = samples.encode_table(pd.DataFrame({"c": list("aaaaaabbbc")}), y, "regression")
    again = samples.encode_table(pd.DataFrame({"c": list("zzzzzzkkkm")}), y, "regression")
    assert np.array_equal(first.cells, again.cells)
    assert first.cells[[0, 6, 9], 0, 3] == pytest.approx([0.6, 0.3, 0.1])
    assert (np.diff(first.cells[[0, 6, 9], 0, 0]) > 0).all()


def test_units_do_not_matter(samples):
    X, y = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30.0)
    first = samples.encode_table(X, y, "regression")
    again = samples.encode_table(X * [5.0, 0.01] + 3, y * 7 - 1, "regression")
    assert first.cells == pytest.approx(again.cells, abs=1e-5)
    assert first.target == pytest.approx(again.target, abs=1e-5)


def test_rare_class_is_the_binary_target(samples):
    y = np.array(["b"] * 30 + ["a"] * 10)
    target = samples.encode_table(np.arange(40.0)[:, None], y, "binary").target
    assert (target[y == "a"] > 1).all() and (target[y == "b"] < 0).all()
    three = samples.encode_table(np.arange(40.0)[:, None], np.arange(40) % 3, "multiclass").target
    assert three.shape == (40, 3)


@pytest.mark.parametrize("X", [np.zeros((20, 2)), np.full((20, 1), np.nan), np.zeros((20, 0))])
def test_table_without_a_usable_column_is_embedded(samples, net, encoder, X):
    table = samples.encode_table(X, np.arange(20) % 2, "binary")
    assert table.cells.shape == (20, 0, 4)
    found = net.embed_tables(encoder, [table], samples.SampleSize())
    assert np.isfinite(found).all()


def test_large_tables_are_cut(samples):
    X = np.random.default_rng(0).normal(size=(3000, 120))
    table = samples.encode_table(X, X[:, 0], "regression", max_rows=500, max_columns=40)
    assert table.cells.shape == (500, 40, 4) and table.target.shape == (500, 1)


# The order of rows and columns


def test_order_of_rows_and_columns_does_not_matter(samples, net, encoder):
    X, _ = mixed_table(48)  # as many rows as a sample has
    y = np.where(X["whole"] > 0, "yes", "no")
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(48), rng.permutation(X.shape[1])
    tables = [
        samples.encode_table(X, y, "binary"),
        samples.encode_table(X.iloc[rows, columns], y[rows], "binary"),
        samples.encode_table(X, y[rows], "binary"),  # other targets of the same rows
    ]
    first, again, other = net.embed_tables(encoder, tables, samples.SampleSize(rows=48))
    assert first == pytest.approx(again, abs=1e-5)
    assert np.abs(first - other).max() > 1e-4


def test_order_matters_little_beyond_the_sample(samples, net, encoder):
    tables = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(600, 10)) ** (1 + 2 * (seed % 3))
        y = X[:, 0] + rng.normal(size=600) * seed
        rows, columns = rng.permutation(600), rng.permutation(10)
        tables.append(samples.encode_table(X, y, "regression"))
        tables.append(samples.encode_table(X[rows][:, columns], y[rows], "regression"))
    found = net.embed_tables(encoder, tables, samples.SampleSize(), n_samples=32)
    moved = np.linalg.norm(found[::2] - found[1::2], axis=1)
    apart = np.linalg.norm(found[::2][:, None] - found[::2], axis=2)[np.triu_indices(6, 1)]
    assert np.median(moved) < 0.5 * np.median(apart)


def test_masked_columns_and_targets_do_not_matter(samples, net, encoder):
    X, y = mixed_table(48)
    table = samples.encode_table(X, y, "binary")
    tight = net.embed_tables(encoder, [table], samples.SampleSize(48, 5, 1))
    loose = net.embed_tables(encoder, [table], samples.SampleSize(48, 9, 3))
    assert tight == pytest.approx(loose, abs=1e-4)


# The training


def train(net, samples, path, *, seed=0, ranking_weight=2.0, epochs=10):
    settings = net.Settings(
        width=8,
        n_out=4,
        n_angles=2,
        epochs=epochs,
        steps=3,
        n_tables=6,
        ranking_weight=ranking_weight,
        size=samples.SampleSize(16, 3, 1),
    )
    tables = simple_tables(samples, 6)
    return net.train_encoder(tables, np.eye(6), np.arange(6), settings, path, seed)


def test_killed_training_goes_on_to_the_same_end(samples, net, tmp_path, monkeypatch):
    straight, history = train(net, samples, tmp_path / "straight.pt")
    draw = net.Steps.__getitem__

    def die(self, step):
        if self.epoch == 7:
            raise KeyError("killed")
        return draw(self, step)

    monkeypatch.setattr(net.Steps, "__getitem__", die)
    with pytest.raises(KeyError, match="killed"):
        train(net, samples, tmp_path / "cut.pt")
    monkeypatch.setattr(net.Steps, "__getitem__", draw)
    resumed, longer = train(net, samples, tmp_path / "cut.pt")
    assert [row["epoch"] for row in longer] == [row["epoch"] for row in history] == [*range(1, 11)]
    for one, other in zip(straight.parameters(), resumed.parameters(), strict=True):
        assert one.detach().numpy() == pytest.approx(other.detach().numpy(), abs=1e-6)


def test_seed_decides_and_the_global_state_is_left_alone(samples, net, tmp_path):
    import torch

    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    weights = [
        train(net, samples, tmp_path / f"{n}.pt", seed=seed, epochs=1)[0].table[0].weight.detach()
        for n, seed in enumerate((0, 0, 1))
    ]
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


def test_training_lowers_the_loss(samples, net, tmp_path):
    _, history = train(net, samples, tmp_path / "a.pt", epochs=15)
    assert history[-1]["train_loss"] < 0.9 * history[0]["train_loss"]


def test_near_duplicates_are_neither_same_nor_different(net):
    import torch

    embedding = torch.tensor([[0.0], [0.0], [0.0], [9.0]])
    output = embedding, torch.ones(4, 1), torch.tensor([2.0, 0.0])
    number, unknown = torch.tensor([0, 0, 1, 2]), torch.full((3, 3), torch.nan)
    apart = net.TwoQuestions(unknown, torch.tensor([0, 1, 2]), 1.0)(output, number)
    kin = net.TwoQuestions(unknown, torch.tensor([0, 0, 2]), 1.0)(output, number)
    assert kin < 0.2 < apart


def test_rankings_count_only_where_known(net):
    import torch

    output = torch.zeros(4, 1), torch.tensor([[1.0], [1.0], [-1.0], [-1.0]]), torch.zeros(2)
    number, groups = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1])
    unknown = net.TwoQuestions(torch.full((2, 2), torch.nan), groups, 1.0)(output, number)
    right = net.TwoQuestions(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), groups, 1.0)(output, number)
    wrong = net.TwoQuestions(torch.ones(2, 2), groups, 1.0)(output, number)
    assert float(right) == pytest.approx(float(unknown))
    assert float(wrong) == pytest.approx(float(unknown) + 4.0)


# The validation


def test_similarity_is_of_what_the_seen_tables_do_not_share(validation):
    common = np.array([5.0, 0.0, -5.0])
    around = np.array([[1.0, 0, -1], [-1.0, 0, 1], [2.0, 0, -2]])
    rankings = [(np.array([0, 1, 3]), common + around)]
    found = validation.ranking_similarity(rankings, 4, np.array([True, True, True, False]))
    assert found[0, 1] == pytest.approx(-1) and found[0, 3] == pytest.approx(1)
    assert np.isnan(found[2]).all()


def test_nested_embeddings_turn_the_encoders_onto_each_other(validation):
    rng = np.random.default_rng(0)
    truth, folds = rng.normal(size=(30, 3)), np.arange(30) % 4
    by_pair = {}
    for fold in (0, 2, 3):  # encoders that saw fold 1 are not even there
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        by_pair[frozenset((1, fold))] = truth @ turn + rng.normal(size=3)
    found = validation.nested_embeddings(by_pair, folds, held_out=1)
    wanted = np.linalg.norm(truth[:, None] - truth, axis=2)
    assert np.linalg.norm(found[:, None] - found, axis=2) == pytest.approx(wanted)


def test_tasks_learned_from_are_embedded_by_encoders_that_never_saw_them(validation):
    folds, rng = np.repeat([0, 1, 2], 4), np.random.default_rng(0)
    by_pair = {frozenset(pair): rng.normal(size=(12, 2)) for pair in ((0, 1), (0, 2), (1, 2))}
    found = validation.nested_embeddings(by_pair, folds, held_out=0)
    for fold in (1, 2):
        own = by_pair[frozenset((0, fold))][folds == fold]
        distances = np.linalg.norm(own[:, None] - own, axis=2)
        ours = found[folds == fold]
        assert np.linalg.norm(ours[:, None] - ours, axis=2) == pytest.approx(distances)


def test_folds_keep_groups_together_and_spread_kinds(load):
    deal = load("train_embedding").deal_folds
    tables = [
        {"task": "regression" if n % 6 < 2 else "binary", "group": str(n // 2)} for n in range(60)
    ]
    folds = deal(tables, 5, seed=0)
    assert all(folds[n] == folds[n + 1] for n in range(0, 60, 2))
    kinds = np.array([table["task"] == "regression" for table in tables])
    assert np.ptp(np.bincount(folds, minlength=5)) <= 4
    assert np.ptp(np.bincount(folds[kinds], minlength=5)) <= 2
    assert not np.array_equal(folds, deal(tables, 5, seed=1))


@dataclass
class OneMatrix:
    """An experience of one matrix."""

    content: object

    def matrix(self, kind, metric=None):
        return self.content


@pytest.fixture
def known():
    """Forty tasks of which `useful` tells the ranking; `noise` does not."""
    from sklearn_meta.experience import EvaluationMatrix

    rng = np.random.default_rng(0)
    useful, n_tasks = rng.normal(size=40), 40
    slope = np.linspace(-1, 1, 6)
    return EvaluationMatrix(
        tasks=pd.DataFrame(
            {
                "id": range(n_tasks),
                "name": [f"t{n}" for n in range(n_tasks)],
                "openml_id": None,
                "kind": "regression",
                "n_rows": 100,
                "n_columns": 4,
                "n_classes": 0,
                "group": [f"g{n}" for n in range(n_tasks)],
            }
        ),
        configurations=[{"family": "tree", "depth": n} for n in range(6)],
        keys=[str(n) for n in range(6)],
        scores=useful[:, None] * slope + 0.1 * rng.normal(size=(n_tasks, 6)),
        seconds=np.ones((n_tasks, 6)),
        rows=np.full((n_tasks, 6), 66.0),
        metafeatures=pd.DataFrame({"useful": useful, "noise": rng.normal(size=n_tasks)}),
        metric="r2",
    )


def test_fold_advisor_takes_the_columns_of_the_fold_and_the_best_of_several(validation, known):
    from sklearn_meta.advisors.simulation._settled import take_tasks

    folds = {f"t{n}": n % 4 for n in range(40)}
    columns = {0: [["noise"]], 1: [["useful"]], 2: [["noise"], ["useful"]], 3: [["noise"]]}
    advisor = validation.FoldAdvisor(folds, columns)
    for held_out, wanted in ((0, "noise"), (1, "useful"), (2, "useful")):
        rows = np.flatnonzero(np.arange(40) % 4 != held_out)
        advisor.fit(OneMatrix(take_tasks(known, rows)))
        features = advisor.experience_.matrix("regression", "r2").metafeatures
        assert list(features.columns) == [wanted]


def test_known_tables_adds_columns_by_name(validation, known):
    features = pd.DataFrame({"more": [2.0, 1.0]}, index=["t7", "t3"])
    matrix = validation.KnownTables(OneMatrix(known), ["t3", "t7"], features).matrix("regression")
    assert matrix.tasks["name"].tolist() == ["t3", "t7"]
    assert matrix.metafeatures["more"].tolist() == [1.0, 2.0]
    assert matrix.scores == pytest.approx(known.scores[[3, 7]])


def test_bound_knows_the_rankings(validation):
    z = np.random.default_rng(0).normal(size=(4, 6))
    found = validation.known_rankings([(np.array([0, 2, 3, 5]), z)], 6, 3)
    assert np.isnan(found[[1, 4]]).all()
    ours = found[[0, 2, 3, 5]]
    distances = np.linalg.norm(z[:, None] - z, axis=2)
    assert np.linalg.norm(ours[:, None] - ours, axis=2) == pytest.approx(distances)


def test_components_are_padded_where_tasks_are_few(validation):
    values = np.random.default_rng(0).normal(size=(3, 5))
    found = validation.principal_components(values, np.array([True, True, False]), 4)
    assert found.shape == (3, 4) and not found[:, 2:].any() and found[:, 0].any()


def test_closeness_is_within_a_kind_alone(validation, known):
    names = ["t3", "new", "t7", "t4"]
    found = validation.plain_closeness(OneMatrix(known), names)
    assert np.isnan(found[1]).all() and np.isnan(found[:, 1]).all()
    assert found[0, 0] == 0 and found[0, 2] < 0


def judged(**offsets):
    """Regrets of two marks and twenty groups; an offset for each variant."""
    rng = np.random.default_rng(0)
    rows = []
    for group in range(20):
        base = rng.random()
        for advisor, offset in {"plain": 0.0, **offsets}.items():
            for at in (1, 3):
                regret = base + offset + 0.01 * rng.normal()
                rows.append(("regression", "trials", at, advisor, f"g{group}", regret))
    names = ["kind", "currency", "at", "advisor", "group", "regret"]
    return pd.DataFrame(rows, columns=names)


def test_rule_ships_only_what_is_clearly_better(report):
    summary = report.summarise(judged(embedding=-0.1, components=0.1))
    mean = summary[(summary["at"] == "mean") & (summary["advisor"] == "embedding")].iloc[0]
    assert mean["difference"] == pytest.approx(-10, abs=1) and mean["n_groups"] == 20
    assert report.decide(summary, ["embedding", "components"]) == ["embedding"]
    nothing = report.summarise(judged(embedding=0.0))
    assert report.decide(nothing, ["embedding"]) == []


def test_better_here_and_worse_there_is_not_shipped(report):
    mixed = [
        judged(embedding=-0.1),
        judged(embedding=0.1).assign(kind="classification"),
    ]
    assert report.decide(report.summarise(pd.concat(mixed)), ["embedding"]) == []


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="needs the tables beside the repository")
def test_script_runs_resumes_and_refuses_other_settings(load, tmp_path):
    main = load("train_embedding").main
    index = json.loads((SHARED / "index.json").read_text())
    (tmp_path / "tables").mkdir()
    small = [
        {**table, "file": str(SHARED / table["file"])}
        for table in index
        if table["role"] == "learn" and table["n_rows"] < 260
    ]
    (tmp_path / "tables" / "index.json").write_text(json.dumps(small))
    work = tmp_path / "work"
    arguments = ["--tables", str(tmp_path / "tables"), "--work", str(work), "--seeds", "0"]
    arguments += ["--folds", "3", "--epochs", "1", "--steps", "1"]
    main(arguments)
    first = (work / "summary.csv").read_text()
    assert {"none", "plain", "embedding"} <= set(pd.read_csv(work / "summary.csv")["advisor"])
    next(work.glob("regret_seed0*")).unlink()
    main(arguments)
    assert (work / "summary.csv").read_text() == first
    with pytest.raises(SystemExit, match="settings"):
        main([*arguments, "--epochs", "2"])
