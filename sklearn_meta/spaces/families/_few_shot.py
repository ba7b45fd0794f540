"""Meta-trained few-shot learners, for tables with few rows."""

from sklearn_meta.fewshot._shipped import SHIPPED, shipped_path
from sklearn_meta.spaces._family import CLASSIFICATION, Family
from sklearn_meta.spaces._parameters import Categorical
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE

MAX_ROWS = 500
LEARNERS = {
    "prototypical": "PrototypicalClassifier",
    "matching": "MatchingClassifier",
}


def build(configuration, context):
    """Build a learner that starts from the weights that come with the package."""
    from sklearn_meta import fewshot  # brings torch, so not before it is needed

    learner = getattr(fewshot, LEARNERS[configuration["learner"]])
    return learner(pretrained=SHIPPED, device="cpu", random_state=context.random_state)


def weights_are_there():
    """Tell whether all learners come meta-trained with this installation."""
    return all(shipped_path(name) is not None for name in LEARNERS.values())


def _limits(n_rows, n_columns, n_classes):
    """Past some hundred rows other families learn more; each class has rows in every fold."""
    return n_rows <= MAX_ROWS and n_columns <= 200 and n_classes <= 20


FEW_SHOT = Family(
    name="few_shot",
    builder=build,
    parameters=(
        Categorical("learner", tuple(LEARNERS), default="prototypical"),
        *LINEAR_TABLE,
    ),
    kinds=CLASSIFICATION,
    limits=_limits,
    ready=weights_are_there,
    by_default=False,  # it cost more trials than it was worth (docs/benchmarks/few_shot_search.md)
    lacking="it needs meta-learned weights, and this installation comes without",
)
