"""What a collection used and how long it took, kept as facts of the base it filled."""

import os
from datetime import UTC, datetime
from time import perf_counter

from sklearn_meta.experience.recording._machine import machine_facts
from sklearn_meta.experience.records._records import installed_versions
from sklearn_meta.experience.records._transfer import write_facts

_WRITE_SECONDS = 60.0


class CollectionLog:
    """An entry in a base's log: a fact of its own for each call of the collector.

    It is written at the start, about once a minute and at the end; one of a collection that was
    killed has ``"ended": null``.

    Parameters
    ----------
    base : Experience
        Where to write.
    settings : dict
        Arguments of the collection, as far as JSON has words for them.
    """

    def __init__(self, base, settings):
        self.base = base
        # two calls may begin in one second, two processes in one microsecond
        self.key = f"collection {datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} {os.getpid()}"
        self.entry = {
            "started": _now(),
            "ended": None,
            "settings": settings,
            "versions": installed_versions(),
            "machine": machine_facts(),
            "evaluations": 0,
            "fold_cpu_seconds": 0.0,
        }
        self._started = self._written = perf_counter()
        with base._writing() as connection:
            write_facts(connection, {"collection": settings, self.key: self.entry})

    def count(self, evaluation):
        """Count an evaluation, and write now and then."""
        self.entry["evaluations"] += 1
        spent = (evaluation["fit_seconds"] or 0.0) + (evaluation["predict_seconds"] or 0.0)
        self.entry["fold_cpu_seconds"] += spent * max(evaluation["n_folds"], 1)
        if perf_counter() - self._written > _WRITE_SECONDS:
            self._write()

    def close(self, report):
        """Write how it ended."""
        self._write({"ended": _now(), **report})

    def _write(self, more=()):
        self._written = perf_counter()
        seconds = {"wall_seconds": round(self._written - self._started, 1)}
        entry = {**self.entry, **seconds, **dict(more)}
        with self.base._writing() as connection:
            write_facts(connection, {self.key: entry})


def _now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
