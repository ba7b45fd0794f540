"""Settings that all tests share."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before scipy is imported: else its checks are skipped

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores: more threads than cores take ten times as long. Set before numpy
    # and torch are imported, which is when they look.
    n_workers = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, os.cpu_count() // n_workers)))
