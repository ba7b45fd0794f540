"""Leave-task-out validation of advice with embeddings, each from encoders that never saw the task.

For a held-out fold i, the tasks that advice is learned from need embeddings that behave like that
of a new task. Embeddings from an encoder that was trained on the rankings of those very tasks would
not: the advice would come to trust them too much. So an encoder is trained without each pair of
folds (i, j); the tasks of fold j are embedded by the one without (i, j), those of fold i by the
mean of all without i. The encoders' spaces are turned onto each other (Procrustes).
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.linalg import orthogonal_procrustes

from sklearn_meta.advisors import GaussianAdvisor, validate
from sklearn_meta.advisors.scores._scores import normal_scores, working_scores
from sklearn_meta.advisors.simulation._settled import MatrixExperience
from sklearn_meta.advisors.surrogate._completion import complete_normal_scores
from sklearn_meta.advisors.surrogate._ridge import fit_ridge
from sklearn_meta.advisors.tasks._rank_scaler import RankScaler
from sklearn_meta.advisors.tasks._results import group_labels

KINDS = {"classification": ("binary", "multiclass"), "regression": ("regression",)}
COMPONENTS = (2, 4, 8)


class KnownTables:
    """An experience, cut to the tasks whose tables we have, with more meta-features.

    Parameters
    ----------
    experience : Experience
        Scores and plain meta-features.
    names : list of str
        Tasks to keep.
    features : DataFrame or None
        More meta-features, by name of the task.
    """

    def __init__(self, experience, names, features=None):
        self.experience, self.names, self.features = experience, set(names), features

    def matrix(self, kind, metric=None):
        """Return the matrix of one kind."""
        matrix = self.experience.matrix(kind, metric)
        rows = np.flatnonzero(matrix.tasks["name"].isin(self.names))
        tasks = matrix.tasks.iloc[rows].reset_index(drop=True)
        plain = matrix.metafeatures.iloc[rows].reset_index(drop=True)
        if self.features is not None:
            more = self.features.loc[tasks["name"]].reset_index(drop=True)
            plain = pd.concat([plain, more], axis=1)
        return replace(
            matrix,
            tasks=tasks,
            scores=matrix.scores[rows],
            seconds=matrix.seconds[rows],
            rows=matrix.rows[rows],
            metafeatures=plain,
        )


class FoldAdvisor(GaussianAdvisor):
    """The default advisor on chosen meta-features, which differ with the fold that is held out.

    Parameters
    ----------
    folds : dict of str to int
        Fold of each task by name.
    columns : dict of int to list of list of str
        For each fold that may be held out, lists of meta-features; of several lists the one is
        taken that leaves the least residuals in cross-validation over the tasks learned from.
    continuous, boldness, use_metafeatures
        As in :class:`GaussianAdvisor`.
    """

    _parameter_constraints: dict = {
        **GaussianAdvisor._parameter_constraints,
        "folds": [dict],
        "columns": [dict],
    }

    def __init__(self, folds, columns, *, continuous=False, boldness=0.02, use_metafeatures=True):
        self.folds = folds
        self.columns = columns
        super().__init__(
            continuous=continuous, boldness=boldness, use_metafeatures=use_metafeatures
        )

    def fit(self, experience=None):
        """Find out which fold is held out and learn from that fold's columns."""
        matrix = experience.matrix(None)
        present = {self.folds[name] for name in matrix.tasks["name"]}
        (held_out,) = set(self.folds.values()) - present
        lists = self.columns[held_out]
        errors = [0.0] if len(lists) == 1 else [_residual(matrix, names) for names in lists]
        self.chosen_ = int(np.argmin(errors))
        kept = matrix.metafeatures[lists[self.chosen_]]
        return super().fit(MatrixExperience(replace(matrix, metafeatures=kept)))


def _residual(matrix, names):
    """Mean squared cross-validated residual of the prior mean."""
    z = _normal_scores(matrix)
    features = matrix.metafeatures[names]
    scaler = RankScaler.learn(features)
    scaled = scaler.scale(features[list(scaler.names)].to_numpy(dtype=float))
    return float((fit_ridge(scaled, z, group_labels(matrix.tasks))[1] ** 2).mean())


