"""The pure parts of the few-shot benchmarks: runs, strokes, pens, rows drawn from tables."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def load(monkeypatch):
    """Import a module of the examples' folders, as their scripts do."""
    for folder in ("benchmarks", "training"):
        monkeypatch.syspath_prepend(str(EXAMPLES / folder))
    return importlib.import_module


@pytest.fixture
def images(load):
    """Twenty-two characters of two alphabets by three drawers: a block at a place of their own."""
    omniglot = load("_omniglot")
    keys = [(f"A{n // 11}", f"c{n:02d}", drawer) for n in range(22) for drawer in (1, 2, 3)]
    ink = np.zeros((len(keys), 105, 105), dtype=bool)
    for row, (_, character, drawer) in enumerate(keys):
        place = 4 * int(character[1:])
        ink[row, place : place + 4, 10 * drawer : 10 * drawer + 5] = True
    alphabet, character, drawer = (np.array(part) for part in zip(*keys, strict=True))
    return omniglot.Images(ink, alphabet, character, drawer)


# Runs


def test_packing_loses_nothing(load, images):
    omniglot = load("_omniglot")
    packed = omniglot.pack(images.ink)
    assert packed.shape[1:] == (105, 14)
    np.testing.assert_array_equal(omniglot.unpack(packed), images.ink)


def test_runs_are_within_an_alphabet_and_by_two_drawers(load, images):
    run = load("_omniglot").make_runs(images, ["A1"], 1, seed=0)[0]
    assert run.support.shape == run.query.shape == (11, 105, 105)
    rows = np.argmax(run.support.any(axis=2), axis=1)
    np.testing.assert_array_equal(rows[run.label], np.argmax(run.query.any(axis=2), axis=1))
    assert rows.min() >= 44
    columns = [np.argmax(part.any(axis=1), axis=1) for part in (run.support, run.query)]
    assert len(set(columns[0])) == len(set(columns[1])) == 1 and columns[0][0] != columns[1][0]


def test_runs_come_back_from_a_file(load, images, tmp_path):
    omniglot = load("_omniglot")
    runs = omniglot.make_runs(images, ["A0", "A1"], 4, seed=1)
    omniglot.write_runs(tmp_path / "runs.npz", runs)
    for run, other in zip(runs, omniglot.read_runs(tmp_path / "runs.npz"), strict=True):
        np.testing.assert_array_equal(run.support, other.support)
        np.testing.assert_array_equal(run.label, other.label)


def test_bad_files_of_runs(load, tmp_path):
    read, path = load("_omniglot").read_runs, tmp_path / "runs.npz"
    packed = np.zeros((1, 2, 105, 14), np.uint8)
    np.savez(path, support=packed, query=packed)
    with pytest.raises(ValueError, match="no array label"):
        read(path)
    np.savez(path, support=packed[..., :3], query=packed, label=np.zeros((1, 2), int))
    with pytest.raises(ValueError, match="support must have shape"):
        read(path)
    np.savez(path, support=packed, query=packed, label=np.full((1, 2), 2))
    with pytest.raises(ValueError, match="index into support"):
        read(path)


def test_a_constant_answer_is_right_by_chance_alone(load):
    best = load("omniglot_runs").best_at_random
    said = best(np.zeros((4000, 20)), np.random.default_rng(0))
    assert np.mean(said == 0) == pytest.approx(0.05, abs=0.02)


class Oracle:
    """Answers by where the ink is: right, whatever number a class has."""

    def fit(self, X, y):
        self.places, self.labels = np.argmax(X.sum(axis=2), axis=1), y
        return self

    def predict_proba(self, X):
        places = np.argmax(X.sum(axis=2), axis=1)
        return np.eye(len(self.labels))[[list(self.places).index(place) for place in places]]


def test_errors_are_counted_against_the_labels(load, images):
    runs = load("_omniglot").make_runs(images, ["A0", "A1"], 4, seed=1)
    error = load("omniglot_runs").learner_error
    assert error(Oracle(), runs) == 0
    wrong = [type(run)(run.support, run.query, np.roll(run.label, 1)) for run in runs]
    assert error(Oracle(), wrong) == 100


