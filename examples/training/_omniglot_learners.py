"""Which learners are meta-trained on Omniglot, and how."""

from dataclasses import dataclass, field

RESIDUAL = {
    "backbone": "resnet",
    "backbone_params": {"widths": [32, 64, 128], "strided_first": True},
}
CONV4 = {
    "backbone": "conv4",
    "backbone_params": {"n_filters": [32, 64, 64, 64], "strided_first": True},
}


@dataclass(frozen=True)
class Plan:
    """How a learner is trained.

    Attributes
    ----------
    n_seeds : int
        Weights wanted of it, for each background set.
    share : float
        Of the time, beside the other learners.
    params, training : dict
        Parameters of the learner and of its `MetaTraining`.
    network_of : str or None
        The learner from whose network, of the same set and the first seed, the training begins.
    backbone : dict
        Which network.
    """

    n_seeds: int = 5
    share: float = 1.0
    params: dict = field(default_factory=dict)
    training: dict = field(default_factory=dict)
    network_of: str | None = None
    backbone: dict = field(default_factory=lambda: RESIDUAL)


_FAST = {"mixed_precision": "auto"}
_COMPARING = {"learning_rate": 3e-3, **_FAST}
_MEMORY = {"hidden": 100, "n_orders": 2}

LEARNERS = {
    "PrototypicalClassifier": Plan(training=_COMPARING),
    # by squared distance, one shot and no context it would be the prototypical network again
    "MatchingClassifier": Plan(params={"distance": "cosine"}, training=_COMPARING),
    "SiameseClassifier": Plan(params={"margin": 2.0}, training=_COMPARING),
    "MANNClassifier": Plan(1, 2.0, _MEMORY, _FAST),
    "NTMClassifier": Plan(1, 2.0, {**_MEMORY, "memory_slots": 32}, _FAST),
    # a step size for every weight: with the residual network more than a file may hold
    "MetaSGDClassifier": Plan(1, 1.0, {"inner_steps": 1, "inner_lr": 0.01}, backbone=CONV4),
    # A step of these takes several times as long, and all of them adapt a network to a task in
    # which classes begin at their prototypes: the prototypical network's is where they begin.
    "MAMLClassifier": Plan(
        1,
        1.0,
        {"inner_steps": 2, "inner_lr": 0.01, "learn_rates": True},
        network_of="PrototypicalClassifier",
    ),
    "ReptileClassifier": Plan(
        1,
        1.0,
        {"inner_steps": 5, "inner_lr": 0.01, "head": "prototype"},
        {"optimizer": "sgd", "learning_rate": 1.0, "decay": "linear"},
        network_of="PrototypicalClassifier",
    ),
    # transfer: ordinary training first
    "FineTuningClassifier": Plan(
        1, 1.0, {"fit_steps": 20}, _FAST, network_of="PrototypicalClassifier"
    ),
}


def make_learner(name, iterations, seed, checkpoint, device):
    """Make a learner that is to be trained for so many iterations.

    Parameters
    ----------
    name : str
        Of `LEARNERS`.
    iterations : int
        Steps of the outer optimiser.
    seed : int
        Of everything that is drawn.
    checkpoint : Path or None
        Folder of the checkpoint; None keeps none.
    device : str
        Where torch computes.

    Returns
    -------
    estimator
        Not trained yet.
    """
    from sklearn_meta import fewshot

    plan = LEARNERS[name]
    settings = {
        "iterations": iterations,
        "ways": None,  # all of a task
        "shots": 1,
        "queries": 5,
        "aligned": True,  # as in the runs, where one person drew what another is to recognise
        "meta_batch_size": 2,
        "learning_rate": 1e-3,
        "decay": "cosine",
        "gradient_clip": 10.0,
        "epoch_length": min(100, iterations),
        "validation_episodes": 30,
        "checkpoint": checkpoint,
        **plan.training,
    }
    return getattr(fewshot, name)(
        **plan.backbone,
        **plan.params,
        training=fewshot.MetaTraining(**settings),
        random_state=seed,
        device=device,
        verbose=1,
    )
