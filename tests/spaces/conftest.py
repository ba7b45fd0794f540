import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread():
    """Spinning OpenMP threads can stall tiny fits for seconds on a busy machine."""
    with threadpool_limits(1):
        yield
