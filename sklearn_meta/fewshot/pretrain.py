"""Train the in-context learner: ``python -m sklearn_meta.fewshot.pretrain``.

It learns from synthetic tables, and from real ones where they are given.

A training that was broken off goes on when the same command is given again::

    python -m sklearn_meta.fewshot.pretrain --kind classification --out runs/c --hours 2 --seed 0

`--validation-tables` names a folder with an ``index.json`` as `tasks_from_folder` reads it; entries
with a ``role`` are used if it is "learn" or "choose".

`--real-tables` names such a folder too: a share of the steps then learns from its tables, with any
of their columns as the target (see `ColumnTargets`). Entries that have a ``role`` are used if it is
"learn", those that have an ``openml_id`` if it is not null. Validation leaves out what is trained
on, and what is of one ``group`` with it.
"""

import argparse
import json
import os
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import torch

from sklearn_meta.exceptions import SklearnMetaError, TableError
from sklearn_meta.fewshot._folder import FileTask
from sklearn_meta.fewshot._seeding import choose_device
from sklearn_meta.fewshot.incontext._column_targets import ColumnTargets, WholeTable
from sklearn_meta.fewshot.incontext._mixture import Mixture
from sklearn_meta.fewshot.incontext._model import READERS
from sklearn_meta.fewshot.incontext._pretraining import Pretraining
from sklearn_meta.fewshot.incontext._run import Run
from sklearn_meta.fewshot.incontext._settings import ModelSettings
from sklearn_meta.fewshot.incontext._synthetic import SyntheticTables
from sklearn_meta.fewshot.incontext._training_settings import PretrainingSettings
from sklearn_meta.fewshot.incontext._validation_tables import real_splits
from sklearn_meta.fewshot.incontext._weights import PROTOCOL, load_weights
from sklearn_meta.fewshot.incontext.prior import PriorSettings

INGREDIENTS = (
    *("layered", "graphs", "trees", "activations", "mixed_roots", "warped", "categorical"),
    *("missing", "junk", "duplicates", "outliers", "imbalanced", "label_noise", "filtered"),
    "smoothers",
)
KINDS = ("classification", "regression")
MOST_ROWS = 5000  # of a real table
_GROUPS = {"model": ModelSettings, "training": PretrainingSettings, "prior": PriorSettings}


