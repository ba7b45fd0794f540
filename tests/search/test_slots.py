"""A slot is a worker that can be ended at once and is kept warm between fits."""

import os
import signal
import time
from time import perf_counter

import pytest
from loky.process_executor import BrokenProcessPool

from sklearn_meta.search import InlineSlot, WorkerSlot, release_slot, take_slot
from sklearn_meta.search._slots import end_idle_slots


def wait_until_up(slot):
    return slot.submit(os.getpid).result(timeout=120)


@pytest.fixture
def slot():
    slot = WorkerSlot()
    yield slot
    slot.end()


def test_end_is_immediate(slot):
    worker = wait_until_up(slot)
    future = slot.submit(time.sleep, 300)
    time.sleep(0.2)
    started = perf_counter()
    slot.end()
    with pytest.raises(Exception, match=r"shutdown|terminated|killed|SIGKILL"):
        future.result(timeout=5)
    assert perf_counter() - started < 0.5
    assert not slot.alive
    deadline = perf_counter() + 5
    while os.path.exists(f"/proc/{worker}") and perf_counter() < deadline:
        time.sleep(0.05)  # the kernel takes the process away in its own time
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_crash_belongs_to_one_future(slot):
    other = WorkerSlot()
    try:
        beside = other.submit(time.sleep, 1.0)
        doomed = slot.submit(os._exit, 3)
        with pytest.raises(Exception, match="terminated|exit"):
            doomed.result(timeout=120)
        assert not slot.alive
        assert beside.result(timeout=120) is None
        assert other.alive
        assert wait_until_up(other) != os.getpid()
    finally:
        other.end()


def test_error_leaves_the_worker_alive(slot):
    worker = wait_until_up(slot)
    with pytest.raises(ValueError, match="invalid literal"):
        slot.submit(int, "x").result(timeout=60)
    assert slot.alive
    assert wait_until_up(slot) == worker


def test_released_slot_is_taken_again():
    end_idle_slots()  # those of other tests
    slot = take_slot()
    worker = wait_until_up(slot)
    release_slot(slot)
    again = take_slot()
    try:
        assert again is slot
        assert wait_until_up(again) == worker
        other = take_slot()
        assert other is not slot
        other.end()
    finally:
        again.end()


def test_ended_slots_are_not_kept():
    slot = take_slot()
    slot.end()
    release_slot(slot)
    fresh = take_slot()
    assert fresh is not slot
    fresh.end()


def test_threads_are_limited(slot):
    wait_until_up(slot)
    assert slot.submit(os.getenv, "OMP_NUM_THREADS").result(timeout=60) == "1"
    pools = slot.submit(_thread_pools).result(timeout=60)
    assert pools
    assert set(pools) == {1}


def _thread_pools():
    from threadpoolctl import threadpool_info

    return [pool["num_threads"] for pool in threadpool_info()]


def test_memory_is_that_of_the_worker(slot):
    wait_until_up(slot)
    before = slot.memory()
    assert before > 20 * 2**20
    slot.submit(_hold, 300 * 2**20).result(timeout=60)
    assert slot.memory() > before + 250 * 2**20


_held = []


def _hold(n_bytes):
    _held.append(bytearray(os.urandom(1024)) * (n_bytes // 1024))


def test_inline_slot():
    slot = InlineSlot()
    assert slot.submit(os.getpid).result() == os.getpid()
    with pytest.raises(ZeroDivisionError):
        slot.submit(divmod, 1, 0).result()
    slot.end()
    assert slot.alive
    assert slot.memory() == 0


def test_a_slot_that_broke_unnoticed_gives_a_failed_future():
    slot = WorkerSlot()
    pid = wait_until_up(slot)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(BrokenProcessPool):
        for _ in range(1000):  # whether it is known yet or not
            slot.submit(os.getpid).result(timeout=60)
    assert isinstance(slot.submit(os.getpid).exception(timeout=60), BrokenProcessPool)
    slot.end()


def test_an_idle_worker_outlives_an_interrupt():
    slot = WorkerSlot()
    pid = wait_until_up(slot)
    os.kill(pid, signal.SIGINT)
    assert slot.submit(os.getpid).result(timeout=60) == pid
    slot.end()
