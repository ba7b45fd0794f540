"""What to try next: a new configuration, or a promising one on more rows."""

from sklearn_meta.search._trial import OK, Order

ETA = 3  # one in so many configurations is promoted to the next rung


class Schedule:
    """Asynchronous successive halving over training rows, fed by an ask/tell session.

    New configurations come from the session and start on the lowest rung. A configuration among the
    best third of its rung is promoted to the next (ASHA: Li et al. 2020), where its models learn
    from more rows; with a single rung this is a plain ask/tell loop.

    Parameters
    ----------
    session : object with ``ask`` and ``tell``, or None
        Proposes configurations; None for one that :meth:`follow` brings later.
    problem : Problem
        The task.
    rungs : tuple of int or None
        Rows to train on, step by step; None is all rows.
    floor : float
        Score of a constant prediction, the zero of the race.

    Attributes
    ----------
    reasons : dict of int to (proposal, explanation)
        What the session said of its proposals, by the trial's number; the explanation is None from
        a session that gives none.
    """

    def __init__(self, session, problem, rungs, floor):
        self.session = session
        self.problem = problem
        self.rungs = rungs
        self.floor = floor
        self.reasons = {}
        self._told = []
        self._promoted = set()  # numbers of the trials that went on
        self._next_number = 0

    def openings(self, max_rows):
        """Return orders for the cheap first configurations, which need no advice."""
        rows = max_rows if self.problem.fit_rows > max_rows else None
        rung = -1 if rows is not None or len(self.rungs) > 1 else 0
        space = self.problem.space_at(max_rows)
        return [
            self._order(configuration, "opening", rung, max_rows=rows)
            for configuration in space.openings()
            if configuration["family"] in space.families
        ]

    def follow(self, session):
        """Ask a session from now on, and tell it what was tried before."""
        self.session = session
        for trial in self._told:
            self._tell_session(trial)

    def next(self, seconds_left=float("inf")):
        """Return the next order, or None if nothing is left to try."""
        promotion = self._promotion(seconds_left)
        if promotion is not None:
            return promotion
        proposal = self.session.ask(
            seconds_left=None if seconds_left == float("inf") else seconds_left
        )
        if proposal is None:
            return None
        explain = getattr(self.session, "explain", None)
        why = None if explain is None else explain(proposal.configuration)
        self.reasons[self._next_number] = proposal, why
        return self._order(
            proposal.configuration,
            proposal.origin,
            0,
            predicted_seconds=proposal.predicted_seconds,
        )

    def tell(self, trial):
        """Learn how a trial went."""
        self._told.append(trial)
        if self.session is not None:
            self._tell_session(trial)

    def _tell_session(self, trial):
        if trial.order.origin == "promotion":
            return
        self.session.tell(
            trial.order.configuration,
            self._comparable_score(trial),
            # of a trial that was ended within its first fold, what it took is a lower bound
            trial.fold_seconds if trial.folds else trial.seconds,
            status=OK if trial.folds else trial.status,
        )

    def _comparable_score(self, trial):
        """Return the score that all folds would give, where a trial has finished only some.

        The bar that it was raced against tells how much easier those folds are.
        """
        done, bar = len(trial.folds), trial.order.bar
        if not done or done == len(self.problem.folds) or len(bar) < done:
            return trial.score
        return trial.score + sum(bar) / len(bar) - sum(bar[:done]) / done

    def incumbent(self, rung):
        """Return the best finished trial of a rung, or None."""
        finished = self._finished(rung)
        return max(finished, key=lambda trial: trial.score) if finished else None

    def _finished(self, rung):
        return [t for t in self._told if t.status == OK and t.order.rung == rung]

    def _promotion(self, seconds_left):
        for rung in reversed(range(len(self.rungs) - 1)):
            finished = sorted(self._finished(rung), key=lambda trial: -trial.score)
            for trial in finished[: max(1, len(finished) // ETA) if len(finished) > 1 else 0]:
                if trial.order.number not in self._promoted and self._fits(trial, seconds_left):
                    self._promoted.add(trial.order.number)
                    return self._order(trial.order.configuration, "promotion", rung + 1)
        return None

    def _fits(self, trial, seconds_left):
        """Tell whether the trial's configuration may and can be fitted on the next rung's rows."""
        rows = self._rows(trial.order.rung + 1)
        if trial.order.configuration["family"] not in self.problem.space_at(rows).families:
            return False
        growth = rows / max(trial.folds[0].rows_used, 1)
        return sum(fold.fit_seconds for fold in trial.folds) * growth < 0.8 * seconds_left

    def _rows(self, rung):
        return self.problem.fit_rows if self.rungs[rung] is None else self.rungs[rung]

    def _order(self, configuration, origin, rung, *, max_rows=None, predicted_seconds=None):
        number, self._next_number = self._next_number, self._next_number + 1
        best = self.incumbent(rung)
        return Order(
            number=number,
            configuration=configuration,
            origin=origin,
            rung=rung,
            max_rows=self.rungs[rung] if rung >= 0 else max_rows,
            bar=tuple(fold.score for fold in best.folds) if best is not None else (),
            scale=best.score - self.floor if best is not None else 0.0,
            predicted_seconds=predicted_seconds,
        )