def main(arguments=None):
    """Train as the command line says; return 0 when all steps are done, 3 when time was out."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        run = make_run(options)
        resumed = run.resume()
    except (SklearnMetaError, OSError) as error:  # what was asked for can't be done
        parser.error(str(error))
    if resumed:
        sys.stderr.write(f"going on from step {run.training.step}\n")

    def stop(signum, frame):
        run.stopping = True

    before = {kind: signal.signal(kind, stop) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        done = run.go(options.hours * 3600)
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
    return 0 if done else 3


def make_parser():
    """Return the parser; sizes of model, training and prior are options of their own."""
    parser = argparse.ArgumentParser(
        prog="python -m sklearn_meta.fewshot.pretrain", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kind", required=True, choices=KINDS)
    parser.add_argument("--out", required=True, help="folder of checkpoints, logs and weights")
    parser.add_argument("--hours", type=float, default=float("inf"), help="of this sitting")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--validation-tables", help="folder with an index.json")
    parser.add_argument("--real-tables", help="folder with an index.json")
    parser.add_argument("--real-share", type=float, help="of the steps, from those (0.5)")
    parser.add_argument(
        "--begin",
        help='weights to begin with: a file, or "bundled"; '
        "of a file for the other kind all but its head",
    )
    parser.add_argument("--validate-every", type=int, default=200, help="steps")
    parser.add_argument("--checkpoint-minutes", type=float, default=3.0)
    parser.add_argument("--without", nargs="*", default=[], choices=INGREDIENTS, metavar="PART")
    for group, settings in _GROUPS.items():
        section = parser.add_argument_group(group)
        for part in fields(settings):
            # Names that a group has for itself; parts of the prior are switched by --without.
            if part.name != "kind" and part.type in (int, float, str):
                option = "--" + part.name.replace("_", "-")
                choices = sorted(READERS) if part.name == "order" else None
                section.add_argument(option, type=part.type, default=part.default, choices=choices)
    return parser


def make_run(options):
    """Return the run that the options describe."""
    groups = {name: _settings(made, options) for name, made in _GROUPS.items()}
    for part in options.without:
        group = "model" if part == "smoothers" else "prior"
        off = type(getattr(groups[group], part))(0)
        groups[group] = replace(groups[group], **{part: off})
    device = choose_device(options.device)
    source = SyntheticTables(groups["prior"], groups["training"], options.kind, device)
    settings = {name: made.to_dict() for name, made in groups.items()} | {"protocol": PROTOCOL}
    tables = []
    if options.real_share is not None and not options.real_tables:
        raise TableError("--real-share is a share of the steps, from --real-tables: name them too.")
    if options.real_tables:
        share = 0.5 if options.real_share is None else options.real_share
        tables, training = real_tables(options.real_tables, options.kind), groups["training"]
        columns = ColumnTargets(tables, options.kind, training.seed, training.cells)
        source = Mixture(source, columns, share, training.seed)
        settings["real"] = {"share": share, "tables": columns.names}
    training = Pretraining(groups["model"], groups["training"], source, device)
    if options.begin:
        weights = load_weights(options.begin, options.kind, *KINDS)
        if replace(weights.settings, kind=options.kind) != groups["model"]:
            raise TableError(
                f"The weights {options.begin!r} are of a network of other sizes than asked for: "
                f"{weights.settings}, not {groups['model']}."
            )
        training.start_from(weights.make_model())
        settings["begun"] = weights.facts
    splits = []
    if options.validation_tables:
        trained_on = {table.group for table in tables}
        tasks = validation_tasks(options.validation_tables, options.kind, trained_on)
        splits = real_splits(tasks, options.kind)
        if tables and not splits:
            raise TableError(
                f"All tables of {options.validation_tables} that could validate are trained on, or "
                "too small. Name others, or leave --validation-tables out."
            )
    return Run(
        training,
        options.out,
        settings,
        splits,
        options.validate_every,
        60 * options.checkpoint_minutes,
    )


def real_tables(folder, kind):
    """Return the tables of a folder that may be trained on; of large ones some rows.

    Raises
    ------
    ValueError
        If there is none.
    """
    folder = Path(folder)
    tables = []
    for entry in json.loads((folder / "index.json").read_text()):
        if entry.get("role", "learn") != "learn" or entry.get("openml_id", 0) is None:
            continue
        name = entry.get("name", Path(entry["file"]).stem)
        task = FileTask(folder / entry["file"], entry.get("target"), name)
        rows = np.random.default_rng(0).permutation(len(task.y))[:MOST_ROWS]
        X = task.X.iloc[rows] if hasattr(task.X, "iloc") else task.X[rows]
        is_class = entry.get("task", kind) != "regression"
        tables.append(WholeTable.of(X, task.y[rows], name, _group_of(entry, folder), is_class))
    if not tables:
        raise TableError(
            f"{str(folder)!r} lists no table to train on: entries of its index.json with a role "
            'need "learn", those with an openml_id a number.'
        )
    return tables


def validation_tasks(folder, kind, trained_on=()):
    """Return the tables of a folder that may be looked at while training, one per group.

    Those of the groups `trained_on` are left out.
    """
    folder = Path(folder)
    tasks, groups = [], set(trained_on)
    for entry in json.loads((folder / "index.json").read_text()):
        group = _group_of(entry, folder)
        task = entry.get("task", kind)
        wanted = (task == "regression") == (kind == "regression") and group not in groups
        if not wanted or entry.get("role", "learn") not in ("learn", "choose"):
            continue
        groups.add(group)
        name = entry.get("name", Path(entry["file"]).stem)
        tasks.append(FileTask(folder / entry["file"], entry.get("target"), name))
    return tasks


def _group_of(entry, folder):
    """Return the group of near-duplicates that a table belongs to: without one, its file."""
    return entry.get("group", str((folder / entry["file"]).resolve()))


def _settings(made, options):
    values = {part.name: getattr(options, part.name, part.default) for part in fields(made)}
    return made(**values)


if __name__ == "__main__":
    sys.exit(main())
