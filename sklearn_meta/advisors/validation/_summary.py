"""Means of regret over tasks, with standard errors that know of near-duplicates."""

import numpy as np

_KEYS = ["advisor", "kind", "currency", "at"]
_COLUMNS = {"trials": "{:g}", "seconds": "{:g} s", "median_seconds": "{:g} x median"}


def summarise_regret(per_task):
    """Average the regret over tasks.

    Parameters
    ----------
    per_task : DataFrame
        What ``validate(..., per_task=True)`` returned.

    Returns
    -------
    DataFrame
        A row for each advisor, kind, currency and mark, in the order they came in: ``regret``, the
        mean over tasks (several sizes of one table are averaged first); ``standard_error`` of it
        over groups of near-duplicates; ``n_tasks``.

    Notes
    -----
    Tasks of one group are not independent. The standard error is that of a ratio of sums over
    groups, and equals the usual one where each group is one task.

    References
    ----------
    Cochran (1977), "Sampling techniques", chapter 6, for ratios of sums.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta.advisors import summarise_regret
    >>> facts = {"advisor": "a", "kind": "regression", "currency": "trials", "at": 1}
    >>> rows = [{**facts, "task_id": n, "group": n, "regret": 0.1 * n} for n in range(3)]
    >>> summarise_regret(pd.DataFrame(rows))[["regret", "standard_error"]].round(4).values.tolist()
    [[0.1, 0.0577]]
    """
    tasks = per_task.groupby([*_KEYS, "group", "task_id"], sort=False)["regret"].mean()
    rows = []
    for keys, regret in tasks.groupby(level=_KEYS, sort=False):
        rows.append(
            {
                **dict(zip(_KEYS, keys, strict=True)),
                "regret": float(regret.mean()),
                "standard_error": ratio_error(regret.groupby(level="group")),
                "n_tasks": len(regret),
            }
        )
    return type(per_task)(rows)


def regret_table(summary, *, kind, digits=1):
    """Write one kind's regrets as a table of texts, in percent.

    Parameters
    ----------
    summary : DataFrame
        What :func:`validate` or :func:`summarise_regret` returned.
    kind : {"classification", "regression"}
        Which tasks.
    digits : int, default=1
        Digits behind the point.

    Returns
    -------
    DataFrame
        A row for each advisor, a column for each mark; "mean ± standard error".

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta.advisors import regret_table
    >>> row = {"advisor": "a", "kind": "regression", "currency": "trials", "at": 3}
    >>> summary = pd.DataFrame([{**row, "regret": 0.125, "standard_error": 0.0123}])
    >>> regret_table(summary, kind="regression", digits=2).loc["a", "3"]
    '12.50 ± 1.23'
    """
    own = summary[summary["kind"] == kind]
    columns = [
        _COLUMNS[currency].format(mark)
        for currency, mark in zip(own["currency"], own["at"], strict=True)
    ]
    texts = [
        f"{100 * regret:.{digits}f} ± {100 * error:.{digits}f}"
        for regret, error in zip(own["regret"], own["standard_error"], strict=True)
    ]
    cells = own.assign(_column=columns, _text=texts)
    table = cells.pivot(index="advisor", columns="_column", values="_text")
    table = table.reindex(index=own["advisor"].unique(), columns=list(dict.fromkeys(columns)))
    return table.rename_axis(columns=None)


def ratio_error(grouped):
    """Compute the standard error of a mean over tasks of which those of a group hang together.

    Parameters
    ----------
    grouped : SeriesGroupBy
        The tasks' values by group.

    Returns
    -------
    float
        NaN for one group.
    """
    sums, sizes = (grouped.agg(how).to_numpy() for how in ("sum", "size"))
    n_groups = len(sums)
    if n_groups < 2:
        return float("nan")
    residuals = sums - sums.sum() / sizes.sum() * sizes
    spread = np.sqrt((residuals**2).sum() * n_groups / (n_groups - 1))
    return float(spread / sizes.sum())
