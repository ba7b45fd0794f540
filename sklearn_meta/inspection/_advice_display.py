"""A figure of why a configuration was expected to do well, and of what came of it."""

import numpy as np

from sklearn_meta._optional import import_optional

_UP, _DOWN, _TOTAL = "#4c78a8", "#e45756", "#54585a"


class AdviceDisplay:
    """What moved an expected score, and predicted against observed scores of a search.

    Parameters
    ----------
    explanation : Explanation
        From a session, from `advise`, or from a fitted estimator's ``explain_trial``.
    predictions : DataFrame or None, default=None
        Columns ``trial``, ``family``, ``predicted_score``, ``score``: what became of the trials of
        a search; None where nothing was fitted.
    n_parts : int, default=6
        Tasks, and results, to show by name; the others are summed up.

    Attributes
    ----------
    frame : DataFrame
        What the first panel shows, from top to bottom: ``part`` ("level", "task", "trial",
        "total"), ``name``, ``moved`` (on the working scale, see `Explanation`), ``reached`` (the
        score after it, in the metric's own units).
    predictions : DataFrame or None
        What the second panel shows.
    figure_ : Figure
        The matplotlib figure, after :meth:`plot`.
    axes_ : ndarray of Axes
        One or two panels, after :meth:`plot`.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn_meta import advise
    >>> from sklearn_meta.inspection import AdviceDisplay
    >>> advised = advise(*load_breast_cancer(return_X_y=True), n=1, random_state=0)
    >>> display = AdviceDisplay(advised[0].explanation, n_parts=2)
    >>> display.frame["part"].tolist()
    ['level', 'task', 'task', 'task', 'total']
    """

    def __init__(self, explanation, predictions=None, *, n_parts=6):
        self.explanation = explanation
        self.predictions = predictions
        self.n_parts = n_parts
        self.frame = _steps(explanation, n_parts)

    @classmethod
    def from_estimator(cls, estimator, trial=None, *, n_parts=6):
        """Explain a trial of a fitted AutoML estimator.

        Parameters
        ----------
        estimator : MetaAutoClassifier or MetaAutoRegressor
            Fitted.
        trial : int or None, default=None
            The trial's number; None takes the best one that can be explained.
        n_parts : int, default=6
            Tasks, and results, to show by name.

        Returns
        -------
        AdviceDisplay

        Raises
        ------
        ValueError
            If no earlier task spoke for the trial.
        """
        columns = ["trial", "family", "predicted_score", "score"]
        board = estimator.leaderboard_
        seen = np.isfinite(board["predicted_score"]) & np.isfinite(board["score"])
        return cls(
            estimator.explain_trial(trial),
            board.loc[seen, columns].sort_values("trial").reset_index(drop=True),
            n_parts=n_parts,
        )

    def plot(self):
        """Draw what moved the expected score, and where given, predicted against observed.

        Returns
        -------
        self
            With ``figure_`` and ``axes_``.

        Raises
        ------
        ImportError
            If matplotlib is not installed; it comes with the extra "plot".
        """
        pyplot = import_optional("matplotlib.pyplot", extra="plot")
        n_panels = 1 if self.predictions is None or not len(self.predictions) else 2
        self.figure_, axes = pyplot.subplots(
            1,
            n_panels,
            figsize=(6 * n_panels, 1.5 + 0.28 * len(self.frame)),
            squeeze=False,
            layout="constrained",
        )
        self.axes_ = axes[0]
        self._draw_steps(self.axes_[0])
        if n_panels == 2:
            self._draw_predictions(self.axes_[1])
        return self

    def _draw_steps(self, ax):
        """Draw a bar from where each part found the expectation to where it left it."""
        reached = self.frame["reached"].to_numpy()
        rows = np.arange(len(reached))
        before = np.concatenate([reached[:1], reached[:-1]])
        before[-1] = reached[0]
        colors = [
            _UP if end >= start else _DOWN for start, end in zip(before, reached, strict=True)
        ]
        colors[-1] = _TOTAL
        ax.barh(rows, reached - before, left=before, color=colors, height=0.7)
        ax.axvline(reached[0], color=_TOTAL, linewidth=0.8, linestyle=":")
        ax.set_yticks(rows, self.frame["name"])
        ax.invert_yaxis()
        low, high = self.explanation.interval
        ax.set(
            xlabel=self.explanation.metric,
            title=f"{self.explanation.configuration['family']}: expected {reached[-1]:.3g}, "
            f"80 % in [{low:.3g}, {high:.3g}]",
        )

    def _draw_predictions(self, ax):
        """Draw a point for each trial, on the diagonal if it scored what was expected."""
        table = self.predictions
        for family in dict.fromkeys(table["family"]):
            own = table[table["family"] == family]
            ax.plot(own["predicted_score"], own["score"], "o", markersize=4, label=family)
        ends = [
            float(np.min(table[["predicted_score", "score"]].to_numpy())),
            float(np.max(table[["predicted_score", "score"]].to_numpy())),
        ]
        ax.plot(ends, ends, color=_TOTAL, linewidth=0.8, linestyle=":")
        ax.set(xlabel="predicted score", ylabel="observed score", title="all advised trials")
        ax.legend(fontsize="small")


def _steps(explanation, n_parts):
    """List the parts of an expected score, and the score that each leads to."""
    import pandas as pd

    rows = [("level", "a middling configuration", explanation.level)]
    for part, frame, names in (
        ("task", explanation.tasks, explanation.known["task"]),
        ("trial", explanation.trials, None),
    ):
        if not len(frame):
            continue
        shown, rest = frame.iloc[:n_parts], frame.iloc[n_parts:]
        for row in shown.to_dict("records"):
            name = row["task"] if names is not None else _trial_name(row)
            rows.append((part, name, row["moved"]))
        if len(rest):
            kind = "earlier tasks" if part == "task" else "trials"
            rows.append((part, f"other {kind}", float(rest["moved"].sum())))
    steps = pd.DataFrame(rows, columns=["part", "name", "moved"])
    total = float(steps["moved"].sum())
    reached = [explanation.in_metric(value) for value in steps["moved"].cumsum()]
    steps["reached"] = reached
    steps.loc[len(steps)] = ["total", "expected", total, explanation.in_metric(total)]
    return steps


def _trial_name(row):
    return row["family"] if row["trial"] < 0 else f"trial {row['trial']}: {row['family']}"
