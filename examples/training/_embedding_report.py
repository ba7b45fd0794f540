"""What came of it: the two questions on tables never seen, regrets in a table, and the rule."""

import numpy as np
import pandas as pd
import torch
from _embedding_net import embed_tables
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score


def examine(encoder, encoded, similarity, closeness, held_out, size):
    """Answer the two questions on tables that the encoder never saw.

    Parameters
    ----------
    encoder : TableEncoder
        Trained without the held-out tables.
    encoded : list of EncodedTable
        All tables.
    similarity, closeness : ndarray of shape (n_tables, n_tables)
        How alike tables rank configurations, and minus their distance by plain meta-features; NaN
        where unknown.
    held_out : ndarray of bool of shape (n_tables,)
        Tables never seen.
    size : SampleSize
        How large a sample is.

    Returns
    -------
    dict of str to float
        ``same_table_auc``: area under the curve of telling samples of one held-out table from
        samples of two; ``ranking_correlation``: Spearman's correlation of angles and similarities
        of held-out with seen tables; ``ranking_correlation_plain``: that of `closeness`.
    """
    one, other = (embed_tables(encoder, encoded, size, n_samples=1, seed=s) for s in (1, 2))
    distance = np.linalg.norm(one[held_out][:, None] - other[held_out][None], axis=2)
    same = np.eye(len(distance), dtype=bool)
    with torch.no_grad():
        mean = torch.from_numpy(embed_tables(encoder, encoded, size))
        angles = torch.nn.functional.normalize(encoder.angles(mean), dim=1).numpy()
    return {
        "same_table_auc": roc_auc_score(same.ravel(), -distance.ravel()),
        "ranking_correlation": _agreement(angles @ angles.T, similarity, held_out),
        "ranking_correlation_plain": _agreement(closeness, similarity, held_out),
    }


def _agreement(found, wanted, held_out):
    """Spearman's correlation over pairs of a held-out and a seen table."""
    cells = np.ix_(held_out, ~held_out)
    known = np.isfinite(wanted[cells]) & np.isfinite(found[cells])
    return spearmanr(found[cells][known], wanted[cells][known]).statistic


def summarise(per_task, baseline="plain"):
    """Mean regrets, and differences from the baseline, in percent, with standard errors.

    Foldings are averaged first, then tasks of a group: a group counts once in the standard errors.
    The mark "mean" is the mean over all marks of a currency.

    Returns
    -------
    DataFrame
        Columns ``kind``, ``currency``, ``at``, ``advisor``, ``regret``, ``standard_error``,
        ``difference``, ``difference_error``, ``n_groups``.
    """
    keys = ["kind", "currency", "at", "advisor", "group"]
    overall = per_task.assign(at="mean")
    by_group = 100 * pd.concat([per_task, overall]).groupby(keys, sort=False)["regret"].mean()
    rows = []
    for (kind, currency, at), part in by_group.groupby(keys[:3], sort=False):
        table = part.droplevel(keys[:3]).unstack("advisor")
        root = np.sqrt(len(table))
        for advisor in per_task["advisor"].unique():
            away = table[advisor] - table[baseline]
            rows.append(
                {
                    "kind": kind,
                    "currency": currency,
                    "at": at,
                    "advisor": advisor,
                    "regret": table[advisor].mean(),
                    "standard_error": table[advisor].std() / root,
                    "difference": away.mean(),
                    "difference_error": away.std() / root,
                    "n_groups": len(table),
                }
            )
    return pd.DataFrame(rows)


def decide(summary, candidates=("embedding", "plain + components")):
    """Name the variants that may be shipped.

    The rule was fixed before any figure was seen: the mean over all marks must be better than with
    plain meta-features by two standard errors for one kind and currency at least, and worse by one
    standard error for none.
    """
    means = summary[summary["at"] == "mean"].set_index("advisor")
    worth = []
    for name in candidates:
        ratio = means.loc[name, "difference"] / means.loc[name, "difference_error"].clip(1e-12)
        if (ratio < -2).any() and not (ratio > 1).any():
            worth.append(name)
    return worth


def write_summary(regret, folder):
    """Write regrets and differences as ``summary.csv`` and ``summary.md``.

    Returns
    -------
    summary : DataFrame
        See :func:`summarise`.
    text : str
        Markdown tables.
    """
    summary = summarise(regret)
    summary.to_csv(folder / "summary.csv", index=False)
    lines = []
    for (kind, currency), part in summary.groupby(["kind", "currency"], sort=False):
        marks = part["at"].unique().tolist()
        head = f"{kind}, {currency}, {part['n_groups'].iloc[0]} groups"
        lines += [f"| {head} | " + " | ".join(map(str, marks)) + " |"]
        lines += ["|---" * (len(marks) + 1) + "|"]
        for advisor, own in part.groupby("advisor", sort=False):
            cells = [
                f"{row.regret:.2f} ({row.difference:+.2f} ± {row.difference_error:.2f})"
                for row in own.itertuples()
            ]
            lines += [f"| {advisor} | " + " | ".join(cells) + " |"]
        lines += [""]
    text = "\n".join(lines)
    (folder / "summary.md").write_text(text)
    return summary, text
