"""The Gaussian model of a new task's scores: prior, posterior, and what made up a prediction."""
