"""How the network is trained."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class PretrainingSettings:
    """Settings of a training; plain values, kept beside its checkpoints.

    Parameters
    ----------
    steps : int
        Steps that the schedule is made for.
    cells : int
        About how many cells of tables a step sees.
    learning_rate : float
        Highest size of a step, for the matrices (Muon, its updates scaled to AdamW's) and the
        rest (AdamW).
    warmup : int
        Steps over which it grows.
    cooldown : float
        Last share of the steps, over which it falls to zero.
    weight_decay : float
        Decoupled.
    clip : float
        Largest norm of the gradient.
    average : float
        Decay of the running average of the weights, which is what is kept.
    curriculum : float
        First share of the steps, over which tables grow to their full size.
    seed : int
        Decides the first weights and all tables.
    """

    steps: int = 2000
    cells: int = 24_000
    learning_rate: float = 2e-3
    warmup: int = 50
    cooldown: float = 0.3
    weight_decay: float = 0.01
    clip: float = 1.0
    average: float = 0.99
    curriculum: float = 0.3
    seed: int = 0

    def to_dict(self):
        """Return the settings as plain values."""
        return asdict(self)

    def rate_at(self, step):
        """Return the share of the highest learning rate at a step: up, level, down."""
        up = (step + 1) / max(self.warmup, 1)
        down = (self.steps - step) / max(self.cooldown * self.steps, 1)
        return max(min(1.0, up, down), 0.0)
