"""Pretraining: it learns, resumes to the same weights, and logs."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from sklearn_meta.exceptions import TrainingDivergedError
from sklearn_meta.fewshot.incontext._checkpoint import append_log, shorten_log
from sklearn_meta.fewshot.incontext._losses import table_loss
from sklearn_meta.fewshot.incontext._pretraining import Pretraining
from sklearn_meta.fewshot.incontext._settings import ModelSettings
from sklearn_meta.fewshot.incontext._synthetic import SyntheticTables
from sklearn_meta.fewshot.incontext._training_settings import PretrainingSettings
from sklearn_meta.fewshot.incontext._validation_tables import auc, real_splits
from sklearn_meta.fewshot.incontext._weights import load_weights
from sklearn_meta.fewshot.incontext.prior import PriorSettings, Shape, draw_tables
from sklearn_meta.fewshot.pretrain import main, make_parser, make_run, validation_tasks

TINY = ["--cell-width", "8", "--row-width", "16", "--n-heads", "2", "--row-layers", "1"]
TINY += ["--n-anchors", "4", "--cells", "600", "--max-columns", "3", "--max-train-rows", "20"]
TINY += ["--threads", "1", "--warmup", "2"]


def command(folder, *more, kind="classification", steps=6):
    return ["--kind", kind, "--out", str(folder), "--steps", str(steps), *TINY, *more]


def log_of(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def training_of(kind="classification", steps=40, **changes):
    settings = PretrainingSettings(steps=steps, cells=1500, **changes)
    prior = PriorSettings(max_train_rows=30, max_columns=4, max_classes=3)
    sizes = {"cell_width": 8, "row_width": 16, "n_heads": 2, "row_layers": 1, "n_anchors": 4}
    model = ModelSettings(kind=kind, **sizes)
    return Pretraining(model, settings, SyntheticTables(prior, settings, kind))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_the_loss_on_other_tables_falls(kind):
    training = training_of(kind)
    shape = Shape(64, 30, 30, 3, 2 if kind == "classification" else 0)
    others = draw_tables(PriorSettings(), shape, [99])
    with torch.no_grad():
        before = float(table_loss(training.model, others))
        for _ in range(40):
            with torch.enable_grad():
                training.advance()
        after = float(table_loss(training.averaged_model(), others))
    assert after < before


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_broken_off_and_resumed_equals_one_go(tmp_path, kind):
    assert main(command(tmp_path / "whole", kind=kind)) == 0
    assert main(command(tmp_path / "parts", "--hours", "0", kind=kind)) == 3
    assert main(command(tmp_path / "parts", "--hours", "0", kind=kind)) == 3
    assert main(command(tmp_path / "parts", kind=kind)) == 0
    whole, parts = (
        load_weights(tmp_path / name / "last.safetensors", kind).arrays
        for name in ("whole", "parts")
    )
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)
    losses = [[entry["loss"] for entry in log_of(tmp_path / name)] for name in ("whole", "parts")]
    assert losses[0] == losses[1] and len(losses[0]) == 6


def test_a_step_that_was_not_kept_is_logged_once(tmp_path):
    for step in (1, 2, 3):
        append_log(tmp_path, step=step)
    with open(tmp_path / "log.jsonl", "a") as stream:
        stream.write('{"step": 4, "lo')
    shorten_log(tmp_path, 2)
    assert [entry["step"] for entry in log_of(tmp_path)] == [1, 2]


@pytest.mark.slow
def test_a_terminated_training_keeps_what_it_did(tmp_path):
    call = [sys.executable, "-m", "sklearn_meta.fewshot.pretrain"]
    process = subprocess.Popen(
        [*call, *command(tmp_path, steps=100_000)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 900  # a busy machine takes minutes to import torch
        while not (tmp_path / "log.jsonl").is_file():
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 3
    finally:
        process.kill()
    run = make_run(make_parser().parse_args(command(tmp_path, steps=100_000)))
    assert run.resume() and run.training.step == log_of(tmp_path)[-1]["step"] > 0


def test_other_settings_are_refused(tmp_path, capsys, monkeypatch):
    main(command(tmp_path, "--hours", "0"))
    with pytest.raises(SystemExit):
        main(command(tmp_path, steps=7))
    assert "began with other settings" in capsys.readouterr().err
    monkeypatch.setattr("sklearn_meta.fewshot.pretrain.PROTOCOL", 1)  # an earlier network
    with pytest.raises(SystemExit):
        main(command(tmp_path))
    assert "they differ in ['protocol']" in capsys.readouterr().err


def test_parts_of_the_prior_can_be_left_out(tmp_path):
    options = command(tmp_path, "--without", "junk", "filtered", "smoothers")
    run = make_run(make_parser().parse_args(options))
    assert run.settings["prior"]["junk"] == 0 and run.settings["prior"]["filtered"] is False
    assert run.settings["model"]["smoothers"] is False


def test_validation_keeps_the_best(tmp_path):
    folder = tmp_path / "tables"
    folder.mkdir()
    rng = np.random.default_rng(0)
    entries = []
    for name, role in (("a", "learn"), ("b", "report"), ("c", "choose")):
        X = rng.normal(size=(120, 3))
        np.savez(folder / f"{name}.npz", X=X, y=(X[:, 0] > 0).astype(int))
        entries.append({"file": f"{name}.npz", "task": "binary", "role": role, "group": name})
    (folder / "index.json").write_text(json.dumps(entries))
    assert [t.name for t in validation_tasks(folder, "classification")] == ["a", "c"]
    assert validation_tasks(folder, "regression") == []
    more = ["--validation-tables", str(folder), "--validate-every", "2"]
    main(command(tmp_path / "run", *more, steps=2))
    scores = [
        entry["validation"]["50"] for entry in log_of(tmp_path / "run") if "validation" in entry
    ]
    assert len(scores) == 2 and min(scores) > 0.8
    assert load_weights(tmp_path / "run" / "best.safetensors", "classification").facts["steps"] > 0


def test_splits_leave_out_what_cannot_be_used():
    rng = np.random.default_rng(0)

    class Task:
        def __init__(self, n_rows, n_columns, n_classes):
            self.name, self.X = "t", rng.normal(size=(n_rows, n_columns))
            self.y = rng.integers(n_classes, size=n_rows)

    tasks = [Task(300, 3, 2), Task(60, 3, 2), Task(300, 200, 2), Task(300, 3, 30), Task(100, 3, 2)]
    assert [(s.n_train, len(s.y_new)) for s in real_splits(tasks, "classification")] == [
        (50, 200),
        (200, 100),
        (50, 50),
    ]


def test_auc_of_classes_that_are_there():
    proba = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    assert auc(np.array([0, 2, 0]), proba) == 1.0
    assert np.isnan(auc(np.array([1, 1, 1]), proba))


def test_a_lost_training_says_so():
    training = training_of(steps=3)
    with torch.no_grad():
        training.model.facts.bias.fill_(float("nan"))
    with pytest.raises(TrainingDivergedError, match="Lower the learning rate"):
        training.advance()


def test_the_schedule_rises_and_falls():
    settings = PretrainingSettings(steps=100, warmup=10, cooldown=0.2)
    rates = [settings.rate_at(step) for step in range(101)]
    assert rates[0] == 0.1 and rates[50] == 1 and rates[100] == 0
    assert rates[80] == 1 and 0 < rates[95] < 0.5
