"""How widely the targets of earlier regression tasks vary, which errors are compared with."""

from dataclasses import replace

import numpy as np

from sklearn_meta.advisors.scores._constant import is_in_target_units

COLUMN = "target_deviation"
_MOST_EXPLAINED = 1.0 - 1e-9


def with_target_deviation(matrix, experience, kind):
    """Add a column ``target_deviation`` to the tasks of a matrix of losses in target units.

    An experience keeps no unit of a table. It keeps the RMSE and R2 of each evaluation, though, and
    these two say what the standard deviation of the target was: the RMSE of a constant.

    Parameters
    ----------
    matrix : EvaluationMatrix or None
        What is known of a metric.
    experience : object with ``matrix``
        Where it is from.
    kind : {"binary", "multiclass", "regression"}
        Kind of its tasks.

    Returns
    -------
    EvaluationMatrix or None
        The same where there is nothing to add.
    """
    if matrix is None or not is_in_target_units(matrix.metric) or COLUMN in matrix.tasks:
        return matrix
    errors = matrix if matrix.metric == "rmse" else experience.matrix(kind, "rmse")
    explained = experience.matrix(kind, "r2")
    if errors is None or explained is None:
        return matrix
    if errors.metric != "rmse" or explained.metric != "r2":
        return matrix
    found = _deviations(errors, explained)
    lines = _lines(matrix.tasks)
    tasks = matrix.tasks.assign(**{COLUMN: [found.get(line, np.nan) for line in lines]})
    return replace(matrix, tasks=tasks)


def _deviations(errors, explained):
    """Find the standard deviation of the target by task and size."""
    line_of = {line: number for number, line in enumerate(_lines(explained.tasks))}
    column_of = {key: number for number, key in enumerate(explained.keys)}
    shared = [number for number, key in enumerate(errors.keys) if key in column_of]
    columns = [column_of[errors.keys[number]] for number in shared]
    found = {}
    for number, line in enumerate(_lines(errors.tasks)):
        if line not in line_of or not shared:
            continue
        r2 = np.minimum(explained.scores[line_of[line], columns], _MOST_EXPLAINED)
        ratios = -errors.scores[number, shared] / np.sqrt(1.0 - r2)
        ratios = ratios[np.isfinite(ratios) & (ratios > 0)]
        if len(ratios):
            found[line] = float(np.median(ratios))
    return found


def _lines(tasks):
    """List what tells the rows of matrices of one experience apart: task and size."""
    sizes = tasks["rows_seen" if "rows_seen" in tasks else "n_rows"]
    return list(zip(tasks["id"].tolist(), sizes.tolist(), strict=True))
