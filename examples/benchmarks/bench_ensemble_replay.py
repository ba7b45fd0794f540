"""How varied should advice be: searches replayed to the score of their ensembles.

Fits every known configuration on small tables once and keeps what it predicts; then whole searches,
racing and ensemble selection included, take a second each to replay::

    python bench_ensemble_replay.py collect --tables path/to/tables --folder replay
    python bench_ensemble_replay.py replay --tables path/to/tables --folder replay --out page.md

Settings are chosen by it, so it takes tables with the role "choose" (``--role``), and the
experience is opened without their groups. ``random`` draws from the same configurations; the others
are the Gaussian advisor with so much `variety`. What is left out: the search beyond the known
configurations, and the time that advice takes.
"""

import argparse
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from _ensemble_tables import collect, load
from _results import listed, markdown, read_tables
from _summary import show, standard_error

from sklearn_meta import Experience
from sklearn_meta._validation import n_columns
from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.automl._selection import select_ensemble
from sklearn_meta.search._trial import is_losing
from sklearn_meta.spaces import SearchSpace, configuration_key

RANDOM, N_RANDOM = "random", 3
BETWEEN_TRIALS = 0.02  # seconds


class Replay:
    """A search whose trials are looked up.

    Parameters
    ----------
    table : EnsembleTable
        What is searched on.
    """

    def __init__(self, table):
        self.table = table
        self.seconds = 0.0
        self.best = None  # place of the best complete configuration
        self.complete = []  # (seconds when it was done, place)
        self.floor, self.floor_test = table.constant_scores()

    def try_out(self, place):
        """Replay a trial with its race; return its score and the seconds of a fold."""
        table, folds = self.table, []
        bar = () if self.best is None else tuple(table.scores[self.best])
        scale = 0.0 if self.best is None else np.mean(bar) - self.floor
        order, raced = SimpleNamespace(bar=bar, scale=scale), False
        for score in table.scores[place]:
            folds.append(SimpleNamespace(score=score))
            raced = len(folds) < len(table.scores[place]) and is_losing(folds, order, table.problem)
            if raced:
                break
        spent = table.seconds[place][: len(folds)].sum()
        self.seconds += spent + BETWEEN_TRIALS
        score = np.mean([fold.score for fold in folds])
        if raced:
            return score + np.mean(bar) - np.mean(bar[: len(folds)]), spent / len(folds)
        self.complete.append((self.seconds, place))
        if self.best is None or score > np.mean(bar):
            self.best = place
        return score, spent / len(folds)

    def ended_at(self, seconds):
        """Return best validation score and the ensemble's test score; None without a trial."""
        places = [place for done, place in self.complete if done <= seconds]
        if not places:
            return None
        table = self.table
        scores = table.scores[places].mean(axis=1)
        held_out = [table.held_out[place].astype(float) for place in places]
        weights, _ = select_ensemble(held_out, scores, table.validation)
        return scores.max(), table.score(places, weights)


def at_random(table, seed, budget):
    """Search without advice."""
    replay = Replay(table)
    for place in np.random.default_rng(seed).permutation(len(table.configurations)):
        if replay.seconds > budget:
            break
        replay.try_out(place)
    return replay


def advised(table, session, budget):
    """Search with a session's advice."""
    replay = Replay(table)
    places = {configuration_key(c): place for place, c in enumerate(table.configurations)}
    opened = [c for c in session.space.openings() if configuration_key(c) in places]
    while replay.seconds < budget:
        if opened:
            configuration = opened.pop(0)
        else:
            proposal = session.ask(seconds_left=budget - replay.seconds)
            if proposal is None:
                break
            configuration = proposal.configuration
        place = places.get(configuration_key(configuration))
        if place is None:  # too slow, or it failed
            session.tell(configuration, np.nan, status="error")
        else:
            session.tell(configuration, *replay.try_out(place))
    return replay


def described(table):
    """Describe a table as a search does."""
    problem = table.problem
    return TaskDescription(
        kind=problem.kind,
        metric=problem.scoring.metric,
        n_rows=problem.fit_rows,
        n_columns=n_columns(problem.X),
        n_classes=problem.n_classes or 0,
        metafeatures=table.metafeatures(),
        n_folds=len(problem.folds),
        target_deviation=float(np.std(problem.y)) if problem.kind == "regression" else None,
        is_for_ensemble=True,
    )


