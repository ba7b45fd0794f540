r"""Meta-train the few-shot learners of tables that come with the package.

Learns across synthetic tables, with ``--source mixed`` also across real ones with the role "learn",
and keeps the weights that do best on those with the role "choose"; tables with the role "report"
are never looked at::

    python train_few_shot_tables.py --learner PrototypicalClassifier --iterations 20000 \
        --tables SHARED/datasets

An interrupted training goes on where it was. ``--all --hours H`` trains all learners, each for its
share of the time. Weights go, in half precision, to ``sklearn_meta/fewshot/weights``, from where a
learner takes them by itself.
"""

import argparse
import json
import time
from pathlib import Path

from _table_tasks import real_tasks, source_of

from sklearn_meta import fewshot
from sklearn_meta.exceptions import TrainingDivergedError
from sklearn_meta.fewshot._shipped import FOLDER

LEARNERS = (  # with their default parameters: the weights must fit a learner made without any
    "PrototypicalClassifier",
    "MatchingClassifier",
    "SiameseClassifier",
    "MetaSGDClassifier",
    "MAMLClassifier",
    "ReptileClassifier",
    "AttributeClassifier",
    "MetaSGDRegressor",
    "MAMLRegressor",
    "AttributeRegressor",
)
N_TRIAL = 15  # iterations by which the speed is found out: tables differ much in size
EPOCH = 250  # iterations between validations
LEAST, MOST = 500, 100_000
DIVERGED = "diverged.txt"


def main():
    """Train what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learner", choices=sorted(LEARNERS))
    parser.add_argument("--iterations", type=int)
    parser.add_argument("--all", action="store_true", help="all learners without weights")
    parser.add_argument("--hours", type=float, default=4.0, help="for --all")
    parser.add_argument("--source", default="prior", help="see `source_of` in _table_tasks.py")
    parser.add_argument("--tables", type=Path, help="folder of real tables")
    parser.add_argument("--work", type=Path, default=Path("work/few_shot_tables"))
    parser.add_argument("--weights", type=Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    if options.all:
        train_all(options)
    elif options.learner and options.iterations:
        train_one(options, options.learner, options.iterations)
    else:
        parser.error("name --learner and --iterations, or --all")


def train_all(options):
    """Train the learners without weights; each gets an equal share of the time that is left."""
    deadline = time.monotonic() + 3600 * options.hours
    left = [
        name
        for name in LEARNERS
        if not (weights_path(options, name).exists() or (options.work / name / DIVERGED).exists())
    ]
    for number, name in enumerate(left):
        seconds = (deadline - time.monotonic()) / (len(left) - number)
        iterations = planned(options, name) or affordable(options, name, seconds)
        print(f"{number + 1} of {len(left)}: {name}, {iterations} iterations")
        try:
            train_one(options, name, iterations)
        except TrainingDivergedError as error:  # the same seed would do so again
            (options.work / name / DIVERGED).write_text(str(error))
            print(f"{name} diverged: {error}")


def kind_of(name):
    """Return the kind of task of a learner."""
    return "regression" if name.endswith("Regressor") else "classification"


def make(options, name, iterations, checkpoint):
    """Make a learner that is to be trained for so many iterations."""
    training = {
        "iterations": iterations,
        "meta_batch_size": 8,
        "learning_rate": 1e-3,
        "decay": "cosine",
        "gradient_clip": 10.0,
        "epoch_length": min(EPOCH, iterations),
        "validation_episodes": 200,
        "checkpoint": checkpoint,
    }
    if kind_of(name) == "classification":
        training |= {"ways": (2, 10), "shots": (1, 16), "queries": 15}
    else:
        training |= {"shots": (8, 128), "queries": 60}
    if name.startswith("Reptile"):
        training |= {"optimizer": "sgd", "learning_rate": 1.0, "decay": "linear"}
    return getattr(fewshot, name)(
        training=fewshot.MetaTraining(**training),
        random_state=options.seed,
        device=options.device,
        verbose=1,
    )


def affordable(options, name, seconds):
    """Return how many iterations take so many seconds on this machine as it is now."""
    source = source_of(options.source, kind_of(name), options.tables)
    make(options, name, 1, None).set_params(verbose=0).meta_fit(source)  # imports, first calls
    probe = make(options, name, N_TRIAL, None).set_params(verbose=0)
    started = time.monotonic()
    probe.meta_fit(source)
    each = (time.monotonic() - started) / N_TRIAL
    return int(min(max(0.8 * seconds / each, LEAST), MOST)) // EPOCH * EPOCH


def train_one(options, name, iterations):
    """Meta-train one learner, or go on, and save its weights."""
    folder = options.work / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps({"iterations": iterations}))
    valid = None
    if options.tables:
        valid = real_tasks(options.tables, kind_of(name), {"choose"})
    learner = make(options, name, iterations, folder)
    source = source_of(options.source, kind_of(name), options.tables)
    learner.meta_fit(source, validation_tasks=valid, resume=True)
    path = weights_path(options, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    learner.set_params(training=None, verbose=0).save(path, half=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def planned(options, name):
    """Return the iterations of a training that was begun, or None."""
    path = options.work / name / "plan.json"
    return json.loads(path.read_text())["iterations"] if path.exists() else None


def weights_path(options, name):
    return options.weights / f"{name}.safetensors"


if __name__ == "__main__":
    main()