def _normal_scores(matrix):
    """Completed normal scores; configurations without any score are left out."""
    scores = working_scores(matrix.scores, matrix.metric)
    scores = scores[:, np.isfinite(scores).any(axis=0)]
    return complete_normal_scores(normal_scores(scores))[0]


def read_rankings(experience, names):
    """Read normal scores of the tasks, at the largest size of each.

    Returns
    -------
    list of (ndarray of int, ndarray of shape (n_tasks, n_configurations))
        For each metric that counts: numbers of the tasks among `names`, and their normal scores.
    """
    known, found = KnownTables(experience, names), []
    for kind in [kind for kinds in KINDS.values() for kind in kinds]:
        matrix = known.matrix(kind)
        last = matrix.tasks.drop_duplicates("name", keep="last").index.to_numpy()
        z = _normal_scores(matrix)[last]
        found.append((np.array([names.index(n) for n in matrix.tasks["name"].iloc[last]]), z))
    return found


def ranking_similarity(rankings, n_tables, seen):
    """How alike tables rank the configurations they share, in [-1, 1].

    The mean over the tables that may be seen is taken out first: that a boosted forest is better
    than a guess is true everywhere and says nothing. Where two metrics apply, they are averaged.

    Parameters
    ----------
    rankings : list
        From :func:`read_rankings`.
    n_tables : int
        Number of tables.
    seen : ndarray of bool of shape (n_tables,)
        Which tables make up the mean.

    Returns
    -------
    ndarray of shape (n_tables, n_tables)
        NaN where two tables share no metric.
    """
    total, count = np.zeros((n_tables, n_tables)), np.zeros((n_tables, n_tables))
    for numbers, z in rankings:
        around = z - z[seen[numbers]].mean(axis=0)
        around /= np.maximum(np.linalg.norm(around, axis=1, keepdims=True), 1e-12)
        cells = np.ix_(numbers, numbers)
        total[cells] += around @ around.T
        count[cells] += 1
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def nested_embeddings(by_pair, folds, held_out):
    """Embeddings of all tables for the case that a fold is held out.

    Parameters
    ----------
    by_pair : dict of frozenset of int to ndarray of shape (n_tables, n_out)
        What the encoder trained without these two folds makes of all tables.
    folds : ndarray of int of shape (n_tables,)
        Fold of each table.
    held_out : int
        The fold.

    Returns
    -------
    ndarray of shape (n_tables, n_out)
    """
    others = [fold for fold in np.unique(folds) if fold != held_out]
    known = folds != held_out
    first = by_pair[frozenset((held_out, others[0]))]
    center = first[known].mean(axis=0)
    found = np.zeros_like(first)
    for fold in others:
        own = by_pair[frozenset((held_out, fold))]
        middle = own[known].mean(axis=0)
        turn = orthogonal_procrustes(own[known] - middle, first[known] - center)[0]
        turned = (own - middle) @ turn
        found[folds == fold] = turned[folds == fold]
        found[~known] += turned[~known] / len(others)
    return found


def principal_components(embeddings, known, n_components):
    """Leading components, learned on some rows only; zeros where there are not so many."""
    center = embeddings[known].mean(axis=0)
    turn = np.linalg.svd(embeddings[known] - center, full_matrices=False)[2][:n_components]
    found = np.zeros((len(embeddings), n_components))
    found[:, : len(turn)] = (embeddings - center) @ turn.T
    return found


def plain_closeness(experience, names):
    """Minus the distance of tasks by plain meta-features, as the advisor scales them.

    Returns
    -------
    ndarray of shape (n_tables, n_tables)
        NaN where the experience does not know both, or they are of different kinds.
    """
    known, found = KnownTables(experience, names), np.full((len(names), len(names)), np.nan)
    for kinds in KINDS.values():
        matrix = known.matrix(kinds[0])
        last = matrix.tasks.drop_duplicates("name", keep="last").index.to_numpy()
        numbers = np.array([names.index(name) for name in matrix.tasks["name"].iloc[last]])
        scaler = RankScaler.learn(matrix.metafeatures.iloc[last])
        scaled = scaler.scale(matrix.metafeatures[list(scaler.names)].to_numpy(dtype=float)[last])
        distance = np.abs(scaled[:, None] - scaled[None]).mean(axis=2)
        found[np.ix_(numbers, numbers)] = -distance
    return found


