"""What ingredients bring to the in-context learner, and which order of attention.

Trains one network with everything, and others that each lack an ingredient of the prior or of the
network, all from the same seed and for as many steps; and one whose attention alternates between
columns and rows, for as much processor time. They are judged by tables of the roles learn and
choose, one per group, none of which was trained on; what is reported elsewhere is measured on
others::

    python bench_incontext_ablation.py --tables SHARED/datasets --kind regression --steps 1500

A training that was interrupted goes on from its checkpoint; those that are done are not run again.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from _results import ResultsFile, listed, markdown

from sklearn_meta.fewshot import pretrain
from sklearn_meta.fewshot.incontext._validation_tables import real_splits, validation_scores
from sklearn_meta.fewshot.incontext._weights import load_weights, untrained_weights

SIZES = (50, 200, 1000)
FULL, ALTERNATING, UNTRAINED = "everything", "alternating attention", "no training"
DIRT = ["categorical", "missing", "junk", "duplicates", "outliers"]
VARIANTS = {
    FULL: [],
    "no layered networks": ["--without", "layered"],
    "no growing graphs": ["--without", "graphs"],
    "no trees": ["--without", "trees"],
    "clean numeric columns": ["--without", *DIRT],
    "unpredictable tables kept": ["--without", "filtered"],
    "no smoothers": ["--without", "smoothers"],
    ALTERNATING: ["--order", "alternating", "--cell-width", "64", "--column-layers", "3"],
}
COLUMNS = ("kind", "steps", "seed", "variant", "table", "rows", "score", "cpu", "status")
N_TIMED = 20  # steps by which the time of a step is found out


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", type=Path, help="folder with an index.json")
    parser.add_argument("--kind", choices=("classification", "regression"), default="regression")
    parser.add_argument("--variants", type=listed, default=[UNTRAINED, *VARIANTS])
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path("results/incontext_ablation.csv"))
    parser.add_argument("--summary", action="store_true", help="print the table and stop")
    parser.add_argument("--write", type=Path, help="put the tables into this page as well")
    options = parser.parse_args()
    unknown = sorted(set(options.variants) - {UNTRAINED, *VARIANTS})
    if unknown:
        parser.error(f"unknown variants {unknown}; known are {[UNTRAINED, *VARIANTS]}")
    key = ("kind", "steps", "seed", "variant", "table", "rows")
    results = ResultsFile(options.results, key, COLUMNS)
    if not options.summary:
        if options.tables is None:
            parser.error("--tables is needed to run")
        run_all(options, results)
    text = summary(results.frame())
    print(text)
    if options.write:
        options.write.write_text(page(text))


def run_all(options, results):
    """Train and judge what is not in the results yet."""
    tasks = pretrain.validation_tasks(options.tables, options.kind)
    splits = real_splits(tasks, options.kind, SIZES)
    for variant in options.variants:
        key = (options.kind, str(options.steps), str(options.seed), variant)
        wanted = {(*key, split.name, str(split.n_train)) for split in splits}
        if wanted <= results.done():
            continue
        weights = weights_of(options, variant)
        scores = validation_scores(weights.make_model(), splits)
        row = dict(zip(COLUMNS, key, strict=False)) | {"status": "ok"}
        row["cpu"] = weights.facts.get("processor_seconds", 0)
        for split, score in zip(splits, scores, strict=True):
            results.append(
                row | {"table": split.name, "rows": split.n_train, "score": round(score, 5)}
            )
        print(f"{options.kind}, {variant}: {row['cpu']} s of processor time", flush=True)


def weights_of(options, variant):
    """Return the weights of a variant, trained unless they were before."""
    if variant == UNTRAINED:
        return untrained_weights(options.kind, options.seed)
    steps = options.steps
    if variant == ALTERNATING:
        full = trained(options, FULL, steps).facts
        steps = round(full["processor_seconds"] / seconds_a_step(options, variant))
    return trained(options, variant, steps)


def trained(options, variant, steps):
    """Train a variant, or go on; return its averaged weights."""
    folder = folder_of(options, variant)
    command = [*arguments(options, variant), "--out", str(folder), "--steps", str(steps)]
    if pretrain.main(command) != 0:  # Ctrl-C ends a training in good order
        raise KeyboardInterrupt
    return load_weights(folder / "last.safetensors", options.kind)


def folder_of(options, variant):
    """Return where a variant's checkpoint lies."""
    name = f"{options.kind}-{options.steps}-{options.seed}-{variant.replace(' ', '_')}"
    return options.results.with_suffix("") / name


