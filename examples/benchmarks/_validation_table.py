"""Tables of regret as Markdown, shared by the scripts that validate advice."""


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
