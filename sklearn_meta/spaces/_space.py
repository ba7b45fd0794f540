"""What a search may try on a task."""

from difflib import get_close_matches

import numpy as np
from sklearn import config_context
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from sklearn_meta.exceptions import MissingExtraError
from sklearn_meta.spaces._family import ALL_KINDS, BuildContext, Family
from sklearn_meta.spaces._preprocessing import encoded_width, make_preprocessor
from sklearn_meta.spaces._reduction import projection_step, selection_step
from sklearn_meta.spaces._weights import request_weights
from sklearn_meta.spaces.families import FAMILIES


class SearchSpace:
    """The families, ranges and pipelines that may be tried on a task.

    Parameters
    ----------
    kind : {"binary", "multiclass", "regression"}
        Kind of task.
    families : iterable of str or Family, default=None
        None takes all families that apply to a table of this size and whose package is
        installed. Names take just these, whatever the size; names with a leading "-" leave
        families out; `Family` objects are added.
    n_rows, n_columns, n_classes : int, default=None
        Size of the task, to leave out families that would cost too much; None for unknown.
    weighted : bool, default=False
        Whether there are sample weights; families that can't use them are left out.
    sparse : bool, default=False
        Whether the table is sparse; families that need a dense one are left out.

    Attributes
    ----------
    families : dict of str to Family
        The families by name, cheap ones first.

    Raises
    ------
    ValueError
        If a name is unknown, or no family is left.
    MissingExtraError
        If a family named needs a package that is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.spaces import SearchSpace
    >>> space = SearchSpace("binary", ["linear", "random_forest"])
    >>> configuration = space.sample(np.random.default_rng(0))
    >>> space.contains(configuration)
    True
    """

    def __init__(
        self,
        kind,
        families=None,
        *,
        n_rows=None,
        n_columns=None,
        n_classes=None,
        weighted=False,
        sparse=False,
    ):
        if kind not in ALL_KINDS:
            raise ValueError(f"kind must be one of {ALL_KINDS}, got {kind!r}.")
        self.kind = kind
        self.n_rows = n_rows
        self.n_columns = n_columns
        self.n_classes = n_classes
        self.weighted = weighted
        self.sparse = sparse
        self.families = self._chosen(families)

    def __repr__(self):
        return f"SearchSpace({self.kind!r}, {list(self.families)})"

    def default_configurations(self):
        """Return the usual configuration of each family, cheap families first.

        Returns
        -------
        list of dict
            One complete configuration per family.
        """
        return [self.complete({"family": name}) for name in self.families]

    def openings(self):
        """Return cheap configurations that a search can always begin with.

        They treat a row of weight two exactly like two rows, and a row of weight zero like none.

        Returns
        -------
        list of dict
            Two complete configurations. Their families need not be among `families`.
        """
        if self.kind == "regression":
            first = {"family": "linear", "penalty": "l2", "C": 1.0, "imputation": "mean"}
            second = {**first, "C": 0.01}
        else:
            first = {"family": "naive_bayes"}
            second = {"family": "linear", "penalty": "l2", "C": 1.0}
        if self.sparse and self.kind != "regression":
            first = {**second, "C": 0.01}
        return [self.complete(first), self.complete(second)]

    def sample(self, rng, family=None):
        """Draw a configuration.

        Parameters
        ----------
        rng : numpy Generator, RandomState, int or None
            Source of randomness.
        family : str, default=None
            The family to draw from; None draws one of all, each equally likely.

        Returns
        -------
        dict
            A complete configuration.
        """
        rng = _generator(rng)
        if family is None:
            family = list(self.families)[int(rng.integers(len(self.families)))]
        configuration = {"family": family}
        for parameter in self._family(family).parameters:
            # Drawn even where it does not matter, so that one seed means one sequence.
            value = parameter.sample(rng)
            if parameter.is_active(configuration):
                configuration[parameter.name] = value
        return configuration

    def affords(self, name):
        """Tell whether a family may be tried here where somebody names it.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        bool
            True for those of `families`, and for one that is only tried where it is named, if it
            is installed, fits the task and is not too slow for its size.
        """
        if name in self.families:
            return True
        family = FAMILIES.get(name)
        return (
            family is not None
            and not family.by_default
            and self._can_learn(family)
            and family.is_available()
            and family.applies(*self._size())
        )

    def contains(self, configuration):
        """Tell whether a configuration's family is here and all its values are legal.

        Parameters
        ----------
        configuration : dict
            A configuration; missing keys stand for defaults.

        Returns
        -------
        bool
            False also for a key that the family does not have, or that does not matter beside
            the other values.
        """
        family = self.families.get(configuration.get("family"))
        if family is None:
            return False
        complete = _completed(configuration, family)
        active = {p.name: p for p in family.parameters if p.is_active(complete)}
        return all(
            name in active and active[name].contains(value)
            for name, value in configuration.items()
            if name != "family"
        )

    def complete(self, configuration):
        """Fill in the defaults of a configuration.

        Parameters
        ----------
        configuration : dict
            A configuration of a family that is known, though not necessarily in this space.

        Returns
        -------
        dict
            The configuration with a value for every parameter that matters.

        Raises
        ------
        ValueError
            If the family is unknown.
        """
        return _completed(configuration, self._family(configuration.get("family")))

    def pipeline(
        self, configuration, roles, *, n_rows, n_columns, n_classes, random_state, n_threads=1
    ):
        """Build the unfitted pipeline of a configuration.

        Parameters
        ----------
        configuration : dict
            A configuration; missing keys stand for defaults.
        roles : ColumnRoles
            What each column of the table is.
        n_rows : int
            Rows that it will be fitted on.
        n_columns : int
            Columns of the table.
        n_classes : int or None
            Number of classes; 0 or None for regression.
        random_state : int, RandomState or None
            Seed.
        n_threads : int, default=1
            Threads that a fit may use.

        Returns
        -------
        Pipeline
            Steps "preprocess", "select" and "project" where they are needed, "model". Steps
            that take `sample_weight` request it in scikit-learn's metadata routing.
        """
        configuration = self.complete(configuration)
        if roles.n_used == 0:
            return Pipeline([("model", self._prior())])
        family = self._family(configuration["family"])
        n_classes = 0 if self.kind == "regression" else int(n_classes)
        seed = _seed(random_state)
        context = BuildContext(
            kind=self.kind,
            n_rows=int(n_rows),
            n_classes=n_classes,
            width=encoded_width(roles, configuration, family.encoding),
            n_native=len(roles.categorical) if family.encoding == "native" else 0,
            random_state=seed,
            n_threads=n_threads,
        )
        preprocess = make_preprocessor(
            roles,
            configuration,
            family.encoding,
            kind=self.kind,
            n_classes=n_classes,
            weighted=self.weighted,
            n_rows=int(n_rows),
            random_state=seed,
        )
        steps = [
            ("preprocess", preprocess),
            ("select", selection_step(configuration, context)),
            ("project", None if roles.sparse else projection_step(configuration, context)),
            ("model", family.build(configuration, context)),
        ]
        with config_context(enable_metadata_routing=True):
            pipeline = Pipeline([step for step in steps if step[1] is not None])
            return request_weights(pipeline)

    def _prior(self):
        """Return the model for a table without a usable column."""
        is_regression = self.kind == "regression"
        model = DummyRegressor() if is_regression else DummyClassifier(strategy="prior")
        with config_context(enable_metadata_routing=True):
            return request_weights(model)

    def _family(self, name):
        """Look a family up, among those of the space first."""
        if name in self.families:
            return self.families[name]
        return self._known(name).for_kind(self.kind)

    def _known(self, name):
        """Look a family up among those that ship with the package."""
        if name in FAMILIES:
            return FAMILIES[name]
        close = get_close_matches(str(name), FAMILIES, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"Unknown family {name!r}.{hint} Known families: {sorted(FAMILIES)}.")

    def _chosen(self, families):
        """Sort the user's wish into names, exclusions and own families, and apply it."""
        if isinstance(families, str | Family):
            families = [families]
        wish = [] if families is None else list(families)
        if families is not None and not wish:
            raise ValueError("families is empty; name some, or give None for all that apply.")
        own = [family for family in wish if isinstance(family, Family)]
        names = [name for name in wish if not isinstance(name, Family)]
        excluded = {self._known(n[1:]).name for n in names if str(n).startswith("-")}
        included = [self._known(name) for name in names if not str(name).startswith("-")]
        if included or (own and not excluded):
            chosen = [self._demanded(family) for family in included]
        else:
            chosen = [family for family in FAMILIES.values() if self._applies(family)]
        chosen = [f for f in chosen if f.name not in excluded and self._can_learn(f)]
        chosen += [self._demanded(family) for family in own]
        if not chosen:
            raise ValueError(
                f"No family is left for a {self.kind} task (weighted={self.weighted}, "
                f"sparse={self.sparse}) with families={families!r}. "
                f"Known families: {sorted(FAMILIES)}."
            )
        return {family.name: family.for_kind(self.kind) for family in chosen}

    def _can_learn(self, family):
        """Tell whether a family fits the kind of task, its weights and its container."""
        return (
            self.kind in family.kinds
            and (family.weighted or not self.weighted)
            and (family.sparse or not self.sparse)
        )

    def _applies(self, family):
        """Tell whether a family is to be tried unasked, installed, and affordable here."""
        return family.by_default and family.is_available() and family.applies(*self._size())

    def _size(self):
        return self.n_rows or 1, self.n_columns or 1, self.n_classes or 0

    def _demanded(self, family):
        """Return a family that the user named, or say what it needs."""
        if not family.is_installed():
            wanted = f"'sklearn-meta[{family.extra}]'" if family.extra else family.module
            raise MissingExtraError(
                f"The family {family.name!r} needs {family.module!r}, which is not installed. "
                f"Install it with: pip install {wanted}"
            )
        if not family.is_available():
            raise ValueError(
                f"The family {family.name!r} can't be used: {family.lacking}. Or leave the "
                "family out of `families`."
            )
        if self.kind not in family.kinds:
            raise ValueError(
                f"The family {family.name!r} learns {family.kinds}, and the task is "
                f"{self.kind!r}. Leave the family out of `families`."
            )
        return family


def _completed(configuration, family):
    """Fill in defaults in the order of the parameters, so that conditions can be read."""
    complete = {"family": family.name, **configuration}
    for parameter in family.parameters:
        if parameter.name not in complete and parameter.is_active(complete):
            complete[parameter.name] = parameter.default
    return complete


def _generator(rng):
    """Make a numpy Generator of what scikit-learn calls a random state."""
    if isinstance(rng, np.random.Generator):
        return rng
    if isinstance(rng, np.random.RandomState):
        return np.random.default_rng(rng.randint(np.iinfo(np.int32).max))
    return np.random.default_rng(rng)


def _seed(random_state):
    """Draw one integer, so that every part of a pipeline can be cloned with it."""
    if isinstance(random_state, int | np.integer):
        return int(random_state) % (2**32)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
