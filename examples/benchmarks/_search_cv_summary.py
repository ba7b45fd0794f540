"""Tables of the results of ``bench_search_cv.py``."""

from _results import markdown
from _summary import ahead, show, standard_error

OURS = "meta"
MEASURES = {"test_score": "held-out rows", "cv_score": "best score over the folds"}
#: Its best score is that of the last iteration, on rows that it drew itself.
OTHER_FOLDS = "halving"


def relative(frame, measure):
    """Put scores on a scale that tables share.

    Parameters
    ----------
    frame : DataFrame
        All rows.
    measure : str
        Column of the scores.

    Returns
    -------
    scores, percent : DataFrame
        A row for each (model, table, seed) that all systems have done, a column for each system:
        the score; and that less the score of `OURS`, in percent of the size of the latter.
    """
    frame = frame[frame["status"] == "ok"]
    if measure == "cv_score":
        frame = frame[frame["system"] != OTHER_FOLDS]
    scores = frame.pivot_table(index=["model", "table", "seed"], columns="system", values=measure)
    scores = scores.dropna()
    size = scores[OURS].abs().clip(lower=1e-9)
    return scores, 100 * scores.sub(scores[OURS], axis=0).div(size, axis=0)


def versus(frame, measure):
    """Compare `OURS` with each other search, model by model."""
    scores, percent = relative(frame, measure)
    lines = []
    for model in [*dict.fromkeys(frame["model"]), "all"]:
        part = scores if model == "all" else scores[scores.index.get_level_values(0) == model]
        lead = -percent.reindex(part.index)
        for other in part.columns.drop(OURS):
            by_table = lead[other].groupby(["model", "table"]).mean()
            signs = ahead(part[OURS].groupby(["model", "table"]).mean(), _mean(part[other]))
            lines.append(
                [
                    model,
                    other,
                    len(by_table),
                    show(by_table.mean(), standard_error(by_table), 2),
                    show(by_table.median(), digits=2),
                    f"{(signs > 0).sum()} / {(signs == 0).sum()} / {(signs < 0).sum()}",
                ]
            )
    head = ["model", "against", "cases", "mean lead, %", "median lead, %"]
    return markdown([*head, "won / even / lost"], lines)


def _mean(scores):
    return scores.groupby(["model", "table"]).mean()


def losses(frame, measure):
    """List each case that `OURS` lost, the worst first, with the standard error over seeds."""
    _, percent = relative(frame, measure)
    lines = []
    for other in percent.columns.drop(OURS):
        for case, lead in (-percent[other]).groupby(["model", "table"]):
            if lead.mean() < 0:
                lines.append((lead.mean(), [*case, other, show(lead.mean(), standard_error(lead))]))
    ordered = [cells for _, cells in sorted(lines, key=lambda line: line[0])]
    return markdown(["model", "table", "against", "lead, %"], ordered)


def over_default(frame):
    """Compare each search's refitted best with the model as it stood, on held-out rows."""
    frame = frame[frame["status"] == "ok"]
    size = frame["default_score"].abs().clip(lower=1e-9)
    lead = 100 * (frame["test_score"] - frame["default_score"]) / size
    by_table = lead.groupby([frame[name] for name in ("model", "system", "table")], sort=False)
    lines = []
    for (model, system), leads in by_table.mean().groupby(level=[0, 1], sort=False):
        lines.append(
            [
                model,
                system,
                show(leads.mean(), standard_error(leads), 2),
                show(leads.median(), digits=2),
                f"{(leads > 0).sum()} / {(leads < 0).sum()}",
            ]
        )
    return markdown(["model", "search", "mean lead, %", "median lead, %", "won / lost"], lines)


def without_scores(frame):
    """Name the tables on which a search had no score to choose by."""
    lost = frame[(frame["status"] == "ok") & frame["cv_score"].isna()]
    return "".join(
        f" On {', '.join(dict.fromkeys(part['table']))} the scores of `{system}` were NaN."
        for system, part in lost.groupby("system")
    )


def seconds(frame):
    """Processor seconds of the searches."""
    lines = [
        [model, system, f"{part['cpu_seconds'].mean():.1f}", f"{part['n_candidates'].mean():.1f}"]
        for (model, system), part in frame.groupby(["model", "system"], sort=False)
    ]
    return markdown(["model", "search", "processor seconds", "candidates"], lines)


def report(frame):
    """Write the page.

    Parameters
    ----------
    frame : DataFrame
        All rows.

    Returns
    -------
    str
        Markdown.
    """
    n_seeds, n_tables = frame["seed"].nunique(), frame["table"].nunique()
    n_iter, folds = frame["n_iter"].iloc[0], frame["folds"].iloc[0]
    failed = frame[frame["status"] != "ok"]
    cold = " `meta_cold` is `MetaSearchCV` without experience."
    cold = cold if "meta_cold" in set(frame["system"]) else ""
    parts = [
        "# MetaSearchCV against scikit-learn's searches",
        f"{n_tables} tables, {frame['model'].nunique()} models, {n_seeds} seed(s), {n_iter} "
        f"candidates on {folds} folds each ({n_iter * folds} fits), the same folds and ranges. A "
        "lead is how much better the score is, in percent of its size (ROC AUC, negative log loss, "
        "negative root mean squared error); mean ± standard error over tables, each a mean over "
        "seeds. The best score over the folds of `halving` is left out, for it is one on rows that "
        "it drew itself." + cold + without_scores(frame),
        "```bash\npython examples/benchmarks/bench_search_cv.py run --tables SHARED/datasets "
        "--results search_cv.csv\npython examples/benchmarks/bench_search_cv.py summarise "
        "--results search_cv.csv --out docs/benchmarks/search_cv.md\n```",
    ]
    for measure, title in MEASURES.items():
        parts += [f"## By {title}", versus(frame, measure)]
    parts += ["## Against the model as it stood, on held-out rows", over_default(frame)]
    parts += ["## All losses on held-out rows", losses(frame, "test_score")]
    parts += ["## All losses by the best score over the folds", losses(frame, "cv_score")]
    parts += ["## What the searches cost", seconds(frame)]
    n_failed = len(failed)
    parts.append(f"Runs that failed: {n_failed}" + ("." if not n_failed else ":"))
    if n_failed:
        columns = ["table", "model", "system", "seed", "error"]
        parts.append(markdown(columns, failed[columns].to_numpy().tolist()))
    return "\n\n".join(parts)
