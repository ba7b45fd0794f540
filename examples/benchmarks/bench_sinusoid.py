"""Few-shot regression of sinusoids: MAML, first-order MAML, Reptile and Meta-SGD.

Each run meta-trains one learner from one seed and is judged on 2,000 new tasks, 100 query points
each; the error bars are over seeds. Runs that are done are not run again, and a training that was
interrupted goes on from its checkpoint::

    python bench_sinusoid.py --results results/sinusoid.csv --seeds 5
    python bench_sinusoid.py --results results/sinusoid.csv --summary
"""

import argparse
import copy
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from _results import ResultsFile, listed, markdown

from sklearn_meta.exceptions import TrainingDivergedError

COLUMNS = ("run", "seed", "iterations", "shots", "steps", "mse", "unclipped", "seconds", "status")
N_TEST_TASKS = 2000
N_TEST_POINTS = 100
INNER_CLIP = 100.0  # in judging: on one new task of 2,000 ten steps may run away


@dataclass(frozen=True)
class Setting:
    """One line of the comparison.

    Attributes
    ----------
    learner : str
        Its class.
    shots : int
        Support points in training.
    meta_sgd_family : bool
        Whether tasks have frequencies, as in Meta-SGD's paper.
    params, training : dict
        Parameters of the learner, and those of its training that differ from the usual ones.
    steps, test_shots : tuple of int
        Inner steps and support points that it is judged with.
    longer : float
        Iterations, as a multiple of those asked for.
    """

    learner: str
    shots: int
    meta_sgd_family: bool = False
    params: dict = field(default_factory=dict)
    training: dict = field(default_factory=dict)
    steps: tuple = (0, 1, 5, 10)
    test_shots: tuple = ()
    longer: float = 1.0


_INNER = {"inner_steps": 1, "inner_lr": 0.01, "inner_clip": None}
_REPTILE = {"inner_steps": 8, "inner_lr": 0.02, "inner_clip": None, "inner_batch": 10}
_REPTILE_TRAINING = {
    "optimizer": "sgd",
    "learning_rate": 1.0,
    "decay": "linear",
    "queries": 40,
    "meta_batch_size": 5,
}

_TRAINING = {"queries": 10, "meta_batch_size": 25, "learning_rate": 4e-3, "decay": "linear"}
_TRAINING["gradient_clip"] = 10.0
# Meta-SGD's step sizes start at 0.01, and a step of Adam moves each by about its learning rate.
_META_SGD_TRAINING = {"learning_rate": 1.5e-3}

