"""Small tables first."""

from dataclasses import replace

_FIRST = {"max_train_rows": 40, "max_columns": 6, "max_classes": 3}


def settings_at(settings, progress):
    """Return the prior's settings at a progress from 0 to 1: sizes grow on a logarithmic scale."""
    sizes = {}
    for name, first in _FIRST.items():
        last = getattr(settings, name)
        first = min(first, last)
        sizes[name] = round(first * (last / first) ** min(max(progress, 0.0), 1.0))
    sizes["max_train_rows"] = max(sizes["max_train_rows"], settings.min_train_rows)
    return replace(settings, **sizes)
