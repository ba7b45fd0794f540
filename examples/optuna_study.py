"""
An Optuna study that starts from experience
===========================================

A support vector machine tuned by Optuna, with Optuna's own sampler and with one that knows how
such machines did on earlier tables.
"""

import optuna
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sklearn_meta.advisors import OptunaSampler, enqueue

optuna.logging.set_verbosity(optuna.logging.WARNING)
X, y = load_wine(return_X_y=True)

# %%
# The objective
# -------------
#
# Nothing in it is particular to the sampler. The names are those of the family ``"svm"``, whose
# gamma is in units of one over the number of columns.


def objective(trial):
    C = trial.suggest_float("C", 0.01, 1000, log=True)
    gamma = trial.suggest_float("gamma", 0.01, 10, log=True)
    machine = SVC(C=C, gamma=gamma / X.shape[1])
    model = make_pipeline(StandardScaler(), machine)
    return cross_val_score(model, X, y, cv=3, scoring="accuracy").mean()


# %%
# With advice
# -----------
#
# The table itself is among those that the experience was collected on; its tasks are left out of
# the advice, as it says in the log. ``fixed`` leaves out what earlier tasks say of other kernels.

sampler = OptunaSampler(
    "svm", X=X, y=y, metric="accuracy", fixed={"kernel": "rbf", "scaling": "standard"}, seed=0
)
advised = optuna.create_study(direction="maximize", sampler=sampler)
advised.optimize(objective, n_trials=10)

# %%
# Without, and with a start alone
# -------------------------------

plain = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
plain.optimize(objective, n_trials=10)

started = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
distributions = plain.trials[0].distributions
n_added = enqueue(started, "svm", n_trials=4, X=X, y=y, distributions=distributions)
started.optimize(objective, n_trials=10)

for name, study in {"advised": advised, "plain": plain, f"{n_added} given": started}.items():
    values = [trial.value for trial in study.trials]
    best = [max(values[:n]) for n in (1, 5, 10)]
    print(f"{name:10s} best of 1, 5 and 10 trials: {best[0]:.3f}, {best[1]:.3f}, {best[2]:.3f}")
