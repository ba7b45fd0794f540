"""Tables of the results of ``bench_tables.py``: quality, experience, overhead, deadline."""

import numpy as np
import pandas as pd
from _costs import deadline, overhead
from _results import markdown

PROJECT, RANDOM, ZERO = "sklearn_meta", "sklearn_meta_random", "constant"
BOOSTED = "sklearn_meta_boost"


def normalised(scores, constant):
    """Put scores on a scale where the constant prediction is 0 and the best system is 1.

    Parameters
    ----------
    scores : array-like of shape (n_systems,)
        Greater is better; NaN for what is missing.
    constant : float
        Score of the constant prediction.

    Returns
    -------
    ndarray of shape (n_systems,)
        From -1 (as far or farther below the constant as the best is above) to 1; where no system
        beats the constant, 0 for what is as good and -1 for what is worse.
    """
    scores = np.asarray(scores, dtype=float)
    if np.isnan(constant) or np.isnan(scores).all():
        return np.full(len(scores), np.nan)
    span = np.nanmax(scores) - constant
    if span <= 0:
        return np.where(np.isnan(scores), np.nan, np.where(scores >= constant, 0.0, -1.0))
    return np.clip((scores - constant) / span, -1.0, 1.0)


def mean_ranks(scores):
    """Rank systems on each table, the best is 1, equals share the mean of their ranks.

    Parameters
    ----------
    scores : DataFrame of shape (n_tables, n_systems)
        Greater is better.

    Returns
    -------
    mean, error : Series of shape (n_systems,)
        Mean rank, and its standard error over the tables.
    """
    ranks = scores.rank(axis=1, ascending=False, method="average")
    return ranks.mean(), ranks.apply(standard_error)


