"""Few-shot Bayesian optimisation: a kernel over the whole space, trained on earlier tasks."""
