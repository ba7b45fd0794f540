"""
Experience shared without rows
==============================

Two hospitals want to learn from each other which models suit their tables. Neither may give a row
away. Each collects experience on its own tables; then they exchange the experience: meta-features,
configurations, scores, seconds. The tables are generated here, so that anyone can run this; it
takes about a minute.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from sklearn_meta.advisors import GaussianAdvisor, TaskDescription
from sklearn_meta.experience import Experience, collect
from sklearn_meta.spaces import SearchSpace, configuration_key

# %%
# Two sites, two kinds of tables
# ------------------------------
#
# In the north, outcomes depend on sums of measurements. In the south one of two things must be high
# and the other low, and doses are skewed. What suits the one hardly suits the other.


def make_table(site, seed, n_rows=240):
    """Return a table and its target; the seed decides the coefficients and the noise."""
    rng = np.random.default_rng([seed, ord(site[0])])
    n_columns = int(rng.integers(4, 8))
    X = rng.normal(size=(n_rows, n_columns))
    if site == "north":
        signal = X @ rng.normal(size=n_columns) / np.sqrt(n_columns)
        y = signal + rng.uniform(0.1, 0.5) * rng.normal(size=n_rows) > 0
        return pd.DataFrame(X).add_prefix("lab_"), y.astype(int)
    y = (X[:, 0] * X[:, 1] > 0) ^ (rng.random(n_rows) < rng.uniform(0.0, 0.1))
    table = pd.DataFrame(np.exp(X)).add_prefix("dose_")
    return table.assign(ward=pd.Categorical(rng.choice(list("ABC"), n_rows))), y.astype(int)


def tables_of(site, n_tables):
    """Yield what the collector takes: name, table, target, facts."""
    for seed in range(n_tables):
        yield f"{site}_{seed}", *make_table(site, seed), {"kind": "binary", "source": site}


# %%
# Each site collects on its own
# -----------------------------
#
# The same configurations at both sites, agreed beforehand: the defaults of five families and two
# drawn variations of each.

FAMILIES = ["linear", "discriminant", "naive_bayes", "neighbors", "extra_trees"]
space = SearchSpace("binary", FAMILIES)
rng = np.random.default_rng(0)
CONFIGURATIONS = space.default_configurations()
CONFIGURATIONS += [space.sample(rng, family) for family in FAMILIES for _ in range(2)]


def collect_site(site, path, n_tables, configurations):
    """Make the base of a site."""
    base = Experience.create(path)
    collect(tables_of(site, n_tables), configurations, base, n_tasks=n_tables, verbose=0)
    return base


# %%
# How good is the advice?
# -----------------------
#
# All scores of a table are known, so a search on it can be replayed: the advisor is asked, told the
# stored score, asked again. Its regret is what the best score found so far lacks, as a share of the
# distance between the table's best and worst configuration. A table that the base has seen is left
# out before (`without`).


def mean_regret(base, tables, n_evaluations):
    """Return the mean regret after each evaluation on the tables of another base."""
    truth = tables.matrix("binary", "roc_auc")
    places = {key: place for place, key in enumerate(truth.keys)}
    curves = []
    for row, task in enumerate(truth.tasks.itertuples()):
        scores = truth.scores[row]
        best, worst = np.nanmax(scores), np.nanmin(scores)
        facts = TaskDescription(
            "binary",
            "roc_auc",
            n_rows=160,
            n_columns=task.n_columns,
            n_classes=2,
            metafeatures=truth.metafeatures.iloc[row].to_dict(),
            has_clock=False,
        )
        advisor = GaussianAdvisor(continuous=False).fit(base.without(ids=[task.id]))
        session = advisor.start(facts, space, random_state=0)
        found, curve = worst, []
        for _ in range(n_evaluations):
            configuration = session.ask().configuration
            score = scores[places[configuration_key(configuration)]]
            session.tell(configuration, score)
            found = np.fmax(found, score)
            curve.append((best - found) / (best - worst))
        curves.append(curve)
    return np.mean(curves, axis=0)


# %%
# The exchange
# ------------
#
# Each site sends its file; both merge the two. What one site knows of a configuration now stands
# beside what the other does, task by task.


def main(n_tables=6, n_evaluations=4):
    """Collect, exchange, compare."""
    with tempfile.TemporaryDirectory() as folder:
        sites = ("north", "south")
        own = {
            site: collect_site(site, Path(folder) / f"{site}.sqlite", n_tables, CONFIGURATIONS)
            for site in sites
        }
        print("what the north sends:", own["north"])
        size = Path(own["north"].location).stat().st_size
        print(f"{size / 1024:.0f} KiB; of a task it holds:")
        print(own["north"].tasks(metafeatures=True).iloc[0].head(14).to_string(), end="\n\n")

        both = {site: Experience.create(Path(folder) / f"{site}_both.sqlite") for site in sites}
        for base in both.values():
            for site in sites:
                base.merge(own[site])

        print("mean regret (%) after 1, 2, ... evaluations")
        for site, other in (sites, sites[::-1]):
            for name, base in ((f"own base of the {site}", own[site]), ("merged", both[site])):
                for where in (other, site):
                    regret = 100 * mean_regret(base, own[where], n_evaluations)
                    shown = "  ".join(f"{value:5.1f}" for value in regret)
                    print(f"  {name:24} on tables of the {where}: {shown}")
        for base in (*own.values(), *both.values()):
            base.close()


# %%
# The tables of the south look different, so that the merged base advises at once what suits them;
# the north alone would have proposed what suits its own. On its own tables neither site loses much
# by having learned of the other's.
#
# A base holds meta-features, scores and hashes of 128 rows of each table, by which the same rows
# are recognised later. A hash can't be turned back into a row, but whoever guesses a whole row can
# find out whether it is one of those. `docs/ideas.md` says more.

if __name__ == "__main__":
    main()
