"""Explanations of a search's trials, packed into arrays that every format can store."""

import numpy as np

from sklearn_meta.advisors import Explanation
from sklearn_meta.spaces import configuration_key

MOST_PARTS = 10  # tasks, and results, that are kept of each explanation; the others are summed up
_FACTS = ("predicted_score", "standard_deviation", "predicted_seconds", "level")
_OTHERS = "others"


def pack_reasons(reasons, records, metric):
    """Pack the explanations of all trials.

    Parameters
    ----------
    reasons : dict of int to (proposal, explanation)
        By the trial's number; an explanation may be None.
    records : list of dict
        The trials, as `trial_records` makes them.
    metric : str
        What the predicted scores are.

    Returns
    -------
    dict
        Of arrays, numbers and texts.
    """
    found = {number: why for number, (_, why) in sorted(reasons.items()) if why is not None}
    number_of = {configuration_key(r["configuration"]): r["trial"] for r in reversed(records)}
    names = sorted({name for why in found.values() for name in why.known["task"]})
    place_of = {name: place for place, name in enumerate(names)}
    packed = [_pack(why, place_of, number_of) for why in found.values()]
    return {
        "metric": metric,
        "trials": np.array(list(found), dtype=int),
        "names": np.array(names or [""]),
        "parts": {name: np.array([one[name] for one in packed]) for name in _shape(packed)},
        "similar": [list(why.similar) for why in found.values()],
        "among_best": [list(why.among_best) for why in found.values()],
    }


def unpack_reason(packed, records, trial):
    """Return the explanation of a trial.

    Parameters
    ----------
    packed : dict
        From `pack_reasons`.
    records : list of dict
        The trials.
    trial : int or None
        Its number; None for the best that can be explained.

    Returns
    -------
    Explanation

    Raises
    ------
    ValueError
        If it can't be explained.
    """
    by_number = {record["trial"]: record for record in records}
    explained = packed["trials"].tolist()
    if trial is None and explained:
        trial = max(explained, key=lambda number: _finite(by_number[number]["score"]))
    if trial not in explained:
        raise ValueError(_why_not(trial, by_number, explained))
    row = explained.index(trial)
    parts = {name: values[row] for name, values in packed["parts"].items()}
    return Explanation(
        configuration=dict(by_number[trial]["configuration"]),
        metric=packed["metric"],
        **dict(zip(_FACTS, parts["facts"].tolist(), strict=True)),
        interval=tuple(parts["interval"].tolist()),
        seconds_interval=tuple(parts["seconds_interval"].tolist()),
        known=_unpack_tasks(parts, packed["names"]),
        told=_unpack_trials(parts, by_number),
        similar=tuple(packed["similar"][row]),
        among_best=tuple(packed["among_best"][row]),
    )


def _pack(why, place_of, number_of):
    """Turn one explanation into arrays of fixed shapes; gaps are NaN and -1."""
    tasks, trials = why.known, why.told
    numbers = [number_of.get(configuration_key(one), -1) for one in trials["configuration"]]
    largest = {name: _largest(part["moved"]) for name, part in (("t", tasks), ("r", trials))}
    rest = [
        np.delete(np.array(part["moved"], dtype=float), largest[name]).sum()
        for name, part in (("t", tasks), ("r", trials))
    ]
    places = [place_of[name] for name in tasks["task"]]
    return {
        "facts": np.array([getattr(why, name) for name in _FACTS], dtype=float),
        "interval": np.array(why.interval),
        "seconds_interval": np.array(why.seconds_interval),
        "rest": np.array(rest),
        "n_rest": np.array(
            [len(part["moved"]) - len(largest[n]) for n, part in (("t", tasks), ("r", trials))]
        ),
        "task": _taken(places, largest["t"], -1),
        "task_values": _stacked(tasks, ("openml_id", "weight", "z", "moved"), largest["t"]),
        "trial": _taken(numbers, largest["r"], -1),
        "trial_values": _stacked(trials, ("observed", "expected", "weight", "moved"), largest["r"]),
    }


def _shape(packed):
    return list(packed[0]) if packed else []


def _largest(moved):
    """Places of the largest moves, the largest first."""
    return np.argsort(-np.abs(np.array(moved, dtype=float)), kind="stable")[:MOST_PARTS]


def _taken(values, places, gap):
    taken = np.full(MOST_PARTS, gap, dtype=int)
    taken[: len(places)] = [values[place] for place in places]
    return taken


def _stacked(columns, names, places):
    """Stack some columns as an array of shape (n_names, MOST_PARTS)."""
    stacked = np.full((len(names), MOST_PARTS), np.nan)
    for row, name in enumerate(names):
        values = [columns[name][place] for place in places]
        stacked[row, : len(places)] = [np.nan if value is None else value for value in values]
    return stacked


def _unpack_tasks(parts, names):
    kept = parts["task"] >= 0
    ids, weights, z, moved = (row[kept].tolist() for row in parts["task_values"])
    columns = {
        "task": names[parts["task"][kept]].tolist(),
        "openml_id": [None if one != one else int(one) for one in ids],
        "weight": weights,
        "z": z,
        "moved": moved,
    }
    if parts["n_rest"][0]:
        rest = (f"{parts['n_rest'][0]} {_OTHERS}", None, np.nan, np.nan, float(parts["rest"][0]))
        for column, value in zip(columns.values(), rest, strict=True):
            column.append(value)
    return columns


def _unpack_trials(parts, by_number):
    kept = parts["trial"] >= 0
    numbers = parts["trial"][kept].tolist()
    observed, expected, weights, moved = (row[kept].tolist() for row in parts["trial_values"])
    columns = {
        "trial": numbers,
        "family": [by_number[number]["family"] for number in numbers],
        "configuration": [dict(by_number[number]["configuration"]) for number in numbers],
        "observed": observed,
        "expected": expected,
        "weight": weights,
        "moved": moved,
    }
    if parts["n_rest"][1]:
        name = f"{parts['n_rest'][1]} {_OTHERS}"
        rest = (-1, name, {}, np.nan, np.nan, np.nan, float(parts["rest"][1]))
        for column, value in zip(columns.values(), rest, strict=True):
            column.append(value)
    return columns


def _finite(score):
    return score if np.isfinite(score) else -np.inf


def _why_not(trial, by_number, explained):
    if trial is not None and trial not in by_number:
        return f"There is no trial {trial!r}; the leaderboard has {len(by_number)} trials."
    known = f"Explained are the trials {explained}." if explained else "No trial is explained."
    if trial is None:
        return f"{known} The advisor expects no particular score; GaussianAdvisor does."
    origin = by_number[trial]["origin"]
    return f"Trial {trial} ({origin}) was not proposed with an expected score. {known}"
