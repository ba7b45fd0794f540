"""Gaussian processes, for very small tables."""

from sklearn.compose import TransformedTargetRegressor
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel
from sklearn.preprocessing import StandardScaler

from sklearn_meta.spaces._family import Family
from sklearn_meta.spaces._parameters import Categorical, Float
from sklearn_meta.spaces._preprocessing import LINEAR_TABLE
from sklearn_meta.spaces._reduction import SELECTION

MAX_ROWS = 500


def build(configuration, context):
    """Build a Gaussian process; the length scale starts in units of the square root of p."""
    kernel = make_kernel(configuration, context)
    if context.is_regression:
        process = GaussianProcessRegressor(kernel, random_state=context.random_state)
        return TransformedTargetRegressor(process, transformer=StandardScaler())
    return GaussianProcessClassifier(
        kernel,
        max_iter_predict=50,
        random_state=context.random_state,
        n_jobs=context.n_threads,
    )


def make_kernel(configuration, context):
    """Make the covariance function of a configuration.

    Parameters
    ----------
    configuration : dict
        A complete configuration.
    context : BuildContext
        What is known of the task.

    Returns
    -------
    Kernel
        With a noise of its own for numbers.
    """
    scale = configuration["length_scale"] * context.width**0.5
    bounds = (scale / 100, scale * 100)
    if configuration["kernel"] == "rbf":
        shape = RBF(scale, bounds)
    else:
        shape = Matern(scale, bounds, nu=1.5 if configuration["kernel"] == "matern" else 0.5)
    kernel = ConstantKernel(1.0, (1e-2, 1e3)) * shape
    if context.is_regression:
        return kernel + WhiteKernel(configuration["noise"], (1e-5, 10.0))
    return kernel


def _limits(n_rows, n_columns, n_classes):
    """Each step of the fit inverts a matrix of all rows, once per class."""
    return n_rows <= MAX_ROWS and n_columns <= 500 and n_classes <= 10


GAUSSIAN_PROCESS = Family(
    name="gaussian_process",
    builder=build,
    parameters=(
        Categorical("kernel", ("rbf", "matern", "exponential"), default="matern"),
        Float("length_scale", 0.1, 10.0, log=True, default=1.0),
        Float("noise", 1e-3, 1.0, log=True, default=0.1, kinds=("regression",)),
        *LINEAR_TABLE,
        *SELECTION,
    ),
    limits=_limits,
)
