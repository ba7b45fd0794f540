"""A training in a folder: until its steps are done, or its time is out."""

import sys
import time
from pathlib import Path

import numpy as np

from sklearn_meta.fewshot.incontext._checkpoint import (
    append_log,
    load_checkpoint,
    save_checkpoint,
    shorten_log,
)
from sklearn_meta.fewshot.incontext._validation_tables import validation_scores
from sklearn_meta.fewshot.incontext._weights import Weights


class Run:
    """Train, log, validate and write checkpoints.

    Parameters
    ----------
    training : Pretraining
        What is trained.
    folder : str or PathLike
        Gets ``checkpoint.pt``, ``log.jsonl``, ``last.safetensors`` and, with `splits`,
        ``best.safetensors``.
    settings : dict
        Plain values that describe the training; a checkpoint of others is refused.
    splits : list of RealSplit
        Validated on; may be empty.
    validate_every : int
        Steps between validations.
    checkpoint_seconds : float
        Time between checkpoints.
    """

    def __init__(self, training, folder, settings, splits, validate_every, checkpoint_seconds):
        self.training = training
        self.folder = Path(folder)
        self.settings = settings
        self.splits = splits
        self.validate_every = validate_every
        self.checkpoint_seconds = checkpoint_seconds
        self.stopping = False
        self.seconds = 0.0  # processor time in steps, of all sittings
        self.best = -np.inf

    def resume(self):
        """Go on from the folder's checkpoint; return whether there was one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = load_checkpoint(self.folder, self.settings)
        if state is None:
            return False
        self.training.load_state(state["training"])
        self.seconds, self.best = state["seconds"], state["best"]
        shorten_log(self.folder, self.training.step)
        return True

    def go(self, seconds=float("inf")):
        """Train until the steps are done, `seconds` are over or `stopping` is set.

        Returns
        -------
        bool
            Whether all steps are done.
        """
        began = checkpointed = time.monotonic()
        n_steps = self.training.settings.steps
        while self.training.step < n_steps and not self.stopping:
            self._one_step()
            now = time.monotonic()
            if now - began >= seconds:
                break
            if now - checkpointed >= self.checkpoint_seconds:
                self.checkpoint()
                checkpointed = now
        self.checkpoint()
        return self.training.step >= n_steps

    def checkpoint(self):
        """Write the state, and the averaged weights."""
        state = {"training": self.training.state(), "settings": self.settings}
        save_checkpoint(self.folder, state | {"seconds": self.seconds, "best": self.best})
        self._weights().save(self.folder / "last.safetensors")

    def _one_step(self):
        started = time.process_time()
        loss = self.training.advance()
        self.seconds += time.process_time() - started
        step = self.training.step
        entry = {
            "step": step,
            "loss": round(loss, 6),
            "tables": self.training.tables_seen,
            "seconds": round(self.seconds, 3),
        }
        if self.splits and (step % self.validate_every == 0 or step == 1):
            entry["validation"] = self._validate()
            sys.stderr.write(f"step {step}: loss {loss:.4f}, validation {entry['validation']}\n")
        append_log(self.folder, **entry)

    def _validate(self):
        """Return the mean score by the number of training rows; keep the best weights."""
        scores = validation_scores(self.training.averaged_model(), self.splits)
        sizes = np.array([split.n_train for split in self.splits])
        scores = np.clip(scores, -1, 1)
        means = {str(n): round(float(np.nanmean(scores[sizes == n])), 5) for n in np.unique(sizes)}
        total = float(np.mean(list(means.values())))
        if total > self.best:
            self.best = total
            self._weights().save(self.folder / "best.safetensors")
        return means

    def _weights(self):
        facts = {
            "steps": self.training.step,
            "tables": self.training.tables_seen,
            "processor_seconds": round(self.seconds),
            "device": self.training.device,
        }
        return Weights.of_model(self.training.averaged_model(), facts | self.settings)
