"""The in-context learner that comes with the package: a first answer in one pass."""

from sklearn_meta.fewshot._shipped import FOLDER
from sklearn_meta.spaces._family import Family
from sklearn_meta.spaces._parameters import Int
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE

MAX_ROWS = 3000
MAX_COLUMNS = 300


def build(configuration, context):
    """Build the learner with the weights of the package."""
    from sklearn_meta import fewshot  # brings torch, so not before it is needed

    learner = fewshot.InContextRegressor if context.is_regression else fewshot.InContextClassifier
    return learner(
        n_estimators=configuration["n_estimators"],
        pretrained="bundled",
        device="cpu",
        random_state=context.random_state,
    )


def weights_are_there():
    """Tell whether this installation comes with weights for both kinds of task."""
    kinds = ("classification", "regression")
    return all((FOLDER / f"incontext_{kind}.safetensors").is_file() for kind in kinds)


def _limits(n_rows, n_columns, n_classes):
    """Leave far more rows than a pass reads (1,000) to families that use them all."""
    return n_rows <= MAX_ROWS and n_columns <= MAX_COLUMNS and n_classes <= 10


IN_CONTEXT = Family(
    name="in_context",
    builder=build,
    parameters=(Int("n_estimators", 1, 2, default=2), *LINEAR_TABLE),
    limits=_limits,
    ready=weights_are_there,
    by_default=False,  # it helped on as many small tables as it hurt (docs/benchmarks/incontext.md)
    lacking="it needs pretrained weights, and this installation comes without",
)
