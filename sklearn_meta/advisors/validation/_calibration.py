"""Are predicted scores and seconds right as often as they say? On tasks left out."""

import numpy as np
from scipy.special import ndtr
from sklearn.base import clone

from sklearn_meta.advisors.gaussian._advisor import GaussianAdvisor
from sklearn_meta.advisors.scores._scores import working_scores
from sklearn_meta.advisors.simulation._blocks import fold_units, read_blocks
from sklearn_meta.advisors.simulation._simulation import results_of
from sklearn_meta.advisors.validation._advisors import stay_with_known
from sklearn_meta.advisors.validation._summary import ratio_error

DEFAULT_AFTER = (0, 1, 3, 10)
COVERAGES = (0.5, 0.8, 0.9)
_KEYS = ["kind", "metric", "what", "after"]


def calibration(
    experience,
    advisor=None,
    *,
    kind=None,
    metric=None,
    after=DEFAULT_AFTER,
    folds=10,
    groups=None,
    seed=0,
    n_jobs=1,
    per_prediction=False,
):
    """Compare predicted with stored scores and seconds, on tasks that nothing was learned from.

    A fold of tasks at a time is left out, near-duplicates together. On each task left out, the
    advisor searches with a clock, by the stored results; after so many results it is asked what it
    expects of all configurations of the task that it was not told yet.

    Parameters
    ----------
    experience : Experience or EvaluationMatrix
        What is known; anything with ``matrix(kind, metric)``.
    advisor : BaseAdvisor or None, default=None
        Whose predictions; it has to give forecasts. None is `GaussianAdvisor`.
    kind, metric, folds, groups, seed, n_jobs
        As :func:`validate` takes them.
    after : sequence of int, default=(0, 1, 3, 10)
        Numbers of results told when predictions are asked for.
    per_prediction : bool, default=False
        Whether to return each prediction instead of a summary.

    Returns
    -------
    DataFrame
        A row for each kind ("binary", "multiclass", "regression"), ``what`` ("score" or "seconds")
        and ``after``: ``coverage_50``, ``coverage_80`` and ``coverage_90``, the shares of outcomes
        within the central intervals of that probability, with standard errors
        ``coverage_50_error`` and so on; ``bias``, the mean of outcome less prediction;
        ``absolute_error``, its mean absolute value; ``n_predictions``, ``n_tasks``. Tasks count the
        same, however many predictions they have. Errors of bounded metrics are in units of the
        metric; those of losses are logarithms of ratios (+0.1: the loss was a tenth smaller than
        expected), those of seconds too (+0.1: it took a tenth longer). With `per_prediction`:
        ``kind``, ``metric``, ``what``, ``after``, ``task``, ``task_id``, ``group``,
        ``probability`` (that was given to an outcome no greater than the one that came: of
        well-calibrated predictions, uniform in [0, 1]), ``error``.

    Raises
    ------
    ValueError
        If there is no task to search on, the advisor gives no forecasts, or a choice is none of
        those above.

    See Also
    --------
    CalibrationDisplay : A figure of the predictions.

    References
    ----------
    Dawid (1984), "Statistical theory: the prequential approach", JRSS A 147(2), for the probability
    integral transform; Gneiting, Balabdaoui and Raftery (2007), "Probabilistic forecasts,
    calibration and sharpness", JRSS B 69(2).

    Examples
    --------
    >>> from sklearn_meta.advisors import calibration
    >>> from sklearn_meta.experience import Experience
    >>> found = calibration(Experience.bundled(), kind="binary", after=[3], folds=3)
    >>> found[["what", "after"]].values.tolist()
    [['score', 3], ['seconds', 3]]
    >>> bool(found["coverage_80"].between(0.5, 1.0).all())
    True
    """
    import pandas as pd
    from joblib import Parallel, delayed

    after = _checked_marks(after)
    advisor = stay_with_known(GaussianAdvisor() if advisor is None else advisor)
    blocks = read_blocks(experience, kind, metric, folds, groups, seed)
    units = fold_units(blocks, kind, metric)
    found = Parallel(n_jobs=n_jobs)(
        delayed(_predict_fold)(advisor, block, fold, after, seed) for block, fold in units
    )
    frames = [part for parts in found for part in parts]
    if not frames:
        raise ValueError(
            f"No task has more results than after={after} tells, so nothing is left to predict."
        )
    frame = pd.concat(frames, ignore_index=True)
    return frame if per_prediction else summarise_calibration(frame)


