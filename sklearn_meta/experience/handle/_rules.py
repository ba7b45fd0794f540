"""What was learned, abstracted to a few rules from meta-features to the family that suits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sklearn_meta.exceptions import ExperienceError

if TYPE_CHECKING:
    import pandas as pd

MIN_TASKS = 10
_MIN_LEAF = 5
_OUTER_FOLDS, _INNER_FOLDS = 10, 3
# A meta-feature or family that fewer tasks have is not looked at.
_MIN_KNOWN, _MIN_RUN = 0.7, 0.5
# The metric of each kind where none is asked for: known for all its tasks, whatever their classes.
_METRICS = {"classification": "roc_auc", "regression": "rmse"}
#: Rules are made of these where the tasks have them: few, meant to be understood, without units.
READABLE = (
    "NumberOfInstances",
    "NumberOfFeatures",
    "Dimensionality",
    "NumberOfClasses",
    "MajorityClassPercentage",
    "PercentageOfSymbolicFeatures",
    "PercentageOfMissingValues",
    "MeanSkewnessOfNumericAtts",
    "MeanKurtosisOfNumericAtts",
    "MeanMutualInformation",
    "PercentageOfVarianceOfFirstComponent",
    "TargetSkewness",
    "MeanAbsCorrelationWithTarget",
    "MaxAbsCorrelationWithTarget",
)
_ANSWERS = ("", "_of_majority", "_of_single")


@dataclass
class Rules:
    """Which family suits which tables, and how far that can be trusted.

    Parameters
    ----------
    rules : DataFrame
        A row per rule: ``kind``, ``conditions`` (a text), ``family``,
        ``n_tasks`` (earlier tasks that it covers), ``share_best`` (share of those on which no other
        family was better) and ``loss`` (mean over them, see `quality`).
    quality : DataFrame
        A row per kind: ``n_tasks``, ``metric``, ``accuracy`` (share of held-out tasks whose best
        family the rules named) and ``loss`` (mean over held-out tasks of what was given away by
        taking that family: 0 is the best family's score, 1 that of the median family, or less).
        The same with the ending ``_of_majority`` for always naming the family that is best most
        often, and with ``_of_single`` for the one that loses least on average. Rules that do not
        beat these say what was seen, not what will help.

    Notes
    -----
    Held out are groups of tasks in ten folds; depth is chosen inside each, so that the figures are
    those of the whole procedure. Which family is best is often a matter of little, so the loss says
    more than the accuracy.
    """

    rules: "pd.DataFrame"
    quality: "pd.DataFrame"

    def __str__(self):
        """Return the rules as a text to read."""
        lines = []
        for kind in self.quality.itertuples():
            lines.append(
                f"{kind.kind}, {kind.n_tasks} tasks, {kind.metric}: the best family is named for "
                f"{kind.accuracy:.0%} of held-out tasks (always the most frequent one: "
                f"{kind.accuracy_of_majority:.0%}), at a loss of {kind.loss:.3f} "
                f"(the most frequent one {kind.loss_of_majority:.3f}, the safest one "
                f"{kind.loss_of_single:.3f})"
            )
            for rule in self.rules[self.rules["kind"] == kind.kind].itertuples():
                lines.append(
                    f"  {rule.conditions}: {rule.family} ({rule.n_tasks} tasks, best on "
                    f"{rule.share_best:.0%}, loss {rule.loss:.3f})"
                )
        return "\n".join(lines)


class Ruled:
    """The part of `Experience` that abstracts rules."""

    def rules(self, kind=None, metric=None, *, max_depth=3):
        """Abstract what was learned to a shallow tree from meta-features to the best family.

        Parameters
        ----------
        kind : {"classification", "regression"} or None, default=None
            Kind of the tasks; None for both, as far as there are enough of each.
        metric : str, default=None
            As :meth:`matrix` takes it; None is ROC AUC and RMSE.
        max_depth : int, default=3
            Conditions that a rule may have at most; fewer where more do not help on held-out tasks.

        Returns
        -------
        Rules
            Its ``str`` is a text to read.

        Raises
        ------
        ExperienceError
            If there are fewer than 10 tasks of the kind, or those are of fewer than 3 groups.

        References
        ----------
        Breiman, Friedman, Olshen and Stone (1984), "Classification and regression trees".

        Examples
        --------
        >>> from sklearn_meta.experience import Experience
        >>> found = Experience.bundled().rules("regression", max_depth=1)
        >>> sorted(set(found.rules["kind"])), len(found.rules) <= 2
        (['regression'], True)
        """
        return learn_rules(self, kind, metric, max_depth)


def learn_rules(experience, kind=None, metric=None, max_depth=3):
    """Learn the rules of any object with ``matrix(kind, metric)``; see `Experience.rules`."""
    import pandas as pd

    rules, quality = [], []
    for one in _METRICS if kind is None else (kind,):
        matrix = experience.matrix(one, metric or _METRICS.get(one))
        task_rows = _one_row_per_task(matrix)
        groups = matrix.tasks["group"].to_numpy()[task_rows]
        if len(task_rows) < MIN_TASKS or len(set(groups)) < 3:
            if kind is not None:
                raise _too_few(one, len(task_rows))
            continue
        names, features = _features(matrix, task_rows)
        families, losses = _family_losses(matrix, task_rows)
        found = _measure(features, losses, groups, max_depth)
        quality.append({"kind": one, "n_tasks": len(task_rows), "metric": matrix.metric, **found})
        tree = _fit(features, losses, groups, max_depth)
        rules += [{"kind": one, **rule} for rule in _spell(tree, names, families, features, losses)]
    if not quality:
        raise _too_few("each", "fewer")
    return Rules(pd.DataFrame(rules), pd.DataFrame(quality))


def _too_few(kind, n_tasks):
    return ExperienceError(
        f"Rules need at least {MIN_TASKS} evaluated tasks of a kind, of at least 3 groups; of "
        f"{kind} there are {n_tasks}. Collect more, or merge another base."
    )


def _one_row_per_task(matrix):
    """Return for each task the matrix's row with the most scores."""
    counts = np.isfinite(matrix.scores).sum(axis=1)
    best = {}
    for row, task in enumerate(matrix.tasks["id"]):
        if counts[row] and (task not in best or counts[row] >= counts[best[task]]):
            best[task] = row
    return np.array(list(best.values()), dtype=int)


def _features(matrix, rows):
    """Return names and values of meta-features that most tasks have, gaps filled by the median."""
    table = matrix.metafeatures.iloc[rows]
    readable = [name for name in READABLE if name in table]
    table = table[readable] if readable else table
    table = table.loc[:, table.notna().mean() >= _MIN_KNOWN]
    table = table.loc[:, table.nunique() > 1]
    return list(table.columns), table.fillna(table.median()).to_numpy(dtype=float)


def _family_losses(matrix, rows):
    """Return the families, and what each gives away: 0 is the best one, 1 the median or worse.

    A family counts by its best configuration. One that was not run on a task counts as 1: mostly it
    could not be.
    """
    of_column = np.array(matrix.families)
    scores = np.where(np.isfinite(matrix.scores[rows]), matrix.scores[rows], -np.inf)
    families = sorted(set(matrix.families))
    best = np.column_stack([scores[:, of_column == name].max(axis=1) for name in families])
    run = np.isfinite(best)
    kept = run.mean(axis=0) >= min(_MIN_RUN, run.mean(axis=0).max())
    best, run = best[:, kept], run[:, kept]
    top = best.max(axis=1, keepdims=True)
    middle = np.nanmedian(np.where(run, best, np.nan), axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        losses = np.minimum((top - best) / (top - middle), 1.0)
    losses = np.where(run & np.isfinite(losses), losses, 1.0)
    losses[run & (best == top)] = 0.0
    return [name for name, keep in zip(families, kept, strict=True) if keep], losses


def _fit(features, losses, groups, max_depth):
    """Fit a tree on the losses of all families, as deep as does best on held-out groups."""
    from sklearn.model_selection import GroupKFold

    depths = range(1, max_depth + 1)
    given_away = dict.fromkeys(depths, 0.0)
    folds = GroupKFold(min(_INNER_FOLDS, len(set(groups))), shuffle=True, random_state=0)
    for train, test in folds.split(features, losses, groups) if max_depth > 1 else ():
        for depth in depths:
            tree = _grow(features[train], losses[train], depth)
            given_away[depth] += losses[test, _choose(tree, features[test])].sum()
    return _grow(features, losses, min(depths, key=given_away.get))


def _grow(features, losses, depth):
    from sklearn.tree import DecisionTreeRegressor

    leaf = max(2, min(_MIN_LEAF, len(features) // 4))
    tree = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=leaf, random_state=0)
    return tree.fit(features, losses)


def _choose(tree, features):
    """Return the number of the family with the least expected loss for each task."""
    return tree.predict(features).reshape(len(features), -1).argmin(axis=1)


def _measure(features, losses, groups, max_depth):
    """Return accuracy and loss on held-out groups: of the rules and of two constant answers."""
    from sklearn.model_selection import GroupKFold

    folds = GroupKFold(min(_OUTER_FOLDS, len(set(groups))), shuffle=True, random_state=0)
    named = {
        name: np.zeros(len(features), dtype=int) for name in ("", "_of_majority", "_of_single")
    }
    for train, test in folds.split(features, losses, groups):
        tree = _fit(features[train], losses[train], groups[train], max_depth)
        named[""][test] = _choose(tree, features[test])
        named["_of_majority"][test] = (losses[train] == 0).sum(axis=0).argmax()
        named["_of_single"][test] = losses[train].mean(axis=0).argmin()
    given_away = {name: losses[np.arange(len(losses)), chosen] for name, chosen in named.items()}
    return {
        **{f"accuracy{name}": float((values == 0).mean()) for name, values in given_away.items()},
        **{f"loss{name}": float(values.mean()) for name, values in given_away.items()},
    }


def _spell(tree, names, families, features, losses):
    """Yield the tree's branches as rules, where a branch names one family throughout."""
    leaves, structure = tree.apply(features), tree.tree_
    passed = tree.decision_path(features).toarray().astype(bool)
    family_of = {leaf: int(losses[leaves == leaf].mean(axis=0).argmin()) for leaf in set(leaves)}
    stack = [(0, ())]
    while stack:
        node, conditions = stack.pop()
        inside = losses[passed[:, node]]
        named = {family_of[leaf] for leaf in leaves[passed[:, node]]}
        if len(named) == 1:
            family = named.pop()
            yield {
                "conditions": " and ".join(conditions) or "always",
                "family": families[family],
                "n_tasks": len(inside),
                "share_best": float((inside[:, family] == 0).mean()),
                "loss": float(inside[:, family].mean()),
            }
            continue
        name, bound = names[structure.feature[node]], f"{structure.threshold[node]:.4g}"
        stack.append((structure.children_right[node], (*conditions, f"{name} > {bound}")))
        stack.append((structure.children_left[node], (*conditions, f"{name} <= {bound}")))