def arguments(options, variant):
    """Return the options of the training: tables as in the trainings of what ships."""
    sizes = ["--max-columns", "12", "--max-classes", "5", "--min-train-rows", "16"]
    common = ["--kind", options.kind, "--seed", str(options.seed), "--threads", "1"]
    return [*common, *sizes, *VARIANTS[variant]]


def seconds_a_step(options, variant):
    """Return the processor seconds of a step, measured once."""
    path = folder_of(options, variant) / "seconds_a_step.txt"
    if not path.exists():
        wanted = [*arguments(options, variant), "--out", str(path.parent), "--steps", "1000"]
        training = pretrain.make_run(pretrain.make_parser().parse_args(wanted)).training
        training.advance()
        started = time.process_time()
        for _ in range(N_TIMED):
            training.advance()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str((time.process_time() - started) / N_TIMED))
    return float(path.read_text())


def summary(frame):
    """Return a Markdown table: what each variant is behind the network with everything."""
    parts = []
    for (kind, steps, seed), group in frame.groupby(["kind", "steps", "seed"], sort=False):
        scores = group.pivot_table(
            index=["table", "rows"], columns="variant", values="score", sort=False
        ).clip(-1, 1)
        if FULL not in scores:
            parts.append(f"**{kind}**: there is nothing to compare with before {FULL!r} was run.")
            continue
        full = scores[FULL]
        lines = []
        for variant in scores:
            cpu = group.loc[group["variant"] == variant, "cpu"].iloc[0]
            lines.append(
                [
                    variant,
                    f"{cpu / 60:.0f}",
                    *cells(scores[variant], None if variant == FULL else full),
                ]
            )
        header = ["trained with", "CPU min", *(f"{rows} rows" for rows in SIZES)]
        measure = "ROC AUC" if kind == "classification" else "R2"
        counts = ", ".join(str(int((full.index.get_level_values(1) == n).sum())) for n in SIZES)
        told = (
            f"**{kind}**, {steps:,} steps, seed {seed}: {measure} with everything, otherwise the "
            f"difference from it, means over {counts} tables with standard errors"
        )
        missing = [variant for variant in VARIANTS if variant not in scores]
        left = f"\n\nNot run: {', '.join(missing)}." if missing else ""
        parts.append(f"{told}\n\n{markdown(header, lines)}{left}")
    return "\n\n".join(parts)


def cells(scores, full):
    """Return, by rows, the mean difference from `full`; the mean itself where that is None."""
    found = []
    for rows in SIZES:
        mine = scores[scores.index.get_level_values(1) == rows].dropna()
        if full is None:
            found.append(f"{mine.mean():.4f}")
            continue
        difference = mine - full.loc[mine.index]
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        found.append(f"{difference.mean():+.4f} ± {error:.4f}")
    return found


def page(text):
    """Return a page of the documentation around the tables."""
    return (
        "# What brings what to the in-context learner\n\n"
        "Made by `python examples/benchmarks/bench_incontext_ablation.py --tables SHARED/datasets "
        "--kind regression --write docs/benchmarks/incontext_ablation.md`, and with `--kind "
        "classification`. Trained from one seed on synthetic tables alone (the weights that ship: "
        "6,000 steps, then real tables for regression); the alternating network for as much "
        "processor time as the one with everything. Judged in one pass by tables of the roles "
        "learn and choose, one per group (R2 at least -1). Standard errors are over tables; how "
        f"much another seed of the training would change is not in them.\n\n{text}\n"
    )


if __name__ == "__main__":
    main()