def summarise_calibration(predictions):
    """Average what ``calibration(..., per_prediction=True)`` returned.

    Parameters
    ----------
    predictions : DataFrame
        A row for each prediction.

    Returns
    -------
    DataFrame
        See :func:`calibration`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta.advisors import summarise_calibration
    >>> facts = {"kind": "binary", "metric": "roc_auc", "what": "score", "after": 0}
    >>> rows = [
    ...     {**facts, "task_id": n, "group": n, "probability": p, "error": 0.0}
    ...     for n, p in enumerate([0.4, 0.9])
    ... ]
    >>> summarise_calibration(pd.DataFrame(rows))["coverage_50"].tolist()
    [0.5]
    """
    outside = 2 * (predictions["probability"] - 0.5).abs()
    columns = {
        f"coverage_{100 * level:.0f}": (outside <= level).astype(float) for level in COVERAGES
    }
    columns |= {"bias": predictions["error"], "absolute_error": predictions["error"].abs()}
    table = predictions.assign(**columns, n_predictions=1)
    means = table.groupby([*_KEYS, "group", "task_id"], sort=False).agg(
        {**dict.fromkeys(columns, "mean"), "n_predictions": "sum"}
    )
    rows = []
    for keys, tasks in means.groupby(level=_KEYS, sort=False):
        row = dict(zip(_KEYS, keys, strict=True))
        for name in columns:
            row[name] = float(tasks[name].mean())
            if name.startswith("coverage"):
                row[f"{name}_error"] = ratio_error(tasks[name].groupby(level="group"))
        row |= {"n_predictions": int(tasks["n_predictions"].sum()), "n_tasks": len(tasks)}
        rows.append(row)
    return type(predictions)(rows)


def _checked_marks(after):
    marks = sorted(set(after))
    if not marks or marks[0] < 0:
        raise ValueError(f"after must name numbers of results, none below 0; got {after!r}.")
    return marks


def _predict_fold(advisor, block, fold, after, seed):
    """Predict on all tasks of a fold; a frame for each task and mark."""
    fitted = clone(advisor).fit(block.learnable(fold))
    frames = []
    for number in block.held_out(fold):
        task = block.settle(number, has_clock=True, n_folds=1, reference="worst")
        if np.isfinite(task.scores).sum() > 1:
            random_state = (seed * 1_000_003 + int(number)) % 2**31
            frames += _predict_task(fitted, block, number, task, after, random_state)
    return frames


def _predict_task(advisor, block, number, task, after, random_state):
    """Search on a task, and predict the rest of it at each mark."""
    session = advisor.start(task.description, task.space, random_state=random_state)
    told, frames = set(), []
    for n_told in range(after[-1] + 1):
        if n_told in after and n_told == len(told):
            left = [c for c in range(len(task.scores)) if c not in told]
            frames += [
                frame.assign(after=n_told, **_facts(block, number))
                for frame in _compare(session, task, left)
            ]
        proposal = session.ask(seconds_left=np.inf)
        if proposal is None:
            break
        column, score, seconds, status = results_of(task, proposal)
        session.tell(proposal.configuration, score, seconds, status)
        told.add(column)
    return frames


def _facts(block, number):
    tasks = block.matrix.tasks
    return {
        "kind": block.kind,
        "metric": block.matrix.metric,
        "task": tasks["name"].iloc[number],
        "task_id": tasks["id"].iloc[number],
        "group": block.groups[number],
    }


def _compare(session, task, columns):
    """Predict some configurations of a task, and see what came."""
    import pandas as pd

    listed = list(task.space.columns.values())
    columns = [column for column in columns if column in listed]
    forecast = session.forecast([task.space.at(column) for column in columns])
    if forecast is None:
        raise ValueError(
            f"{type(session).__name__} gives no forecasts, so there is nothing to calibrate. Name "
            "an advisor that does, such as GaussianAdvisor."
        )
    scores = working_scores(task.scores[columns], task.description.metric)
    log_seconds = np.log(np.maximum(task.seconds[columns], 1e-4))
    deviations = (log_seconds - forecast.log_seconds) / forecast.log_seconds_deviations
    outcomes = {
        "score": (forecast.probability_below(scores), scores - forecast.means @ forecast.weights),
        "seconds": (ndtr(deviations), log_seconds - forecast.log_seconds),
    }
    for what, (probability, error) in outcomes.items():
        known = np.isfinite(error)
        if known.any():
            yield pd.DataFrame(
                {"what": what, "probability": probability[known], "error": error[known]}
            )
