"""
The main job: a mixed table, a deadline, a model
================================================

A table as it comes from a clinic: measurements with gaps, a date, a site, a free-text remark. The
measurements come with scikit-learn; this script adds the rest. Then a regression on plain numbers.
"""

import time

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from sklearn.model_selection import train_test_split

from sklearn_meta import MetaAutoClassifier, MetaAutoRegressor


def clinic_table(seed=0):
    """Make a table with numbers, gaps, dates, strings and categories from breast cancer data."""
    rng = np.random.default_rng(seed)
    data = load_breast_cancer(as_frame=True)
    X = data.data.iloc[:, 4:10].copy()  # the six weaker measurements
    y = data.target.map({0: "malignant", 1: "benign"})
    X = X.mask(rng.random(X.shape) < 0.08)  # gaps
    late = (y == "malignant") & (rng.random(len(y)) < 0.3)
    days = rng.integers(0, 700, len(y)) + 200 * late
    X["visit"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(days, unit="D")
    X["site"] = rng.choice(["north", "south", "harbour"], len(y))
    X["ward"] = pd.Categorical(rng.choice(list("ABCDEF"), len(y)))
    complaint = np.where(late, "firm lump, growing since spring", "regular check, nothing new")
    X["remark"] = [
        f"patient reports: {text}; seen by doctor {rng.integers(9)}" for text in complaint
    ]
    X.loc[rng.random(len(y)) < 0.1, "remark"] = None
    return X, y


def main():
    """Fit both estimators and print what a user would look at."""
    X, y = clinic_table()
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
    print(X_train.head(3).to_string(), end="\n\n")

    started = time.perf_counter()
    clf = MetaAutoClassifier(time_budget=20, n_jobs=2, random_state=0, verbose=1)
    clf.fit(X_train, y_train)
    print(f"\nfit took {time.perf_counter() - started:.1f} s of the 20 s granted\n")
    columns = ["rank", "family", "score", "seconds", "advised", "weight"]
    print(clf.leaderboard_[columns].head(10).round(4).to_string(index=False), end="\n\n")
    print(clf.report(), end="\n\n")

    numbers = X_train.select_dtypes("number").columns
    plain = HistGradientBoostingClassifier(random_state=0).fit(X_train[numbers], y_train)
    for name, model, table in [
        ("MetaAutoClassifier", clf, X_test),
        ("HistGradientBoosting on the numbers", plain, X_test[numbers]),
    ]:
        auc = roc_auc_score(y_test == model.classes_[1], model.predict_proba(table)[:, 1])
        print(f"test ROC AUC of {name}: {auc:.4f}")

    X, y = load_diabetes(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    reg = MetaAutoRegressor(time_budget=10, n_jobs=2, random_state=0).fit(X_train, y_train)
    forest = RandomForestRegressor(random_state=0).fit(X_train, y_train)
    for name, model in [("MetaAutoRegressor", reg), ("a random forest", forest)]:
        rmse = root_mean_squared_error(y_test, model.predict(X_test))
        print(f"test RMSE of {name} on diabetes: {rmse:.2f}")


if __name__ == "__main__":
    main()
