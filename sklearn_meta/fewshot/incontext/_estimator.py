"""What the in-context classifier and the in-context regressor share."""

from abc import ABCMeta, abstractmethod
from copy import deepcopy
from dataclasses import replace
from numbers import Integral
from os import PathLike

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklearn_meta._compat import Interval, _fit_context
from sklearn_meta._validation import check_table, n_rows
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._rows import dense
from sklearn_meta.fewshot._seeding import choose_device
from sklearn_meta.fewshot._task import as_task_source
from sklearn_meta.fewshot.incontext._fine_tuning import fine_tuned, meta_trained
from sklearn_meta.fewshot.incontext._members import make_members
from sklearn_meta.fewshot.incontext._numbers import TableNumbers
from sklearn_meta.fewshot.incontext._passes import (
    answer_rows,
    as_arrays,
    as_tensors,
    read_context,
)
from sklearn_meta.fewshot.incontext._training_settings import PretrainingSettings
from sklearn_meta.fewshot.incontext._weights import Weights, load_weights, untrained_weights

_DEFAULT_META_TRAINING = PretrainingSettings(steps=300, learning_rate=3e-4, warmup=20)


class BaseInContext(BaseEstimator, metaclass=ABCMeta):
    """Keep the training rows as context; answer new rows in one pass of a trained network."""

    _parameter_constraints: dict = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "max_context_rows": [Interval(Integral, 2, None, closed="left")],
        "fine_tune_steps": [Interval(Integral, 0, None, closed="left")],
        "pretrained": [str, PathLike, None],
        "training": [PretrainingSettings, None],
        "device": [str],
        "random_state": ["random_state"],
    }

    _kind = None

    @_fit_context(prefer_skip_nested_validation=True)
    def meta_fit(self, tasks, *, validation_tasks=None):
        """Train the network further, on tables of one's own.

        Parameters
        ----------
        tasks : list or iterable of tasks, callable, str or PathLike
            Pairs (X, y) or objects with attributes X and y; a function of a numpy Generator that
            draws one; or a folder with an index (see `tasks_from_folder`).
        validation_tasks : the same, but no function, default=None
            Other tasks: with them the weights of the best validation are kept, those before the
            training among them.

        Returns
        -------
        self
            `fit` starts from what was learned; `clone` keeps it. A second `meta_fit` goes on
            from the first.

        Raises
        ------
        ValueError
            If there are no tasks, or one can't be learned from.
        TrainingDivergedError
            If the loss becomes infinite or not a number.
        """
        source = as_task_source(tasks)
        valid = None if validation_tasks is None else as_task_source(validation_tasks)
        training = _DEFAULT_META_TRAINING if self.training is None else self.training
        seed = self._seed()
        self.start_, self.history_ = meta_trained(
            self._weights(seed),
            source,
            valid,
            replace(training, seed=seed),
            choose_device(self.device),
        )
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Read the training rows.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features)
            Numbers, categories, strings, dates, missing cells.
        y : array-like of shape (n_samples,)
            Their targets.

        Returns
        -------
        self
            With what prediction needs of the rows, so that each call of `predict` passes the new
            rows only.

        Raises
        ------
        ValueError
            If rows, targets or a parameter can't be used; the message says what to change.
        """
        X = dense(check_table(self, X, reset=True))
        y = self._check_target(y, n_rows(X))
        seed, device = self._seed(), choose_device(self.device)
        n_classes = self._n_classes()
        if n_classes and n_classes > self.max_context_rows:
            raise TableError(
                f"y has {n_classes} classes, and max_context_rows={self.max_context_rows} rows "
                "can't show one of each. Raise max_context_rows, or merge rare classes."
            )
        self.numbers_ = TableNumbers().fit(X, y, n_classes)
        numbers = self.numbers_.transform(X)
        weights = self._weights(seed)
        self.facts_ = dict(weights.facts)
        self.network_ = weights.make_model()
        if self.fine_tune_steps:
            self.network_ = fine_tuned(
                self.network_, numbers, y, n_classes, self.fine_tune_steps, seed, device
            )
        self.members_ = make_members(
            self.n_estimators,
            y if n_classes else None,
            len(y),
            self.max_context_rows,
            np.random.default_rng(seed),
        )
        network = self.network_.to(device)
        self.states_ = [
            read_context(
                network,
                member.numbers(numbers[member.rows]),
                self._read_target(y[member.rows]),
                device,
            )
            for member in self.members_
        ]
        self.network_ = network.to("cpu")
        return self

    def save(self, path):
        """Write the weights that `fit` starts from to one safetensors file, in half precision.

        Parameters
        ----------
        path : str or PathLike
            The file; replaced in one step if it exists. Pass it as `pretrained`.

        Returns
        -------
        Path
            Where it was written.
        """
        return self._weights(self._seed()).save(path)

    def _member_outputs(self, X):
        """Return the answers of each member for new rows."""
        check_is_fitted(self)
        numbers = self.numbers_.transform(dense(check_table(self, X, reset=False)))
        device = choose_device(self.device)
        network = deepcopy(self.network_)
        return [
            answer_rows(network, member.numbers(numbers), state, device)
            for member, state in zip(self.members_, self.states_, strict=True)
        ]

    def _weights(self, seed):
        """Return the weights that a fit starts from."""
        if hasattr(self, "start_"):
            return self.start_
        if self.pretrained is None:
            return untrained_weights(self._kind, seed)
        return load_weights(self.pretrained, self._kind)

    def _seed(self):
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def __getstate__(self):
        """Return plain values and arrays alone, which any format of model files can hold."""
        state = dict(super().__getstate__())
        if "network_" in state:
            state["network_"] = Weights.of_model(state["network_"], {})
            state["states_"] = as_arrays(state["states_"])
        return state

    def __setstate__(self, state):
        """Make the network of its weights again."""
        state = dict(state)
        if "network_" in state:
            state["network_"] = state["network_"].make_model()
            state["states_"] = as_tensors(state["states_"])
        super().__setstate__(state)

    def __sklearn_clone__(self):
        """Copy the parameters, and what was learned across tasks."""
        copy = type(self)(
            **{name: clone(value, safe=False) for name, value in self.get_params(False).items()}
        )
        if hasattr(self, "start_"):
            copy.start_ = self.start_
        return copy

    def __sklearn_is_fitted__(self):
        """Tell whether `fit` has read training rows."""
        return hasattr(self, "states_")

    def __sklearn_tags__(self):
        """Tell scikit-learn what tables may look like."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    @abstractmethod
    def _check_target(self, y, n_samples):
        """Return class numbers or float targets."""

    @abstractmethod
    def _n_classes(self):
        """Return the number of classes, 0 for regression."""

    @abstractmethod
    def _read_target(self, y):
        """Return the target as the network reads it."""
