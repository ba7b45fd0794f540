"""Meta-train a deep kernel on many tasks at once (torch)."""

import numpy as np

_HIDDEN, _DIMENSIONS = 32, 8
_MAX_COLUMNS = 64  # configurations that take part in a step
_BATCH = 12  # tasks in a step
_LEARNING_RATE = 5e-3
_DECAY = 1e-2
_BLUR = 0.05  # of the encoded values: what holds for a configuration holds nearby
_JITTER = 1e-4


def meta_train(rows, families, z, weights, *, n_steps, seed):
    """Maximise the marginal likelihood of the tasks' standardised scores.

    Parameters
    ----------
    rows : ndarray of shape (n_configurations, n_columns)
        Encoded configurations.
    families : sequence of str of length n_configurations
        Their families.
    z : ndarray of shape (n_tasks, n_configurations)
        Standardised scores, NaN where missing.
    weights : ndarray of shape (n_tasks,)
        How much each task counts.
    n_steps : int
        Steps of the optimiser; each takes some milliseconds.
    seed : int
        Seed.

    Returns
    -------
    dict of str to ndarray
        For `DeepKernel`.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # not those of GPUs, which nothing restores
        model = _start(rows.shape[1])
        optimiser = torch.optim.AdamW(
            [
                {"params": [model[n] for n in _NETWORK], "weight_decay": _DECAY},
                {"params": [model[n] for n in _SCALARS], "weight_decay": 0.0},
            ],
            lr=_LEARNING_RATE,
        )
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(n_steps, 1))
        rng = np.random.default_rng(seed)
        same = torch.tensor(np.equal.outer(np.asarray(families), np.asarray(families)))
        table = torch.tensor(rows, dtype=torch.float64)
        odds = weights / weights.sum()
        for _ in range(n_steps):
            tasks, columns = _draw(rng, z, odds)
            blurred = table[columns] + _BLUR * torch.randn(len(columns), table.shape[1]).double()
            block = same[columns][:, columns]
            loss = _loss(model, blurred, block, torch.tensor(z[np.ix_(tasks, columns)]))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([model[n] for n in model], 10.0)
            optimiser.step()
            schedule.step()
    return _as_arrays(model)


_NETWORK = ("w1", "b1", "w2", "b2", "w3")
_SCALARS = ("bm", "log_relevance", "log_amplitudes", "log_noise")


def _start(n_columns):
    """Make the initial parameters, as leaves of torch."""
    import torch

    def normal(*shape, fan):
        return torch.randn(*shape).double() / np.sqrt(fan)

    model = {
        # few of the columns of a row are not zero
        "w1": normal(n_columns, _HIDDEN, fan=6),
        "b1": torch.zeros(_HIDDEN).double(),
        "w2": normal(_HIDDEN, _HIDDEN, fan=_HIDDEN / 2),
        "b2": torch.zeros(_HIDDEN).double(),
        "w3": normal(_HIDDEN, _DIMENSIONS, fan=_HIDDEN),
        "bm": torch.zeros(()).double(),
        "log_relevance": torch.full((n_columns,), np.log(0.5)).double(),
        "log_amplitudes": torch.log(torch.tensor([0.5, 0.3])).double(),
        "log_noise": torch.log(torch.tensor(0.2)).double(),
    }
    return {name: value.requires_grad_() for name, value in model.items()}


def _draw(rng, z, odds):
    """Draw the tasks and the configurations of a step."""
    n_tasks, n_configurations = z.shape
    tasks = rng.choice(n_tasks, size=min(_BATCH, n_tasks), replace=False, p=odds)
    columns = rng.permutation(n_configurations)[:_MAX_COLUMNS]
    return tasks, np.sort(columns)


def _loss(model, rows, same, z):
    """Mean negative log likelihood of a score."""
    import torch

    hidden = torch.nn.functional.silu(rows @ model["w1"] + model["b1"])
    hidden = torch.nn.functional.silu(hidden @ model["w2"] + model["b2"])
    amplitudes = model["log_amplitudes"].exp()
    kernel = amplitudes[0] * _matern(hidden @ model["w3"])
    kernel = kernel + amplitudes[1] * _matern(rows * model["log_relevance"].exp()) * same
    known = torch.isfinite(z)
    pairs = known[:, :, None] & known[:, None, :]
    noise = (model["log_noise"].exp() + _JITTER) * torch.eye(len(rows)).double()
    # a missing score stands apart from all others, with variance one and no residual
    full = torch.where(pairs, kernel + noise, torch.eye(len(rows)).double())
    residual = torch.where(known, z - model["bm"], torch.zeros(()).double())
    factor = torch.linalg.cholesky(full)
    solved = torch.linalg.solve_triangular(factor, residual[:, :, None], upper=False)
    volume = torch.log(torch.diagonal(factor, dim1=1, dim2=2)).sum()
    return (0.5 * (solved**2).sum() + volume) / known.sum().clamp(min=1)


def _matern(points):
    """Matérn kernel of smoothness 5/2 and unit length between rows."""
    import torch

    lengths = (points**2).sum(dim=1)
    squares = lengths[:, None] + lengths - 2.0 * points @ points.T
    distance = torch.sqrt(5.0 * squares.clamp(min=0.0) + 1e-8)
    return (1.0 + distance + distance**2 / 3.0) * torch.exp(-distance)


def _as_arrays(model):
    """Write the parameters as numpy arrays, logarithms undone."""
    arrays = {name: value.detach().numpy().copy() for name, value in model.items()}
    for name in ("relevance", "amplitudes", "noise"):
        arrays[name] = np.exp(arrays.pop(f"log_{name}"))
    return arrays
