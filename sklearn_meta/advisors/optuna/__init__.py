"""Advice for Optuna studies."""
