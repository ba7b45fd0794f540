"""Keep the cache while the openml client is at work: it deletes a folder when a call fails."""

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from sklearn_meta.openml._cache import Place
from sklearn_meta.openml._options import current_options


@contextmanager
def protect_cache(*, datasets=(), tasks=()):
    """Put back what a failing call of the openml client deletes from its cache.

    `openml.datasets.get_dataset` and `openml.tasks.get_task` remove the whole folder of a data set
    or task when a call fails, be it for a lost connection. Inside this context the files are also
    linked elsewhere, and after a failure those that vanished are linked back.

    Parameters
    ----------
    datasets, tasks : sequence of int, default=()
        Ids of the data sets and tasks to protect.

    Yields
    ------
    None

    Examples
    --------
    >>> import openml
    >>> from sklearn_meta.openml import protect_cache
    >>> with protect_cache(datasets=[61]):  # doctest: +SKIP
    ...     openml.datasets.get_dataset(61, download_data=True)
    """
    cache = Place.current(current_options()).folder
    folders = [f"datasets/{id}" for id in datasets] + [f"tasks/{id}" for id in tasks]
    folders = [folder for folder in folders if (cache / folder).is_dir()]
    if not folders or not os.access(cache, os.W_OK):  # what can't be written can't be deleted
        yield
        return
    shelter = Path(tempfile.mkdtemp(prefix=".protected_", dir=cache))
    try:
        for folder in folders:
            _link_all(cache / folder, shelter / folder)
        try:
            yield
        except BaseException:
            for folder in folders:
                _link_all(shelter / folder, cache / folder)
            raise
    finally:
        shutil.rmtree(shelter, ignore_errors=True)


def _link_all(source, target):
    """Link the files of a folder into another, where they are not there yet."""
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and not path.name.endswith(".part"):
            with suppress(FileExistsError, FileNotFoundError):  # another process was faster
                _link(path, target / path.name)


def _link(source, target):
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if not target.exists():
            shutil.copy2(source, target)
