"""Configurations of a space: known ones, near ones, and new ones between them."""
