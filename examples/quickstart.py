"""
The main job: a mixed table, a deadline, a model
================================================

A table as a clinic might keep it: measurements with gaps, a date, a site, a free-text remark. The
measurements come with scikit-learn; the rest is made here.
"""

import time

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor

# %%
# The table
# ---------
#
# Six of the weaker measurements of the breast cancer data, with 8 % of the cells missing. Half of
# the malignant cases came late and with a remark, so the date and the text tell something too.

rng = np.random.default_rng(0)
data = load_breast_cancer(as_frame=True)
y = data.target.map({0: "malignant", 1: "benign"})
X = data.data.iloc[:, 4:10].mask(rng.random((len(y), 6)) < 0.08)
late = (y == "malignant") & (rng.random(len(y)) < 0.5)
days = rng.integers(0, 700, len(y)) + 300 * late
X["visit"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(days, unit="D")
X["site"] = rng.choice(["north", "south", "harbour"], len(y))
X["ward"] = pd.Categorical(rng.choice(list("ABCDEF"), len(y)))
complaint = np.where(late, "firm lump, growing since spring", "regular check, nothing new")
X["remark"] = [f"patient reports {text}; seen by doctor {rng.integers(9)}" for text in complaint]
X.loc[rng.random(len(y)) < 0.1, "remark"] = None

X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
print(X_train.head(3).to_string(), end="\n\n")

# %%
# The search
# ----------
#
# Twenty seconds on two cores, for everything: reading the table, searching, the ensemble.

started = time.perf_counter()
clf = MetaAutoClassifier(time_budget=20, n_jobs=2, random_state=0, verbose=1)
clf.fit(X_train, y_train)
print(f"\nfit took {time.perf_counter() - started:.1f} s of the 20 s granted\n")

# %%
# What was tried, what won, which earlier tasks advised, where the time went:

columns = ["rank", "family", "score", "seconds", "advised", "weight"]
print(clf.leaderboard_[columns].head(10).round(4).to_string(index=False), end="\n\n")
print(clf.report(), end="\n\n")

# %%
# How good it is
# --------------
#
# On rows that the search has not seen, beside scikit-learn's boosting on the numeric columns. The
# boosting can't see the date and the text, which were made to tell something: no fair comparison.

numbers = X_train.select_dtypes("number").columns
plain = HistGradientBoostingClassifier(random_state=0).fit(X_train[numbers], y_train)
for name, model, table in [
    ("MetaAutoClassifier", clf, X_test),
    ("HistGradientBoosting on the numbers", plain, X_test[numbers]),
]:
    auc = roc_auc_score(y_test == model.classes_[1], model.predict_proba(table)[:, 1])
    print(f"test ROC AUC of {name}: {auc:.4f}")

# %%
# Regression
# ----------
#
# The same for a number, in ten seconds.

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
reg = MetaAutoRegressor(time_budget=10, n_jobs=2, random_state=0).fit(X_train, y_train)
forest = RandomForestRegressor(random_state=0).fit(X_train, y_train)
for name, model in [("MetaAutoRegressor", reg), ("a random forest", forest)]:
    rmse = root_mean_squared_error(y_test, model.predict(X_test))
    print(f"test RMSE of {name} on diabetes: {rmse:.2f}")
