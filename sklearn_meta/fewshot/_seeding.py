"""Seeds for torch that leave the caller's random state as it was."""

from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed, device="cpu"):
    """Seed torch inside the block; restore its global random state on leaving."""
    devices = [torch.device(device)] if str(device).startswith("cuda") else []
    with torch.random.fork_rng(devices=devices):
        seed_torch(seed, device)
        yield


def seed_torch(seed, device="cpu"):
    """Seed the generators of the CPU and of the device in use.

    ``torch.manual_seed`` would also note a call, with its traceback, for each device that is not
    in use: slow, and never freed.
    """
    torch.default_generator.manual_seed(seed)
    if str(device).startswith("cuda"):
        torch.cuda.manual_seed(seed)


def choose_device(device):
    """Return the device's name: for "auto" a GPU where there is one, else the CPU."""
    if device != "auto":
        return str(device)
    return "cuda" if torch.cuda.is_available() else "cpu"


def as_tensors(arrays, device="cpu"):
    """Turn nested dicts of arrays into nested dicts of tensors on a device."""
    if isinstance(arrays, dict):
        return {name: as_tensors(value, device) for name, value in arrays.items()}
    return torch.as_tensor(arrays).to(device)


def as_arrays(tensors):
    """Turn nested dicts of tensors into nested dicts of numpy arrays."""
    if isinstance(tensors, dict):
        return {name: as_arrays(value) for name, value in tensors.items()}
    return tensors.detach().cpu().numpy()