def standard_error(values):
    """Return the standard error of a mean; NaN for fewer than two values."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def ahead(first, second):
    """Tell where scores are greater (1), smaller (-1) or the same up to rounding (0)."""
    return np.sign(first - second).where(~np.isclose(first, second, rtol=1e-6, atol=0), 0)


def compared(frame, budget, systems=()):
    """Rows of one budget and of what takes none, with comparable scores.

    Parameters
    ----------
    frame : DataFrame
        All rows.
    budget : int
        Seconds.
    systems : collection of str, default=()
        Only these, and the constant; empty for all.

    Returns
    -------
    DataFrame
        With ``used`` (the score; where a run failed, that of the constant prediction, as in the
        AutoML Benchmark, or NaN without one) and ``normalised``.
    """
    rows = frame[frame["budget"].isin([0, budget])].copy()
    if systems:
        rows = rows[rows["system"].isin([*systems, ZERO])]
    parts = []
    for _, part in rows.groupby(["table", "seed"], sort=False):
        zero = part.loc[part["system"] == ZERO, "score"]
        constant = float(zero.iloc[0]) if len(zero) else np.nan
        used = part["score"].where(part["status"] == "ok", constant).astype(float)
        parts.append(part.assign(used=used, normalised=normalised(used, constant)))
    return pd.concat(parts) if parts else rows.assign(used=np.nan, normalised=np.nan)


def by_run(rows, values):
    """Table with a row for each (table, seed) and a column for each system."""
    return rows.pivot_table(index=["table", "seed"], columns="system", values=values, dropna=False)


def show(mean, error=np.nan, digits=3):
    """Write a mean with its standard error, if there is one."""
    if np.isnan(mean):
        return "-"
    return f"{mean:.{digits}f}" + ("" if np.isnan(error) else f" ± {error:.{digits}f}")


# Quality


def quality(rows):
    """Say which systems are better: ranks and shares over all tables, then table by table."""
    scores = by_run(rows, "used").dropna()
    shares = by_run(rows, "normalised").reindex(scores.index)
    tables = scores.groupby("table").mean()
    if not len(tables):
        return "No table has results of all systems yet; name fewer with --systems."
    groups = rows.drop_duplicates("table").set_index("table")["group"].reindex(tables.index)
    failed = rows[rows["status"] != "ok"].groupby("system").size()
    return "\n\n".join(
        [
            f"{len(tables)} of {rows['table'].nunique()} tables ({groups.nunique()} groups of "
            "related ones) have results of all systems. Means over tables ± standard errors. A "
            "failed run counts as the constant prediction.",
            _ranking(tables, shares.groupby("table").mean(), failed),
            _behind(tables),
            "Normalised scores (0 constant, 1 the best here, bounded at -1), mean over seeds ± "
            "standard error:",
            _each(shares, lambda mean, error: show(mean, error)),
            "Scores (ROC AUC, - log loss, - RMSE), mean over seeds ± standard error:",
            _each(scores, lambda mean, error: _plain(mean, error)),
        ]
    )


def _focus(systems):
    """Choose the variant of the project to compare the others with; None if there is none."""
    return next((name for name in (PROJECT, BOOSTED) if name in systems), None)


def _ranking(tables, shares, failed):
    ranks, errors = mean_ranks(tables)
    focus = _focus(tables)
    lines = []
    for system in ranks.sort_values().index:
        versus = ahead(tables[focus], tables[system]) if focus else []
        lines.append(
            [
                f"`{system}`",
                show(ranks[system], errors[system], 2),
                show(shares[system].mean(), standard_error(shares[system])),
                " / ".join(str(int(np.sum(versus == sign))) for sign in (1, -1, 0)),
                int(failed.get(system, 0)),
            ]
        )
    header = ["system", "mean rank", "normalised score"]
    versus = f"`{focus or PROJECT}` is better / worse / equal"
    return markdown([*header, versus, "failed runs"], lines)


def _behind(means):
    """List the tables on which the project is behind, system by system."""
    lines = []
    focus = _focus(means)
    for system in means.columns.drop(focus) if focus else []:
        gain = (means[focus] - means[system]).sort_values()
        lost = gain[ahead(means[focus], means[system])[gain.index] < 0]
        told = ", ".join(f"{table} ({value:.3g})" for table, value in lost.items())
        lines.append(f"- behind `{system}` on {len(lost)} of {len(gain)}: {told or '-'}")
    return "\n".join(lines)


def _each(values, write):
    means = values.groupby("table").mean()
    errors = values.groupby("table").agg(standard_error)
    lines = []
    for table, row in means.iterrows():
        cells = [
            f"**{write(mean, error)}**" if mean == row.max() else write(mean, error)
            for mean, error in zip(row, errors.loc[table], strict=True)
        ]
        lines.append([table, *cells])
    return markdown(["table", *means.columns], lines)


def _plain(mean, error):
    return f"{mean:.4g}" + ("" if np.isnan(error) else f" ± {error:.2g}")


# Experience


def paired(rows, first=PROJECT, second=RANDOM):
    """Compare two systems table by table, seed by seed.

    Parameters
    ----------
    rows : DataFrame
        As `compared` makes them.
    first, second : str
        The systems.

    Returns
    -------
    DataFrame
        A row a table: mean normalised scores of both, ``difference``, its standard ``error`` paired
        over seeds, ``seeds``, and ``verdict``: win, loss or tie, or "loss beyond two errors".
    """
    runs = by_run(rows, "normalised").reindex(columns=[first, second]).dropna()
    lines = []
    for table, part in runs.groupby("table"):
        gain = part[first] - part[second]
        mean, error = gain.mean(), standard_error(gain)
        verdict = "tie" if abs(mean) < 1e-6 else "win" if mean > 0 else "loss"
        if mean < -2 * error and verdict == "loss":
            verdict = "loss beyond two errors"
        lines.append([table, *part.mean(), mean, error, len(part), verdict])
    names = ["table", first, second, "difference", "error", "seeds", "verdict"]
    return pd.DataFrame(lines, columns=names).sort_values("difference")


def experience(rows):
    """Say what advice and experience are worth: the project against its random twin."""
    pairs = paired(rows)
    if not len(pairs):
        return f"No table has results of both `{PROJECT}` and `{RANDOM}` yet."
    verdicts, gain = pairs["verdict"], pairs["difference"]
    losses = verdicts.str.startswith("loss")
    share = [f"{100 * chosen.mean():.0f} %" for chosen in (verdicts == "win", losses)]
    lines = [
        [
            pair["table"],
            *(show(pair[name]) for name in (PROJECT, RANDOM)),
            show(pair["difference"], pair["error"]),
            pair["seeds"],
            pair["verdict"],
        ]
        for pair in pairs.to_dict("records")
    ]
    header = ["table", f"`{PROJECT}`", f"`{RANDOM}`", "difference", "seeds", "verdict"]
    return "\n\n".join(
        [
            f"{len(pairs)} tables: win {share[0]}, loss {share[1]}, tie "
            f"{100 * (verdicts == 'tie').mean():.0f} %, loss beyond two standard errors "
            f"{int((verdicts == 'loss beyond two errors').sum())}. Mean difference of the "
            f"normalised score {show(gain.mean(), standard_error(gain))} (over tables).",
            markdown(header, lines),
        ]
    )


def summary(frame, systems=()):
    """Return all tables of a results file as Markdown."""
    if systems:
        frame = frame[frame["system"].isin([*systems, ZERO])]
    parts = []
    for budget in sorted(set(frame["budget"]) - {0}):
        rows = compared(frame, budget, systems)
        parts += [f"## Quality, {budget} s", quality(rows)]
        parts += [f"## What experience is worth, {budget} s", experience(rows)]
    parts += ["## Overhead", overhead(frame), "## Deadline", deadline(frame)]
    return "\n\n".join(parts)
