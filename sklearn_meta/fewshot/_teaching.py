"""Meta-training across tasks, and its stand-in where there is only one."""

import numpy as np

from sklearn_meta.fewshot._dataset import EpisodeDataset
from sklearn_meta.fewshot._net import EpisodeSplit, make_net, train
from sklearn_meta.fewshot._start import Start
from sklearn_meta.fewshot._task import Task, TaskList
from sklearn_meta.fewshot._training import MetaTraining


def meta_train(
    net,
    module_class,
    module_params,
    training,
    source,
    valid_source,
    *,
    normalize_y,
    seed,
    device,
    verbose,
    resume,
    first=None,
):
    """Train a net on episodes of a source of tasks.

    `net` None makes a new one, whose network then begins with the weights of the learner `first`.
    """
    description, kind = module_params["description"], module_params["kind"]
    sampler = training.sampler(kind)
    steps = min(training.epoch_length, training.iterations)

    def dataset(tasks, n_episodes, seed, resample):
        return EpisodeDataset(
            tasks,
            sampler,
            description,
            normalize_y=normalize_y,
            n_episodes=n_episodes,
            meta_batch_size=training.meta_batch_size,
            seed=seed,
            resample=resample,
        )

    split = EpisodeSplit(
        dataset(source, steps * training.meta_batch_size, seed, training.resample),
        None
        if valid_source is None
        else dataset(valid_source, training.validation_episodes, seed + 1, False),
    )
    if net is None:
        net = make_net(
            module_class, module_params, training, device, valid_source is not None, verbose
        )
    return train(net, split, training, resume, first)


def scratch_start(learner, module, description, X, y, n_classes, seed, device, normalize_y):
    """Train a module on episodes made of the support rows themselves.

    Where no split of them gives an episode, the module stays as it was made.
    """
    iterations = learner.scratch_iterations
    shape = _own_episodes(y, n_classes)
    if iterations == 0 or shape is None:
        return Start.of_module(type(learner).__name__, description, module, 0)
    shots, ways = shape
    base = learner._training()
    training = MetaTraining(
        iterations=iterations,
        epoch_length=iterations,
        ways=ways,
        shots=shots,
        queries=15,
        meta_batch_size=4,
        optimizer=base.optimizer,
        learning_rate=base.learning_rate,
        decay=base.decay,
        mixed_precision=base.mixed_precision,
        tasks_per_chunk=base.tasks_per_chunk,
    )
    net = meta_train(
        None,
        type(module),
        learner._module_params(description),
        training,
        TaskList([Task(X, np.asarray(y), "support rows")]),
        None,
        normalize_y=normalize_y,
        seed=seed,
        device=device,
        verbose=0,
        resume=False,
    )
    return Start.of_module(type(learner).__name__, description, net.module_, iterations)


def _own_episodes(y, n_classes):
    """Return (shots, ways) of episodes that the support rows can give, or None."""
    if n_classes is None:
        return (max(len(y) * 2 // 3, 1), None) if len(y) >= 3 else None
    counts = np.bincount(y, minlength=n_classes)
    splittable = int((counts >= 2).sum())
    if splittable < 2:
        return None
    shots = max(int(np.median(counts[counts >= 2])) * 2 // 3, 1)
    ways = (2, min(splittable, 10))
    return (1, min(shots, 10)), ways
