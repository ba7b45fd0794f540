"""The experience base: which configurations did how well on which earlier tasks."""

from sklearn_meta.experience.handle._collecting import Collecting
from sklearn_meta.experience.handle._portable import Portable
from sklearn_meta.experience.handle._rules import Ruled


class Experience(Collecting, Portable, Ruled):
    """Tasks, configurations, and how the ones did on the others.

    Get one with :meth:`bundled` (what comes with the package), :meth:`open`, :meth:`create` or
    :meth:`empty` (in memory). A base is one sqlite file, or a database that SQLAlchemy reaches by
    its URL. Handles pickle and clone by its location.

    Examples
    --------
    >>> from sklearn_meta.experience import Experience
    >>> base = Experience.empty()
    >>> task = base.add_task("iris", "multiclass", n_rows=150, n_columns=4, n_classes=3)
    >>> _ = base.add(task, {"family": "naive_bayes"}, {"accuracy": 0.95}, fit_seconds=0.1)
    >>> base.matrix("multiclass", "accuracy").scores
    array([[0.95]])
    >>> base.without(names=["iris"])
    <Experience ':memory:': 0 tasks, 1 configurations, 0 evaluations; 1 task hidden>
    """
