"""The stream of synthetic tables that a training reads: a function of the seed and the step."""

from sklearn_meta.fewshot.incontext._curriculum import settings_at
from sklearn_meta.fewshot.incontext.prior import draw_shape, draw_tables


class SyntheticTables:
    """Tables of the prior, step by step.

    Parameters
    ----------
    prior : PriorSettings
        What the tables are made of.
    training : PretrainingSettings
        Its seed, its curriculum and the size of a batch.
    kind : {"classification", "regression"}
        Kind of task.
    device : str
        Where tables are computed.
    """

    def __init__(self, prior, training, kind, device="cpu"):
        self.prior = prior
        self.training = training
        self.kind = kind
        self.device = device

    def __call__(self, step):
        """Return the batches of a step: a list of `Tables`."""
        grown = self.training.curriculum * self.training.steps
        prior = settings_at(self.prior, step / grown if grown else 1.0)
        seed = [self.training.seed, step]
        shape = draw_shape(prior, self.kind, self.training.cells, seed)
        return [draw_tables(prior, shape, seed, self.device)]
