"""
Tune your own pipeline, starting from experience
================================================

``MetaSearchCV`` is used like scikit-learn's ``RandomizedSearchCV``. It finds the model that
experience knows inside your pipeline, takes ranges and starting points from earlier tasks, and
learns from each result what to try next.
"""

# %%
# Without ranges
# --------------
#
# The logistic regression at the end of the pipeline is known. The second candidate is the
# pipeline as it is.

import warnings

import pandas as pd
from scipy.stats import loguniform
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from sklearn_meta import MetaSearchCV

warnings.simplefilter("ignore", ConvergenceWarning)
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))

search = MetaSearchCV(pipeline, n_iter=8, scoring="roc_auc", random_state=0)
search.fit(X_train, y_train)

tried = pd.DataFrame(search.cv_results_)[["param_logisticregression__C", "mean_test_score"]]
print(tried.assign(origin=search.advice_["origins"]).round(4).to_string(index=False))
print(f"left out of the advice: {search.advice_['excluded']}")
print(f"test ROC AUC: {search.score(X_test, y_test):.4f}")

# %%
# With ranges of your own
# -----------------------
#
# Only these are searched. Experience still says where in them to begin.

ranges = {"logisticregression__C": loguniform(1e-3, 1e3)}
search = MetaSearchCV(pipeline, ranges, n_iter=6, scoring="roc_auc", random_state=0)
search.fit(X_train, y_train)
print(f"\nbest of the given ranges: {search.best_params_}, {search.advice_['origins']}")

# %%
# Against a clock
# ---------------
#
# Fifteen seconds for everything, the refit included.

X, y = load_diabetes(return_X_y=True)
boosting = HistGradientBoostingRegressor(random_state=0)
search = MetaSearchCV(boosting, time_budget=15, n_jobs=2, random_state=0).fit(X, y)
print(f"\n{len(search.cv_results_['params'])} candidates, R2 {search.best_score_:.3f}")
print(search.best_params_)

# %%
# A model that experience does not know
# -------------------------------------
#
# It needs ranges, and the search says that it had nothing else to go by.

ranges = {"max_depth": range(1, 12), "min_samples_leaf": [1, 2, 5, 10, 20, 50]}
search = MetaSearchCV(DecisionTreeRegressor(random_state=0), ranges, n_iter=12, random_state=0)
search.fit(X, y)
print(f"\n{search.best_params_}, R2 {search.best_score_:.3f}")
print(f"without experience: {search.advice_['reason']}")
