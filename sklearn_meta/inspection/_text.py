"""A search's summary as a short text."""

from sklearn_meta.inspection._summary import (
    best_score,
    reasons_left_out,
    recorded_where,
    summarise,
    without,
)


def text_report(estimator):
    """Return what a search did as a text of about twenty lines.

    Parameters
    ----------
    estimator : MetaAutoClassifier or MetaAutoRegressor
        Fitted.

    Returns
    -------
    str
    """
    facts = summarise(estimator)
    lines = [
        f"{type(estimator).__name__}: {facts.scoring} = {facts.score:.5g} on validation rows",
        f"best single: {facts.best['family']}, {facts.best['score']:.5g} "
        f"(trial {facts.best['trial']}, {facts.best['origin']})",
        f"trials: {facts.n_trials} ({_counts(facts.statuses)}), "
        f"{facts.advised_share:.0%} advised by earlier tasks",
        *(["interrupted: the search was ended before its budget was spent"] * facts.interrupted),
        "",
        "families by best score:",
        *[f"  {name:<24}{best_score(score):>12}   {n} trials" for name, n, score in facts.families],
        "",
        "ensemble:",
        *[f"  {weight:>6.1%}  {name} (trial {number})" for number, name, weight in facts.members],
        "",
        *_advisers(facts),
        "time: " + ", ".join(f"{phase} {s:.1f} s" for phase, s in facts.seconds.items()),
        recorded_where(facts.recorded),
    ]
    return "\n".join(lines).rstrip("\n")


def _counts(statuses):
    return ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))


def _advisers(facts):
    lines = ["no earlier tasks advised"]
    if facts.similar:
        lines = ["earlier tasks that advised:"]
        lines += [f"  {task['name']:<24}distance {task['distance']:.2f}" for task in facts.similar]
    for reason, names in reasons_left_out(facts.excluded):
        lines.append(f"left out, {reason}: {_names(names)}")
    lines += [without(facts.skipped)] if facts.skipped else []
    return [*lines, ""] if len(lines) > 1 else lines


def _names(names):
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
