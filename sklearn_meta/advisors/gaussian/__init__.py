"""The default advisor: Bayesian optimisation over the configurations of earlier tasks."""
