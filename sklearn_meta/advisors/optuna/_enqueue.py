"""Put known good configurations into a study of any sampler."""

from sklearn_meta.advisors.baselines._portfolio import PortfolioAdvisor
from sklearn_meta.advisors.optuna._advice import StudyAdvice, distributions_of, trial_params


def enqueue(
    study,
    family,
    *,
    n_trials=8,
    X=None,
    y=None,
    task=None,
    kind=None,
    metric=None,
    parameters=None,
    fixed=None,
    distributions=None,
    experience="bundled",
    advisor=None,
):
    """Let a study begin with configurations that complement each other on earlier tasks.

    They wait in the study as by ``study.enqueue_trial``, whatever sampler goes on after them. What
    the study has tried, is trying or has waiting already is left out, so that calling this twice,
    or in several processes one after the other, changes nothing.

    Parameters
    ----------
    study : optuna.study.Study
        The study.
    family : str
        The family that is tuned; see `sklearn_meta.spaces.FAMILIES`.
    n_trials : int, default=8
        How many configurations the study is to have from this portfolio, those it has already
        included.
    X, y : table of shape (n_samples, n_features) and target of shape (n_samples,), default=None
        The table at hand; earlier tasks that may hold it are left out.
    task : TaskDescription or dict of str to float, default=None
        In place of the table.
    kind : {"binary", "multiclass", "regression"}, default=None
        Kind of task.
    metric : str, default=None
        What the objective returns, as experience names it.
    parameters : dict of str to str, default=None
        The family's name for a parameter of the study. A parameter with another name in the study,
        such as a step's ``"svc__C"``, has to be here or in `distributions`.
    fixed : dict, default=None
        Values of the family's other parameters that the objective never changes.
    distributions : dict of str to optuna.distributions.BaseDistribution, default=None
        What the objective draws from, by the study's names; without it, what the study has drawn
        so far, and for a new study the family's own ranges.
    experience : "bundled", path, Experience or None, default="bundled"
        What to learn from.
    advisor : BaseAdvisor, default=None
        Who chooses; None is a `PortfolioAdvisor` that does not look at seconds.

    Returns
    -------
    int
        How many trials were added.

    Raises
    ------
    ValueError
        If `n_trials` is negative, or a parameter named does not exist.

    See Also
    --------
    OptunaSampler : It also learns from the study's results.

    Examples
    --------
    >>> import optuna
    >>> from sklearn_meta.advisors import enqueue
    >>> study = optuna.create_study(direction="maximize")
    >>> enqueue(study, "svm", kind="binary", n_trials=3)
    3
    >>> enqueue(study, "svm", kind="binary", n_trials=3)
    0
    """
    if n_trials < 0:
        raise ValueError(f"n_trials must not be negative, got {n_trials!r}.")
    advice = StudyAdvice(
        family,
        PortfolioAdvisor(cost_aware=False) if advisor is None else advisor,
        X=X,
        y=y,
        task=task,
        kind=kind,
        metric=metric,
        parameters=parameters,
        fixed=fixed,
        experience=experience,
    )
    trials = study.get_trials(deepcopy=False)
    drawn = distributions_of(trials) | dict(distributions or {})
    listed = advice.portfolio(n_trials, drawn)
    present = {advice.key(trial_params(trial), drawn) for trial in trials}
    added = 0
    for configuration in listed:
        params = advice.names.params(configuration, drawn)
        if advice.key(params, drawn) not in present:
            study.enqueue_trial(params)
            added += 1
    return added
