"""The budget: a deadline in seconds, a number of trials, or both."""

from time import perf_counter, process_time


class Budget:
    """Counts what is left.

    Parameters
    ----------
    time_budget : float or None
        Seconds for all of `fit`, counted from the creation of this object; None for no clock.
    max_trials : int or None
        Trials at most; None for no limit.
    """

    def __init__(self, time_budget=None, max_trials=None):
        self.time_budget = time_budget
        self.max_trials = max_trials
        self.started = perf_counter()
        self._processor_started = process_time()
        #: Seconds kept at the end: to choose the ensemble, load its models and refit the best.
        self.reserve = 0.0 if time_budget is None else min(0.25 + 0.03 * time_budget, 4.0)
        #: The most and the least that `expect_end` may keep.
        self.largest_reserve = self.reserve
        self.least_reserve = 0.0 if time_budget is None else min(0.25 + 0.01 * time_budget, 2.0)

    @property
    def has_clock(self):
        """Whether seconds are limited."""
        return self.time_budget is not None

    def reserve_for_refits(self):
        """Keep a tenth more for the end: after a holdout the ensemble is fitted on all rows."""
        if self.time_budget is not None:
            self.reserve += 0.1 * self.time_budget
            self._fix_reserve()  # all of it will be used

    def expect_end(self, seconds):
        """Keep for the end what it is expected to take, within bounds: the search gets the rest.

        Parameters
        ----------
        seconds : float
            To choose the ensemble, load its models and refit the best.
        """
        self.reserve = min(max(seconds, self.least_reserve), self.largest_reserve)

    def _fix_reserve(self):
        self.least_reserve = self.largest_reserve = self.reserve

    def allows(self, processor_seconds, share):
        """Tell whether work fits into the first part of the budget; always without a clock.

        What it takes is reckoned by how slowly this process has got on so far: on a machine that
        is busy otherwise, a second of processor time can take many by the clock.

        Parameters
        ----------
        processor_seconds : float
            What the work takes of a processor.
        share : float
            Which part of the budget may be over when it is done, in [0, 1].

        Returns
        -------
        bool
        """
        if self.time_budget is None:
            return True
        elapsed = self.elapsed()
        slowness = max(elapsed / max(process_time() - self._processor_started, 1e-6), 1.0)
        return elapsed + processor_seconds * slowness <= share * self.time_budget

    def end_within(self, seconds):
        """End the search now, and move the deadline to at most so many seconds from now."""
        self.time_budget = self.elapsed() + min(self.left(), seconds)
        self.reserve = max(self.reserve, seconds)
        self._fix_reserve()

    def elapsed(self):
        """Return the seconds since the start."""
        return perf_counter() - self.started

    def left(self):
        """Return the seconds until the deadline; infinite without a clock."""
        return float("inf") if self.time_budget is None else self.time_budget - self.elapsed()

    def search_left(self):
        """Return the seconds until the search must end; infinite without a clock."""
        return self.left() - self.reserve
