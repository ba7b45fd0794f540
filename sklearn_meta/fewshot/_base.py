"""What all few-shot learners share: one story, told once."""

from abc import ABCMeta, abstractmethod
from copy import deepcopy
from numbers import Integral
from os import PathLike

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklearn_meta._compat import Interval, StrOptions, _fit_context
from sklearn_meta._validation import n_rows
from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._encoding import encode_support
from sklearn_meta.fewshot._inference import query_outputs
from sklearn_meta.fewshot._rows import check_rows, described_rows
from sklearn_meta.fewshot._seeding import as_arrays, as_tensors, choose_device, seeded
from sklearn_meta.fewshot._shipped import SHIPPED, shipped_start
from sklearn_meta.fewshot._start import Start
from sklearn_meta.fewshot._task import as_task_source
from sklearn_meta.fewshot._training import MetaTraining
from sklearn_meta.fewshot.backbones import make_encoder
from sklearn_meta.fewshot.backbones._factory import check_fits, complete


class BaseFewShotLearner(BaseEstimator, metaclass=ABCMeta):
    """Learn across tasks with `meta_fit`, adapt to one with `fit`.

    A leaf names its module (`_module_class`), the settings that it takes (`_settings`) and, where
    they differ, how it is trained by default (`_default_training`).
    """

    _parameter_constraints: dict = {
        "backbone": [StrOptions({"auto", "table", "mlp", "conv4", "resnet"})],
        "backbone_params": [dict, None],
        "pretrained": [str, PathLike, None],
        "training": [MetaTraining, None],
        "scratch_iterations": [Interval(Integral, 0, None, closed="left")],
        "transductive": ["boolean"],
        "device": [str],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    _kind = None
    _learned_with = ()  # parameters without whose default the shipped weights mean nothing

    @_fit_context(prefer_skip_nested_validation=True)
    def meta_fit(self, tasks, *, validation_tasks=None, resume=False, start_from=None):
        """Learn across tasks where to start on a new one.

        Parameters
        ----------
        tasks : list or iterable of tasks, callable, str or PathLike
            Pairs (X, y) or objects with attributes X and y; a function of a numpy Generator that
            draws one; or a folder with an index (see `tasks_from_folder`).
        validation_tasks : the same, default=None
            Other tasks: with them the weights of the best validation are kept, and training may
            stop early.
        resume : bool, default=False
            Go on from the last `meta_fit`, or from `training`'s checkpoint where there is one,
            until `training`'s number of iterations is reached; the other settings stay those with
            which it began. False starts anew.
        start_from : few-shot learner, str or PathLike, default=None
            A learner of any class that ran `meta_fit`, or a file that its `save` wrote: this
            network begins with the weights of that one, and compares places of images as that one
            does if both do. With `validation_tasks` the start is judged too, and is kept if no
            later weights do better. A training that is resumed goes on from its own.

        Returns
        -------
        self
            With `net_`, the skorch net, and its history. `fit` starts from what was learned;
            `clone` keeps it.

        Raises
        ------
        ValueError
            If there are no tasks, a task is too small for the episodes asked for, or `start_from`
            has another network.
        TrainingDivergedError
            If the loss becomes infinite or not a number.
        """
        from sklearn_meta.fewshot._net import steps_behind  # brings skorch
        from sklearn_meta.fewshot._teaching import meta_train

        source = as_task_source(tasks)
        valid = None if validation_tasks is None else as_task_source(validation_tasks)
        seed = self._seed()
        description = self._describe(described_rows(source, seed, self._images_wanted()))
        device = choose_device(self.device)
        net = getattr(self, "net_", None) if resume and self._is_meta_trained() else None
        with seeded(seed, device):
            self.net_ = meta_train(
                net,
                self._module_class,
                self._module_params(description),
                self._training(),
                source,
                valid,
                normalize_y=getattr(self, "normalize_y", False),
                seed=seed,
                device=device,
                verbose=self.verbose,
                resume=resume,
                first=start_from,
            )
        module, n_steps = self.net_.module_, steps_behind(self.net_)
        self.start_ = Start.of_module(type(self).__name__, description, module, n_steps)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y):
        """Adapt to one task.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_samples, n_features), or images of shape \
                (n_samples, height, width[, channels])
            The support rows. A table may hold numbers, categories, strings, dates and missing
            cells.
        y : array-like of shape (n_samples,)
            Their targets.

        Returns
        -------
        self
            The adapted learner.

        Raises
        ------
        ValueError
            If rows, targets or a parameter can't be used; the message says what to change.
        """
        X = check_rows(self, X, self._images_wanted(), reset=True)
        y, n_classes = self._check_target(y, n_rows(X))
        start = self._meta_start()
        description = self._describe(X) if start is None else start.description
        check_fits(description, X, "set up for" if start is None else "meta-trained on")
        seed, device = self._seed(), choose_device(self.device)
        normalize_y = getattr(self, "normalize_y", False)
        with seeded(seed, device):
            module = self._module_class(**self._module_params(description))
            if start is None and self.pretrained == SHIPPED and self._as_shipped():
                start = shipped_start(type(self).__name__, description, module)
            if start is None:
                from sklearn_meta.fewshot._teaching import scratch_start  # brings skorch

                start = scratch_start(
                    self, module, description, X, y, n_classes, seed, device, normalize_y
                )
            start.fill(module).to(device).eval()
            self.encoder_ = make_encoder(description)
            self.support_, self.location_ = encode_support(
                self.encoder_, X, y, n_classes, normalize_y
            )
            state = module.adapt(as_tensors(self.support_, device), n_classes)
        self.state_ = {name: np.array(a, order="C") for name, a in as_arrays(state).items()}
        self.fitted_start_ = start
        return self

    def _as_shipped(self):
        """Tell whether the shipped weights were learned with the settings of this learner."""
        default = type(self)()
        return all(getattr(self, name) == getattr(default, name) for name in self._learned_with)

    def _outputs(self, X):
        """Return logits or standardised predictions of query rows."""
        check_is_fitted(self)
        X = check_rows(self, X, self._images_wanted(), reset=False)
        device = choose_device(self.device)
        start = self.fitted_start_
        with seeded(0, device):  # making a module draws random numbers
            module = self._module_class(**self._module_params(start.description))
            start.fill(module).to(device).eval()
            return query_outputs(
                module,
                self.state_,
                self.support_,
                self.encoder_.transform(X),
                self._n_classes(),
                device,
            )

    def save(self, path, *, half=False):
        """Write what was meta-learned, and what `fit` learned, to one safetensors file.

        Parameters
        ----------
        path : str or PathLike
            The file; replaced in one step if it exists.
        half : bool, default=False
            Whether the meta-learned weights are kept in half precision (float16): a file of half
            the size, from which they are read as float32, off by about one part in 2,000.

        Returns
        -------
        Path
            Where it was written.

        Raises
        ------
        ValueError
            If nothing was learned yet, or a weight is too large for half precision.
        """
        from sklearn_meta.fewshot._saving import save_learner

        return save_learner(self, path, half)

    @classmethod
    def load(cls, path):
        """Read a learner that `save` wrote.

        Parameters
        ----------
        path : str or PathLike
            The file.

        Returns
        -------
        estimator
            Of this class, meta-trained and fitted as it was when saved.

        Raises
        ------
        ValueError
            If the file is no such file, is of a newer protocol or holds another learner.
        """
        from sklearn_meta.fewshot._saving import load_learner

        return load_learner(cls, path)

    def __sklearn_clone__(self):
        """Copy the parameters, and what was learned across tasks."""
        copy = type(self)(
            **{name: clone(value, safe=False) for name, value in self.get_params(False).items()}
        )
        if self._is_meta_trained():
            copy.start_ = deepcopy(self.start_)
        return copy

    def __sklearn_is_fitted__(self):
        """Tell whether `fit` has adapted the learner to a task."""
        return hasattr(self, "state_")

    def __sklearn_tags__(self):
        """Tell scikit-learn what tables may look like."""
        tags = super().__sklearn_tags__()
        any_table = self.backbone in ("auto", "table", "attributes")
        tags.input_tags.allow_nan = any_table
        tags.input_tags.sparse = True
        tags.input_tags.categorical = any_table
        tags.input_tags.string = any_table
        tags.input_tags.three_d_array = self.backbone in ("auto", "conv4", "resnet")
        return tags

    def _is_meta_trained(self):
        return hasattr(self, "start_")

    def _meta_start(self):
        """Return what `meta_fit` or a file gives to start from, or None."""
        if self._is_meta_trained():
            return self.start_
        if self.pretrained is None or self.pretrained == SHIPPED:
            return None
        from sklearn_meta.fewshot._saving import load_start

        return load_start(self.pretrained, type(self).__name__)

    def _seed(self):
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _training(self):
        return self._default_training() if self.training is None else self.training

    def _default_training(self):
        return MetaTraining()

    def _images_wanted(self):
        return None if self.backbone == "auto" else self.backbone in ("conv4", "resnet")

    def _describe(self, X):
        description = complete(self.backbone, self.backbone_params or {}, X)
        if self.transductive and description["name"] not in ("conv4", "resnet"):
            raise TableError(
                "transductive=True uses the statistics of a batch of images; the backbone "
                f"{description['name']!r} has none. Set transductive=False."
            )
        return description

    def _module_params(self, description):
        settings = {**self._settings(), "transductive": self.transductive}
        return {"description": description, "kind": self._kind, "settings": settings}

    def _n_classes(self):
        return len(self.classes_) if self._kind == "classification" else None

    @property
    @abstractmethod
    def _module_class(self):
        """The `FewShotModule` that learns."""

    @abstractmethod
    def _settings(self):
        """Return the settings of the module: a dict of plain values."""

    @abstractmethod
    def _check_target(self, y, n_samples):
        """Return class numbers and their number, or float targets and None."""
