"""Searches that take no time, on tasks of which all results are known."""
