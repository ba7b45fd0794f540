"""Optuna's tree-structured Parzen estimator over the parameters of a family."""

import logging
import warnings
from contextlib import contextmanager

from sklearn_meta.advisors.configurations._moves import tidy
from sklearn_meta.spaces import Int

_N_RECENT = 200
_N_STARTUP = 4


class ParzenSearch:
    """An Optuna study that knows a family's results so far.

    It is made anew for each proposal: sessions then pickle, and depend on nothing but their seed
    and what they were told. One family at a time, because a joint study takes ten times as long.

    Parameters
    ----------
    space : SearchSpace
        What may be tried.
    family : str
        Name of the family.
    trials : list of Trial
        Successful trials of this family that the space contains; the latest 200 are used.
    seed : int
        Seed of the sampler.

    References
    ----------
    Bergstra, Bardenet, Bengio and Kegl (2011), "Algorithms for hyper-parameter optimization",
    NeurIPS 24.
    """

    def __init__(self, space, family, trials, seed):
        with warnings.catch_warnings():
            # in a notebook without widgets, its progress bars say so on import; none is shown here
            warnings.filterwarnings("ignore", message="IProgress not found")
            import optuna

        self._space = space
        self._family = space.families[family]
        self._distributions = _distributions(self._family)
        with _quiet():
            sampler = optuna.samplers.TPESampler(
                seed=seed, multivariate=True, n_startup_trials=_N_STARTUP
            )
            self._study = optuna.create_study(direction="maximize", sampler=sampler)
            self._study.add_trials([self._finished(trial) for trial in trials[-_N_RECENT:]])

    def propose(self):
        """Let the estimator pick the parameters that matter.

        Returns
        -------
        dict
            A complete configuration.
        """
        with _quiet():
            trial = self._study.ask()
            configuration = {"family": self._family.name}
            for parameter in self._family.parameters:
                if parameter.is_active(configuration):
                    configuration[parameter.name] = _suggest(trial, parameter)
        return tidy(self._space, configuration)

    def _finished(self, trial):
        """Turn a trial of ours into a finished one of Optuna's."""
        import optuna

        configuration = self._space.complete(trial.configuration)
        params, used = {}, {}
        for parameter in self._family.parameters:
            if parameter.is_active(configuration):
                params[parameter.name] = _encode(parameter, configuration[parameter.name])
                used[parameter.name] = self._distributions[parameter.name]
        return optuna.trial.create_trial(params=params, distributions=used, value=trial.score)


@contextmanager
def _quiet():
    """Keep Optuna's note on the study out of the log; its own verbosity stays as it is."""
    logger = logging.getLogger("optuna.storages._in_memory")

    def is_warning(record):
        return record.levelno >= logging.WARNING

    logger.addFilter(is_warning)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # experimental options of the sampler
            yield
    finally:
        logger.removeFilter(is_warning)


def _encode(parameter, value):
    """Write a choice as its place in the list, since Optuna takes neither lists nor tuples."""
    if not hasattr(parameter, "choices"):
        return value
    return next(n for n, choice in enumerate(parameter.choices) if _same(choice, value))


def _same(left, right):
    """Compare choices; True is not 1."""
    return type(left) is type(right) and left == right


def _distributions(family):
    """Optuna's distributions of a family's parameters, by parameter name."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    found = {}
    for parameter in family.parameters:
        if hasattr(parameter, "choices"):
            made = CategoricalDistribution(tuple(range(len(parameter.choices))))
        else:
            make = IntDistribution if isinstance(parameter, Int) else FloatDistribution
            made = make(parameter.low, parameter.high, log=parameter.log)
        found[parameter.name] = made
    return found


def _suggest(trial, parameter):
    """Ask a trial for a parameter's value, as plain Python."""
    label = parameter.name
    if hasattr(parameter, "choices"):
        return parameter.choices[trial.suggest_categorical(label, range(len(parameter.choices)))]
    if isinstance(parameter, Int):
        return int(trial.suggest_int(label, parameter.low, parameter.high, log=parameter.log))
    value = trial.suggest_float(label, parameter.low, parameter.high, log=parameter.log)
    return float(min(max(float(f"{value:.6g}"), parameter.low), parameter.high))
