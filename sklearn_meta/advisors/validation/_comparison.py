"""Are two advisors really different? Ranks over tasks, and what chance would do."""

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    import pandas as pd

_TIE = 1e-9


@dataclass(frozen=True)
class Comparison:
    """Advisors compared at one mark.

    Parameters
    ----------
    ranks : DataFrame of n_advisors rows
        Columns ``advisor``, ``mean_rank`` (1 is best, ties share), ``regret``; best rank first.
    pairs : DataFrame
        Each pair of advisors: ``better`` and ``worse`` by mean regret, ``difference`` of the means,
        ``wins``, ``ties`` and ``losses`` of the better one, ``p`` of Wilcoxon's signed-rank test
        (two-sided), and ``p_holm``, the same corrected for the number of pairs by Holm.
    critical_difference : float
        Mean ranks further apart differ by Nemenyi's test at `alpha`.
    p_friedman : float
        Friedman's test that all advisors are alike; NaN with fewer than three.
    n_blocks : int
        Groups of tasks that voted.
    alpha : float
        Level of `critical_difference`.
    """

    ranks: "pd.DataFrame"
    pairs: "pd.DataFrame"
    critical_difference: float
    p_friedman: float
    n_blocks: int
    alpha: float


def compare_advisors(per_task, *, currency, at, kind=None, alpha=0.05):
    """Rank advisors on each group of tasks and test the differences.

    Parameters
    ----------
    per_task : DataFrame
        What ``validate(..., per_task=True)`` returned, for at least two advisors.
    currency : {"trials", "seconds", "median_seconds"}
        What the budget is counted in.
    at : float
        The budget; one of the marks of `per_task`.
    kind : {"classification", "regression"} or None, default=None
        Which tasks; None is all.
    alpha : float, default=0.05
        Level of the critical difference.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If there is nothing at this mark, or fewer than two advisors or groups.

    Notes
    -----
    A group of near-duplicate tasks votes once, by its mean regret.

    References
    ----------
    Demsar (2006), "Statistical comparisons of classifiers over multiple data sets", Journal of
    Machine Learning Research 7; Benavoli, Corani and Mangili (2016), "Should we really use
    post-hoc tests based on mean-ranks?", Journal of Machine Learning Research 17, for Wilcoxon's
    test of pairs instead of Nemenyi's.

    Examples
    --------
    >>> from sklearn_meta.advisors import RandomAdvisor, PortfolioAdvisor
    >>> from sklearn_meta.advisors import compare_advisors, validate
    >>> from sklearn_meta.experience import Experience
    >>> advisors = [RandomAdvisor(), PortfolioAdvisor()]
    >>> at = {"trials": [1]}
    >>> losses = validate(Experience.bundled(), advisors, kind="regression", at=at, per_task=True)
    >>> compare_advisors(losses, currency="trials", at=1).ranks["advisor"].tolist()
    ['PortfolioAdvisor', 'RandomAdvisor']
    """
    import pandas as pd

    chosen = (per_task["currency"] == currency) & (per_task["at"] == at)
    if kind is not None:
        chosen &= per_task["kind"] == kind
    table = per_task[chosen].pivot_table(
        index=["kind", "group"], columns="advisor", values="regret", aggfunc="mean"
    )
    table = table.dropna()
    n_blocks, n_advisors = table.shape
    if n_blocks < 2 or n_advisors < 2:
        raise ValueError(
            f"A comparison needs two advisors and two groups of tasks at {at} {currency}; there "
            f"are {n_advisors} and {n_blocks}."
        )
    # a difference of a billionth is rounding, not a win
    ranks = stats.rankdata(np.round(table.to_numpy() / _TIE), axis=1)
    summary = pd.DataFrame(
        {
            "advisor": table.columns,
            "mean_rank": ranks.mean(axis=0),
            "regret": table.mean(axis=0).to_numpy(),
        }
    )
    return Comparison(
        ranks=summary.sort_values("mean_rank", kind="stable", ignore_index=True),
        pairs=pd.DataFrame(_pairs(table)),
        critical_difference=_nemenyi(n_advisors, n_blocks, alpha),
        p_friedman=_friedman(table.to_numpy()),
        n_blocks=n_blocks,
        alpha=alpha,
    )


def _nemenyi(n_advisors, n_blocks, alpha):
    """Critical difference of mean ranks."""
    quantile = stats.studentized_range.ppf(1 - alpha, n_advisors, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(n_advisors * (n_advisors + 1) / (6 * n_blocks)))


def _friedman(regret):
    """P-value that all columns are alike; 1 where they are the same."""
    if regret.shape[1] < 3:
        return float("nan")
    if np.ptp(regret, axis=1).max() <= _TIE:
        return 1.0
    return float(stats.friedmanchisquare(*regret.T).pvalue)


def _pairs(table):
    """Compare each pair, the better one named first; Holm's correction over all."""
    rows = []
    for left, right in combinations(table.columns, 2):
        if table[left].mean() > table[right].mean():
            left, right = right, left
        difference = (table[right] - table[left]).to_numpy()
        real = difference[np.abs(difference) > _TIE]
        rows.append(
            {
                "better": left,
                "worse": right,
                "difference": float(difference.mean()),
                "wins": int((real > 0).sum()),
                "ties": len(difference) - len(real),
                "losses": int((real < 0).sum()),
                "p": float(stats.wilcoxon(real).pvalue) if len(real) else 1.0,
            }
        )
    rows.sort(key=lambda row: row["p"])
    running = 0.0
    for number, row in enumerate(rows):
        running = max(running, min(1.0, row["p"] * (len(rows) - number)))
        row["p_holm"] = running
    return rows
