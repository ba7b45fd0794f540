"""Tables of regret as Markdown, shared by the scripts that validate advice."""

from sklearn_meta.advisors import summarise_regret

_TASK = ["kind", "currency", "at", "task_id"]


def leads(per_task, ours):
    """Compare one advisor with the best of the others at each mark, task by task.

    Parameters
    ----------
    per_task : DataFrame
        What ``validate(..., per_task=True)`` returned, of one kind of task.
    ours : str
        Name of the advisor.

    Returns
    -------
    DataFrame
        A row for each mark: ``currency``, ``at``, ``other`` (the one of lowest mean regret),
        ``difference`` (its mean regret less ours, so that a positive one is our lead) and
        ``standard_error`` of that, from the differences of single tasks.
    """
    rows = []
    for (currency, at), marked in per_task.groupby(["currency", "at"], sort=False):
        others = marked[marked["advisor"] != ours]
        other = others.groupby("advisor", sort=False)["regret"].mean().idxmin()
        own = marked[marked["advisor"] == ours].groupby(_TASK)["regret"].mean()
        differences = others[others["advisor"] == other].drop_duplicates(_TASK)
        theirs = others[others["advisor"] == other].groupby(_TASK)["regret"].mean()
        lead = (theirs - own).rename("regret").reset_index()
        lead = lead.merge(differences[[*_TASK, "group", "advisor"]], on=_TASK)
        found = summarise_regret(lead).iloc[0]
        rows.append(
            {
                "currency": currency,
                "at": at,
                "other": other,
                "difference": found["regret"],
                "standard_error": found["standard_error"],
            }
        )
    return type(per_task)(rows)


def leads_markdown(found, corner):
    """Write the leads of one currency as a Markdown table of two rows."""
    yield f"| {corner} | " + " | ".join(f"{at:g}" for at in found["at"]) + " |"
    yield "|---" * (len(found) + 1) + "|"
    yield "| best other | " + " | ".join(found["other"]) + " |"
    cells = [
        f"{100 * row.difference:+.1f} ± {100 * row.standard_error:.1f}"
        for row in found.itertuples()
    ]
    yield "| its regret less ours | " + " | ".join(cells) + " |"


def markdown(table, corner):
    """Write a DataFrame of texts as a Markdown table, with a word for its upper left corner."""
    yield f"| {corner} | " + " | ".join(map(str, table.columns)) + " |"
    yield "|---" * (len(table.columns) + 1) + "|"
    for name, row in table.iterrows():
        yield f"| {name} | " + " | ".join(map(str, row)) + " |"


def ranks_markdown(comparison):
    """Write mean ranks, and the tests of the best advisor against each other one."""
    best = comparison.ranks["advisor"].iloc[0]
    yield "| advisor | mean rank | regret % | wins / ties / losses against it | p (Holm) |"
    yield "|---|---|---|---|---|"
    for entry in comparison.ranks.itertuples():
        cells = ["", ""] if entry.advisor == best else _against(comparison.pairs, best, entry)
        yield (
            f"| {entry.advisor} | {entry.mean_rank:.2f} | {100 * entry.regret:.1f} | "
            f"{cells[0]} | {cells[1]} |"
        )


def _against(pairs, best, entry):
    """Wins, ties and losses of the best-ranked advisor against another one, and p."""
    names = {best, entry.advisor}
    chosen = [{row.better, row.worse} == names for row in pairs.itertuples()]
    row = pairs[chosen].iloc[0]
    wins, losses = row["wins"], row["losses"]
    if row["better"] != best:
        wins, losses = losses, wins
    return [f"{wins} / {row['ties']} / {losses}", f"{row['p_holm']:.2g}"]
