"""The table of a data set: from parquet where the server has it, else from ARFF."""

import hashlib
import io
import os
import re

from sklearn_meta.openml._arff import read_arff
from sklearn_meta.openml._errors import DamagedFileError, OpenMLError

_SKIP_PARQUET = "OPENML_SKIP_PARQUET"  # the client's own variable


def fetch_table(place, description):
    """Return all columns of a data set.

    Parameters
    ----------
    place : Place
        The server and its cache.
    description : Description
        The data set.

    Returns
    -------
    (DataFrame or csr_array, list of str)
        The table and the names of its columns.
    """
    if description.is_sparse:
        return read_arff(_arff(place, description), is_sparse=True)
    if _prefers_parquet(place, description):
        try:
            table = _read_parquet(_parquet(place, description))
        except OpenMLError:
            if place.options.is_offline:
                raise
        else:
            return _as_described(table, description), list(table.columns)
    table = read_arff(_arff(place, description))
    return table, list(table.columns)


def _prefers_parquet(place, description):
    if os.environ.get(_SKIP_PARQUET, "").casefold() == "true" or not description.parquet_url:
        return False
    folder = f"datasets/{description.id}"
    has_arff = place.holds(f"{folder}/dataset.arff")
    return place.holds(f"{folder}/dataset_{description.id}.pq") or not has_arff


def _arff(place, description):
    announced = description.md5 if place.options.checksums else None

    def complaint(content):
        if not content:
            return "it is empty"
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if announced and found != announced.lower():
            return f"its MD5 checksum is {found}, and {announced} was announced"
        return None

    return place.get(
        f"datasets/{description.id}/dataset.arff",
        description.url,
        f"data set {description.id} (table, ARFF)",
        check=complaint,
    )


def _parquet(place, description):
    return place.get(
        f"datasets/{description.id}/dataset_{description.id}.pq",
        description.parquet_url,
        f"data set {description.id} (table, parquet)",
        check=_parquet_complaint,
        server_checks=[_etag_complaint] if place.options.checksums else [],
    )


def _etag_complaint(content, headers):
    """Object stores announce the MD5 of a file that was uploaded in one piece."""
    announced = headers.get("ETag", "").strip('"').lower()
    if not re.fullmatch("[0-9a-f]{32}", announced) or "Content-Encoding" in headers:
        return None
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return None if found == announced else f"its MD5 is {found}, and {announced} was announced"


def _parquet_complaint(content):
    try:
        import pyarrow.parquet

        pyarrow.parquet.ParquetFile(io.BytesIO(content))
    except (OSError, ValueError) as error:  # pyarrow's own errors are among them
        return f"it is not whole parquet ({error})"
    return None


def _read_parquet(content):
    import pandas as pd

    try:
        return pd.read_parquet(io.BytesIO(content))
    except (OSError, ValueError) as error:
        raise DamagedFileError(f"the table can't be read from parquet ({error})") from error


def _as_described(table, description):
    """Give each column of a parquet table the type that the server's features name."""
    described = {column.name: column for column in description.columns}
    return table.assign(**{
        name: _typed(table[name], described[name])
        for name in table.columns
        if name in described
    })  # fmt: skip


def _typed(series, column):
    import numpy as np

    if column.type == "nominal":
        return _nominal(series, column.values)
    if column.type == "numeric" and series.dtype.kind in "iufb":
        whole = series.dtype.kind in "iub"
        return series.astype(np.int64 if whole else np.float64)
    if series.dtype == object:
        return series.astype("str")
    return series


def _nominal(series, declared):
    """Categories of strings, spelled as the features spell them."""
    import pandas as pd

    spelled = {value.casefold(): value for value in declared}
    spelled.update({value: value for value in declared})  # an exact match goes first
    levels = pd.unique(series.dropna())
    texts = {level: _spelling(level, spelled) for level in levels}
    known = list(declared) or sorted(set(texts.values()))
    extra = [text for text in dict.fromkeys(texts.values()) if text not in known]
    mapped = series.astype(object).map(texts)
    return pd.Series(pd.Categorical(mapped, categories=known + extra), index=series.index)


def _spelling(level, spelled):
    candidates = [str(level), str(level).casefold()]
    if isinstance(level, float) and level.is_integer():
        candidates.append(str(int(level)))
    return next((spelled[text] for text in candidates if text in spelled), str(level))
