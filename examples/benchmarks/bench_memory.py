"""A memory against none: accuracy by instance, on alphabets that were not trained on.

Five characters, ten images of each, in random order; at each image the network says which of the
five it is, and is then told. Trains a memory-augmented network and its LSTM baseline on the
drawings of six of Omniglot's eight small alphabets and judges them by the images of the other two::

    python bench_memory.py --omniglot SHARED/omniglot --iterations 20000 --seeds 3

A training that was interrupted goes on from its checkpoint; runs that are done are not run again.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from _omniglot import SETS, read_images, shrink
from _results import ResultsFile, listed, markdown

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

from _omniglot_tasks import HeldOutTasks, StrokeTasks  # noqa: E402
from _strokes import read_drawings  # noqa: E402

N_WAYS, N_INSTANCES = 5, 10
N_TEST = 400
TEST_ALPHABETS = ("Balinese", "Tagalog")
SHOWN = (1, 2, 3, 4, 5, 10)
COLUMNS = ("network", "seed", "iterations", "instance", "accuracy", "status")
NETWORKS = {
    "mann": {"hidden": 200, "memory_slots": 128, "memory_width": 40, "n_reads": 4},
    "lstm": {"hidden": 200, "memory_slots": 0},
    "lstm-wide": {"hidden": 320, "memory_slots": 0},  # about as many weights as "mann"
}


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--omniglot", type=Path, help="folder with the two sets")
    parser.add_argument("--networks", type=listed, default=list(NETWORKS))
    parser.add_argument("--iterations", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=Path("results/memory.csv"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--summary", action="store_true", help="print the table and stop")
    parser.add_argument("--write", type=Path, help="put the table into this page as well")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    results = ResultsFile(options.results, ("network", "seed", "iterations", "instance"), COLUMNS)
    if not options.summary:
        if options.omniglot is None:
            parser.error("--omniglot is needed to run")
        run_all(options, results)
    text = summary(results.frame())
    print(text)
    if options.write:
        options.write.write_text(page(text))


def page(text):
    """Return a page of the documentation around the table."""
    return (
        "# A memory against none\n\n"
        "Made by `python examples/benchmarks/bench_memory.py --omniglot SHARED/omniglot --write "
        "docs/benchmarks/memory.md`. Five characters of alphabets that were not trained on, ten "
        "images each, in random order; accuracy in percent at a character's first, second ... "
        "image, mean and standard error over seeds. What is said of an image rests on those "
        "before it alone.\n\n"
        f"{text}\n"
    )


def run_all(options, results):
    """Train and judge what is not in the results yet, one seed of each after another."""
    train, test = read_tasks(options.omniglot)
    for seed in range(options.seeds):
        for name in options.networks:
            done = {(row["network"], row["seed"], row["iterations"]) for row in results.rows()}
            if (name, str(seed), str(options.iterations)) in done:
                continue
            folder = options.results.with_suffix("") / f"{name}-{seed}-{options.iterations}"
            learner = make_learner(name, seed, options, folder)
            learner.meta_fit(train, resume=True)
            for instance, accuracy in enumerate(by_instance(learner, test), start=1):
                row = {"network": name, "seed": seed, "iterations": options.iterations}
                row |= {"instance": instance, "accuracy": round(accuracy, 5), "status": "ok"}
                results.append(row)


def read_tasks(folder):
    """Return tasks of strokes of six alphabets, and tasks of images of the other two."""
    first, second = (read_drawings(folder, name) for name in SETS)
    drawings = first.with_others(second)
    training = set(drawings.alphabet) - set(TEST_ALPHABETS)
    train = StrokeTasks(drawings.of(training), n_ways=N_WAYS, n_images=N_INSTANCES + 1)
    parts = []
    for name in SETS:
        images = read_images(folder, name)
        keep = np.isin(images.alphabet, TEST_ALPHABETS)
        ink = shrink(images.ink[keep])
        parts.append((ink, images.alphabet[keep], images.character[keep], images.drawer[keep]))
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return train, HeldOutTasks(*whole, n_ways=N_WAYS, n_images=N_INSTANCES)


def make_learner(name, seed, options, folder):
    """Make the network as its paper has it: one-hot labels, nothing but the memory."""
    from sklearn_meta.fewshot import MANNClassifier, MetaTraining

    training = MetaTraining(
        iterations=options.iterations,
        ways=N_WAYS,
        shots=N_INSTANCES,
        queries=1,
        meta_batch_size=16,
        learning_rate=1e-3,
        decay="linear",
        gradient_clip=10.0,
        epoch_length=min(200, options.iterations),
        checkpoint=folder,
    )
    return MANNClassifier(
        code_base=N_WAYS,
        code_length=1,
        recall=False,
        backbone="conv4",
        # what is said of an image may rest on those before it, not on those to come
        backbone_params={"n_filters": 32, "n_blocks": 3, "norm": "image"},
        training=training,
        random_state=seed,
        device=options.device,
        verbose=1,
        **NETWORKS[name],
    )


def by_instance(learner, tasks):
    """Return the accuracy at the first, second .. image of a character, over new tasks."""
    import torch

    from sklearn_meta.fewshot._array_encoders import as_images

    module = learner.net_.module_.eval()
    right, asked = np.zeros(N_INSTANCES), np.zeros(N_INSTANCES)
    torch.manual_seed(7)  # the module draws codes for the classes
    for number in range(N_TEST):
        rng = np.random.default_rng([7, number])
        task = tasks(rng)
        order = rng.permutation(len(task.y))
        codes = rng.permutation(N_WAYS)[np.unique(task.y, return_inverse=True)[1]][order]
        support = {
            "rows": {"pixels": torch.as_tensor(as_images(task.X[order])).to(learner.net_.device)},
            "context": {},
            "targets": torch.as_tensor(codes).to(learner.net_.device),
        }
        with torch.no_grad():
            said = module.sequence_outputs(support, N_WAYS).argmax(dim=1).cpu().numpy()
        nth = nth_instance(codes)
        np.add.at(right, nth, said == codes)
        np.add.at(asked, nth, 1)
    return (right / asked).tolist()


def nth_instance(codes):
    """Return, for each place of a sequence, how often its class came before.

    Examples
    --------
    >>> nth_instance(np.array([3, 1, 3, 3])).tolist()
    [0, 0, 1, 2]
    """
    return np.array([int((codes[:place] == code).sum()) for place, code in enumerate(codes)])


def summary(frame):
    """Return a Markdown table of accuracies in percent, means over seeds with standard errors."""
    lines = []
    for (network, iterations), part in frame.groupby(["network", "iterations"], sort=False):
        cells = []
        for instance in SHOWN:
            values = 100 * part.loc[part["instance"] == instance, "accuracy"]
            error = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else float("nan")
            cells.append(f"{values.mean():.1f} ± {error:.1f}")
        lines.append([network, f"{iterations:,}", *cells, part["seed"].nunique()])
    return markdown(["network", "iterations", *map(str, SHOWN), "seeds"], lines)


if __name__ == "__main__":
    main()
