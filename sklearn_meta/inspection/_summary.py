"""The facts of a finished search, apart from how they are shown."""

from collections import Counter
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SearchSummary:
    """What was tried, what won, who advised, where the time went.

    Attributes
    ----------
    score : float
        Validation score of the ensemble.
    best : dict
        Record of the best trial.
    scoring : str
        What was searched for.
    n_trials : int
        Trials in all.
    statuses : dict of str to int
        How many trials ended how.
    families : list of tuple (str, int, float)
        Family, trials, best score of those that ran to their end (None if none did); the best
        first.
    members : list of tuple (int, str, float)
        Trial, family and weight of the ensemble's members; the heaviest first.
    similar : list of dict
        Earlier tasks that advised, nearest first.
    excluded : dict of str to str
        Earlier tasks left out, and why: "shared rows" or "nearly equal meta-features".
    skipped : list of str
        What of the advice there was no time for.
    recorded : dict or None
        Where the search was recorded to: ``where``, ``task``, ``evaluations``, ``error``.
    interrupted : bool
        Whether Ctrl-C ended the search.
    advised_share : float
        Share of the trials that earlier tasks advised.
    seconds : dict of str to float
        Wall clock by phase.
    trial_seconds : float
        Seconds of all trials together.
    """

    score: float
    best: dict
    scoring: str
    n_trials: int
    statuses: dict
    families: list
    members: list
    similar: list
    excluded: dict
    skipped: list
    recorded: dict | None
    interrupted: bool
    advised_share: float
    seconds: dict
    trial_seconds: float


_WHY = {
    "shared rows": "since they share rows with this table",
    "nearly equal meta-features": "since they look like a copy or a part of this table",
}


def reasons_left_out(excluded):
    """Return pairs of a reason, as reports put it, and the names of the tasks left out for it.

    Parameters
    ----------
    excluded : dict of str to str
        Names and signs.

    Returns
    -------
    list of tuple (str, list of str)
    """
    names = {}
    for name, sign in excluded.items():
        names.setdefault(_WHY.get(sign, sign), []).append(name)
    return list(names.items())


def without(skipped):
    """Return a sentence on what of the advice there was no time for, "" if nothing.

    Parameters
    ----------
    skipped : list of str
        The estimator's `skipped_`.

    Returns
    -------
    str
    """
    return f"no time, on a machine this busy, for: {', '.join(skipped)}" if skipped else ""


def recorded_where(recorded):
    """Return a sentence on where a search was recorded to, "" if nowhere.

    Parameters
    ----------
    recorded : dict or None
        The estimator's `recorded_`.

    Returns
    -------
    str
    """
    if recorded is None:
        return ""
    if recorded["error"]:
        return f"not recorded to {recorded['where']}: {recorded['error']}"
    return f"recorded to {recorded['where']}: {recorded['evaluations']} evaluations"


def summarise(estimator, n_similar=5):
    """Collect the facts of a fitted AutoML estimator.

    Parameters
    ----------
    estimator : MetaAutoClassifier or MetaAutoRegressor
        Fitted.
    n_similar : int, default=5
        Earlier tasks to name at most.

    Returns
    -------
    SearchSummary
    """
    trials = estimator.trials_
    finished = [trial for trial in trials if np.isfinite(trial["score"])]
    counts = Counter(trial["family"] for trial in trials)
    by_number = {trial["trial"]: trial for trial in trials}
    members = sorted(estimator.members_, key=lambda member: -member.weight)
    same = [t for t in finished if t["configuration"] == estimator.best_configuration_]
    return SearchSummary(
        score=estimator.score_,
        best=max(same, key=lambda trial: trial["score"]),
        scoring=estimator.scoring_,
        n_trials=len(trials),
        statuses=dict(Counter(trial["status"] for trial in trials)),
        families=[(family, counts[family], score) for family, score in _rank_families(finished)],
        members=[(m.trial, by_number[m.trial]["family"], m.weight) for m in members],
        similar=estimator.similar_tasks_[:n_similar],
        excluded=estimator.excluded_because_,
        skipped=estimator.skipped_,
        recorded=estimator.recorded_,
        interrupted=bool(estimator.interrupted_),
        advised_share=float(np.mean([trial["advised"] for trial in trials])),
        seconds=dict(estimator.seconds_),
        trial_seconds=float(sum(trial["seconds"] for trial in trials)),
    )


def _rank_families(finished):
    """Return the best score of each family, the best first; None where no trial ran to its end.

    What was stopped early for trailing was scored on other folds: its score is not comparable.
    """
    best = {trial["family"]: None for trial in finished}
    for trial in finished:
        if trial["status"] == "ok":
            known = best[trial["family"]]
            best[trial["family"]] = max(trial["score"], -np.inf if known is None else known)
    return sorted(best.items(), key=lambda item: np.inf if item[1] is None else -item[1])


def best_score(score):
    """Write the best score of a family, a dash where none of its trials ran to the end."""
    return "-" if score is None else f"{score:.5g}"
