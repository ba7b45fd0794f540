"""``sklearn-meta predict`` and ``sklearn-meta report``: what a saved model says."""

import sys
from difflib import get_close_matches

from sklearn_meta.cli._console import UsageError, note
from sklearn_meta.cli._tables import check_output, read_table, table_suffix, write_table


def run_predict(options):
    """Write a prediction for each row of a table.

    Parameters
    ----------
    options : argparse.Namespace
        From the command line.

    Returns
    -------
    int
        Exit code.
    """
    table_suffix(options.out)
    check_output(options.out)
    model = _load(options)
    if options.proba and not hasattr(model, "classes_"):
        raise UsageError(
            f"{options.model} predicts numbers, which have no probabilities. Leave out --proba."
        )
    table = read_table(options.table, texts=_text_columns(model))
    X = _known_columns(model, table, options)
    write_table(_predictions(model, X, options.proba), options.out)
    note(f"wrote {len(X)} predictions to {options.out}")
    return 0


def run_report(options):
    """Show what the search of a saved model found.

    Parameters
    ----------
    options : argparse.Namespace
        From the command line.

    Returns
    -------
    int
        Exit code.
    """
    sys.stdout.write(_load(options).report() + "\n")
    return 0


def _load(options):
    from sklearn_meta.persistence import UntrustedTypeError, load

    try:
        return load(options.model, trusted=options.trust)
    except UntrustedTypeError as error:
        raise UsageError(f"{error} Here: --trust TYPE, once for each.") from error


def _text_columns(model):
    """Return the columns that held texts in fit: in a CSV file some look like numbers."""
    layout = getattr(model, "_table_layout", None)
    if not isinstance(layout, tuple):
        return ()
    return [name for name, kind in layout if kind in ("str", "category of str")]


def _known_columns(model, table, options):
    """Return the columns that the model was fitted on, in their order; say which others there are.

    A model that was fitted on an array knows how many columns there were, not their names.
    """
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        if len(table.columns) != model.n_features_in_:
            raise UsageError(
                f"{options.table} has {len(table.columns)} columns, but {options.model} was fitted "
                f"on {model.n_features_in_} columns without names."
            )
        return table.to_numpy()
    missing = [name for name in names if name not in table.columns]
    extra = [name for name in table.columns if name not in set(names)]
    if missing:
        near = get_close_matches(missing[0], [str(name) for name in extra], n=3)
        hint = f"; is {missing[0]!r} called {' or '.join(map(repr, near))} there?" if near else "."
        shown = ", ".join(map(repr, missing[:10])) + (", ..." if len(missing) > 10 else "")
        raise UsageError(
            f"{options.table} lacks {len(missing)} of the {len(names)} columns that the model was "
            f"fitted on: {shown}{hint}"
        )
    target = getattr(model, "_target_name", None)
    if target in extra:
        note(f"the target column {target!r} in {options.table} is ignored")
        extra.remove(target)
    if extra:
        shown = ", ".join(repr(name) for name in extra[:10])
        note(f"{len(extra)} columns that the model does not know are ignored: {shown}")
    return table[list(names)]


def _predictions(model, X, proba):
    """Return the table to write."""
    import pandas as pd

    columns = {"prediction": model.predict(X)}
    if proba:
        shares = model.predict_proba(X)
        for label, share in zip(model.classes_, shares.T, strict=True):
            columns[f"probability_{label}"] = share
    return pd.DataFrame(columns)
