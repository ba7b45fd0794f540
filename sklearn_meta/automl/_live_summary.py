"""Wins, losses and the time to reach another advisor's score, from live runs."""

import numpy as np

_TIE = 1e-6
_BAD_LOSS = 0.01


def compare_live(runs, reference="random", *, time_budget=None, per_table=False):
    """Compare each advisor's live searches with those of a reference.

    Parameters
    ----------
    runs : DataFrame
        What `validate_live` returned.
    reference : str, default="random"
        Name of the advisor to compare with.
    time_budget : float or None, default=None
        The reference's seconds; None takes those of each run it is compared with, and where it has
        no such run, its longest.
    per_table : bool, default=False
        Whether to return each table's figures instead of a summary.

    Returns
    -------
    DataFrame
        A row for each other advisor and budget: ``tables``; ``wins``, ``losses`` and ``ties`` (of
        the mean over seeds of the test score); ``bad_losses``, those beyond two standard errors and
        by more than a hundredth; ``gain`` and ``gain_error``, mean and standard error over tables
        of the difference of test scores as a share of what the better one is above a constant
        prediction; ``reached``, the share of runs that reached the reference's last best validation
        score; ``seconds_to_reach`` and ``share_of_time``, the median time until then and its share
        of the time that the reference took itself (runs that did not reach it count as endless).
        With `per_table`, a row for each table too.

    Raises
    ------
    ValueError
        If the reference has no runs that ended well, or none beside another advisor's.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta.automl import compare_live
    >>> facts = {"table": "a", "group": "a", "time_budget": 10.0, "seed": 0, "status": "ok"}
    >>> facts |= {"constant_score": 0.5}
    >>> warm = facts | {"advisor": "warm", "test_score": 0.9, "curve": [[1.0, 0.8], [2.0, 0.9]]}
    >>> cold = facts | {"advisor": "cold", "test_score": 0.8, "curve": [[1.0, 0.7], [8.0, 0.8]]}
    >>> found = compare_live(pd.DataFrame([warm, cold]), "cold")
    >>> found[["wins", "seconds_to_reach", "share_of_time"]].values.tolist()
    [[1.0, 1.0, 0.125]]
    """
    import pandas as pd

    if not len(runs):
        raise ValueError("There are no runs to compare.")
    ended = runs[runs["status"] == "ok"]
    base = ended[ended["advisor"] == reference]
    if not len(base):
        raise ValueError(
            f"No run of {reference!r} ended well; there are runs of {sorted(set(runs['advisor']))}."
        )
    pairs = _pairs(ended[ended["advisor"] != reference], base, time_budget)
    if not pairs:
        seconds = "" if time_budget is None else f" of {time_budget:g} s"
        raise ValueError(f"No run that ended well has one of {reference!r}{seconds} beside it.")
    tables = _by_table(pd.DataFrame(pairs))
    return tables if per_table else _summary(tables)


def _pairs(others, base, time_budget):
    """Set each run beside the reference's run of the same table and seed."""
    rows = []
    known = {key: part for key, part in base.groupby(["table", "seed"])}
    for run in others.to_dict("records"):
        part = known.get((run["table"], run["seed"]))
        if part is None:
            continue
        wanted = run["time_budget"] if time_budget is None else time_budget
        same = part[part["time_budget"] == wanted]
        if time_budget is not None and not len(same):
            continue
        other = (same if len(same) else part.nlargest(1, "time_budget")).iloc[0]
        rows.append(_pair(run, other))
    return rows


def _pair(run, other):
    """Compare two runs."""
    best = max(run["test_score"], other["test_score"])
    above = max(best - run["constant_score"], 1e-12)
    own, target = run["curve"], other["curve"]
    goal = target[-1][1] if target else np.inf
    reached = [seconds for seconds, score in own if score >= goal]
    return {
        "advisor": run["advisor"],
        "time_budget": run["time_budget"],
        "reference_budget": other["time_budget"],
        "table": run["table"],
        "gain": float(np.clip((run["test_score"] - other["test_score"]) / above, -1.0, 1.0)),
        "seconds_to_reach": reached[0] if reached else np.inf,
        "share_of_time": reached[0] / max(target[-1][0], 1e-9) if reached else np.inf,
    }


_KEYS = ["advisor", "time_budget", "reference_budget"]


def _by_table(pairs):
    """Average the seeds of each table, with standard errors."""
    tables = pairs.groupby([*_KEYS, "table"], sort=False).agg(
        gain=("gain", "mean"),
        gain_error=("gain", lambda gain: gain.std(ddof=1) / np.sqrt(len(gain))),
        seeds=("gain", "size"),
        reached=("seconds_to_reach", lambda seconds: float(np.isfinite(seconds).mean())),
        seconds_to_reach=("seconds_to_reach", "median"),
        share_of_time=("share_of_time", "median"),
    )
    return tables.reset_index()


def _summary(tables):
    """Count wins and losses, and average over tables."""
    gain, error = tables["gain"], tables["gain_error"].fillna(np.inf)
    counted = tables.assign(
        wins=gain > _TIE,
        losses=gain < -_TIE,
        ties=gain.abs() <= _TIE,
        bad_losses=(gain < -2 * error) & (gain < -_BAD_LOSS),
    )
    found = counted.groupby(_KEYS, sort=False).agg(
        tables=("gain", "size"),
        **{name: (name, "sum") for name in ("wins", "losses", "ties", "bad_losses")},
        mean_gain=("gain", "mean"),
        gain_error=("gain", lambda gain: gain.std(ddof=1) / np.sqrt(len(gain))),
        reached=("reached", "mean"),
        seconds_to_reach=("seconds_to_reach", "median"),
        share_of_time=("share_of_time", "median"),
    )
    return found.rename(columns={"mean_gain": "gain"}).reset_index()
