"""A search's summary as a small piece of HTML for notebooks."""

from html import escape

from sklearn_meta.inspection._summary import (
    best_score,
    reasons_left_out,
    recorded_where,
    summarise,
    without,
)

_STYLE = (
    "<style>.sm-report{font:13px/1.4 sans-serif;margin:.5em 0;max-width:60em}"
    ".sm-report table{border-collapse:collapse;margin:.3em 2em .6em 0;display:inline-table;"
    "vertical-align:top}.sm-report caption{text-align:left;font-weight:600}"
    ".sm-report td,.sm-report th{padding:.1em .6em;text-align:left;border-bottom:1px solid #ccc}"
    ".sm-bar{display:inline-block;height:.7em;background:#4c78a8}</style>"
)


def html_report(estimator):
    """Return what a search did as HTML: families, ensemble, advisers, time.

    Parameters
    ----------
    estimator : MetaAutoClassifier or MetaAutoRegressor
        Fitted.

    Returns
    -------
    str
        Self-contained; nothing is fetched.
    """
    facts = summarise(estimator)
    families = [(name, n, best_score(score)) for name, n, score in facts.families]
    members = [(n, name, _Bar(weight)) for n, name, weight in facts.members]
    similar = [(task["name"], f"{task['distance']:.2f}") for task in facts.similar]
    longest = max(facts.seconds.values()) or 1.0
    time = [(phase, f"{s:.1f} s", _Bar(s / longest, "")) for phase, s in facts.seconds.items()]
    notes = [
        f"Left out of the advice, {reason}: {', '.join(names)}"
        for reason, names in reasons_left_out(facts.excluded)
    ]
    notes += [without(facts.skipped), recorded_where(facts.recorded)]
    notes = "".join(f"<p>{escape(note)}</p>" for note in notes if note)
    return (
        f'{_STYLE}<div class="sm-report"><p><b>{escape(facts.scoring)} = {facts.score:.5g}</b> on '
        f"validation rows; best single {escape(facts.best['family'])} {facts.best['score']:.5g}; "
        f"{facts.n_trials} trials, {facts.advised_share:.0%} advised by earlier tasks</p>"
        + _table("Families", ("family", "trials", "best score"), families)
        + _table("Ensemble", ("trial", "family", "weight"), members)
        + _table("Earlier tasks that advised", ("task", "distance"), similar)
        + _table("Time", ("phase", "seconds", ""), time)
        + notes
        + "</div>"
    )


class _Bar:
    """A share drawn as a bar, with its percentage as text."""

    def __init__(self, share, text=None):
        self.share = share
        self.text = f" {share:.0%}" if text is None else text

    def __html__(self):
        return f'<span class="sm-bar" style="width:{6 * self.share:.2f}em"></span>{self.text}'


def _table(caption, header, rows):
    if not rows:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{_cell(v)}</td>" for v in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def _cell(value):
    return value.__html__() if isinstance(value, _Bar) else escape(str(value))