SETTINGS = {
    "maml-5": Setting("MAMLRegressor", 5, params=_INNER),
    "maml-10": Setting("MAMLRegressor", 10, params=_INNER),
    "fomaml-5": Setting("MAMLRegressor", 5, params={**_INNER, "first_order": True}),
    "fomaml-10": Setting("MAMLRegressor", 10, params={**_INNER, "first_order": True}),
    "reptile-10": Setting(
        "ReptileRegressor", 10, params=_REPTILE, training=_REPTILE_TRAINING, steps=(0, 1, 10, 32)
    ),
    "maml-5-frequency": Setting(
        "MAMLRegressor", 5, True, params=_INNER, steps=(1,), test_shots=(5, 10, 20)
    ),
    "meta-sgd-5-frequency": Setting(
        "MetaSGDRegressor",
        5,
        True,
        params=_INNER,
        training=_META_SGD_TRAINING,
        steps=(1,),
        test_shots=(5, 10, 20),
        longer=2.4,
    ),
}


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results/sinusoid.csv"))
    parser.add_argument("--runs", type=listed, default=list(SETTINGS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=25_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="print the table and stop")
    parser.add_argument("--write", type=Path, help="put the table into this page as well")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    results = ResultsFile(options.results, ("run", "seed", "iterations", "shots", "steps"), COLUMNS)
    if not options.summary:
        run_all(options, results)
    text = summary(results.frame())
    print(text)
    if options.write:
        options.write.write_text(page(text))


def page(text):
    """Return a page of the documentation around the table."""
    return (
        "# Sinusoids\n\n"
        "Made by `python examples/benchmarks/bench_sinusoid.py --write "
        "docs/benchmarks/sinusoid.md`. One inner step of 0.01 in training (Reptile: 8 of 0.02), "
        "outer Adam from 4e-3 (Meta-SGD: 1.5e-3, 2.4 times as long) falling linearly, gradients "
        "clipped at 10; mean squared error on 2,000 new tasks of 100 query "
        "points, mean and standard error over seeds. In judging, though not in training, gradients "
        f"of the inner steps are held to a norm of {INNER_CLIP:g}, since a task on which ten steps "
        "run away makes a mean of 2,000 infinite; the last column is without that. "
        "The runs named *frequency* are Meta-SGD's "
        "setting, trained with 5 shots.\n\n"
        f"{text}\n"
    )


def run_all(options, results):
    """Meta-train and judge what is not in the results yet, one seed of each run after another."""
    for seed in range(options.seeds):
        for name in options.runs:
            iterations = round(options.iterations * SETTINGS[name].longer)
            done = {(row["run"], row["seed"], row["iterations"]) for row in results.rows()}
            if (name, str(seed), str(iterations)) in done:
                continue
            folder = options.results.with_suffix("") / f"{name}-{seed}-{iterations}"
            try:
                learner, seconds = trained(SETTINGS[name], seed, iterations, folder)
            except TrainingDivergedError as error:  # the other runs are still to be had
                print(f"{name}, seed {seed} diverged: {error}")
                continue
            rows = judged(SETTINGS[name], learner)
            for row in rows:
                results.append(
                    {"run": name, "seed": seed, "iterations": iterations, **row}
                    | {"seconds": round(seconds, 1), "status": "ok"}
                )


def family(setting, n_points):
    """Return the family of tasks of a setting."""
    from sklearn_meta.fewshot import Sinusoids

    if setting.meta_sgd_family:
        return Sinusoids.meta_sgd(n_points=n_points)
    return Sinusoids(n_points=n_points)


def trained(setting, seed, iterations, folder):
    """Meta-train, or go on; return the learner and the seconds that its epochs took."""
    from sklearn_meta import fewshot

    chosen = {**_TRAINING, **setting.training}
    training = fewshot.MetaTraining(
        iterations=iterations,
        shots=setting.shots,
        epoch_length=min(1000, iterations),
        checkpoint=folder,
        **chosen,
    )
    learner = getattr(fewshot, setting.learner)(
        backbone="mlp",
        normalize_y=False,
        training=training,
        random_state=seed,
        verbose=1,
        device="cpu",
        **setting.params,
    )
    learner.meta_fit(family(setting, setting.shots + chosen["queries"]), resume=True)
    return learner, sum(learner.net_.history[:, "dur"])


def judged(setting, learner):
    """Return a row for each number of support rows and of steps."""
    rows = []
    for shots in setting.test_shots or (setting.shots,):
        for steps in setting.steps:
            row = {"shots": shots, "steps": steps}
            row["mse"] = error_on_new_tasks(setting, learner, shots, steps, INNER_CLIP)
            row["unclipped"] = error_on_new_tasks(setting, learner, shots, steps, None)
            rows.append(row)
    return rows


def error_on_new_tasks(setting, learner, shots, steps, clip):
    """Return the mean squared error after some inner steps, the same tasks each time."""
    import torch
    from torch.func import vmap

    from sklearn_meta.fewshot._seeding import as_tensors

    module = copy.deepcopy(learner.net_.module_).eval()
    module.settings["inner_clip"] = clip
    rng = np.random.default_rng(12345)
    X, y = family(setting, shots + N_TEST_POINTS).draw_many(rng, N_TEST_TASKS)
    X, y = X.astype(np.float32), y.astype(np.float32)
    support = {"rows": {"values": X[:, :shots]}, "context": {}, "targets": y[:, :shots]}
    support, targets = as_tensors(support), torch.as_tensor(y[:, shots:])
    query = as_tensors({"values": X[:, shots:]})

    def predicted(support, query):
        fast = module.start(support, None)
        for _ in range(steps):
            fast = module.step(fast, support)
        return module.forward_fast(fast, support, query)

    with torch.no_grad():
        return float(((vmap(predicted)(support, query) - targets) ** 2).mean())


def summary(frame):
    """Return a Markdown table of means and standard errors over seeds."""
    lines = []
    for key, part in frame.groupby(["run", "iterations", "shots", "steps"], sort=False):
        run, iterations, shots, steps = key
        error = part["mse"].std(ddof=1) / len(part) ** 0.5 if len(part) > 1 else float("nan")
        minutes = part["seconds"].mean() / 60
        lines.append(
            [run, f"{iterations:,}", shots, steps, f"{part['mse'].mean():.3f}", f"{error:.3f}"]
            + [len(part), f"{minutes:.1f}", f"{part['unclipped'].mean():.3f}"]
        )
    header = ["run", "iterations", "shots", "steps", "mean squared error", "s.e.", "seeds", "min"]
    header.append("without the limit")
    return markdown(header, lines)


if __name__ == "__main__":
    main()
