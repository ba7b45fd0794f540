"""Settings that all tests share."""

import os

import pytest

os.environ["SCIPY_ARRAY_API"] = "1"  # before scipy is imported: else its checks are skipped


@pytest.fixture
def one_torch_thread():
    """More threads than cores, where tests run side by side, take ten times as long."""
    import torch  # only where it is asked for: it is slow to load

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