def searched(table, known, varieties, budgets):
    """Return, for each policy and budget, (best validation score, ensemble's test score)."""
    task = described(table)
    size = {"n_rows": task.n_rows, "n_columns": task.n_columns, "n_classes": task.n_classes}
    space, found = SearchSpace(task.kind, **size), {}
    advisor = GaussianAdvisor(continuous=False).fit(known)
    for budget in budgets:
        runs = [at_random(table, seed, budget).ended_at(budget) for seed in range(N_RANDOM)]
        found[RANDOM, budget] = runs
        for variety in varieties:
            session = advisor.set_params(variety=variety).start(task, space, random_state=0)
            found[variety, budget] = [advised(table, session, budget).ended_at(budget)]
    return {
        key: np.mean([run for run in runs if run is not None], axis=0)
        for key, runs in found.items()
        if any(run is not None for run in runs)
    }


def compared(results, floors):
    """Put each policy's scores on the scale from the constant (-1) to the best policy (0).

    Parameters
    ----------
    results : dict of (policy, budget) to ndarray of shape (2,)
        Of one table.
    floors : sequence of two floats
        Scores of a constant prediction.

    Returns
    -------
    dict of (policy, budget) to ndarray of shape (2,)
    """
    scaled = {}
    for budget in {budget for _, budget in results}:
        own = {key: value for key, value in results.items() if key[1] == budget}
        top = np.max(list(own.values()), axis=0)
        span = np.maximum(top - floors, 1e-12)
        scaled |= {key: np.clip((value - top) / span, -1, 0) for key, value in own.items()}
    return scaled


def page(tables, options):
    """Write the results, line by line."""
    policies = [RANDOM, *options.varieties]
    yield (
        f"{len(tables)} tables. Behind the best policy on the table, in percent of the way from "
        "the constant prediction to it: test score of the ensemble, and (in brackets) best single "
        "validation score; then the difference of the test score to the first variety, ± standard "
        "error over tables.\n"
    )
    for budget in options.budgets:
        lines = []
        for policy in policies:
            rows = np.array([t.get((policy, budget), (np.nan,) * 2) for t in tables])
            first = np.array([t.get((options.varieties[0], budget), (np.nan,) * 2) for t in tables])
            apart = 100 * (rows - first)[:, 1]
            single, test = 100 * np.nanmean(rows, axis=0)
            gain = show(np.nanmean(apart), standard_error(apart), 2)
            lines.append([policy, f"{test:.2f} ({single:.2f})", gain])
        yield f"### {budget:g} s\n"
        yield markdown(["variety", "ensemble (single)", "difference"], lines) + "\n"


def run_collect(options):
    """Fit what is not there yet."""
    options.folder.mkdir(parents=True, exist_ok=True)
    for entry in _entries(options):
        path = options.folder / f"{entry['name']}.npz"
        if not path.exists():
            collect(entry, options.max_rows, path)
            print(entry["name"], flush=True)


def run_replay(options):
    """Replay searches on what was collected."""
    tables = []
    with Experience.open(options.experience) as base:
        for entry in _entries(options):
            path = options.folder / f"{entry['name']}.npz"
            if not path.exists():
                continue
            table = load(entry, options.max_rows, path)
            known = base.without(groups=[entry["group"]])
            results = searched(table, known, options.varieties, options.budgets)
            tables.append(compared(results, table.constant_scores()))
            print(entry["name"], file=sys.stderr, flush=True)
    text = "\n".join(page(tables, options))
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


def _entries(options):
    chosen = read_tables(options.tables, roles=[options.role], min_rows=options.min_rows)
    return sorted(chosen, key=lambda entry: entry["name"])


def _numbers(text):
    return [float(word) for word in listed(text)]


def main():
    """Do what the command says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("collect", "replay"))
    add = parser.add_argument
    add("--tables", type=Path, required=True, help="folder of index.json")
    add("--folder", type=Path, required=True, help="where predictions are kept")
    add("--role", default="choose")
    add("--min-rows", type=int, default=300)
    add("--max-rows", type=int, default=1000, help="rows to search on, at most")
    add("--experience", default="bundled")
    add("--varieties", type=_numbers, default=[0.0, 1.0, 2.0, 3.0, 4.0])
    add("--budgets", type=_numbers, default=[2.0, 4.0, 8.0, 16.0], help="seconds")
    add("--out", type=Path)
    options = parser.parse_args()
    {"collect": run_collect, "replay": run_replay}[options.verb](options)


if __name__ == "__main__":
    main()
