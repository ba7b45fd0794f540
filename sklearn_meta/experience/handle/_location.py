"""Where an experience base lives: opening, making, closing, and travelling by its location."""

import os
from pathlib import Path

from sklearn_meta.exceptions import ExperienceError
from sklearn_meta.experience.database._database import Database, normalise_location
from sklearn_meta.experience.database._files import MEMORY, check_file_exists
from sklearn_meta.experience.records._view import ALL

BUNDLED = Path(__file__).parents[1] / "bundled.sqlite"


class Located:
    """A handle on a base; copies and pickles carry the location, not the content.

    A base in memory (:meth:`empty`) has no place to be found at, so its pickle holds its content.
    """

    def __init__(self, database, view=ALL):
        self._database = database
        self._view = view

    @classmethod
    def open(cls, where, read_only=False):
        """Open a base that exists; one of an older schema version is brought up to date.

        Parameters
        ----------
        where : str or path
            A file, a SQLAlchemy URL such as ``"postgresql+pg8000://user@host/name"``, or
            ``"bundled"`` for what comes with the package.
        read_only : bool, default=False
            Refuse to write.

        Returns
        -------
        Experience

        Raises
        ------
        ExperienceNotFoundError
            If there is no such file.
        ExperienceError
            If it is not an experience base, damaged, or of a newer schema version.
        """
        if where == "bundled":
            return cls.bundled()
        location = normalise_location(where)
        check_file_exists(location)
        return cls._checked(Database(location, read_only=read_only))

    @classmethod
    def create(cls, where):
        """Make an empty base.

        Parameters
        ----------
        where : str or path
            A file that does not exist yet, or a SQLAlchemy URL of a database without these tables.

        Returns
        -------
        Experience

        Raises
        ------
        ExperienceError
            If something is there already, or the folder does not exist.
        """
        location = normalise_location(where)
        if "://" not in location:
            _reserve_file(location)
        database = Database(location)
        database.create_tables()
        return cls(database)

    @classmethod
    def bundled(cls):
        """Open the base that comes with the package, for reading.

        Returns
        -------
        Experience

        Raises
        ------
        ExperienceNotFoundError
            If the package was installed without it.
        """
        check_file_exists(str(BUNDLED))
        return cls._checked(Database(str(BUNDLED), read_only=True, immutable=True))

    @classmethod
    def empty(cls):
        """Make an empty base in memory.

        Returns
        -------
        Experience
        """
        database = Database(MEMORY)
        database.create_tables()
        return cls(database)

    @classmethod
    def _checked(cls, database):
        database.prepare()
        return cls(database)

    def close(self):
        """Let go of the base; it can't be used through this handle any more."""
        self._database = None

    @property
    def location(self):
        """The absolute path, the URL, or ``":memory:"``."""
        return self._opened.location

    @property
    def read_only(self):
        """Whether nothing can be added through this handle."""
        return self._opened.read_only or not self._view.shows_all

    @property
    def _opened(self):
        if self._database is None:
            raise ExperienceError(
                "This experience base was closed. Open it again with Experience.open(path)."
            )
        return self._database

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.close()

    def __copy__(self):
        return type(self)(self._opened, self._view)

    def __deepcopy__(self, memo):
        # `sklearn.clone` comes here: a clone is another handle on the same base, not a second base
        return self.__copy__()

    def __getstate__(self):
        database = self._opened
        return {
            "location": database.location,
            "read_only": database.read_only,
            "immutable": database.immutable,
            "content": database.content(),
            "view": self._view,
        }

    def __setstate__(self, state):
        location, immutable = state["location"], state["immutable"]
        if immutable:
            location = str(BUNDLED)  # the package may be installed elsewhere here
        if state["content"] is None:
            check_file_exists(location)
        database = Database(
            location,
            read_only=state["read_only"],
            immutable=immutable,
            content=state["content"],
        )
        database.prepare()
        self.__init__(database, state["view"])


def _reserve_file(location):
    """Make the empty file that a new base will fill; never over an existing one.

    An empty one may be what somebody left who was killed here; of two who fill it, one is refused.
    """
    if os.path.isfile(location) and os.path.getsize(location) == 0:
        return
    try:
        os.close(os.open(location, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError as error:
        raise ExperienceError(
            f"A new experience base was to be made at {location!r}, but something is there. Open "
            "it with Experience.open, or give another path."
        ) from error
    except OSError as error:
        raise ExperienceError(
            f"No experience base can be made at {location!r} ({error.strerror}). Make the folder, "
            "or give a path that can be written."
        ) from error