def test_hausdorff_finds_the_same_drawing(load, images):
    runs = load("_omniglot").make_runs(images, ["A0"], 1, seed=0)
    known = [type(run)(run.support, run.support[run.label], run.label) for run in runs]
    scores = load("_hausdorff").hausdorff_scores(known[0])
    np.testing.assert_allclose(scores[np.arange(11), known[0].label], 0, atol=1e-9)


def test_the_last_line(load):
    script = load("omniglot_runs")
    errors = {
        "PrototypicalClassifier": {"small1": [10.0, 14.0], "small2": [14.4]},
        "MANNClassifier": {"small1": [40.0]},
    }
    assert script.last_line(errors) == "best 13.2 % (PrototypicalClassifier), 1 learners below 30.1"
    baselines = {"distance": {"small1": 38.8, "small2": 38.6}}
    table = script.table(errors, baselines, False, {"MANNClassifier": ("conv4", "800")})
    assert "38.7" in table and table.index("Prototypical") < table.index("MANN")
    assert "| conv4 | 800 |" in table
    assert script.last_line({}).endswith("0 learners below 30.1")


def test_the_training_is_told_by_the_files(load):
    script = load("omniglot_runs")
    told = script.training_of(script.WEIGHTS)
    network, steps = told["PrototypicalClassifier"]
    assert network in ("conv4", "resnet") and int(steps.replace(",", "")) > 0


def test_runs_that_two_sets_share_are_judged_once(load):
    script, judged = load("omniglot_runs"), []

    def judge(runs):
        judged.append(runs)
        return float(len(runs))

    runs = [object()] * 3
    assert script.once_each({"small1": runs, "small2": runs}, judge) == {"small1": 3, "small2": 3}
    assert len(judged) == 1


# Strokes


def test_points_are_spread_over_the_ink(load):
    strokes = load("_strokes")
    long, dot = np.array([[0.0, 0.0], [0.0, 90.0]]), np.array([[5.0, 5.0]])
    points, owner, place = strokes.spread_points([long, dot])
    assert points.shape == (strokes.N_POINTS, 2) and (owner == 1).sum() == 2
    steps = np.diff(points[owner == 0, 1])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
    assert place[owner == 0][[0, -1]].tolist() == [0, 1]


def test_the_pen_leaves_ink_where_it_went(load):
    pen = load("_stroke_pen")
    column = torch.full((1, 160), 52.0)
    row = torch.linspace(20, 80, 160).unsqueeze(0)
    image = pen.draw(torch.stack([column, row], dim=-1))[0]
    assert image.shape == (28, 28) and float(image.max()) <= 1
    assert set(torch.nonzero(image)[:, 1].tolist()) <= {12, 13, 14}
    assert float(image.sum()) * 16 == pytest.approx(60 * 2 * pen.RADIUS, rel=0.15)
    outside = pen.draw(torch.full((1, 160, 2), 500.0))
    assert float(outside.sum()) == 0


