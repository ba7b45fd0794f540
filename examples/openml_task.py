"""
OpenML: tasks in, experience in, runs out
=========================================

From a task's number to a fitted model, from a suite to an experience base, and from a result back
to the server. The server, the cache folder and the key are those of the openml package
(`openml.config`, or its configuration file).
"""

import tempfile
from itertools import islice
from pathlib import Path

import openml
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_validate

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.experience import Experience, collect, import_published
from sklearn_meta.metafeatures import describe_task
from sklearn_meta.openml import (
    NotInCacheError,
    compare_qualities,
    fetch_dataset,
    fetch_task,
    iter_evaluations,
    iter_suite,
    options,
    publish_run,
    run_task,
)

# %%
# A task
# ------
#
# The table, the target, which columns are nominal, and the splits that everyone on OpenML uses for
# this task.

task = fetch_task(59)
print(task)
print(task.X.dtypes.to_dict(), task.categorical, task.class_labels)
print(task.cv)

# %%
# It goes through plain `fit` and `cross_validate`. Here three trials for each of the ten splits;
# leave `max_trials` out, and give `time_budget`, for a real search.

clf = MetaAutoClassifier(max_trials=3, random_state=0)
scores = cross_validate(clf, task.X, task.y, cv=task.cv, scoring="accuracy")["test_score"]
print(
    f"accuracy on the task's splits: {scores.mean():.3f} ({scores.min():.3f} to {scores.max():.3f})"
)
clf.fit(task.X, task.y)
print(clf.leaderboard_[["rank", "family", "score", "weight"]].to_string(index=False))

# %%
# What the server knows of the table, and what we compute
# -------------------------------------------------------

compared = compare_qualities(task.qualities(), describe_task(task.X, task.y))
print(compared["verdict"].value_counts().to_dict())
print(compared[compared["verdict"] == "same"].head(5).to_string())

# %%
# Without a network
# -----------------
#
# What was fetched once is read from the cache; what was not is named.

with options(offline=True):
    print(fetch_task(59).name, "comes from the cache")
    try:
        fetch_dataset(1461)
    except NotInCacheError as error:
        print(str(error).partition(" Wanted")[0])

# %%
# From a suite to an experience base
# ----------------------------------
#
# OpenML-CC18 has 72 tasks; they are fetched one at a time, and one that fails is left out and
# named. Here only the first two, with two configurations each. (`sklearn-meta collect --suite`
# does the same from a shell.)

suite = iter_suite("OpenML-CC18")
base = Experience.create(Path(tempfile.mkdtemp()) / "cc18.sqlite")
configurations = [{"family": "naive_bayes"}, {"family": "linear"}]
report = collect(islice(suite, 2), configurations, base, verbose=0)
print(f"{report['evaluations']} evaluations on {report['tasks']} tasks; failed: {suite.failed}")

# %%
# What others published
# ---------------------
#
# Runs of scikit-learn flows that do the same as one of our configurations become evaluations of
# it; the others are counted.

published = iter_evaluations([59], metrics=["area_under_roc_curve"], limit=200)
report = import_published(published, base)
left_out = sum(report["left_out"].values())
print(f"{report['evaluations']} runs of ours, {left_out} of others")
print(base)

# %%
# And back
# --------
#
# A run: predictions for each split, and the search's trials as its trace. Nothing is sent before
# `publish_run`, which wants a key.

run = run_task(MetaAutoClassifier(max_trials=3, random_state=0), task)
print(f"accuracy of the run: {run.get_metric_fn(accuracy_score).mean():.3f}")
print(f"{len(run.trace.trace_iterations)} trials in its trace")
if openml.config.apikey:
    print("published:", publish_run(run, api_key=openml.config.apikey))
