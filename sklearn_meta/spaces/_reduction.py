"""Optional steps between preprocessing and model: selection and projection of columns."""

from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.feature_selection import SelectFromModel, SelectKBest, f_classif, f_regression
from sklearn.kernel_approximation import Nystroem
from sklearn.preprocessing import PolynomialFeatures

from sklearn_meta.spaces._parameters import Categorical, Float

MAX_PCA_COLUMNS = 1000
MAX_INTERACTING_COLUMNS = 30

SELECTION = (
    Categorical("selection", ("none", "univariate", "model")),
    Float("selection_share", 0.1, 0.9, default=0.5, condition=("selection", ("univariate",))),
)
PCA_ONLY = (Categorical("projection", ("none", "pca")),)
PROJECTION = (Categorical("projection", ("none", "pca", "nystroem", "interactions")),)


def selection_step(configuration, context):
    """Return the transformer that a configuration's "selection" names.

    Parameters
    ----------
    configuration : dict
        A complete configuration.
    context : BuildContext
        What is known of the task.

    Returns
    -------
    transformer or None
        None for no selection.
    """
    selection = configuration.get("selection", "none")
    if selection == "none" or context.width < 2:
        return None
    if selection == "univariate":
        score = f_regression if context.is_regression else f_classif
        return SelectKBest(score, k=max(1, round(configuration["selection_share"] * context.width)))
    trees = ExtraTreesRegressor if context.is_regression else ExtraTreesClassifier
    model = trees(
        n_estimators=30,
        max_depth=8,
        max_features="sqrt",
        random_state=context.random_state,
        n_jobs=context.n_threads,
    )
    return SelectFromModel(model, threshold="median")


def projection_step(configuration, context):
    """Return the transformer that a configuration's "projection" names.

    Parameters
    ----------
    configuration : dict
        A complete configuration.
    context : BuildContext
        What is known of the task.

    Returns
    -------
    transformer or None
        None for no projection, or for one that would cost too much on so wide a table.
    """
    projection = configuration.get("projection", "none")
    if projection == "pca" and 2 < context.width <= MAX_PCA_COLUMNS:
        return PCA(n_components=0.98, svd_solver="full")
    if projection == "nystroem" and context.n_rows >= 20:
        return Nystroem(
            gamma=0.5 / context.width,
            n_components=min(200, context.n_rows // 2),
            random_state=context.random_state,
        )
    if projection == "interactions" and 2 <= context.width <= MAX_INTERACTING_COLUMNS:
        return PolynomialFeatures(2, interaction_only=True, include_bias=False)
    return None
