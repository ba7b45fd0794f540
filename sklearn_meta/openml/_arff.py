"""ARFF text to a table.

The client's own reader turns whole numbers up to 255 into ``uint8`` (sums overflow), gives ordered
categories, and keeps what it read as a pickle; here a column is what its attribute says it is.
"""

from sklearn_meta.openml._errors import DamagedFileError


def read_arff(content, is_sparse=False):
    """Read an ARFF file.

    Parameters
    ----------
    content : bytes
        The file, in UTF-8 or Latin-1.
    is_sparse : bool, default=False
        Whether its rows name only the cells that are not 0.

    Returns
    -------
    DataFrame, or csr_array with the list of its column names
        Numbers are float64 (int64 where the attribute is INTEGER and no cell is missing), nominal
        attributes unordered categories of strings, strings `str`.

    Raises
    ------
    DamagedFileError
        If the text breaks off or is no ARFF.
    """
    import arff

    kind = arff.COO if is_sparse else arff.DENSE
    try:
        found = arff.loads(_decoded(content), encode_nominal=is_sparse, return_type=kind)
    except (arff.ArffException, StopIteration, IndexError) as error:
        raise DamagedFileError(f"it is not whole ARFF ({type(error).__name__}: {error})") from error
    names = [name for name, _ in found["attributes"]]
    if is_sparse:
        return _sparse_table(found["data"], len(names)), names
    return _table(found["data"], found["attributes"])


def _decoded(content):
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _table(rows, attributes):
    import pandas as pd

    columns = list(zip(*rows, strict=True)) or [()] * len(attributes)
    return pd.DataFrame({
        name: _column(values, declared)
        for (name, declared), values in zip(attributes, columns, strict=True)
    })  # fmt: skip


def _column(values, declared):
    import numpy as np
    import pandas as pd

    if isinstance(declared, list):
        return pd.Series(pd.Categorical(values, categories=[str(value) for value in declared]))
    if declared.upper() == "STRING":
        return pd.Series(values, dtype="str")
    numbers = np.array(values, dtype=np.float64)  # None becomes nan
    if declared.upper() == "INTEGER" and np.isfinite(numbers).all():
        return pd.Series(numbers.astype(np.int64))
    return pd.Series(numbers)


def _sparse_table(cells, n_columns):
    import numpy as np
    from scipy.sparse import csr_array

    values, rows, columns = cells
    numbers = np.array(values, dtype=np.float64)
    # scikit-learn's trees take no 64-bit indices
    rows, columns = np.array(rows, dtype=np.int32), np.array(columns, dtype=np.int32)
    shape = (int(rows.max(initial=-1)) + 1, n_columns)
    return csr_array((numbers, (rows, columns)), shape=shape)
