"""A memory against none: accuracy by instance, on alphabets that were not trained on.

Five characters, ten images of each, in random order; at each image the network says which of the
five it is, and is then told. Trains a memory-augmented network and its LSTM baseline on the
drawings of six of Omniglot's eight small alphabets and judges them by the images of the other two::

    python bench_memory.py --omniglot SHARED/omniglot --iterations 3000 --seeds 5

All see images through the same convolutions, those of a prototypical network that was trained on
the same six alphabets, each image by itself; what they differ in is how they remember. Those of one
kind are trained side by side. A training that was interrupted goes on from its checkpoint; those
that are done are not run again.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch
from _omniglot import SETS, read_images, shrink
from _results import ResultsFile, listed, markdown
from _side_by_side import SideBySide
from torch.nn.functional import cross_entropy, one_hot

from sklearn_meta.fewshot import MANNCell, MetaTraining, PrototypicalClassifier, SequenceModel

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

from _omniglot_tasks import HeldOutTasks, StrokeTasks  # noqa: E402
from _strokes import read_drawings  # noqa: E402

N_WAYS, N_INSTANCES = 5, 10
N_BANK, N_JUDGED = 6000, 400  # tasks that are trained on; by which is chosen, which are reported
BATCH = 16
EVERY = 250  # iterations between checkpoints
TEST_ALPHABETS = ("Balinese", "Tagalog")
SHOWN = (1, 2, 3, 4, 5, 10)
EYES = {"n_filters": [32, 64, 64, 64], "strided_first": True, "norm": "image"}
KEY = ("network", "rate", "seed", "iterations", "eyes", "tasks", "instance")
COLUMNS = (*KEY, "accuracy", "cpu", "status")
_MEMORY = {"hidden": 200, "memory_slots": 64, "memory_width": 40, "n_reads": 4}
NETWORKS = {
    "mann": _MEMORY | {"late_labels": True},
    "mann-paper": _MEMORY,  # which has to learn how a label is bound to the image before
    "lstm": {"hidden": 200, "memory_slots": 0},
    "lstm-wide": {"hidden": 280, "memory_slots": 0},  # about as many weights as "mann"
}


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--omniglot", type=Path, help="folder with the two sets")
    parser.add_argument("--networks", type=listed, default=list(NETWORKS))
    parser.add_argument("--rates", type=listed, default=["1e-3", "3e-3"], help="step sizes")
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--eyes", type=int, default=2000, help="iterations of the convolutions")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=Path("results/memory.csv"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="print the table and stop")
    parser.add_argument("--write", type=Path, help="put the table into this page as well")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = ResultsFile(options.results, KEY, COLUMNS)
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
        "before it alone. All networks see images through the same convolutions, which are not "
        "trained further. The step size of each is the one that did best at the second image on "
        "new tasks of the alphabets that were trained on. *eyes'*: iterations of the "
        "convolutions. *mann*: `MANNCell(late_labels=True)`, *mann-paper*: without, as in the "
        "paper (Santoro et al., 2016); *lstm*: the controller alone, *lstm-wide*: more of it.\n\n"
        f"{text}\n"
    )


def run_all(options, results):
    """Train and judge what is not in the results yet."""
    jobs = [(name, rate) for name in options.networks for rate in map(float, options.rates)]
    jobs = [job for job in jobs if not is_done(*job, options, results)]
    if not jobs:
        return
    train, test = read_tasks(options.omniglot)
    see = eyes(train, options)
    trained_on = look_at(train, see, N_BANK, seed=0)
    choice = look_at(train, see, N_JUDGED, seed=1)
    reported = look_at(test, see, N_JUDGED, seed=2)
    choice, reported = (standardised(bank, trained_on) for bank in (choice, reported))
    trained_on = standardised(trained_on, trained_on)
    for name, rate in jobs:
        networks, cpu = trained(name, rate, trained_on, options)
        for told, tasks in (("choice", choice), ("report", reported)):
            for seed, accuracies in enumerate(by_instance(networks, tasks)):
                row = {"network": name, "rate": rate, "iterations": options.iterations}
                row |= {"eyes": options.eyes, "cpu": round(cpu / options.seeds, 1)}
                row |= {"seed": seed, "tasks": told}
                for instance, accuracy in enumerate(accuracies, start=1):
                    row |= {"instance": instance, "accuracy": round(accuracy, 5), "status": "ok"}
                    results.append(row)


def is_done(name, rate, options, results):
    """Tell whether the results hold all rows of a network and a step size."""
    wanted = {
        tuple(map(str, (name, rate, seed, options.iterations, options.eyes, tasks, instance)))
        for seed in range(options.seeds)
        for tasks in ("choice", "report")
        for instance in range(1, N_INSTANCES + 1)
    }
    return wanted <= results.done()


def read_tasks(folder):
    """Return tasks of strokes of six alphabets, and tasks of images of the other two."""
    first, second = (read_drawings(folder, name) for name in SETS)
    drawings = first.with_others(second)
    training = set(drawings.alphabet) - set(TEST_ALPHABETS)
    train = StrokeTasks(drawings.of(training), n_ways=N_WAYS, n_images=N_INSTANCES)
    parts = []
    for name in SETS:
        images = read_images(folder, name)
        keep = np.isin(images.alphabet, TEST_ALPHABETS)
        ink = shrink(images.ink[keep])
        parts.append((ink, images.alphabet[keep], images.character[keep], images.drawer[keep]))
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return train, HeldOutTasks(*whole, n_ways=N_WAYS, n_images=N_INSTANCES)


def eyes(tasks, options):
    """Train the convolutions; return what maps images (n, 28, 28) to vectors."""
    path = options.results.with_suffix("") / f"eyes-{options.eyes}"
    training = MetaTraining(
        iterations=options.eyes,
        ways=None,
        shots=1,
        queries=N_INSTANCES - 1,
        meta_batch_size=4,
        learning_rate=3e-3,
        decay="cosine",
        gradient_clip=10.0,
        epoch_length=min(100, options.eyes),
        checkpoint=path,
    )
    learner = PrototypicalClassifier(
        backbone="conv4",
        backbone_params=EYES,
        training=training,
        device="cpu",  # as all that follows
        random_state=0,
        verbose=1,
    )
    module = learner.meta_fit(tasks, resume=True).net_.module_.eval()

    def see(images):
        with torch.no_grad():
            return module.body({"pixels": torch.as_tensor(images).unsqueeze(1)}, {})

    return see


def look_at(tasks, see, n_tasks, seed):
    """Draw tasks and look at their images: (n_tasks, N_WAYS, N_INSTANCES, n_out)."""
    seen = []
    for place in range(n_tasks):
        task = tasks(np.random.default_rng([seed, place]))
        images = task.X[np.argsort(task.y, kind="stable")]
        seen.append(see(images).reshape(N_WAYS, N_INSTANCES, -1))
    return torch.stack(seen)


def standardised(bank, trained_on):
    """Return vectors in the units of those that are trained on.

    What all images have in common is longer than what tells them apart, and than the labels.
    """
    known = trained_on.flatten(0, 2)
    spread = known.std(dim=0)
    return (bank - known.mean(dim=0)) / torch.where(spread > 1e-3, spread, 1.0)


def sequences(bank, chosen, rng):
    """Put tasks in random order, under random names: inputs and labels, (n, 50, ...).

    An input is an image's vector and the label of the image before it.
    """
    n_tasks, n_steps = len(chosen), N_WAYS * N_INSTANCES
    names = rng.permuted(np.tile(np.arange(N_WAYS), (n_tasks, 1)), axis=1)
    order = rng.permuted(np.tile(np.arange(n_steps), (n_tasks, 1)), axis=1)
    labels = torch.as_tensor(np.take_along_axis(names, order // N_INSTANCES, axis=1))
    order = torch.as_tensor(order).unsqueeze(-1).expand(-1, -1, bank.shape[-1])
    images = bank[chosen].flatten(1, 2).gather(1, order)
    told = one_hot(labels, N_WAYS).to(images.dtype)
    told = torch.cat([torch.zeros_like(told[:, :1]), told[:, :-1]], dim=1)
    return torch.cat([images, told], dim=2), labels


def side_by_side(name, rate, n_in, n_seeds):
    """Return untrained networks, one a seed."""
    return SideBySide(
        lambda: SequenceModel(MANNCell(n_in, **NETWORKS[name]), N_WAYS),
        list(range(n_seeds)),
        lambda weights: torch.optim.Adam(weights, lr=rate),
        max_norm=10.0,
    )


def trained(name, rate, bank, options):
    """Train networks, or go on; return them and the processor seconds it took."""
    # all that shapes a training
    settings = (name, rate, options.iterations, options.seeds, options.eyes)
    path = options.results.with_suffix("") / f"{'-'.join(map(str, settings))}.pt"
    networks = side_by_side(name, rate, bank.shape[-1] + N_WAYS, options.seeds)
    begun = networks.load(path, number=0, spent=0.0)
    number, spent = begun["number"], begun["spent"]
    while number < options.iterations:
        started = time.process_time()
        until, loss = min(number + EVERY, options.iterations), 0.0
        for step in range(number, until):
            share = 1 - step / options.iterations
            for group in networks.optimizer.param_groups:
                group["lr"] = rate * share
            loss = loss + train_step(networks, bank, step)
        spent += time.process_time() - started
        told = " ".join(f"{value:.3f}" for value in (loss / (until - number)).tolist())
        print(f"{name}, step size {rate}: {until} steps, loss {told}", flush=True)
        number = until
        networks.save(path, number=number, spent=spent)
    return networks, spent


def train_step(networks, bank, step):
    """Take a step; return each network's loss."""
    drawn = []
    for seed in networks.seeds:
        rng = np.random.default_rng([3, seed, step])
        drawn.append(sequences(bank, rng.choice(len(bank), BATCH, replace=False), rng))
    inputs, labels = (torch.stack(part) for part in zip(*drawn, strict=True))
    said = networks(inputs)
    losses = cross_entropy(said.flatten(0, 2), labels.flatten(), reduction="none")
    losses = losses.reshape(len(networks.seeds), -1).mean(dim=1)
    networks.step(losses)
    return losses.detach()


