"""Settings that the tests of few-shot learners share."""

import pytest


@pytest.fixture(autouse=True)
def one_thread(one_torch_thread):
    """Keep torch to one thread in all of them."""
