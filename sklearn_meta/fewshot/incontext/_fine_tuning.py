"""Further training: on a user's tasks, or on the rows of one table."""

import numpy as np

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot._task import TaskFunction
from sklearn_meta.fewshot.incontext._pretraining import Pretraining
from sklearn_meta.fewshot.incontext._real import RealTables, random_split
from sklearn_meta.fewshot.incontext._training_settings import PretrainingSettings
from sklearn_meta.fewshot.incontext._validation_tables import real_splits, validation_scores
from sklearn_meta.fewshot.incontext._weights import Weights

_N_VALIDATIONS = 6
_FINE_RATE = 2e-4
_LEAST_ROWS = 8


def meta_trained(weights, tasks, validation_tasks, settings, device):
    """Return the weights after training on tasks, and the history of losses and scores."""
    kind = weights.settings.kind
    training = Pretraining(
        weights.settings, settings, RealTables(tasks, kind, settings.seed), device
    )
    training.start_from(weights.make_model())
    splits = [] if validation_tasks is None else _splits(validation_tasks, kind)
    best, best_score, history = training.averaged_model(), -np.inf, []
    if splits:
        best_score = float(np.nanmean(validation_scores(best, splits)))
        history.append({"step": 0, "validation": best_score})
    every = max(1, settings.steps // _N_VALIDATIONS)
    while training.step < settings.steps:
        entry = {"step": training.step + 1, "loss": training.advance()}
        if splits and (training.step % every == 0 or training.step == settings.steps):
            model = training.averaged_model()
            entry["validation"] = float(np.nanmean(validation_scores(model, splits)))
            if entry["validation"] > best_score:
                best, best_score = model, entry["validation"]
        history.append(entry)
    if not splits:
        best = training.averaged_model()
    facts = dict(weights.facts)
    facts["meta_fit_steps"] = facts.get("meta_fit_steps", 0) + settings.steps
    return Weights.of_model(best, facts), history


def _splits(tasks, kind):
    """Return splits of validation tasks, of as many training rows as most of them allow."""
    if isinstance(tasks, TaskFunction):
        raise TableError(
            "validation_tasks must be a list or a folder of tasks, got a function: it would be "
            "judged on other tasks each time."
        )
    tasks = [tasks[number] for number in range(len(tasks))]
    sizes = tuple(size for size in (50, 200) if any(len(t.y) >= size + 30 for t in tasks))
    splits = real_splits(tasks, kind, sizes)
    if not splits:
        raise TableError(
            "None of the validation_tasks can be used: they need at least 80 rows and two to ten "
            "classes. Add larger ones, or leave validation_tasks out."
        )
    return splits


def fine_tuned(model, numbers, y, n_classes, steps, seed, device):
    """Return a model that was trained on random splits of the training rows.

    Too few rows to split leave the model as it is.
    """
    if len(y) < _LEAST_ROWS:
        return model
    kind = model.settings.kind

    def source(step):
        rng = np.random.default_rng([seed, step])
        return [random_split(numbers, y, kind, rng)]

    settings = PretrainingSettings(
        steps=steps, learning_rate=_FINE_RATE, warmup=5, average=0.9, seed=seed
    )
    training = Pretraining(model.settings, settings, source, device)
    training.start_from(model)
    for _ in range(steps):
        training.advance()
    return training.averaged_model()
