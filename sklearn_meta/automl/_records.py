"""Trials as plain records, and the leaderboard made of them."""

import numpy as np

#: Origins that mean: earlier tasks spoke for this configuration.
ADVISED = ("experience",)


def trial_records(trials, members, reasons):
    """Turn trials into plain dictionaries, which every format can store.

    Parameters
    ----------
    trials : list of Trial
        All trials, by number.
    members : list of Member
        The ensemble.
    reasons : dict of int to (proposal, explanation)
        What was expected of the trials that an advisor proposed, by their numbers.

    Returns
    -------
    list of dict
    """
    weights = {member.trial: member.weight for member in members}
    return [_record(trial, weights, reasons) for trial in trials]


def _record(trial, weights, reasons):
    order = trial.order
    proposal, _ = reasons.get(order.number, (None, None))
    return {
        "trial": order.number,
        "family": order.configuration["family"],
        "score": trial.score,
        "fold_scores": [float(fold.score) for fold in trial.folds],
        "seconds": float(trial.seconds),
        "ended": float(trial.ended),
        "fit_seconds": float(sum(fold.fit_seconds for fold in trial.folds)),
        "fold_seconds": float(trial.fold_seconds),
        "predicted_score": _number(getattr(proposal, "predicted_score", None)),
        "predicted_seconds": _number(order.predicted_seconds),
        "advised": order.origin in ADVISED,
        "origin": order.origin,
        "weight": float(weights.get(order.number, 0.0)),
        "rows": max((fold.rows_used for fold in trial.folds), default=0),
        "status": trial.status,
        "reason": trial.reason,
        "configuration": dict(order.configuration),
    }


def _number(value):
    """Return a number, NaN for None."""
    return float("nan") if value is None else float(value)


def leaderboard_frame(records):
    """Return the leaderboard: finished trials by score, then those that did not finish.

    Parameters
    ----------
    records : list of dict
        As `trial_records` makes them.

    Returns
    -------
    DataFrame
        A row a trial, indexed 0, 1, ...; `rank` counts from 1 and is missing for failed trials.
    """
    import pandas as pd

    def place(record):
        finished = record["status"] == "ok"
        score = record["score"] if np.isfinite(record["score"]) else -np.inf
        return (not finished, -score, record["trial"])

    ordered = sorted(records, key=place)
    frame = pd.DataFrame(ordered)
    finished = int((frame["status"] == "ok").sum())
    ranks = [*range(1, finished + 1), *[None] * (len(frame) - finished)]
    frame.insert(0, "rank", pd.array(ranks, dtype="Int64"))
    first = ["rank", "trial", "family", "score", "seconds", "advised", "weight"]
    return frame[[*first, *[name for name in frame if name not in first]]]