def known_rankings(rankings, n_tables, n_components):
    """Leading components of the rankings themselves: the best embedding there could be.

    A leak, of course: advice that knows them is a bound of what any embedding can give.

    Returns
    -------
    ndarray of shape (n_tables, n_metrics * n_components)
        NaN where a table has no ranking by a metric.
    """
    parts = []
    for numbers, z in rankings:
        part = np.full((n_tables, n_components), np.nan)
        everything = np.ones(len(z), dtype=bool)
        part[numbers] = principal_components(z, everything, n_components)
        parts.append(part)
    return np.hstack(parts)


def make_features(names, folds, nested, direct, untrained, bound):
    """Name all columns of all variants.

    Parameters
    ----------
    names : list of str
        Tables.
    folds : ndarray of int
        Their folds.
    nested, direct : dict of int to ndarray of shape (n_tables, n_out)
        Embeddings for each held-out fold.
    untrained : ndarray of shape (n_tables, n_out)
        Embeddings of an encoder as it was initialised.
    bound : ndarray of shape (n_tables, n_components)
        From :func:`known_rankings`.

    Returns
    -------
    features : DataFrame
        By name of the table.
    columns : dict of str to dict of int to list of str
        For each sort of column and each fold, its names in `features`.
    """
    parts = {("untrained", fold): untrained for fold in nested}
    parts |= {("bound", fold): bound for fold in nested}
    parts |= {("nested", fold): values for fold, values in nested.items()}
    parts |= {("direct", fold): values for fold, values in direct.items()}
    parts |= {
        ("components", fold): principal_components(values, folds != fold, max(COMPONENTS))
        for fold, values in nested.items()
    }
    columns, frames = {}, []
    for (sort, fold), values in parts.items():
        own = [f"{sort} {fold} {n}" for n in range(values.shape[1])]
        columns.setdefault(sort, {})[fold] = own
        frames.append(pd.DataFrame(values, index=names, columns=own))
    return pd.concat(frames, axis=1), columns


def make_variants(plain, columns):
    """Return the lists of meta-features that each variant chooses from, for each fold."""
    folds = list(columns["nested"])

    def each(*sorts, with_plain=True):
        start = plain if with_plain else []
        return {f: [start + [c for sort in sorts for c in columns[sort][f]]] for f in folds}

    chosen = {
        f: [plain] + [plain + columns["components"][f][:n] for n in COMPONENTS] for f in folds
    }
    return {
        "plain": each(),
        "embedding": each("nested", with_plain=False),
        "plain + embedding": each("nested"),
        "plain + components": chosen,
        "embedding, not nested": each("direct", with_plain=False),
        "plain + embedding, not nested": each("direct"),
        "untrained": each("untrained", with_plain=False),
        "plain + untrained": each("untrained"),
        "rankings known (a leak)": each("bound", with_plain=False),
    }


def validate_variants(experience, names, folds, features, columns, seed, reference):
    """Regret of every variant on every task.

    Returns
    -------
    DataFrame
        As ``validate(..., per_task=True)``.
    """
    known = KnownTables(experience, names, features)
    fold_of = dict(zip(names, folds.tolist(), strict=True))
    found = []
    for kind, types in KINDS.items():
        tasks = known.matrix(types[0]).tasks["name"]
        own = {name: fold_of[name] for name in tasks}
        plain = list(KnownTables(experience, names).matrix(types[0]).metafeatures.columns)
        advisors = {"none": GaussianAdvisor(continuous=False, use_metafeatures=False)}
        for name, lists in make_variants(plain, columns).items():
            advisors[name] = FoldAdvisor(own, lists)
        found.append(
            validate(
                known,
                advisors,
                kind=kind,
                folds=own,
                seed=seed,
                per_task=True,
                reference=reference,
            )
        )
    return pd.concat(found, ignore_index=True)
