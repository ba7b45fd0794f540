"""A family of models: its ranges, and how to build one from a configuration."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sklearn.base import clone, is_classifier, is_regressor
from sklearn.utils.validation import has_fit_parameter

from sklearn_meta._optional import is_installed

CLASSIFICATION = ("binary", "multiclass")
REGRESSION = ("regression",)
ALL_KINDS = CLASSIFICATION + REGRESSION


@dataclass(frozen=True)
class BuildContext:
    """What a family may know of the task when it builds a model.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        Kind of task.
    n_rows : int
        Rows that the model will be fitted on.
    n_classes : int
        Number of classes; 0 for regression.
    width : int
        About how many columns the model will see after preprocessing.
    n_native : int
        How many leading columns hold category codes that the model may treat as categories.
    random_state : int
        Seed.
    n_threads : int
        Threads that a fit may use.
    """

    kind: str
    n_rows: int
    n_classes: int
    width: int
    n_native: int = 0
    random_state: int = 0
    n_threads: int = 1

    @property
    def is_regression(self):
        """Whether the target is a number."""
        return self.kind == "regression"


@dataclass(frozen=True)
class Family:
    """A kind of model that a search may try.

    Parameters
    ----------
    name : str
        Value of the key ``"family"`` in a configuration.
    builder : callable
        ``builder(configuration, context)`` returns an unfitted estimator for a complete
        configuration and a `BuildContext`. A module-level function, so that it pickles.
    parameters : tuple of Float, Int and Categorical
        Ranges. A parameter comes after those that its condition names.
    kinds : tuple of str, default=("binary", "multiclass", "regression")
        Kinds of task that the family can learn.
    encoding : {"tree", "native", "linear"}, default="linear"
        How tables become numbers: ordinal codes with missing values kept, the same with the
        categorical columns first, or imputed, scaled and one-hot encoded.
    weighted : bool, default=False
        Whether `fit` takes `sample_weight`.
    sparse : bool, default=False
        Whether the model takes sparse matrices.
    limits : callable, default=None
        ``limits(n_rows, n_columns, n_classes)`` tells whether a fit has a bounded cost; None
        for a family without limits.
    extra : str, default=None
        The extra of the package that installs what the family needs; None if there is none.
    module : str, default=None
        The module that the family needs.
    ready : callable, default=None
        ``ready()`` tells whether the files that the family needs are there; None for a family
        that needs none.
    lacking : str, default=None
        What to tell who asks for the family where they are not.
    by_default : bool, default=True
        Whether searches try the family without being asked; one that no measurement recommends
        yet waits to be named.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from sklearn_meta.spaces import Family, Int
    >>> family = Family.from_estimator(
    ...     "tree",
    ...     DecisionTreeClassifier(),
    ...     [Int("max_depth", 1, 10, default=5)],
    ...     kinds=("binary", "multiclass"),
    ... )
    >>> family.weighted
    True
    """

    name: str
    builder: Callable
    parameters: tuple = ()
    kinds: tuple = ALL_KINDS
    encoding: str = "linear"
    weighted: bool = False
    sparse: bool = False
    limits: Callable | None = None
    extra: str | None = None
    module: str | None = None
    ready: Callable | None = None
    lacking: str | None = None
    by_default: bool = True

    @classmethod
    def from_estimator(
        cls, name, estimator, parameters=(), *, kinds=None, encoding="linear", sparse=False
    ):
        """Make a family of an estimator and ranges of its parameters.

        Parameters
        ----------
        name : str
            Name of the family.
        estimator : estimator
            Cloned for every build; keys of a configuration that are among `parameters` are set.
        parameters : iterable of Float, Int and Categorical
            Ranges of the estimator's own parameters.
        kinds : tuple of str or str, default=None
            Kinds of task: "binary", "multiclass", "regression". None asks the estimator whether it
            is a classifier or a regressor.
        encoding : {"tree", "native", "linear"}, default="linear"
            How tables become numbers.
        sparse : bool, default=False
            Whether the estimator takes sparse matrices.

        Returns
        -------
        Family
            The family; `weighted` is found out from the signature of `fit`.

        Raises
        ------
        ValueError
            If a kind is unknown or the estimator has no such parameter.

        Examples
        --------
        >>> from sklearn.tree import DecisionTreeClassifier
        >>> from sklearn_meta.spaces import Family, Int
        >>> depth = Int("max_depth", 1, 9, default=3)
        >>> Family.from_estimator("tree", DecisionTreeClassifier(), [depth]).kinds
        ('binary', 'multiclass')
        """
        kinds = _kinds_of(estimator) if kinds is None else kinds
        kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        if unknown := set(kinds) - set(ALL_KINDS):
            raise ValueError(f"kinds must be among {ALL_KINDS}, got {sorted(unknown)}.")
        parameters = tuple(parameters)
        names = tuple(parameter.name for parameter in parameters)
        if unknown := set(names) - set(estimator.get_params()):
            raise ValueError(
                f"{type(estimator).__name__} has no parameter(s) {sorted(unknown)}; "
                f"it has {sorted(estimator.get_params())}."
            )
        return cls(
            name=name,
            builder=partial(_build_clone, estimator, names),
            parameters=parameters,
            kinds=kinds,
            encoding=encoding,
            weighted=has_fit_parameter(estimator, "sample_weight"),
            sparse=sparse,
        )

    def build(self, configuration, context):
        """Build the unfitted model of a complete configuration.

        Parameters
        ----------
        configuration : dict
            A complete configuration of this family.
        context : BuildContext
            What is known of the task.

        Returns
        -------
        estimator
            The model.
        """
        return self.builder(configuration, context)

    def applies(self, n_rows, n_columns, n_classes):
        """Tell whether a fit on a table of this size has a bounded cost."""
        return self.limits is None or self.limits(n_rows, n_columns, n_classes)

    def is_available(self):
        """Tell whether the package and the files that the family needs are there."""
        return self.is_installed() and (self.ready is None or self.ready())

    def is_installed(self):
        """Tell whether the package that the family needs is there."""
        return self.module is None or is_installed(self.module)

    def for_kind(self, kind):
        """Return the family with the parameters that exist for a kind of task."""
        kept = tuple(p for p in self.parameters if p.kinds is None or kind in p.kinds)
        return replace(self, parameters=kept)


def _build_clone(estimator, names, configuration, context):
    """Clone the estimator and set what the configuration says."""
    model = clone(estimator).set_params(
        **{name: configuration[name] for name in names if name in configuration}
    )
    own = {"random_state": context.random_state, "n_jobs": context.n_threads}
    unset = {
        name: value
        for name, value in own.items()
        if name in model.get_params() and model.get_params()[name] is None
    }
    return model.set_params(**unset)


def _kinds_of(estimator):
    """Return the kinds of task that an estimator says it is for."""
    if is_classifier(estimator):
        return CLASSIFICATION
    if is_regressor(estimator):
        return REGRESSION
    raise ValueError(
        f"{type(estimator).__name__} does not say whether it is a classifier or a regressor; give "
        f"kinds, some of {ALL_KINDS}."
    )
