"""What a Neural Turing Machine learns to say again, and for how long.

Trains on 30,000 sequences of 1 to 20 vectors of 8 random bits, one sequence a step; then asks for
sequences of 20 and of 80. The seeds' networks are trained side by side; their sequences differ, but
are as long as each other's. A network that has solved the task takes smaller and smaller steps: at
full steps some fell back again and again, and did not come to say longer sequences than they had
seen::

    python bench_copy.py --seeds 4
    python bench_copy.py --task repeat --seeds 4

An interrupted training goes on from its checkpoint; runs that are done are not run again.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from _results import ResultsFile, markdown
from _side_by_side import SideBySide
from torch.nn.functional import binary_cross_entropy_with_logits

from sklearn_meta.fewshot import (
    MANNCell,
    NTMCell,
    SequenceModel,
    associative_recall_task,
    copy_task,
)

COLUMNS = ("task", "cell", "seed", "sequences", "solved", "error_20", "error_80", "cpu", "status")
MAX_LENGTH, LONG = 20, 80
WIDTH = {"copy": 8, "repeat": 8, "recall": 6}
EVERY = 500  # sequences between looks
SOLVED = 1e-3  # share of wrong bits of the last `EVERY` sequences
FALL = 0.9  # of a network's step size at every look after it first solved the task
N_TEST = 20


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=sorted(WIDTH), default="copy")
    parser.add_argument("--cell", choices=("ntm", "lstm"), default="ntm")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--sequences", type=int, default=30_000)
    parser.add_argument("--results", type=Path, default=Path("results/copy.csv"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="print the table and stop")
    parser.add_argument("--write", type=Path, help="put the table into this page as well")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = ResultsFile(options.results, ("task", "cell", "seed", "sequences"), COLUMNS)
    seeds = list(range(options.seeds))
    wanted = {(options.task, options.cell, str(seed), str(options.sequences)) for seed in seeds}
    if not options.summary and not wanted <= results.done():
        for row in run(options, seeds):  # those that are known are side by side with the others
            results.append(row)
    text = summary(results.frame())
    print(text)
    if options.write:
        options.write.write_text(page(text))


def page(text):
    """Return a page of the documentation around the table."""
    return (
        "# What a Neural Turing Machine copies\n\n"
        "Made by `python examples/benchmarks/bench_copy.py --seeds 4 --write "
        "docs/benchmarks/copy.md`. One sequence of 1 to 20 vectors a step, all seeds side by side; "
        "*solved after*: "
        "sequences until less than one bit in a thousand of the last 500 was wrong; then wrong "
        "bits of new sequences of 20 and of 80 vectors, which is four times what it was trained "
        f"on. From *solved after* on a network's step size falls by {1 - FALL:.0%} every {EVERY} "
        "sequences. *CPU min*: a seed's equal share.\n\n"
        f"{text}\n"
    )


def side_by_side(task, cell, seeds):
    """Return untrained networks for a task.

    The floor under the root mean square holds a network back that errs rarely: by a mean square
    of nearly nothing, the next error would move it far.
    """
    return SideBySide(
        lambda: SequenceModel(make_cell(cell, WIDTH[task] + 2), WIDTH[task]),
        seeds,
        lambda weights: torch.optim.RMSprop(weights, lr=1e-4, momentum=0.9, alpha=0.95, eps=1e-5),
    )


def run(options, seeds):
    """Train the seeds' networks, or go on, and judge them."""
    names = "-".join(map(str, [options.task, options.cell, *seeds]))
    path = options.results.with_suffix("") / f"{names}.pt"
    networks = side_by_side(options.task, options.cell, seeds)
    begun = networks.load(path, seen=0, errors=[], spent=0.0)
    seen, errors, spent = begun["seen"], begun["errors"], begun["spent"]
    if seen > options.sequences:
        raise ValueError(
            f"{path} has learned from {seen} sequences, more than {options.sequences}. Name "
            "another file for the results."
        )
    while seen < options.sequences:
        started = time.process_time()
        errors.append(train(networks, options.task, seen, paces(errors, len(seeds))))
        seen += EVERY
        spent += time.process_time() - started
        told = " ".join(f"{100 * error:.2f}" for error in errors[-1])
        print(f"{options.task}: {seen} sequences, {told} % of bits wrong", flush=True)
        networks.save(path, seen=seen, errors=errors, spent=spent)
    wrong = {length: judged(networks, options.task, length) for length in (MAX_LENGTH, LONG)}
    for place, seed in enumerate(seeds):
        looks = [error[place] for error in errors]
        first = next((n for n, error in enumerate(looks, start=1) if error < SOLVED), None)
        row = {"task": options.task, "cell": options.cell, "seed": seed, "sequences": seen}
        row |= {"solved": first * EVERY if first else "", "status": "ok"}
        row |= {f"error_{length}": round(wrong[length][place], 6) for length in wrong}
        yield row | {"cpu": round(spent / len(seeds), 1)}


