"""The ask/tell loop: keep the crew busy until the budget ends."""

import sys
from contextlib import contextmanager
from dataclasses import replace

#: In deterministic mode trial t is asked with the results of the trials up to t - LAG, told in the
#: order of asking: a constant, so that the result does not depend on the number of workers.
LAG = 4

KEPT_TRIALS = 40  # models and predictions of the best so many stay on disk, the others are removed
OPENING_ROWS = 2_000  # openings run in the caller, so their cost is bounded
# Processor seconds of an opening, and of importing what reads dates and texts.
OPENING_SECONDS = 0.1
READERS_SECONDS = 2.0
INTERRUPTED_SECONDS = 2.0  # what choosing and refitting may still take after Ctrl-C


class SearchLoop:
    """Runs trials until the budget ends, nothing is left to try, or the user interrupts.

    Parameters
    ----------
    problem : Problem
        The task.
    crew : Crew
        Carries out the trials; started, and given the problem.
    schedule : Schedule
        Says what is next.
    budget : Budget
        What may be spent.
    observer : callable
        Called with the loop after each change, to show progress.
    ending : callable, default=None
        Takes the trials so far; returns the seconds that the end is expected to take.

    Attributes
    ----------
    trials : list of Trial
        What was tried, in the order of finishing.
    interrupted : bool
        Whether the user ended the search.
    """

    def __init__(self, problem, crew, schedule, budget, observer, ending=None):
        self.problem = problem
        self.crew = crew
        self.schedule = schedule
        self.budget = budget
        self.observer = observer
        self.ending = ending
        self.trials = []
        self.interrupted = False
        self._waiting = {}  # deterministic mode: finished, not yet told
        self._n_told = 0
        self._n_asked = 0
        self._postponed = []  # openings for the workers, which can be ended
        self._dry = False  # the schedule had nothing to propose
        self._removed = set()  # numbers of the trials whose models are gone

    def open(self):
        """Run the cheap openings in the caller, so that a model exists before anything can fail.

        Against a clock, those that would take the caller too long are left to the workers.
        """
        with self._interruptible():
            for order in self.schedule.openings(OPENING_ROWS):
                if self._is_spent() or (self.trials and self._openings_were_slow()):
                    break
                problem = self._problem_for_caller()
                if problem is None:
                    self._postponed.append(order)
                    continue
                self._n_asked += 1
                trial = self.crew.run_here(problem, self._clocked(order))
                self._record(trial)
                self.schedule.tell(trial)  # at once, with or without a clock: none was asked yet
                self._n_told += 1

    def run(self):
        """Search until the budget ends; Ctrl-C ends it too and keeps what was found."""
        with self._interruptible():
            self._run()
        reason = "the user ended the search" if self.interrupted else "the budget ended"
        for trial in self.crew.stop(reason=reason):
            self._record(trial)
        return self.trials

    @contextmanager
    def _interruptible(self):
        """Let Ctrl-C end the search, if there is something to keep."""
        try:
            yield
        except KeyboardInterrupt:
            if not any(trial.folds for trial in self.trials):
                raise
            self.interrupted = True
            self.budget.end_within(INTERRUPTED_SECONDS)

    def _run(self):
        while True:
            self._fill()
            if not self.crew.running:
                break
            self.observer(self)
            for trial in self.crew.poll(max(self.budget.search_left(), 0.0)):
                self._finish(trial)
            if self.budget.search_left() <= 0:
                break

    def _fill(self):
        """Give every free slot a trial, as far as the budget and the lag allow."""
        while self.crew.n_free and not self._is_spent() and self._catch_up():
            order = self._next()
            if order is None:
                if self._dry or self.budget.has_clock:
                    return  # with a clock: ask again when a trial has come back
                self._dry = True  # without: ask again when all have come back and are told
                continue
            self._dry = False
            self._n_asked += 1
            order = self._clocked(order)
            self.crew.submit(order, order.seconds and 1.25 * order.seconds + 0.5)

    def _next(self):
        if self._postponed:
            return self._postponed.pop(0)
        return self.schedule.next(self.budget.search_left())

    def _problem_for_caller(self):
        """Return what an opening in the caller is fitted on, to be done within the budget.

        Where dates and texts would take too long, the rest of the table; None if even that would.
        As long as there is time at all, the caller should read them: at the end it has to load
        models that do, and what it imports here it need not import then.
        """
        roles = self.problem.roles
        readers = (roles.datetime or roles.text) and "skrub" not in sys.modules
        if self.budget.allows(OPENING_SECONDS + READERS_SECONDS * bool(readers), share=1.0):
            return self.problem
        if self.problem.measured or not self.budget.allows(OPENING_SECONDS, share=1.0):
            return None  # what is recorded stands for the whole table
        return replace(self.problem, roles=replace(roles, datetime=(), text=()))

    def _is_spent(self):
        maximum = self.budget.max_trials
        spent = maximum is not None and self._n_asked >= maximum
        return spent or self.budget.search_left() <= 0

    def _catch_up(self):
        """Tell what the next question must know, no less and no more; False to wait for it."""
        if self.budget.has_clock:
            return True
        target = self._n_asked if self._dry else self._n_asked - LAG + 1
        while self._n_told < target:
            if self._n_told not in self._waiting:
                return False
            self.schedule.tell(self._waiting.pop(self._n_told))
            self._n_told += 1
        return True

    def _clocked(self, order):
        """Return the order with the seconds that it may take."""
        if not self.budget.has_clock:
            return order
        left = self.budget.search_left()
        # nothing else may be there if an opening is not
        cap = left if order.origin == "opening" else max(0.4 * self.budget.time_budget, 1.0)
        return replace(order, seconds=max(min(cap, 0.97 * left - 0.05), 0.05))

    def _openings_were_slow(self):
        return self.budget.has_clock and self.budget.elapsed() > 0.15 * self.budget.time_budget

    def _finish(self, trial):
        """Record a trial and tell it: at once, or when its turn comes (see `_catch_up`)."""
        self._record(trial)
        if self.budget.has_clock:
            self.schedule.tell(trial)
        else:
            self._waiting[trial.order.number] = trial

    def _record(self, trial):
        trial.ended = self.budget.elapsed()
        self.trials.append(trial)
        self._free_disk()
        if self.ending is not None and self.budget.has_clock:
            self.budget.expect_end(self.ending(self.trials))
        self.observer(self)

    def _free_disk(self):
        """Remove the models of trials that can no longer take part in the ensemble."""
        complete = [trial for trial in self.trials if len(trial.folds) == len(self.problem.folds)]
        ranked = sorted(complete, key=lambda trial: (-trial.score, trial.order.number))
        losers = ranked[KEPT_TRIALS:]
        if complete:  # else what is incomplete may have to do
            losers += [trial for trial in self.trials if len(trial.folds) < len(self.problem.folds)]
        for trial in losers:
            if trial.order.number not in self._removed:
                self._removed.add(trial.order.number)
                self.crew.discard(trial.order.number)
