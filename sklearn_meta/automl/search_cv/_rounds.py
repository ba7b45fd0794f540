"""Ask, evaluate, tell, round after round."""

from dataclasses import dataclass

import joblib
import numpy as np

from sklearn_meta.automl.search_cv._branches import Candidate
from sklearn_meta.automl.search_cv._refine import Refiner
from sklearn_meta.search import OK, TasksEndedError
from sklearn_meta.spaces import configuration_key

_ATTEMPTS = 50  # proposals that turn out to be settings tried before


@dataclass(frozen=True)
class Limits:
    """How far a search goes.

    Parameters
    ----------
    n_candidates : int or None
        Candidates at most; None for no limit.
    batch_size : int
        Candidates of a round: asked together, evaluated together.
    clock : Clock or None
        The deadline; None for no clock.
    """

    n_candidates: int | None
    batch_size: int
    clock: object = None


class Rounds:
    """A search: rounds of candidates until nothing is left to try or to spend.

    Parameters
    ----------
    advice : SearchAdvice
        Who proposes.
    estimator : estimator
        The user's; what it is set to is tried too.
    limits : Limits
        How far to go.
    guide : str or None
        The scorer that the search looks at; None for the only one.
    random_state : int
        Seed of what the advisor does not decide.

    Attributes
    ----------
    origins : list of str
        Where each candidate of the results comes from.
    unfinished : list of dict
        ``params`` and ``reason`` of candidates that have no results.
    """

    def __init__(self, advice, estimator, limits, guide, random_state):
        self._advice = advice
        self._limits = limits
        self._guide = guide
        self._rng = np.random.default_rng(random_state)
        self._refiner = Refiner(advice.session.space, random_state)
        self._own = advice.own(estimator)
        self._own_is_due = False
        self._scores = {}  # by settings: what is known of them, None while they are evaluated
        self._failed = []  # candidates of rounds without a single success
        self.origins = []
        self.unfinished = []

    def run(self, evaluate):
        """Evaluate until the end.

        Parameters
        ----------
        evaluate : callable
            ``evaluate(params, limit)`` fits a list of settings on all folds and returns all results
            so far, in scikit-learn's format. It raises `AllFitsFailedError` if none of them could
            be fitted, `TasksEndedError` if they were ended after `limit` seconds.

        Raises
        ------
        AllFitsFailedError
            If no candidate at all could be fitted.
        """
        error = None
        while batch := self._next_batch():
            together = self._failed + batch
            try:
                results = evaluate([c.params for c in together], self._round_limit())
            except AllFitsFailedError as failure:
                error, self._failed = failure, together
                self._tell_lost(batch, "error")
            except TasksEndedError as ended:
                self._tell_lost(batch, "timeout")
                self._note_unfinished(batch, str(ended))
            else:
                self._failed = []
                self._tell(together, results)
        if not self.origins:
            raise error or AllFitsFailedError(_NOTHING_EVALUATED)
        self._note_unfinished(self._failed, "all fits failed")

    def _next_batch(self):
        """Return the candidates of the next round; none at the end."""
        limits = self._limits
        size = limits.batch_size
        if limits.n_candidates is not None:
            size = min(size, limits.n_candidates - len(self._scores))
        if limits.clock is not None and not self.origins:
            size = 1  # only the first candidate is sure to be waited for
        batch = []
        while len(batch) < size and (candidate := self._next_candidate()) is not None:
            self._scores[_settings(candidate.params)] = None
            batch.append(candidate)
        return batch

    def _next_candidate(self):
        """Return something that was not tried, or None."""
        if self._own_is_due:
            self._own_is_due = False
            point, params = self._own
            clock = self._limits.clock
            may_begin = clock is None or clock.may_begin_unknown()
            if may_begin and _settings(params) not in self._scores:
                return Candidate(point, params, "own")
        for _ in range(_ATTEMPTS):
            candidate = self._ask()
            if candidate is None:
                break
            score = self._scores.get(_settings(candidate.params), self)
            if score is self:
                self._own_is_due = self._own is not None and len(self._scores) == 0
                return candidate
            if score is not None:
                self._advice.session.tell(candidate.point, score)
                self._refiner.tell(candidate.point, np.nan, np.nan)  # it knows the score already
        return self._any_left()

    def _ask(self):
        """Ask the advisor for something affordable; the first candidate has to be, always."""
        clock = self._limits.clock
        seconds_left = None
        if clock is not None and self._scores:
            seconds_left = clock.ask_limit()
            if seconds_left <= 0:
                return None
        proposal = self._advice.session.ask(seconds_left=seconds_left)
        if proposal is None:
            return None
        seconds = proposal.predicted_seconds
        if seconds_left is not None and seconds is not None and seconds > clock.fold_limit():
            return None
        point, seconds = self._refined(proposal)
        return Candidate(point, self._advice.params(point), proposal.origin, seconds)

    def _refined(self, proposal):
        """Replace what the advisor found beyond the known by what this branch's results say."""
        session, point = self._advice.session, proposal.configuration
        if proposal.origin != "surrogate":
            return point, proposal.predicted_seconds
        session.pending.pop(configuration_key(point), None)
        clock = self._limits.clock
        better, seconds = self._refiner.propose(
            point["family"],
            list(session.pending.values()),
            None if clock is None else clock.fold_limit(),
        )
        if better is None:
            better, seconds = point, proposal.predicted_seconds
        session.pending[configuration_key(better)] = better
        return better, seconds

    def _any_left(self):
        """Return one of the listed combinations that were not tried, drawn at random, or None."""
        clock = self._limits.clock
        if clock is not None and self._scores and not clock.may_begin_unknown():
            return None
        left = [
            Candidate(point, params, "random")
            for branch in self._advice.branches.values()
            for point in branch.grid()
            if _settings(params := branch.params(point)) not in self._scores
        ]
        return left[int(self._rng.integers(len(left)))] if left else None

    def _round_limit(self):
        """Seconds after which a round is ended; None for the first, which always ends well."""
        clock = self._limits.clock
        return None if clock is None or not self.origins else clock.round_limit()

    def _tell(self, candidates, results):
        """Pass the results of the last candidates on to the advisor."""
        scores = results[guiding_key(results, self._guide)]
        seconds = results["mean_fit_time"] + results["mean_score_time"]
        first = len(scores) - len(candidates)
        for number, candidate in enumerate(candidates, first):
            score = float(scores[number])
            status = OK if np.isfinite(score) else "error"
            self._scores[_settings(candidate.params)] = score
            spent = float(seconds[number])
            self._advice.session.tell(candidate.point, score, spent, status=status)
            self._refiner.tell(candidate.point, score, spent)
            self.origins.append(candidate.origin)
        if self._limits.clock is not None and np.isfinite(scores).any():
            self._limits.clock.learn(results, int(np.nanargmax(scores)))

    def _tell_lost(self, batch, status):
        for candidate in batch:
            self._advice.session.tell(candidate.point, np.nan, status=status)
            self._refiner.tell(candidate.point, np.nan, np.nan)

    def _note_unfinished(self, batch, reason):
        self.unfinished += [{"params": c.params, "reason": reason} for c in batch]


class AllFitsFailedError(ValueError):
    """None of a round's fits succeeded."""


_NOTHING_EVALUATED = "No candidate was evaluated: the advisor proposed nothing."


def guiding_key(results, guide):
    """Return the column of the results that the search looks at.

    Parameters
    ----------
    results : dict
        In scikit-learn's format.
    guide : str or None
        A scorer's name.

    Returns
    -------
    str
        "mean_test_score" where there is a single scorer, else that of the guide or the first.
    """
    for key in (f"mean_test_{guide}", "mean_test_score"):
        if key in results:
            return key
    return next(key for key in results if key.startswith("mean_test_"))


def _settings(params):
    """Name settings by their content."""
    return joblib.hash(sorted(params.items(), key=lambda item: item[0]))
