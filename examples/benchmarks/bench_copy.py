"""What a Neural Turing Machine learns to say again, and for how long.

Trains on sequences of 1 to 20 vectors of 8 random bits, one sequence a step, until it has said them
again without error for a while, or 30,000 were seen; then asks for sequences of 20 and of 80::

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
CALM = 6  # looks in a row that find it solved: what holds for 80 vectors settles later
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
    results = ResultsFile(options.results, ("task", "cell", "seed"), COLUMNS)
    for seed in range(0 if options.summary else options.seeds):
        if (options.task, options.cell, str(seed)) not in results.done():
            results.append(run(options, seed))
    text = summary(results.frame())
    print(text)
    if options.write:
        options.write.write_text(page(text))


def page(text):
    """Return a page of the documentation around the table."""
    return (
        "# What a Neural Turing Machine copies\n\n"
        "Made by `python examples/benchmarks/bench_copy.py --seeds 4 --write "
        "docs/benchmarks/copy.md`. One sequence of 1 to 20 vectors a step; *solved after*: "
        "sequences until less than one bit in a thousand of the last 500 was wrong; then wrong "
        "bits of new sequences of 20 and of 80 vectors, which is four times what it was trained "
        "on.\n\n"
        f"{text}\n"
    )


def run(options, seed):
    """Train one network, or go on, and judge it."""
    path = options.results.with_suffix("") / f"{options.task}-{options.cell}-{seed}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    width = WIDTH[options.task]
    model = SequenceModel(make_cell(options.cell, width + 2), width)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-4, momentum=0.9, alpha=0.95)
    seen, errors, spent = load(path, model, optimizer)
    while seen < options.sequences and not calm(errors):
        started = time.process_time()
        errors.append(train(model, optimizer, options.task, seed, seen))
        seen += EVERY
        spent += time.process_time() - started
        told = f"{seen} sequences, {100 * errors[-1]:.2f} % of bits wrong"
        print(f"{options.task}, seed {seed}: {told}", flush=True)
        save(path, model, optimizer, seen, errors, spent)
    first = next((n for n, error in enumerate(errors, start=1) if error < SOLVED), None)
    row = {"task": options.task, "cell": options.cell, "seed": seed, "sequences": seen}
    row |= {"solved": first * EVERY if first else "", "cpu": round(spent, 1), "status": "ok"}
    for length in (MAX_LENGTH, LONG):
        row[f"error_{length}"] = round(judged(model, options.task, length), 6)
    return row


def calm(errors):
    """Tell whether the last looks all found the task solved."""
    return len(errors) >= CALM and max(errors[-CALM:]) < SOLVED


def make_cell(name, n_in):
    """Make the cell of the paper's sizes, or an LSTM of about as many weights."""
    if name == "lstm":
        return MANNCell(n_in, hidden=128, memory_slots=0)
    return NTMCell(n_in, hidden=100, memory_slots=128, memory_width=20)


def drawn(task, rng, n_sequences, length):
    """Draw sequences of a task: inputs and what is to come last."""
    if task == "recall":
        return associative_recall_task(rng, n_sequences, max(2, length // 4))
    repeats = int(rng.integers(2, 6)) if task == "repeat" else 1
    length = max(1, length // repeats)
    return copy_task(rng, n_sequences, length, repeats=repeats)


def train(model, optimizer, task, seed, seen):
    """Take `EVERY` steps of one sequence each; return the share of wrong bits."""
    wrong, bits = 0.0, 0
    for number in range(seen, seen + EVERY):
        rng = np.random.default_rng([seed, number])
        inputs, targets = map(
            torch.as_tensor, drawn(task, rng, 1, int(rng.integers(1, MAX_LENGTH + 1)))
        )
        said = model(inputs)[:, -targets.shape[1] :]
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(said, targets).backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 10.0)
        optimizer.step()
        wrong += float(((said > 0) != (targets > 0.5)).sum())
        bits += targets.numel()
    return wrong / bits


def judged(model, task, length):
    """Return the share of wrong bits in new sequences of one length."""
    inputs, targets = map(
        torch.as_tensor, drawn(task, np.random.default_rng([99, length]), N_TEST, length)
    )
    with torch.no_grad():
        said = model(inputs)[:, -targets.shape[1] :]
    return float(((said > 0) != (targets > 0.5)).float().mean())


def save(path, model, optimizer, seen, errors, spent):
    """Write a checkpoint in one step."""
    part = path.with_suffix(".part")
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save({**state, "seen": seen, "errors": errors, "spent": spent}, part)
    part.replace(path)


def load(path, model, optimizer):
    """Bring model and optimiser to a checkpoint; return (seen, errors, spent)."""
    if not path.exists():
        return 0, [], 0.0
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["seen"], saved["errors"], saved["spent"]


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
