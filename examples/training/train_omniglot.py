r"""Meta-train few-shot learners on one of Omniglot's minimal background sets.

Trains on one set's alphabets, as pen strokes that are distorted and drawn anew, and keeps the
weights that do best on the alphabets that only the other set has. All that are missing, as planned
in ``_omniglot_learners.py``, one seed of each after the other; with ``--background`` those of one
set, so that two processes may share two cores::

    python train_omniglot.py --omniglot SHARED/omniglot --background small1

or some of them::

    python train_omniglot.py --omniglot SHARED/omniglot --learner PrototypicalClassifier --seeds 1

An interrupted training goes on where it was. Weights of at most 1 MB, in half precision, are put
into ``examples/benchmarks/weights``; ``omniglot_runs.py`` judges them.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from _omniglot import SETS, own_alphabets, read_images, shrink  # noqa: E402
from _omniglot_learners import LEARNERS, make_learner  # noqa: E402
from _omniglot_tasks import HeldOutTasks, StrokeTasks  # noqa: E402
from _strokes import read_drawings  # noqa: E402

from sklearn_meta.exceptions import TrainingDivergedError  # noqa: E402

DIVERGED = "diverged.txt"
WEIGHTS = HERE.parent / "benchmarks" / "weights"
LARGEST = 10**6  # bytes
EPOCH = 100  # iterations between validations


def main():
    """Train what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--omniglot", type=Path, required=True, help="folder with the two sets")
    parser.add_argument("--work", type=Path, default=Path("work/omniglot"), help="checkpoints")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--learner", choices=sorted(LEARNERS))
    parser.add_argument("--background", choices=SETS)
    parser.add_argument("--seeds", type=int, help="of each learner, at most; otherwise as planned")
    parser.add_argument("--iterations", type=int, help="otherwise as planned")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    train_all(options)


def train_all(options):
    """Train what is missing."""
    jobs = [job for job in all_jobs(options) if is_open(options, *job)]
    print(f"{len(jobs)} to train; those with weights in {options.weights} are left out")
    for number, job in enumerate(jobs, start=1):
        first = first_path(options, *job)
        if first is not None and not first.exists():  # given up, or not asked for
            print(f"{' '.join(map(str, job))} is left out: it begins from {first.name}")
            continue
        iterations = options.iterations or LEARNERS[job[0]].iterations
        print(f"{number} of {len(jobs)}: {' '.join(map(str, job))}, {iterations} iterations")
        try:
            train_one(options, *job, iterations)
        except TrainingDivergedError as error:  # the same seed would do so again
            (work_folder(options, *job) / DIVERGED).write_text(str(error))
            print(f"{' '.join(map(str, job))} diverged: {error}")


def all_jobs(options):
    """Return (learner, background, seed): the first seed of all learners first."""
    n_seeds = options.seeds or max(plan.n_seeds for plan in LEARNERS.values())
    return [
        (learner, background, seed)
        for seed in range(n_seeds)
        for learner, plan in LEARNERS.items()
        if seed < plan.n_seeds
        for background in ([options.background] if options.background else SETS)
        if options.learner in (None, learner)
    ]


def is_open(options, learner, background, seed):
    """Tell whether weights are missing and were not given up."""
    given_up = work_folder(options, learner, background, seed) / DIVERGED
    return not (weights_path(options, learner, background, seed).exists() or given_up.exists())


def first_path(options, learner, background, seed):
    """Return the weights from whose network a training begins, or None."""
    first = LEARNERS[learner].network_of
    return None if first is None else weights_path(options, first, background, seed)


def train_one(options, learner, background, seed, iterations):
    """Meta-train one learner, or go on, and save its weights."""
    folder = work_folder(options, learner, background, seed)
    folder.mkdir(parents=True, exist_ok=True)
    keep_plan(folder, f"{iterations} iterations, {LEARNERS[learner]}\n")
    tasks, held_out = read_tasks(options.omniglot, background)
    trained = make_learner(learner, iterations, seed, folder, options.device)
    first = first_path(options, learner, background, seed)
    trained.meta_fit(tasks, validation_tasks=held_out, resume=True, start_from=first)
    path = weights_path(options, learner, background, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    trained.save(path, half=True)
    size = path.stat().st_size
    if size > LARGEST:
        path.unlink()
        raise ValueError(f"The weights of {learner} take {size} bytes, more than {LARGEST}.")
    print(f"{path.name}: {size / 1000:.0f} kB")


def keep_plan(folder, plan):
    """Note how a training was planned; refuse to go on with one by another plan.

    Raises
    ------
    ValueError
        If the folder's checkpoint was made by another plan.
    """
    path = folder / "plan.txt"
    began = path.read_text() if path.exists() else "unknown\n"
    if (folder / "checkpoint.pt").exists() and began != plan:
        raise ValueError(
            f"The training in {folder} was begun by another plan:\n{began}Now it is\n{plan}"
            "Delete the folder, or name another with --work."
        )
    path.write_text(plan)


def work_folder(options, learner, background, seed):
    return options.work / f"{background}_{learner}_{seed}"


def weights_path(options, learner, background, seed):
    return options.weights / f"omniglot_{background}_{learner}_{seed}.safetensors"


def read_tasks(folder, background):
    """Return tasks of a set's strokes, and tasks of the other set's own alphabets."""
    other = SETS[1 - SETS.index(background)]
    images, others = read_images(folder, background), read_images(folder, other)
    mine = np.isin(others.alphabet, own_alphabets(others, images))
    held_out = HeldOutTasks(
        shrink(others.ink[mine]),
        others.alphabet[mine],
        others.character[mine],
        others.drawer[mine],
    )
    return StrokeTasks(read_drawings(folder, background)), held_out


if __name__ == "__main__":
    main()
