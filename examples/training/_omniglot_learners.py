"""Which learners are meta-trained on Omniglot, and how."""

from dataclasses import dataclass, field

_NETWORK = {"widths": [32, 64, 64], "strided_first": True, "flatten": True}
WHOLE = {"backbone": "resnet", "backbone_params": {**_NETWORK, "n_halving": 2}}  # 3 x 3 places
PLACES = {"backbone": "resnet", "backbone_params": {**_NETWORK, "n_halving": 1}}  # 7 x 7


@dataclass(frozen=True)
class Plan:
    """How a learner is trained.

    Attributes
    ----------
    iterations : int
        Steps of the outer optimiser.
    n_seeds : int
        Weights wanted of it, for each background set.
    params, training : dict
        Parameters of the learner and of its `MetaTraining`.
    network_of : str or None
        The learner from whose network, of the same set and seed, the training begins.
    backbone : dict
        Which network.
    """

    iterations: int
    n_seeds: int = 1
    params: dict = field(default_factory=dict)
    training: dict = field(default_factory=dict)
    network_of: str | None = None
    backbone: dict = field(default_factory=lambda: WHOLE)


_FAST = {"mixed_precision": "auto"}
_COMPARING = {"learning_rate": 3e-3, **_FAST}
_LOCAL = {"distance": "local"}
_MEMORY = {"hidden": 80, "n_orders": 2}
_BEGUN = "PrototypicalClassifier"

LEARNERS = {
    "PrototypicalClassifier": Plan(3000, 5, training=_COMPARING),
    "MatchingClassifier": Plan(4000, 5, _LOCAL, _COMPARING, backbone=PLACES),
    "SiameseClassifier": Plan(
        300,
        5,
        {"margin": 2.0, **_LOCAL},
        {"learning_rate": 3e-4, **_FAST},
        "MatchingClassifier",
        PLACES,
    ),
    # A step of these takes several times as long, and most of them adapt a network to a task in
    # which classes begin at their prototypes: the prototypical network's is where they begin.
    "MANNClassifier": Plan(600, 1, _MEMORY, _FAST, _BEGUN),
    "NTMClassifier": Plan(600, 1, {**_MEMORY, "memory_slots": 32}, _FAST, _BEGUN),
    "MetaSGDClassifier": Plan(300, 1, {"inner_steps": 1, "inner_lr": 0.01}, network_of=_BEGUN),
    "MAMLClassifier": Plan(
        300, 1, {"inner_steps": 2, "inner_lr": 0.01, "learn_rates": True}, network_of=_BEGUN
    ),
    "ReptileClassifier": Plan(
        100,
        1,
        {"inner_steps": 5, "inner_lr": 0.01, "head": "prototype"},
        {"optimizer": "sgd", "learning_rate": 1.0, "decay": "linear"},
        _BEGUN,
    ),
    # transfer: ordinary training first
    "FineTuningClassifier": Plan(200, 1, {"fit_steps": 20}, _FAST, _BEGUN),
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
