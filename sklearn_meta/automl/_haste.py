"""What of the advice is left out where time is short: meta-features, in the extreme all of it."""

import sys

from sklearn_meta._validation import n_columns, n_rows

SHARE = 0.5  # of the budget may be over when the advice is ready
# Processor seconds on an ordinary machine, at the upper end of what was measured.
_GROUPS = {"simple": 0.02, "statistical": 0.05, "information": 0.03}
_HASHED_CELL = 2e-7
_IMPORTS = 0.5  # SQLAlchemy and what opening a base loads besides
_LEARNING = 0.15  # reading a base, and starting an advisor on it


class Haste:
    """Tells step by step what there is time for; without a clock, for everything.

    Parameters
    ----------
    budget : Budget
        What is left, and how slowly the machine gets on.
    X : ndarray, DataFrame or CSR matrix of shape (n_samples, n_features)
        The table.

    Attributes
    ----------
    skipped : list of str
        What there was no time for.
    """

    def __init__(self, budget, X):
        self.budget = budget
        self.skipped = []
        self._hashing = _HASHED_CELL * n_rows(X) * n_columns(X)
        self._asking = _LEARNING + (0.0 if "sqlalchemy" in sys.modules else _IMPORTS)

    def allows_experience(self):
        """Tell whether there is time to recognise the table and to ask earlier tasks."""
        return self._allows("experience", self._hashing + self._asking)

    def allows_fingerprint(self):
        """Tell whether there is time to hash the rows alone."""
        return self._allows("row hashes", self._hashing)

    def allows_group(self, group):
        """Tell whether there is time for a group of meta-features, and for asking afterwards."""
        return self._allows(f"{group} meta-features", _GROUPS[group] + self._asking)

    def _allows(self, what, processor_seconds):
        if self.budget.allows(processor_seconds, SHARE):
            return True
        self.skipped.append(what)
        return False