def paces(errors, n_networks):
    """Return what share of the step size each network still takes.

    Examples
    --------
    >>> paces([[0.3, 0.0], [0.0, 0.2]], 2)
    [0.9, 0.81]
    """
    solved = np.minimum.accumulate(np.reshape(errors, (-1, n_networks))) < SOLVED
    return (FALL ** solved.sum(axis=0)).tolist()


def make_cell(name, n_in):
    """Make the cell of the paper's sizes, or an LSTM of about as many weights."""
    if name == "lstm":
        return MANNCell(n_in, hidden=128, memory_slots=0)
    return NTMCell(n_in, hidden=100, memory_slots=128, memory_width=20)


def drawn(task, rng, n_sequences, length, repeats):
    """Draw sequences of a task: inputs and what is to come last.

    `repeats` counts for repeat copy alone; `length` is that of all repeats together.
    """
    if task == "recall":
        return associative_recall_task(rng, n_sequences, max(2, length // 4))
    repeats = repeats if task == "repeat" else 1
    length = max(1, length // repeats)
    return copy_task(rng, n_sequences, length, repeats=repeats)


def train(networks, task, seen, paces):
    """Take `EVERY` steps of one sequence each; return each network's share of wrong bits."""
    steps = [train_step(networks, task, number, paces) for number in range(seen, seen + EVERY)]
    wrong, bits = zip(*steps, strict=True)
    return (sum(wrong) / sum(bits)).tolist()


def train_step(networks, task, number, paces):
    """Take a step; return how many bits each network had wrong, and of how many."""
    inputs, targets = step_data(task, networks.seeds, number)
    said = networks(inputs)[:, :, -targets.shape[2] :]
    losses = binary_cross_entropy_with_logits(said, targets, reduction="none")
    networks.step(losses.flatten(1).mean(dim=1), paces)
    return ((said > 0) != (targets > 0.5)).flatten(1).sum(dim=1), targets[0].numel()


def step_data(task, seeds, number):
    """Return a sequence for each network: (n_seeds, 1, n_steps, width) twice."""
    length = int(np.random.default_rng([number]).integers(1, MAX_LENGTH + 1))
    drawings = [
        drawn(task, np.random.default_rng([seed, number]), 1, length, 2 + number % 4)
        for seed in seeds
    ]
    return tuple(torch.as_tensor(np.stack(part)) for part in zip(*drawings, strict=True))


def judged(networks, task, length):
    """Return each network's share of wrong bits in new sequences of one length."""
    wrong, bits = 0.0, 0
    for repeats in (2, 3, 4, 5) if task == "repeat" else (1,):
        rng = np.random.default_rng([99, length, repeats])
        inputs, targets = map(torch.as_tensor, drawn(task, rng, N_TEST, length, repeats))
        with torch.no_grad():
            said = networks(inputs.expand(len(networks.seeds), *inputs.shape))
        said = said[:, :, -targets.shape[1] :]
        wrong = wrong + ((said > 0) != (targets > 0.5)).flatten(1).sum(dim=1)
        bits += targets.numel()
    return (wrong / bits).tolist()


def summary(frame):
    """Return a Markdown table, one row per run."""
    lines = [
        [
            row.task,
            row.cell,
            row.seed,
            f"{row.sequences:,}",
            "no" if np.isnan(row.solved) else f"{row.solved:,.0f}",
        ]
        + [f"{100 * row.error_20:.2f}", f"{100 * row.error_80:.2f}", f"{row.cpu / 60:.1f}"]
        for row in frame.assign(solved=frame["solved"].astype(float)).itertuples()
    ]
    header = ["task", "cell", "seed", "sequences", "solved after", "% wrong at 20", "% wrong at 80"]
    return markdown([*header, "CPU min"], lines)


if __name__ == "__main__":
    main()
