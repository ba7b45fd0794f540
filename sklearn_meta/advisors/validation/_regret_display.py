"""A figure of regret against budget; computed before, drawn when asked to."""

from sklearn_meta._optional import import_optional

_LABELS = {
    "trials": "evaluations",
    "seconds": "seconds",
    "median_seconds": "budget, in median evaluation times",
}


class RegretDisplay:
    """How the regret of each advisor falls with the budget.

    Parameters
    ----------
    summary : DataFrame
        What :func:`validate` or :func:`summarise_regret` returned.

    Attributes
    ----------
    frame : DataFrame
        The figures that are drawn.
    figure_ : Figure
        The matplotlib figure, after :meth:`plot`.
    axes_ : ndarray of Axes
        A row of panels for each kind, a panel for each currency, after :meth:`plot`.

    Examples
    --------
    >>> from sklearn_meta.advisors import RandomAdvisor, RegretDisplay, validate
    >>> from sklearn_meta.experience import Experience
    >>> summary = validate(Experience.bundled(), [RandomAdvisor()], kind="regression")
    >>> display = RegretDisplay(summary)
    >>> display.panels()
    [('regression', 'trials'), ('regression', 'median_seconds')]
    """

    def __init__(self, summary):
        self.frame = summary

    def panels(self):
        """List the panels, as pairs of kind and currency."""
        pairs = zip(self.frame["kind"], self.frame["currency"], strict=True)
        return list(dict.fromkeys(pairs))

    def curve(self, advisor, kind, currency):
        """Return what one line shows.

        Parameters
        ----------
        advisor : str
            Its name.
        kind, currency : str
            The panel.

        Returns
        -------
        at, regret, standard_error : ndarray of shape (n_marks,)
            Budgets, and regret in percent.
        """
        frame = self.frame
        chosen = (frame["advisor"] == advisor) & (frame["kind"] == kind)
        own = frame[chosen & (frame["currency"] == currency)].sort_values("at")
        return (
            own["at"].to_numpy(dtype=float),
            100 * own["regret"].to_numpy(),
            100 * own["standard_error"].to_numpy(),
        )

    def plot(self):
        """Draw the curves with a standard error on either side.

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
        kinds, currencies = (
            list(dict.fromkeys(names)) for names in zip(*self.panels(), strict=True)
        )
        self.figure_, self.axes_ = pyplot.subplots(
            len(kinds),
            len(currencies),
            figsize=(4.5 * len(currencies), 3.5 * len(kinds)),
            squeeze=False,
            layout="constrained",
        )
        for row, kind in enumerate(kinds):
            for column, currency in enumerate(currencies):
                self._draw(self.axes_[row, column], kind, currency)
        self.axes_[0, -1].legend(fontsize="small")
        return self

    def _draw(self, ax, kind, currency):
        """Draw one panel."""
        for advisor in dict.fromkeys(self.frame["advisor"]):
            at, regret, error = self.curve(advisor, kind, currency)
            (line,) = ax.plot(at, regret, marker="o", markersize=3, label=advisor)
            ax.fill_between(at, regret - error, regret + error, alpha=0.15, color=line.get_color())
        ax.set(
            xscale="log", xlabel=_LABELS[currency], ylabel="regret, %", title=kind, ylim=(0, None)
        )
