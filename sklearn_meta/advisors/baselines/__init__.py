"""Advisors that learn nothing from the new task's results: by chance, or down a list."""
