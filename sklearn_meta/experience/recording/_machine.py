"""How fast this machine is, so that seconds from different machines compare."""

import os
import platform
from functools import cache
from time import thread_time

import numpy as np

# What the workload below takes where the scale was made: one core of an AMD EPYC (AVX-512, 1 MiB L2
# cache) with numpy 2.4, OpenBLAS 0.3.31 and scikit-learn 1.9.
REFERENCE_SECONDS = 0.085
REPEATS = 3


@cache
def machine_speed():
    """Measure how fast this machine is with a fixed workload on one thread.

    About a third of a second, once for each process: a matrix product and a decomposition, sorting,
    and a decision tree, which together stand for what fits spend their time with. The processor
    time of the fastest of three runs counts, so other work on the machine matters little.

    Returns
    -------
    float
        1.0 on the reference machine, 2.0 on one that takes half its time; seconds times speed are
        seconds on the reference machine. Runs on one machine agree within about a tenth.

    Examples
    --------
    >>> from sklearn_meta.experience.recording._machine import machine_speed
    >>> 0.05 < machine_speed() < 20
    True
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return REFERENCE_SECONDS / min(_workload_seconds() for _ in range(REPEATS))


def _workload_seconds():
    """Processor seconds of this thread for the fixed workload; making its data is not counted."""
    from sklearn.tree import DecisionTreeRegressor

    rng = np.random.default_rng(0)
    square, tall = rng.normal(size=(500, 500)), rng.normal(size=(3000, 15))
    tree = DecisionTreeRegressor(random_state=0)
    started = thread_time()
    for _ in range(2):
        np.linalg.eigvalsh(square @ square.T)
    for _ in range(10):
        np.sort(square, axis=0)
    tree.fit(tall, tall @ np.arange(15.0))
    return thread_time() - started


def machine_facts():
    """Describe this machine for the log of a collection, without its name.

    Returns
    -------
    dict
        ``system``, ``processor``, ``cores``, ``memory_gib``, ``python`` and ``speed``.
    """
    import psutil

    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "speed": round(machine_speed(), 3),
    }


def _processor():
    """Return the processor's model, as far as the system tells."""
    try:
        with open("/proc/cpuinfo") as lines:
            models = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or "unknown"


def free_memory():
    """Return 0.8 of the memory that is free now, in bytes."""
    import psutil

    return int(0.8 * psutil.virtual_memory().available)
