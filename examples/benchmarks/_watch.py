"""Runs as processes of their own, watched and ended with all they started.

While a run lives, its tree of processes is sampled for memory, threads and CPU time.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ONE_RUN = Path(__file__).resolve().with_name("_one_run.py")
CHECKOUT = ONE_RUN.parents[2]
GRACE_SECONDS = 1.0  # helpers of a process may outlive it by a moment


@dataclass
class Watched:
    """How a process and its descendants behaved.

    Attributes
    ----------
    seconds : float
        Wall clock from start to end.
    returncode : int
        Its exit status.
    timed_out : bool
        Whether it was ended at the limit.
    peak_rss_mb : float
        Largest sum of resident memory over the tree, in MiB; pages that forked processes share
        count for each.
    peak_threads : int
        Largest number of threads over the tree.
    cpu_seconds : float
        User and system time over the tree, up to the last sample of each process.
    left_processes : int
        Descendants that outlived it by more than a moment.
    """

    seconds: float = 0.0
    returncode: int = 0
    timed_out: bool = False
    peak_rss_mb: float = 0.0
    peak_threads: int = 0
    cpu_seconds: float = 0.0
    left_processes: int = 0
    _cpu: dict = field(default_factory=dict, repr=False)

    def sample(self, root):
        """Look at a tree once."""
        rss = threads = 0
        with contextlib.suppress(psutil.Error):
            for process in [root, *root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error), process.oneshot():
                    times = process.cpu_times()
                    rss += process.memory_info().rss
                    threads += process.num_threads()
                    self._cpu[process] = times.user + times.system
        self.peak_rss_mb = max(self.peak_rss_mb, rss / 2**20)
        self.peak_threads = max(self.peak_threads, threads)
        self.cpu_seconds = sum(self._cpu.values())


def _lives(process):
    """Tell whether a process still runs; one that only waits for its status to be read does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def watch(command, *, limit, env=None, log=subprocess.DEVNULL, interval=0.2):
    """Run a command to its end or the limit, and sample its tree of processes.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    limit : float
        Seconds of wall clock; then the tree is ended.
    env : dict, default=None
        Environment; None is that of the caller.
    log : file, default=DEVNULL
        Takes what the command prints.
    interval : float, default=0.2
        Seconds between samples.

    Returns
    -------
    Watched
    """
    watched, started = Watched(), time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=env,
        start_new_session=True,  # so that all that it starts can be ended as one group
    )
    try:
        root = psutil.Process(process.pid)
        while process.poll() is None and not watched.timed_out:
            watched.sample(root)
            watched.timed_out = time.perf_counter() - started > limit
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(interval)
        watched.seconds = time.perf_counter() - started
        if not watched.timed_out:
            _, alive = psutil.wait_procs(set(watched._cpu) - {root}, timeout=GRACE_SECONDS)
            watched.left_processes = sum(map(_lives, alive))
    finally:  # also when this benchmark is stopped
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        watched.returncode = process.wait()
    return watched


def one_run(python, job, *, limit, with_checkout=True):
    """Carry out a job of ``_one_run.py`` in a process of its own.

    Parameters
    ----------
    python : str
        The interpreter.
    job : dict
        See ``_one_run.py``.
    limit : float
        Seconds of wall clock.
    with_checkout : bool, default=True
        Whether the interpreter shall import the package from this checkout.

    Returns
    -------
    dict
        The job's report, with what was watched.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        out, printed = Path(folder) / "report.json", Path(folder) / "printed.txt"
        command = [str(python), str(ONE_RUN), json.dumps(job), str(out)]
        with printed.open("w") as log:
            watched = watch(command, limit=limit, env=environment(with_checkout), log=log)
        report = {name: value for name, value in vars(watched).items() if name != "_cpu"}
        report["load_before"] = load
        if out.exists():
            report.update(json.loads(out.read_text()))
        elif watched.timed_out:
            report.update(status="timeout", error=f"ended after {limit:.0f} s")
        else:
            last = printed.read_text(errors="replace").strip()[-300:]
            report.update(status="crash", error=f"exit status {watched.returncode}: {last}")
    return report


def environment(with_checkout):
    """Return an environment in which the checkout comes first, or no path is added at all."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if with_checkout:
        kept["PYTHONPATH"] = str(CHECKOUT)
    return kept


def stop_on_sigterm():
    """Make SIGTERM an ordinary exit, so that the run under way is ended too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped; call again to go on"))
