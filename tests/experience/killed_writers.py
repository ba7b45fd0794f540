"""Kill writers of a base at random moments; run by the tests as a process of its own.

``killed_writers.py LOCATION FOLDER N_KILLS SEED`` keeps three writers and a reader busy, kills a
writer ``N_KILLS`` times, starts another in its place, and looks at the base after each time. It
prints what it saw as JSON. A writer adds batches of evaluations, each in one transaction, and notes
in a file of its own which ones were acknowledged.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from sklearn_meta.experience import Experience

N_WRITERS = 3
BATCH = 25
TASK = {"name": "t", "kind": "binary", "n_rows": 9, "n_columns": 2, "n_classes": 2}


def start(function, *args):
    """Run a function in a forked child; return its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        function(*args)
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent would
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def write(location, notes, writer):
    base = Experience.open(location)
    file = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    batch = 0
    while True:
        seed = writer * 1_000_000 + batch * 1_000
        runs = [
            {"configuration": {"family": "linear", "C": i}, "metrics": {"own": seed}, "seed": seed}
            for i in range(BATCH)
        ]
        base.add_evaluations({**TASK, "name": f"task {batch % 3}"}, runs)
        os.write(file, f"{seed}\n".encode())
        batch += 1


def read(location, stop):
    base = Experience.open(location, read_only=True)
    while not os.path.exists(stop):
        assert set(base.evaluations().groupby("seed").size()) <= {BATCH}


def look(location):
    """Raise unless a base is sound and holds whole batches only; return their seeds."""
    base = Experience.open(location, read_only=True)
    assert base.check() == []
    sizes = base.evaluations().groupby("seed").size()
    assert set(sizes) <= {BATCH}, sizes
    return set(sizes.index)


def noted(folder):
    notes = [path.read_text() for path in Path(folder).glob("notes_*")]
    return {int(line) for text in notes for line in text.splitlines()}


def main(location, folder, n_kills, seed):
    dice = random.Random(seed)
    stop = os.path.join(folder, "stop")
    reader = start(read, location, stop)
    writers, n_started, journals = [], 0, 0
    for _ in range(n_kills):
        while len(writers) < N_WRITERS:
            notes = os.path.join(folder, f"notes_{n_started}")
            writers.append((start(write, location, notes, n_started), notes))
            n_started += 1
        child, notes = writers.pop(dice.randrange(N_WRITERS))
        while not os.path.exists(notes):
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.08))
        os.kill(child, signal.SIGKILL)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        journals += os.path.exists(f"{location}-journal")
        assert noted(folder) <= look(location)
    for child, _ in writers:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with open(stop, "w"):
        pass
    reader_code = os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1])
    acknowledged, present = noted(folder), look(location)
    report = {
        "kills": n_kills + len(writers),
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - present),
        "present": len(present),
        "journals": journals,
        "reader": reader_code,
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
