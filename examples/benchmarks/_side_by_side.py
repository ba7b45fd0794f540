"""Networks of one shape, one seed each, that are trained side by side."""

import torch
from torch.func import functional_call, stack_module_state, vmap


class SideBySide:
    """Networks that take their steps together, by ``torch.func.vmap`` over their weights.

    On a processor this takes less than half the time of one after the other, where sequences are
    long and networks small. Each follows its own gradient alone.

    Parameters
    ----------
    make_model : callable
        ``make_model()`` returns a network; it is called once a seed, which is set before.
    seeds : list of int
    optimizer : callable
        ``optimizer(parameters)`` returns an optimiser that treats each number by itself.
    max_norm : float, optional
        To which each network's gradient is cut; otherwise each number of it is cut to 10.
    """

    def __init__(self, make_model, seeds, optimizer, max_norm=None):
        self.seeds, self.max_norm = seeds, max_norm
        models = []
        for seed in seeds:
            torch.manual_seed(seed)
            models.append(make_model())
        self.model = models[0]
        weights, self.buffers = stack_module_state(models)
        self.weights = {
            name: value.detach().clone().requires_grad_() for name, value in weights.items()
        }
        self.optimizer = optimizer(self.weights.values())

    def __call__(self, inputs):
        """Return what the networks say of their inputs, whose first axis is the seeds."""

        def one(weights, buffers, inputs):
            return functional_call(self.model, (weights, buffers), (inputs,))

        return vmap(one)(self.weights, self.buffers, inputs)

    def step(self, losses, paces=None):
        """Take a step.

        Parameters
        ----------
        losses : Tensor of shape (n_seeds,)
        paces : sequence of float, optional
            Share of the step that each network takes; otherwise all of it.
        """
        self.optimizer.zero_grad()
        losses.sum().backward()
        self._clip()
        if paces is None:
            self.optimizer.step()
            return
        before = [value.detach().clone() for value in self.weights.values()]
        self.optimizer.step()
        with torch.no_grad():
            for value, old in zip(self.weights.values(), before, strict=True):
                value.copy_(torch.lerp(old, value, self._of_each(torch.tensor(paces), value)))

    def _clip(self):
        gradients = [value.grad for value in self.weights.values()]
        if self.max_norm is None:
            torch.nn.utils.clip_grad_value_(self.weights.values(), 10.0)
            return
        norms = sum((gradient**2).flatten(1).sum(1) for gradient in gradients).sqrt()
        share = (self.max_norm / norms.clamp(min=1e-12)).clamp(max=1)
        for gradient in gradients:
            gradient.mul_(self._of_each(share, gradient))

    def _of_each(self, numbers, like):
        """Return one number a network in the shape of a weight."""
        return numbers.reshape(-1, *[1] * (like.ndim - 1))

    def save(self, path, **progress):
        """Write a checkpoint in one step, with how far the training has come."""
        state = {
            "weights": self.weights,
            "buffers": self.buffers,
            "optimizer": self.optimizer.state_dict(),
            "progress": progress,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path, **begun):
        """Go on from a checkpoint; return the progress that was saved, or `begun` without one.

        Raises
        ------
        ValueError
            If it was made with another optimiser, whose steps were of another size, or by an
            earlier version.
        """
        if not path.exists():
            return begun
        saved = torch.load(path, weights_only=True)
        if "progress" not in saved:
            raise ValueError(f"{path} was written by an earlier version: delete it.")
        then, now = map(_settings, (saved["optimizer"], self.optimizer.state_dict()))
        if then != now:
            differing = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
            raise ValueError(
                f"{path} was trained with another optimiser than is used now (they differ in "
                f"{', '.join(differing)}). Delete it, or name another file for the results."
            )
        with torch.no_grad():
            for name, value in self.weights.items():
                value.copy_(saved["weights"][name])
        self.buffers = saved["buffers"]
        self.optimizer.load_state_dict(saved["optimizer"])
        return saved["progress"]


def _settings(state):
    """Return an optimiser's settings, but for the step size, which may change on the way."""
    (group,) = state["param_groups"]
    return {name: value for name, value in group.items() if name not in ("params", "lr")}
