"""Write a file whole or not at all."""

import os
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def atomic_path(path):
    """Give a path to write to; when the block ends well, that file takes the place of `path`.

    Whoever reads `path` meanwhile sees the old file or the new one, never half of one. If the
    block fails, what was written is removed and `path` stays as it was.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be; a link is followed.

    Yields
    ------
    Path
        In the same folder, with the same ending.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_meta.persistence._atomic import atomic_path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_path(Path(folder) / "a.txt") as temporary:
    ...         _ = temporary.write_text("whole")
    ...     [file.name for file in Path(folder).iterdir()]
    ['a.txt']
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{uuid4().hex[:8]}-{target.name}")
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