def test_distortions_are_seeded_and_small(load):
    warps = load("_stroke_warps")
    points = torch.rand(5, 160, 2) * 105
    stroke = (torch.arange(160) // 80).expand(5, -1)
    place = torch.linspace(0, 1, 160).expand(5, -1)

    def distorted(seed, amounts):
        generator = torch.Generator().manual_seed(seed)
        return warps.distort(points, stroke, place, amounts, generator)

    amounts = warps.Amounts()
    assert torch.equal(distorted(0, amounts), distorted(0, amounts))
    assert not torch.equal(distorted(0, amounts), distorted(1, amounts))
    assert float((distorted(0, amounts) - points).abs().mean()) < 15
    torch.testing.assert_close(distorted(0, amounts.times(0)), points, atol=1e-3, rtol=1e-4)


def test_symmetries_are_eight(load):
    flip, points = load("_stroke_warps").flip_and_turn, torch.rand(1, 9, 2) * 105
    seen = {tuple(flip(points, which).flatten().round(decimals=2).tolist()) for which in range(8)}
    assert len(seen) == 8
    torch.testing.assert_close(flip(points, 0), points)


def test_drawings_of_a_class_are_bent_alike(load):
    bent = load("_omniglot_tasks").bent_alike
    points = torch.rand(1, 160, 2).expand(6, -1, -1) * 105
    y = np.repeat([0, 1], 3)
    out = bent(points, y, torch.Generator().manual_seed(0))
    torch.testing.assert_close(out[0], out[2])
    assert not torch.allclose(out[0], out[3])


@pytest.fixture
def drawn_strokes(load):
    """Four drawings of two strokes: points spread over a square by their number."""
    generator = torch.Generator().manual_seed(0)
    points = 20 + 64 * torch.rand(4, 160, 2, generator=generator)
    stroke = (torch.arange(160) // 80).expand(4, -1)
    return load("_stroke_parts").Strokes(points, stroke, torch.linspace(0, 1, 160).expand(4, -1))


def test_pairs_of_parts_are_of_different_ones(load):
    rng = np.random.default_rng(0)
    pairs = load("_stroke_parts").pairs_of(np.array(["a", "b", "c"]), 20, rng)
    assert sorted(map("".join, pairs.tolist())) == ["ab", "ac", "ba", "bc", "ca", "cb"]


def test_halves_are_joined_along_a_cut(load, drawn_strokes):
    joined = load("_stroke_parts").cut_and_joined(
        drawn_strokes, drawn_strokes.of([1, 2, 3, 0]), torch.zeros(4)
    )
    first, second = joined.points[:, :80], joined.points[:, 80:]
    assert (first[..., 0] >= drawn_strokes.points[..., 0].mean(dim=1, keepdim=True)).all()
    others = drawn_strokes.points[[1, 2, 3, 0], :, 0]
    assert (second[..., 0] <= others.mean(dim=1, keepdim=True)).all()
    assert joined.stroke.unique().tolist() == [0, 1, 2, 3]


def test_parts_side_by_side_keep_apart(load, drawn_strokes):
    size = torch.full((2, 4, 2), 0.4)
    offset = torch.full((2, 4), 20.0)
    direction = torch.arange(4)
    beside = load("_stroke_parts").side_by_side(
        drawn_strokes, drawn_strokes, direction, size, offset
    )
    away = (beside.points[:, :80] - beside.points[:, 80:]).mean(dim=1)
    expected = torch.tensor([[40.0, 0], [0, 40], [-40, 0], [0, -40]])
    torch.testing.assert_close(away, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("cut", [True, False])
def test_new_characters_are_alike_within_a_class(load, drawn_strokes, cut):
    same, y = drawn_strokes.of([0, 0, 0, 0]), np.array([0, 0, 1, 1])
    other = drawn_strokes.of([1, 1, 1, 1])
    new = load("_stroke_parts").put_together(same, other, y, np.random.default_rng(0), cut)
    torch.testing.assert_close(new.points[0], new.points[1])
    assert not torch.allclose(new.points[0], new.points[2])


def test_a_dot_can_be_cut(load):
    parts = load("_stroke_parts")
    dot = parts.Strokes(
        torch.full((1, 160, 2), 33.3), torch.zeros(1, 160, dtype=torch.long), torch.zeros(1, 160)
    )
    for angle in torch.linspace(0, 6, 20):
        assert parts.cut_and_joined(dot, dot, angle.reshape(1)).points.shape == (1, 160, 2)


@pytest.mark.parametrize("parts", [0.0, 1.0])
def test_tasks_of_strokes_are_seeded(load, parts):
    strokes = load("_strokes")
    rng = np.random.default_rng(0)
    names = [(f"A{n // 4}", f"c{n}") for n in range(8) for _ in range(6)]
    alphabet, character = (np.array(part) for part in zip(*names, strict=True))
    drawings = strokes.Drawings(
        rng.uniform(20, 85, (48, 160, 2)).astype(np.float32),
        np.tile(np.arange(160) // 80, (48, 1)),
        np.tile(np.linspace(0, 1, 160, dtype=np.float32), (48, 1)),
        alphabet,
        character,
        np.tile(np.arange(1, 7), 8),
    )
    tasks = load("_omniglot_tasks").StrokeTasks(drawings, n_ways=4, n_images=3, parts=parts)
    one, again, other = (tasks(np.random.default_rng(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.X, again.X)
    assert one.X.shape == (12, 28, 28) and one.y.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert not np.array_equal(one.X, other.X)


# Tables


@pytest.mark.parametrize("seed", range(5))
def test_rows_to_learn_from_and_to_predict_are_apart(load, seed):
    draw = load("bench_few_shot_tables").draw_rows
    y = np.random.default_rng(0).permutation(np.repeat(["a", "b", "rare"], [40, 30, 6]))
    support, query = draw(y, 4, seed, "classification")
    assert sorted(y[support]) == ["a"] * 4 + ["b"] * 4
    assert not set(support) & set(query) and set(y[query]) == {"a", "b"}
    assert draw(y, 40, seed, "classification") is None
    support, query = draw(np.arange(50.0), 8, seed, "regression")
    assert len(support) == 8 and len(query) == 42


def test_plain_models_learn_a_table_with_gaps(load):
    models, bench = load("_few_shot_models"), load("bench_few_shot_tables")
    y = np.repeat(["p", "q"], 40)
    X = pd.DataFrame({"n": (y == "p") + 0.0, "text": np.where(y == "p", "u", "v")})
    X.loc[3, "n"] = np.nan
    drawn = bench.draw_rows(y, 4, 0, "classification")
    for name in ("logistic_regression", "plain_prototypes", "3_nn"):
        model = models.whole(models.CLASSIFIERS[name], 0)
        row = bench.judged(model, X, y, *drawn, "classification")
        assert row["score"] > 0.95 and row["accuracy"] > 0.95


def test_summary_is_paired_over_tables(load):
    rows = [
        {"table": table, "role": "report", "kind": "classification", "shots": 2, "seed": 0}
        | {"model": model, "score": score + offset, "accuracy": 0.5, "seconds": 1}
        for table, offset in (("t", 0.0), ("u", 0.2))
        for model, score in (("random_forest", 0.6), ("3_nn", 0.5), ("Ours", 0.61 + offset / 4))
    ]
    text = load("bench_few_shot_tables").summary(pd.DataFrame(rows))
    assert "-0.100 ± 0.000" in text and "0.700" in text
    assert text.endswith("| t | +0.010 |\n| u | +0.060 |\n| better / all | 2 / 2 |")


def test_no_training_on_reported_tables(load):
    with pytest.raises(ValueError, match="reporting alone"):
        load("_table_tasks").real_tasks("nowhere", "classification", {"report"})


def test_sources_of_tasks_by_name(load):
    source = load("_table_tasks").source_of
    assert source("builtins:str", "classification") == "classification"
    with pytest.raises(ValueError, match="module:attribute"):
        source("elsewhere", "classification")
    with pytest.raises(ValueError, match="--tables"):
        source("mixed", "classification")


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_synthetic_tables_are_seeded_and_usable(load, kind):
    tables = load("_table_tasks")
    tasks = tables.prior_tasks(kind, n_tables=40, max_columns=8, n_rows=60)
    again = tables.prior_tasks(kind, n_tables=40, max_columns=8, n_rows=60)
    assert 30 <= len(tasks) <= 40 and all(tables.usable(task.y, kind) for task in tasks)
    for task, other in zip(tasks, again, strict=True):
        assert np.array_equal(task.y, other.y)
    frames = [task.X for task in tasks if hasattr(task.X, "dtypes") and hasattr(task.X, "iloc")]
    assert frames and all((frame.dtypes == "category").any() for frame in frames)
    assert len(frames) < len(tasks)


def test_columns_with_few_values_become_categories(load):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, (50, 20)).astype(float)
    codes[0, 0] = np.nan
    table = load("_table_tasks").with_categories(np.hstack([codes, rng.normal(size=(50, 5))]), rng)
    is_category = (table.dtypes == "category").to_numpy()
    assert 5 <= is_category[:20].sum() <= 15 and not is_category[20:].any()
    whole = load("_table_tasks").with_categories(rng.normal(size=(50, 5)), rng)
    assert isinstance(whole, np.ndarray)


# Memories


def test_copying_goes_on_from_its_checkpoint(load, monkeypatch, tmp_path, capsys):
    bench = load("bench_copy")
    monkeypatch.setattr(bench, "EVERY", 2)
    monkeypatch.setattr(bench, "LONG", 6)

    def options(name, sequences):
        values = {"task": "repeat", "cell": "lstm", "sequences": sequences}
        return SimpleNamespace(**values, results=tmp_path / name)

    whole = list(bench.run(options("whole.csv", 4), [0, 1]))
    list(bench.run(options("parts.csv", 2), [0, 1]))
    parts = list(bench.run(options("parts.csv", 4), [0, 1]))
    assert [row["seed"] for row in whole] == [0, 1]
    assert whole[0]["error_20"] != whole[1]["error_20"]
    for one, other in zip(whole, parts, strict=True):
        assert one["sequences"] == other["sequences"] == 4 and one["solved"] == ""
        assert one["error_20"] == other["error_20"] and 0.3 < one["error_6"] < 0.7
    # side by side as by itself: nothing passes from one network to the other
    alone = next(bench.run(options("alone.csv", 4), [1]))
    assert alone["error_20"] == pytest.approx(whole[1]["error_20"], abs=2e-3)
    with pytest.raises(ValueError, match="has learned from 4 sequences, more than 2"):
        list(bench.run(options("parts.csv", 2), [0, 1]))
    frame = pd.DataFrame([{**whole[0], "error_80": whole[0]["error_6"], "solved": np.nan}])
    assert "| no |" in bench.summary(frame)


def test_copying_goes_on_as_slowly_as_it_was(load, monkeypatch, tmp_path):
    bench = load("bench_copy")
    monkeypatch.setattr(bench, "EVERY", 2)
    monkeypatch.setattr(bench, "LONG", 6)
    monkeypatch.setattr(bench, "SOLVED", 1.0)  # at once
    options = SimpleNamespace(task="copy", cell="lstm", sequences=6, results=tmp_path / "whole.csv")
    whole = list(bench.run(options, [0]))
    options.results, options.sequences = tmp_path / "parts.csv", 2
    list(bench.run(options, [0]))
    options.sequences, taken = 6, []
    step = bench.train_step
    monkeypatch.setattr(bench, "train_step", lambda *given: taken.append(given[3]) or step(*given))
    parts = list(bench.run(options, [0]))
    assert np.ravel(taken).tolist() == pytest.approx([bench.FALL] * 2 + [bench.FALL**2] * 2)
    assert parts[0]["error_20"] == whole[0]["error_20"]


def test_more_sequences_are_another_run(load, monkeypatch, tmp_path, capsys):
    bench = load("bench_copy")
    monkeypatch.setattr(bench, "EVERY", 2)
    monkeypatch.setattr(bench, "LONG", 6)
    asked = ["bench_copy", "--cell", "lstm", "--seeds", "1", "--results", str(tmp_path / "r.csv")]
    for sequences in ("2", "4"):
        monkeypatch.setattr("sys.argv", [*asked, "--sequences", sequences])
        bench.main()
    assert "4 sequences" in capsys.readouterr().out


def test_a_checkpoint_of_another_optimiser_is_refused(load, tmp_path):
    side_by_side = load("_side_by_side").SideBySide

    def networks(floor, rate=0.1):
        return side_by_side(
            lambda: torch.nn.Linear(2, 1),
            [0],
            lambda weights: torch.optim.RMSprop(weights, lr=rate, eps=floor),
        )

    networks(1e-5).save(tmp_path / "a" / "c.pt", seen=3)
    assert networks(1e-5, rate=0.2).load(tmp_path / "a" / "c.pt", seen=0) == {"seen": 3}
    with pytest.raises(ValueError, match=r"another optimiser .* \(they differ in eps\)"):
        networks(1e-8).load(tmp_path / "a" / "c.pt", seen=0)
    assert networks(1e-8).load(tmp_path / "none.pt", seen=0) == {"seen": 0}
    torch.save({"weights": {}}, tmp_path / "old.pt")
    with pytest.raises(ValueError, match="by an earlier version"):
        networks(1e-5).load(tmp_path / "old.pt", seen=0)


def test_a_network_that_solved_its_task_takes_smaller_steps(load):
    bench = load("bench_copy")
    assert bench.paces([], 2) == [1, 1]
    errors = [[0.3, 0.0, 0.4], [0.0, 0.2, 0.3], [0.1, 0.1, 0.2]]
    np.testing.assert_allclose(bench.paces(errors, 3), [bench.FALL**2, bench.FALL**3, 1])
    paces = [1.0, 0.5, 0.0]
    whole, slower = (bench.side_by_side("copy", "lstm", [0, 1, 2]) for _ in range(2))
    start = whole.weights["output.bias"].detach().clone()
    for networks, shares in ((whole, [1.0] * 3), (slower, paces)):
        bench.train_step(networks, "copy", 0, shares)
    moved, less = (each.weights["output.bias"].detach() - start for each in (whole, slower))
    torch.testing.assert_close(less, moved * torch.tensor(paces)[:, None])
    assert bool((moved.abs() > 0).all())


@pytest.mark.parametrize("task", ["copy", "repeat", "recall"])
def test_tasks_are_as_long_as_asked(load, task):
    bench = load("bench_copy")
    inputs, targets = bench.drawn(task, np.random.default_rng(0), 3, 20, repeats=3)
    assert len(inputs) == 3 and inputs.shape[2] == bench.WIDTH[task] + 2
    assert targets.shape[1] <= 20


def test_instances_are_counted_by_class(load):
    bench = load("bench_memory")
    assert bench.nth_instance(np.array([3, 1, 3, 3, 1])).tolist() == [0, 0, 1, 2, 1]


def test_sequences_of_images_and_the_labels_before(load):
    bench = load("bench_memory")
    bank = torch.arange(4 * 50.0).reshape(4, 5, 10, 1)  # an image's number tells task and class
    inputs, labels = bench.sequences(bank, np.array([2, 0]), np.random.default_rng(0))
    assert inputs.shape == (2, 50, 1 + 5) and labels.shape == (2, 50)
    parts = zip((100, 0), inputs[..., 0], inputs[..., 1:], labels, strict=True)
    for start, images, told, names in parts:
        assert sorted((images - start).tolist()) == list(range(50))
        classes = ((images - start) // 10).long().numpy()
        pairs = set(zip(classes.tolist(), names.tolist(), strict=True))
        assert len(pairs) == len({name for _, name in pairs}) == 5  # one name a class
        assert told[0].sum() == 0
        np.testing.assert_array_equal(told[1:].argmax(1), names[:-1])


def test_gradients_side_by_side_are_cut_one_by_one(load):
    networks = load("_side_by_side").SideBySide(
        lambda: torch.nn.Linear(2, 1, bias=False),
        [0, 1],
        lambda weights: torch.optim.SGD(weights, lr=1.0),
        max_norm=1.0,
    )
    before = networks.weights["weight"].detach().clone()
    inputs = torch.tensor([[[30.0, 40.0]], [[0.3, 0.4]]])  # gradients of length 50 and 0.5
    networks.step(networks(inputs).flatten())
    moved = before - networks.weights["weight"].detach()
    torch.testing.assert_close(moved.flatten(1), torch.tensor([[0.6, 0.8], [0.3, 0.4]]))


def test_more_seeds_of_a_memory_are_trained_anew(load, monkeypatch, tmp_path):
    bench = load("bench_memory")
    monkeypatch.setitem(bench.NETWORKS, "small", {"hidden": 4, "memory_slots": 0})
    bank = torch.randn(16, 5, 10, 3)
    options = SimpleNamespace(results=tmp_path / "r.csv", iterations=2, seeds=1, eyes=7)
    results = load("_results").ResultsFile(options.results, bench.KEY, bench.COLUMNS)
    bench.trained("small", 1e-2, bank, options)
    for tasks in ("choice", "report"):
        assert not bench.is_done("small", 1e-2, options, results)
        for instance in range(1, 11):
            row = {"network": "small", "rate": 1e-2, "seed": 0, "iterations": 2, "tasks": tasks}
            row |= {"eyes": 7, "instance": instance, "accuracy": 0.2, "status": "ok"}
            results.append(row)
    assert bench.is_done("small", 1e-2, options, results)
    options.eyes = 8
    assert not bench.is_done("small", 1e-2, options, results)
    options.eyes, options.seeds = 7, 2
    assert not bench.is_done("small", 1e-2, options, results)
    networks, _ = bench.trained("small", 1e-2, bank, options)
    first, second = networks.weights["output.weight"]
    assert not torch.equal(first, second)
    options.eyes = 8  # other vectors: nothing that was learned from these holds
    others, _ = bench.trained("small", 1e-2, -bank, options)
    assert not torch.equal(others.weights["output.weight"][0], first)


def test_vectors_are_standardised_by_those_that_are_trained_on(load):
    bench = load("bench_memory")
    known = 3 + 2 * torch.randn(40, 5, 10, 4, generator=torch.Generator().manual_seed(0))
    known[..., 3] = 7.0  # what never varies must not blow up where it does
    seen = bench.standardised(known, known).flatten(0, 2)
    torch.testing.assert_close(seen[:, :3].std(dim=0), torch.ones(3))
    torch.testing.assert_close(seen.mean(dim=0), torch.zeros(4), atol=1e-4, rtol=0)
    other = bench.standardised(known + 1, known)
    torch.testing.assert_close(other[..., 3], torch.ones(40, 5, 10))
    assert other[..., :3].mean() < 0.6


def test_a_memory_goes_on_from_its_checkpoint(load, monkeypatch, tmp_path):
    bench = load("bench_memory")
    monkeypatch.setattr(bench, "EVERY", 20)
    monkeypatch.setitem(bench.NETWORKS, "small", {"hidden": 16, "memory_slots": 0})
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(20, 5, 1, 6))
    bank = torch.as_tensor((centres + 0.1 * rng.normal(size=(20, 5, 10, 6))).astype(np.float32))

    def options(name, iterations):
        return SimpleNamespace(results=tmp_path / name, iterations=iterations, seeds=2, eyes=1)

    whole, _ = bench.trained("small", 1e-2, bank, options("whole.csv", 40))
    monkeypatch.setattr(bench, "EVERY", 10)
    steps = bench.train_step

    def interrupted(networks, bank, step):
        if step == 25:
            raise KeyboardInterrupt
        return steps(networks, bank, step)

    monkeypatch.setattr(bench, "train_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.trained("small", 1e-2, bank, options("parts.csv", 40))
    monkeypatch.setattr(bench, "train_step", steps)
    parts, _ = bench.trained("small", 1e-2, bank, options("parts.csv", 40))
    for name, value in whole.weights.items():
        torch.testing.assert_close(value, parts.weights[name])
    accuracies = bench.by_instance(whole, bank)
    assert np.shape(accuracies) == (2, 10) and accuracies[0] != accuracies[1]


def test_step_sizes_are_chosen_on_other_tasks(load):
    bench = load("bench_memory")
    lines = [
        {"network": "lstm", "rate": rate, "seed": seed, "iterations": 9, "eyes": 1, "tasks": tasks}
        | {"instance": instance, "accuracy": accuracy, "cpu": 60.0}
        for rate, by_tasks in (
            (0.1, {"choice": 0.5, "report": 0.3}),
            (0.2, {"choice": 0.4, "report": 0.9}),
            (0.3, {"choice": 0.8}),  # was interrupted
        )
        for tasks, accuracy in by_tasks.items()
        for seed in (0, 1)
        for instance in bench.SHOWN
    ]
    text = bench.summary(pd.DataFrame(lines))
    assert "| lstm | 0.1 | 9 | 1 | 30.0 ± 0.0 |" in text and "90.0" not in text


def test_costs_are_measured(load):
    costs = load("bench_few_shot_costs")
    assert min(costs.vmap_and_loop(1, n_tasks=2, n_iterations=1)) > 0
    seconds, size = costs.training_cost("PrototypicalClassifier", "table")
    assert seconds > 0 and size >= 0  # it may fit into what the imports took


def test_weights_for_omniglot_are_small_enough(load):
    training, learners = load("train_omniglot"), load("_omniglot_learners")
    for name in learners.LEARNERS:
        learner = learners.make_learner(name, 1, 0, None, "cpu")
        module = learner._module_class(
            **learner._module_params(learner._describe(np.zeros((2, 28, 28))))
        )
        assert 2 * sum(weight.numel() for weight in module.state_dict().values()) < training.LARGEST


def test_trainings_that_begin_from_missing_weights_are_left_out(
    load, monkeypatch, tmp_path, capsys
):
    training = load("train_omniglot")
    trained = []
    monkeypatch.setattr(training, "train_one", lambda options, *job: trained.append(job[0]))
    options = SimpleNamespace(
        work=tmp_path, weights=tmp_path, learner=None, background="small1", seeds=1, iterations=None
    )
    training.train_all(options)
    assert "MatchingClassifier" in trained and "MAMLClassifier" not in trained
    assert "MAMLClassifier small1 0 is left out" in capsys.readouterr().out
    (tmp_path / "omniglot_small1_PrototypicalClassifier_0.safetensors").touch()
    training.train_all(options)
    assert "MAMLClassifier" in trained


def test_a_training_goes_on_by_its_plan_alone(load, tmp_path):
    keep = load("train_omniglot").keep_plan
    keep(tmp_path, "900 iterations\n")
    keep(tmp_path, "300 iterations\n")  # nothing had been trained yet
    (tmp_path / "checkpoint.pt").touch()
    keep(tmp_path, "300 iterations\n")
    with pytest.raises(ValueError, match="begun by another plan:\n300 iterations\nNow it is\n600"):
        keep(tmp_path, "600 iterations\n")
    (tmp_path / "plan.txt").unlink()
    with pytest.raises(ValueError, match="begun by another plan:\nunknown\n"):
        keep(tmp_path, "300 iterations\n")


def test_trainings_are_as_long_as_planned(load, monkeypatch, tmp_path):
    training, learners = load("train_omniglot"), load("_omniglot_learners")
    trained = []
    monkeypatch.setattr(training, "train_one", lambda options, *job: trained.append(job))
    monkeypatch.setattr(training, "is_open", lambda *job: True)
    monkeypatch.setattr(training, "first_path", lambda *job: None)
    options = SimpleNamespace(
        work=tmp_path,
        weights=tmp_path,
        learner="MatchingClassifier",
        background=None,
        seeds=2,
        iterations=None,
    )
    training.train_all(options)
    steps = learners.LEARNERS["MatchingClassifier"].iterations
    assert trained == [
        ("MatchingClassifier", background, seed, steps)
        for seed in (0, 1)
        for background in ("small1", "small2")
    ]
    options.iterations = 7
    training.train_all(options)
    assert {job[-1] for job in trained[4:]} == {7}