def by_instance(networks, bank):
    """Return each network's accuracies at the first, second .. image of a character."""
    inputs, labels = sequences(bank, np.arange(len(bank)), np.random.default_rng(7))
    with torch.no_grad():
        said = networks(inputs.expand(len(networks.seeds), *inputs.shape)).argmax(-1).numpy()
    labels = labels.numpy()
    nth = np.stack([nth_instance(sequence) for sequence in labels])
    return [
        [float((answers == labels)[nth == n].mean()) for n in range(N_INSTANCES)]
        for answers in said
    ]


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
    kinds = ["network", "iterations", "eyes"]
    for (network, iterations, eyes), part in frame.groupby(kinds, sort=False):
        reported = part.loc[part["tasks"] == "report", "rate"]  # others were interrupted
        part = part[part["rate"].isin(reported)]
        if part.empty:
            continue
        at_second = part[(part["tasks"] == "choice") & (part["instance"] == 2)]
        rate = at_second.groupby("rate")["accuracy"].mean().idxmax()
        mine = part[(part["tasks"] == "report") & (part["rate"] == rate)]
        cells = []
        for instance in SHOWN:
            values = 100 * mine.loc[mine["instance"] == instance, "accuracy"]
            error = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else float("nan")
            cells.append(f"{values.mean():.1f} ± {error:.1f}")
        seeds = mine["seed"].nunique()
        minutes = f"{mine['cpu'].iloc[0] / 60:.1f}"
        steps = [f"{int(iterations):,}", f"{int(eyes):,}"]
        lines.append([network, f"{rate:g}", *steps, *cells, seeds, minutes])
    header = [
        "network",
        "step size",
        "iterations",
        "eyes'",
        *map(str, SHOWN),
        "seeds",
        "CPU min a seed",
    ]
    return markdown(header, lines)


if __name__ == "__main__":
    main()
