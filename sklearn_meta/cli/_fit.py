"""``sklearn-meta fit``: from a table to a saved model."""

import sys

import numpy as np

from sklearn_meta.cli._console import UsageError, note
from sklearn_meta.cli._tables import check_column, check_output, read_table


def run_fit(options):
    """Search for a model, save it and show the report.

    Parameters
    ----------
    options : argparse.Namespace
        From the command line.

    Returns
    -------
    int
        Exit code.
    """
    if not options.out.endswith(".skops"):
        raise UsageError(f"--out {options.out} has to end in .skops, which is what it will be.")
    check_output(options.out)
    table = _with_target(read_table(options.table), options)
    X, y, weights, groups = _split(table, options)
    task = target_kind(y, options.task)
    estimator = _estimator(task, options)
    estimator.fit(X, y, sample_weight=weights, groups=groups)
    estimator._target_name = options.target
    from sklearn_meta.persistence import save

    save(estimator, options.out)
    sys.stdout.write(estimator.report() + "\n")
    note(f"saved {options.out}")
    if estimator.interrupted_:
        note("the search was interrupted: this is the best model until then")
        return 130
    return 0


def _with_target(table, options):
    """Check the columns that the options name; leave out rows without a target."""
    named = {
        "--target": options.target,
        "--sample-weight": options.sample_weight,
        "--groups": options.groups,
    }
    named = {option: name for option, name in named.items() if name is not None}
    for option, name in named.items():
        check_column(table, name, options.table, option)
    if len(set(named.values())) < len(named):
        raise UsageError(f"{' and '.join(named)} have to name different columns.")
    missing = table[options.target].isna()
    if missing.all():
        raise UsageError(f"the target {options.target!r} has no values in {options.table}.")
    if missing.any():
        note(f"{int(missing.sum())} rows without a target are left out")
        table = table[~missing].reset_index(drop=True)
    if len(table.columns) == len(named):
        raise UsageError(f"{options.table} has no columns to learn from besides {list(table)}.")
    return table


def _split(table, options):
    """Return the features, the target, the weights and the groups."""
    roles = [options.target, options.sample_weight, options.groups]
    X = table.drop(columns=[name for name in roles if name is not None])
    y = _plain_target(table[options.target])
    weights = None
    if options.sample_weight is not None:
        column = table[options.sample_weight]
        if column.dtype.kind not in "iufb" or column.isna().any():
            raise UsageError(
                f"the column {options.sample_weight!r} (--sample-weight) has to hold numbers only."
            )
        weights = column.to_numpy(dtype=float)
    groups = None
    if options.groups is not None:
        if table[options.groups].isna().any():
            raise UsageError(f"the column {options.groups!r} (--groups) has missing values.")
        groups = table[options.groups].to_numpy()
    return X, y, weights, groups


def _plain_target(column):
    """Return the target with the dtype it would have had if no value had been missing."""
    column = column.infer_objects()
    if column.dtype.kind == "f" and np.all(np.isfinite(column) & (column == np.round(column))):
        return column.astype("int64") if column.abs().max() < 2**53 else column
    return column


def target_kind(y, wanted):
    """Return "classification" or "regression"; say which, and why, if it was not told.

    Parameters
    ----------
    y : Series
        The target.
    wanted : {"auto", "classification", "regression"}
        What the user said.

    Returns
    -------
    {"classification", "regression"}

    Raises
    ------
    UsageError
        If regression was wanted for a target that holds no numbers.
    """
    numeric = y.dtype.kind in "iuf"
    if wanted == "regression" and not numeric:
        raise UsageError(
            f"the target {y.name!r} holds no numbers (its first value is {y.iloc[0]!r}), as "
            "--task regression needs. Use --task classification."
        )
    if wanted != "auto":
        return wanted
    from sklearn_meta.automl._kind import guess_kind

    distinct = y.nunique()
    task = guess_kind(y)
    other = "classification" if task == "regression" else "regression"
    hint = f"; if that is wrong, use --task {other}" if numeric else ""
    values = "numbers" if numeric else "labels"
    note(f"task: {task} (the target {y.name!r} has {distinct} distinct {values}){hint}")
    return task


def _estimator(task, options):
    """Return the estimator that the options describe."""
    from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor

    estimator = MetaAutoRegressor if task == "regression" else MetaAutoClassifier
    families = options.families
    if families is not None:
        families = [name.strip() for name in families.split(",") if name.strip()]
    return estimator(
        time_budget=options.time_budget,
        max_trials=options.max_trials,
        scoring=options.scoring,
        families=families or None,
        n_jobs=options.n_jobs,
        random_state=options.seed,
        verbose=max(options.verbose, 0),
    )
