"""The sinusoid families on which gradient-based meta-learners are compared."""

import numpy as np

from sklearn_meta.fewshot._task import Task


class Sinusoids:
    """Draw regression tasks y = A sin(w x - p).

    Parameters
    ----------
    amplitude, phase, frequency, x_range : pair of float
        Ranges of A, p, w and x; each drawn uniformly. The defaults are MAML's setting.
    n_points : int, default=20
        Rows of a task.

    References
    ----------
    C. Finn, P. Abbeel, S. Levine (2017). Model-agnostic meta-learning for fast adaptation of
    deep networks. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.fewshot import Sinusoids
    >>> task = Sinusoids(n_points=10)(np.random.default_rng(0))
    >>> task.X.shape, bool(np.abs(task.y).max() <= 5)
    ((10, 1), True)
    """

    def __init__(
        self,
        *,
        amplitude=(0.1, 5.0),
        phase=(0.0, np.pi),
        frequency=(1.0, 1.0),
        x_range=(-5.0, 5.0),
        n_points=20,
    ):
        self.amplitude = amplitude
        self.phase = phase
        self.frequency = frequency
        self.x_range = x_range
        self.n_points = n_points

    @classmethod
    def meta_sgd(cls, n_points=20):
        """Return the setting of Meta-SGD (Li et al. 2017): the frequency varies from 0.8 to 1.2."""
        return cls(frequency=(0.8, 1.2), n_points=n_points)

    def __call__(self, rng):
        """Draw one task.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where the randomness comes from.

        Returns
        -------
        Task
            With `n_points` rows.
        """
        X, y = self.draw_many(rng, 1)
        return Task(X[0], y[0], "sinusoid")

    def draw_many(self, rng, n_tasks):
        """Draw many tasks at once.

        Returns
        -------
        X : ndarray of shape (n_tasks, n_points, 1)
        y : ndarray of shape (n_tasks, n_points)
        """
        amplitude, phase, frequency = (
            rng.uniform(*bounds, size=(n_tasks, 1))
            for bounds in (self.amplitude, self.phase, self.frequency)
        )
        X = rng.uniform(*self.x_range, size=(n_tasks, self.n_points))
        return X[:, :, None], amplitude * np.sin(frequency * X - phase)
