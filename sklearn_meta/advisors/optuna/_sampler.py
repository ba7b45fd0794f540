"""An Optuna sampler that starts from experience."""

import json
import logging

import numpy as np
from optuna.samplers import BaseSampler, TPESampler
from optuna.study import StudyDirection
from sklearn.base import clone

from sklearn_meta.advisors.gaussian._advisor import GaussianAdvisor
from sklearn_meta.advisors.optuna._advice import CLAIM, StudyAdvice
from sklearn_meta.advisors.optuna._ranges import MISSING

logger = logging.getLogger("sklearn_meta")

_RETRIES = 10


class OptunaSampler(BaseSampler):
    """Sampler for studies that tune a model of a known family.

    Each trial gets the configuration with the most expected improvement by what earlier tasks say
    and by the results of the study so far: known configurations whose values lie in the study's
    ranges first, then others in between. The first trial, before which the ranges are not known,
    gets the best known configuration, moved into the ranges as they turn up. Pruned trials count
    with their last intermediate value, though never as better than the middle of the completed
    ones; failed ones are not tried again.

    The sampler keeps no results of its own. Each promise is written into its trial's system
    attributes, so that any number of threads or processes can work on one study, in any storage,
    without trying anything twice.

    Parameters
    ----------
    family : str
        The family that is tuned; see `sklearn_meta.spaces.FAMILIES`.
    X, y : table of shape (n_samples, n_features) and target of shape (n_samples,), default=None
        The table at hand: advice then depends on what it looks like, and earlier tasks that may
        hold it are left out.
    task : TaskDescription or dict of str to float, default=None
        In place of the table: a description, or meta-features under OpenML's names. Without
        anything, the advice is what has been good on the earlier tasks.
    kind : {"binary", "multiclass", "regression"}, default=None
        Kind of task. None asks the table or the description; without either, it is binary.
    metric : str, default=None
        What the objective returns, e.g. "roc_auc", "log_loss", "rmse" or "accuracy". It may be
        left open; then nothing is assumed of the height of the values.
    parameters : dict of str to str, default=None
        The family's name for a parameter of the study, e.g. ``{"depth": "max_depth"}``. Names of
        the family, and those of a step of a pipeline (``"svc__C"``), need no entry.
    fixed : dict, default=None
        Values of the family's other parameters that the objective never changes, e.g.
        ``{"kernel": "rbf"}``: earlier results with other values are left out.
    experience : "bundled", path, Experience or None, default="bundled"
        What to learn from.
    advisor : BaseAdvisor, default=None
        Who advises; None is the `GaussianAdvisor`.
    independent_sampler : optuna.samplers.BaseSampler, default=None
        Draws what the family does not know; None is Optuna's `TPESampler`.
    seed : int, default=None
        Seed of all choices. Processes on one study may share it.

    See Also
    --------
    enqueue : Put a few known configurations into a study of any sampler.

    References
    ----------
    Akiba, Sano, Yanase, Ohta and Koyama (2019), "Optuna: a next-generation hyperparameter
    optimization framework", KDD 25.

    Examples
    --------
    >>> import optuna
    >>> from sklearn_meta.advisors import OptunaSampler
    >>> def objective(trial):
    ...     C = trial.suggest_float("C", 1e-3, 1e3, log=True)
    ...     gamma = trial.suggest_float("gamma", 1e-2, 10, log=True)
    ...     return (C - 30) ** 2 + gamma
    >>> study = optuna.create_study(sampler=OptunaSampler("svm", kind="regression", seed=0))
    >>> study.optimize(objective, n_trials=3)
    >>> len(study.trials)
    3
    """

    def __init__(
        self,
        family,
        *,
        X=None,
        y=None,
        task=None,
        kind=None,
        metric=None,
        parameters=None,
        fixed=None,
        experience="bundled",
        advisor=None,
        independent_sampler=None,
        seed=None,
    ):
        self._advice = StudyAdvice(
            family,
            GaussianAdvisor() if advisor is None else clone(advisor),
            X=X,
            y=y,
            task=task,
            kind=kind,
            metric=metric,
            parameters=parameters,
            fixed=fixed,
            experience=experience,
        )
        self._seed = np.random.SeedSequence(seed).entropy if seed is None else seed
        self._independent = independent_sampler or TPESampler(seed=seed)
        self._promised = {}
        self._strangers = set()

    def reseed_rng(self):
        """Take a new seed from the operating system, as Optuna asks for where jobs run at once."""
        self._seed = np.random.SeedSequence().entropy
        self._independent.reseed_rng()

    def infer_relative_search_space(self, study, trial):
        """Return no parameter: each is looked up in the promise when its range is known."""
        self._raise_error_if_multi_objective(study)
        return {}

    def sample_relative(self, study, trial, search_space):
        """Return no parameter."""
        return {}

    def sample_independent(self, study, trial, param_name, param_distribution):
        """Look a parameter up in what the trial was promised.

        Parameters
        ----------
        study : optuna.study.Study
            The study.
        trial : optuna.trial.FrozenTrial
            The trial.
        param_name : str
            The study's name of the parameter.
        param_distribution : optuna.distributions.BaseDistribution
            What it is drawn from.

        Returns
        -------
        object
            A value of the distribution.
        """
        names = self._advice.names
        if names.parameter_of(param_name) is None:
            self._say_once(param_name, f"is none of the family {names.family.name!r}")
            value = MISSING
        else:
            value = names.value(param_name, param_distribution, self._promise(study, trial))
        if value is not MISSING:
            return value
        return self._independent.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study, trial):
        """Let the sampler of unknown parameters prepare a trial."""
        self._independent.before_trial(study, trial)

    def after_trial(self, study, trial, state, values):
        """Forget what the trial was promised: its parameters are in the study."""
        self._promised.pop((study.study_name, trial.number), None)
        self._independent.after_trial(study, trial, state, values)

    def _promise(self, study, trial):
        """Return the configuration of a trial; an empty one if none is left."""
        key = (study.study_name, trial.number)
        if key not in self._promised:
            self._promised[key] = self._claim(study, trial)
        return self._promised[key]

    def _claim(self, study, trial):
        """Settle what a trial tries, and let the study's other workers know.

        A promise is written, then all others are read. Of two workers that promise the same, the
        one that reads later sees both, and gives way; so no promise stands twice.
        """
        sign = 1 if study.direction == StudyDirection.MAXIMIZE else -1
        trials = study.get_trials(deepcopy=False)
        skip = _n_undecided(trials, trial.number)
        for attempt in range(_RETRIES):
            seed = np.random.SeedSequence([self._seed, trial.number, attempt])
            proposal = self._advice.propose(
                trials,
                sign=sign,
                seed=int(seed.generate_state(1)[0] // 2),
                own=trial.number,
                skip=skip,
            )
            if proposal is None:
                return {}
            promise = proposal.configuration
            study._storage.set_trial_system_attr(trial._trial_id, CLAIM, promise)
            trials = study.get_trials(deepcopy=False)
            rivals = _rivals(trials, trial.number, promise)
            if not rivals:
                return promise
            skip = sum(number < trial.number for number in rivals)
        return promise

    def _say_once(self, name, why):
        """Tell that a parameter is drawn without advice."""
        if name not in self._strangers:
            self._strangers.add(name)
            logger.warning(
                "The parameter %r %s, so that %s draws it without advice.",
                name,
                why,
                type(self._independent).__name__,
            )


def _n_undecided(trials, number):
    """Count earlier trials that run and have neither parameters nor a promise yet."""
    return sum(
        trial.number < number
        and trial.state.name == "RUNNING"
        and not trial.params
        and CLAIM not in trial.system_attrs
        and "fixed_params" not in trial.system_attrs
        for trial in trials
    )


def _rivals(trials, number, promise):
    """Numbers of other trials that were promised the same."""
    text = json.dumps(promise, sort_keys=True)
    return [
        trial.number
        for trial in trials
        if trial.number != number
        and CLAIM in trial.system_attrs
        and json.dumps(trial.system_attrs[CLAIM], sort_keys=True) == text
    ]
