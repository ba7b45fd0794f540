"""What meta-training costs: vmap against a loop, episodes a second, memory by inner steps.

Each figure is taken in a process of its own with one thread, in processor time::

    python bench_few_shot_costs.py --write docs/benchmarks/few_shot_costs.md
"""

import argparse
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psutil
from _results import markdown

COMMAND = (
    "python examples/benchmarks/bench_few_shot_costs.py --write docs/benchmarks/few_shot_costs.md"
)
LEARNERS = (
    "PrototypicalClassifier",
    "MatchingClassifier",
    "SiameseClassifier",
    "MAMLClassifier",
    "MetaSGDClassifier",
    "ReptileClassifier",
    "MANNClassifier",
    "NTMClassifier",
)
INNER_STEPS = (1, 2, 5, 10)
N_STEPS = 10
MIB = 2**20


def main():
    """Measure all and print the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, help="put the tables into this page as well")
    options = parser.parse_args()
    text = page(side_by_side(), episodes_a_second(), memory_by_steps())
    print(text)
    if options.write:
        options.write.write_text(text)


def page(vmap, pace, memory):
    """Return a page of the documentation around the tables."""
    return (
        f"# What meta-training costs\n\nMade by `{COMMAND}`: one thread, processor time.\n\n"
        "## Episodes side by side against a loop\n\n25 tasks of MAML on sinusoids, 5 support "
        f"points and 10 query points, by `torch.func.vmap` and one after the other:\n\n{vmap}\n\n"
        "## Episodes a second\n\nDefault parameters, batches of four episodes of 5 classes, one "
        "support row and 5 query rows each: images of 28 x 28 by four convolutions of 64 filters, "
        f"and tables of 10 columns; drawing the episodes included.\n\n{pace}\n\n"
        "## Memory by inner steps\n\nWhat MAML takes beyond the process before it, in MiB: four "
        f"episodes of such images at once, by inner steps of training.\n\n{memory}\n"
    )


def apart(function, *arguments):
    """Call in a process of its own, which torch gives one thread."""
    with ProcessPoolExecutor(1, get_context("spawn"), _one_thread) as pool:
        return pool.submit(function, *arguments).result()


def _one_thread():
    import torch

    torch.set_num_threads(1)


def side_by_side():
    """Return a table of a step's milliseconds by vmap and by a loop."""
    lines = []
    for steps in (1, 5):
        fast, slow = apart(vmap_and_loop, steps)
        lines.append([steps, f"{fast:.1f}", f"{slow:.1f}", f"{slow / fast:.1f}"])
    return markdown(["inner steps", "vmap, ms", "loop, ms", "times faster"], lines)


def vmap_and_loop(steps, n_tasks=25, n_iterations=30):
    """Return median milliseconds of a step with tasks side by side, and one after the other."""
    import torch

    from sklearn_meta.fewshot import EpisodeSampler, Sinusoids
    from sklearn_meta.fewshot._batches import collate
    from sklearn_meta.fewshot._dataset import EpisodeDataset
    from sklearn_meta.fewshot._gradient import GradientModule
    from sklearn_meta.fewshot._task import as_task_source

    description = {"name": "mlp", "n_features": 1, "hidden": [40, 40]}
    settings = {"inner_steps": steps, "inner_lr": 0.01, "inner_clip": None, "fit_steps": None}
    settings |= {"rates": "fixed", "first_order": False, "multi_step_loss": False}
    module = GradientModule(description, "regression", settings | {"adapt_body": True})
    dataset = EpisodeDataset(
        as_task_source(Sinusoids(n_points=15)),
        EpisodeSampler("regression", shots=5, queries=10),
        description,
        normalize_y=False,
        n_episodes=n_tasks,
        meta_batch_size=n_tasks,
        seed=0,
    )
    _, (group,) = collate(dataset.__getitems__(range(n_tasks)))

    def together():
        module.mean_loss(group, training=True).backward()

    def one_by_one():
        losses = [module.training_loss(*episode, None) for episode in group.episodes()]
        torch.stack(losses).mean().backward()

    medians = []
    for way in (together, one_by_one):
        way()
        seconds = []
        for _ in range(n_iterations):
            started = time.thread_time()
            way()
            seconds.append(time.thread_time() - started)
        medians.append(1000 * float(np.median(seconds)))
    return medians


def episodes_a_second():
    """Return a table of the pace of each learner's meta-training."""
    lines = []
    for name in LEARNERS:
        paces = [4 * N_STEPS / apart(training_cost, name, kind)[0] for kind in ("image", "table")]
        lines.append([name, *(f"{pace:.0f}" for pace in paces)])
    return markdown(["learner", "images", "tables"], lines)


def memory_by_steps():
    """Return a table of MAML's memory by inner steps, of both orders."""
    lines = []
    for name, first_order in (("second order", False), ("first order", True)):
        params = [{"inner_steps": steps, "first_order": first_order} for steps in INNER_STEPS]
        taken = [apart(training_cost, "MAMLClassifier", "image", given)[1] for given in params]
        lines.append([name, *(f"{size / MIB:.0f}" for size in taken)])
    return markdown(["MAML", *map(str, INNER_STEPS)], lines)


def training_cost(name, kind, params=None):
    """Return processor seconds of `N_STEPS` steps and the bytes that they took at most."""
    from sklearn_meta import fewshot

    def train(iterations, **shape):
        training = fewshot.MetaTraining(iterations=iterations, shots=1, tasks_per_chunk=4, **shape)
        backbone = {"backbone": "conv4"} if kind == "image" else {}
        learner = getattr(fewshot, name)(
            **backbone, **(params or {}), training=training, random_state=0, device="cpu"
        )
        learner.meta_fit(draw_image_task if kind == "image" else draw_table_task)

    train(1, ways=2, queries=1, meta_batch_size=1)  # imports
    before = psutil.Process().memory_info().rss
    shape = {"ways": 5, "queries": 5, "meta_batch_size": 4}
    train(1, **shape)
    started = time.process_time()
    train(N_STEPS, **shape)
    seconds = time.process_time() - started
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seconds, max(peak - before, 0)  # the kernel may count a few pages late


def draw_image_task(rng):
    """Draw images of noise."""
    return rng.random((30, 28, 28), dtype=np.float32), np.arange(30) % 5


def draw_table_task(rng):
    """Draw a table of noise."""
    return rng.normal(size=(30, 10)), np.arange(30) % 5


if __name__ == "__main__":
    main()
