"""A figure of how often outcomes fall within predicted intervals."""

import numpy as np

from sklearn_meta._optional import import_optional

_LEVELS = np.linspace(0.05, 0.95, 19)
_LABELS = {"score": "scores", "seconds": "seconds"}


class CalibrationDisplay:
    """Observed against promised coverage of central intervals, for scores and for seconds.

    Parameters
    ----------
    predictions : DataFrame
        What ``calibration(..., per_prediction=True)`` returned.

    Attributes
    ----------
    frame : DataFrame
        What is drawn: ``kind``, ``what``, ``after``, ``promised``, ``observed``; tasks count the
        same, however many predictions they have.
    figure_ : Figure
        The matplotlib figure, after :meth:`plot`.
    axes_ : ndarray of Axes
        A row of panels for scores and one for seconds, a panel for each kind, after :meth:`plot`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_meta.advisors import CalibrationDisplay
    >>> facts = {"kind": "binary", "what": "score", "after": 0, "task_id": 1}
    >>> predictions = pd.DataFrame([facts | {"probability": p} for p in (0.1, 0.4, 0.6, 0.9)])
    >>> frame = CalibrationDisplay(predictions).frame
    >>> frame.loc[frame["promised"] == 0.5, "observed"].item()
    0.5
    """

    def __init__(self, predictions):
        self.frame = _coverage(predictions)

    def plot(self):
        """Draw a curve for each number of results told; on the diagonal, promises are kept.

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
        whats, kinds = (list(dict.fromkeys(self.frame[name])) for name in ("what", "kind"))
        self.figure_, self.axes_ = pyplot.subplots(
            len(whats),
            len(kinds),
            figsize=(3.4 * len(kinds), 3.4 * len(whats)),
            squeeze=False,
            layout="constrained",
        )
        for row, what in enumerate(whats):
            for column, kind in enumerate(kinds):
                self._draw(self.axes_[row, column], what, kind)
        self.axes_[0, -1].legend(title="results told", fontsize="small")
        return self

    def _draw(self, ax, what, kind):
        """Draw one panel."""
        own = self.frame[(self.frame["what"] == what) & (self.frame["kind"] == kind)]
        ax.plot([0, 1], [0, 1], color="#54585a", linewidth=0.8, linestyle=":")
        for after in dict.fromkeys(own["after"]):
            line = own[own["after"] == after]
            ax.plot(line["promised"], line["observed"], label=str(after))
        ax.set(
            xlabel="promised coverage",
            ylabel="observed",
            title=f"{_LABELS.get(what, what)}, {kind}",
            xlim=(0, 1),
            ylim=(0, 1),
        )


def _coverage(predictions):
    """Share of outcomes within central intervals, averaged within tasks and then over tasks."""
    import pandas as pd

    outside = 2 * (predictions["probability"].to_numpy() - 0.5)
    keys = ["kind", "what", "after", "task_id"]
    parts = []
    for level in _LEVELS.round(2):
        inside = (np.abs(outside) <= level + 1e-12).astype(float)
        tasks = predictions[keys].assign(observed=inside).groupby(keys, sort=False).mean()
        means = tasks.groupby(level=keys[:3], sort=False).mean().reset_index()
        parts.append(means.assign(promised=level))
    return pd.concat(parts, ignore_index=True)[[*keys[:3], "promised", "observed"]]
