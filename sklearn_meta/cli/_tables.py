"""Tables in files: CSV and parquet, by the name's ending."""

import os
import zlib
from difflib import get_close_matches
from pathlib import Path

from sklearn_meta.cli._console import UsageError
from sklearn_meta.persistence._atomic import atomic_path

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def read_table(path, texts=()):
    """Read a table.

    Parameters
    ----------
    path : str
        A file whose name ends in .csv, .csv.gz or .parquet.
    texts : iterable of str, default=()
        Columns of a CSV file to read as texts, even where they look like numbers.

    Returns
    -------
    DataFrame
        With at least one row.

    Raises
    ------
    UsageError
        If there is no such file, it can't be read or has no rows.
    """
    suffix = table_suffix(path)
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder. Give a file.")
    if not Path(path).exists():
        raise UsageError(f"there is no file {path}{_near(path)}.")
    import pandas as pd

    try:
        if suffix == ".parquet":
            table = pd.read_parquet(path)
        else:
            dtypes = dict.fromkeys(texts, "str")
            table = pd.read_csv(path, dtype=dtypes, low_memory=False)
    except pd.errors.EmptyDataError as error:
        raise UsageError(f"{path} is empty. Give a table with a header and rows.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8 ({error}). Save it as UTF-8.") from error
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} can't be read as {suffix}: {error}") from error
    if not len(table):
        raise UsageError(f"{path} has no rows. Give a table with at least one.")
    return table


def _near(path):
    """Suggest files of the folder whose names are like the one that is not there."""
    folder = Path(path).parent
    if not folder.is_dir():
        return f" (nor the folder {folder})"
    near = get_close_matches(Path(path).name, os.listdir(folder), n=2)
    return f"; did you mean {' or '.join(str(folder / name) for name in near)}" if near else ""


def table_suffix(path):
    """Return the ending of a table's name.

    Parameters
    ----------
    path : str
        A file name.

    Returns
    -------
    {".csv", ".csv.gz", ".parquet"}

    Raises
    ------
    UsageError
        If it has another ending.
    """
    for suffix in SUFFIXES:
        if str(path).lower().endswith(suffix):
            return suffix
    raise UsageError(
        f"{path} is not the name of a table: it has to end in {', '.join(SUFFIXES[:-1])} or "
        f"{SUFFIXES[-1]}."
    )


def check_output(path):
    """Check that a file can be written, before the work that it is for.

    Parameters
    ----------
    path : str
        Where the file is to be; one that is there will be replaced.

    Raises
    ------
    UsageError
        If the folder is missing or can't be written to, or there is a folder of that name.
    """
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder} to write {path} to. Make it first.")
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder. Give the name of a file.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {folder} can't be written to. Choose another one.")


def write_table(table, path):
    """Write a table, whole or not at all.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    path : str
        A name that ends in .csv, .csv.gz or .parquet.
    """
    suffix = table_suffix(path)
    with atomic_path(path) as temporary:
        if suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        else:
            compression = "gzip" if suffix == ".csv.gz" else None
            table.to_csv(temporary, index=False, compression=compression)


def check_column(table, name, path, option):
    """Check that a table has a column.

    Parameters
    ----------
    table : DataFrame
        The table.
    name : str
        The column.
    path : str
        Where the table is from, for the message.
    option : str
        The option that named the column, for the message.

    Raises
    ------
    UsageError
        If it has no such column; names those that are alike.
    """
    if name in table.columns:
        return
    names = [str(column) for column in table.columns]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        hint = "its values seem not to be separated by commas, which is what is read"
    elif near := get_close_matches(name, names, n=3):
        hint = f"did you mean {' or '.join(repr(other) for other in near)}?"
    else:
        hint = f"it has {', '.join(names[:10])}" + (", ..." if len(names) > 10 else "")
    raise UsageError(f"{path} has no column {name!r} ({option}); {hint}")
