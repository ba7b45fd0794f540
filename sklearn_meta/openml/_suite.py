"""Suites: lists of tasks that people compare on."""

import logging
import sys
import time

from sklearn_meta.openml._cache import Place
from sklearn_meta.openml._errors import DamagedFileError
from sklearn_meta.openml._options import current_options
from sklearn_meta.openml._task import fetch_task
from sklearn_meta.openml._xml import read_xml, text_of, texts_of, xml_complaint

_logger = logging.getLogger(__name__)

#: Names that people use, besides the aliases that the server knows.
ALIASES = {
    "cc18": 99,
    "openml-cc18": 99,
    "amlb": 271,
    "amlb-classification": 271,
    "amlb-regression": 269,
    "ctr23": 353,
    "openml-ctr23": 353,
}


def suite_task_ids(suite, *, offline=None):
    """Return the ids of a suite's tasks.

    Parameters
    ----------
    suite : int or str
        Id or alias: 99 or "OpenML-CC18"; 271 and 269 or "amlb-classification" and
        "amlb-regression"; 353 or "CTR23"; or another that the server knows.
    offline : bool, default=None
        True never opens a connection.

    Returns
    -------
    list of int

    Raises
    ------
    OpenMLError
        As :func:`fetch_task`; also if it is a study of runs.

    Examples
    --------
    >>> from sklearn_meta.openml import suite_task_ids
    >>> len(suite_task_ids("OpenML-CC18"))  # doctest: +SKIP
    72
    """
    key = ALIASES.get(str(suite).strip().casefold(), str(suite).strip())
    if not str(key) or "/" in str(key):
        raise ValueError(f"suite={suite!r}; an id or an alias is wanted, like 99 or 'OpenML-CC18'.")
    place = Place.current(current_options(offline))
    content = place.get(
        f"studies/{key}/study.xml",
        place.api(f"study/{key}"),
        f"suite {suite}",
        check=xml_complaint("study"),
    )
    study = read_xml(content, "study")
    tasks = [int(text) for text in texts_of(study, "tasks/task_id")]
    if text_of(study, "main_entity_type", "task").rstrip("s") != "task" or not tasks:
        raise DamagedFileError(f"OpenML's study {suite} is no suite: it does not list tasks.")
    return tasks


class Suite:
    """The tasks of a suite, fetched one at a time; see :func:`iter_suite`.

    Attributes
    ----------
    task_ids : list of int
        All its tasks.
    failed : dict of int to str
        Tasks that could not be had on the last walk, and why.
    """

    def __init__(self, name, task_ids, offline, verbose, stop_on_error):
        self.name = name
        self.task_ids = list(task_ids)
        self.failed = {}
        self._offline = offline
        self._verbose = verbose
        self._stop_on_error = stop_on_error

    def __len__(self):
        return len(self.task_ids)

    def __iter__(self):
        self.failed = {}
        for number, id in enumerate(self.task_ids, 1):
            started = time.monotonic()
            try:
                task = fetch_task(id, offline=self._offline)
            except Exception as error:  # noqa: BLE001 - recorded: one task must not end the walk
                if self._stop_on_error:
                    raise
                self.failed[id] = f"{type(error).__name__}: {error}"
                self._say(number, f"task {id} left out: {error}")
                if not self._verbose:
                    _logger.warning("Task %d of suite %s is left out: %s", id, self.name, error)
                continue
            seconds = time.monotonic() - started
            self._say(number, f"task {id}, {task.name}, {task.X.shape[0]} rows ({seconds:.1f} s)")
            yield task
        if self.failed:
            self._say(len(self), f"{len(self.failed)} tasks left out: {sorted(self.failed)}")

    def _say(self, number, text):
        if self._verbose:
            sys.stderr.write(f"suite {self.name}, {number}/{len(self)}: {text}\n")
            sys.stderr.flush()

    def __repr__(self):
        return f"<OpenML suite {self.name}, {len(self)} tasks>"


def iter_suite(suite, *, offline=None, verbose=0, stop_on_error=False):
    """Walk over the tasks of a suite, fetching each only when its turn comes.

    Parameters
    ----------
    suite : int or str
        Id or alias, as for :func:`suite_task_ids`.
    offline : bool, default=None
        True never opens a connection: tasks that are not in the cache are left out.
    verbose : int, default=0
        1 says on the standard error how far it is.
    stop_on_error : bool, default=False
        True raises at the first task that can't be had; False leaves it out and names it in
        `failed` and in the log.

    Returns
    -------
    Suite
        Iterable over `FetchedTask` (each is itself ``name, X, y, facts``), with a length and the
        dict `failed`.

    Raises
    ------
    OpenMLError
        If the suite itself can't be had.

    Examples
    --------
    >>> from sklearn_meta.openml import iter_suite
    >>> for task in iter_suite(99):  # doctest: +SKIP
    ...     model.fit(task.X, task.y)
    """
    return Suite(suite, suite_task_ids(suite, offline=offline), offline, verbose, stop_on_error)
