"""A session of the deep-kernel advisor: expected improvement over known and new configurations."""

import numpy as np

from sklearn_meta.advisors.configurations._known import known_candidates
from sklearn_meta.advisors.configurations._moves import tidy
from sklearn_meta.advisors.contract._session import AdviceSession, Proposal
from sklearn_meta.advisors.deep_kernel._candidates import CandidateMaker
from sklearn_meta.advisors.deep_kernel._field import DeepKernelField
from sklearn_meta.advisors.scores._scores import natural_score, working_scores
from sklearn_meta.advisors.surrogate._posterior import condition
from sklearn_meta.advisors.tasks._cost import OVERHEAD_SECONDS, Calibration
from sklearn_meta.advisors.tasks._similar import name_similar, task_distances
from sklearn_meta.spaces import configuration_key

_N_TOP = 30
_ATTEMPTS = 200
_WIDTHS = (0.15, 0.05)  # of the moves of the local search, round by round
_N_STARTS, _N_MOVES = 3, 24
_WIDE, _DEPTH = 4.0, 3.0  # in spreads, and in distances of the median


class DeepKernelSession(AdviceSession):
    """One task's posterior over the whole space, and the choice it leads to.

    Parameters
    ----------
    task : TaskDescription
        The task at hand.
    space : SearchSpace
        What may be tried on it.
    trained : Trained or None
        The digested experience.
    boldness : float
        See `DeepKernelAdvisor`.
    random_state : int, RandomState instance or None
        Seed.
    """

    def __init__(self, task, space, trained, *, boldness, random_state):
        super().__init__(task, space, random_state=random_state)
        self._trained = trained
        self._boldness = boldness
        known = [] if trained is None else trained.configurations
        self._field = DeepKernelField(trained, task, space)
        self._maker = CandidateMaker(space, self._field.encoder)
        self._calibration = Calibration()
        listed = list(known_candidates(known, space))
        keys = {configuration_key(configuration) for _, configuration in listed}
        defaults = [c for c in space.default_configurations() if configuration_key(c) not in keys]
        self._listed = [c for _, c in listed] + defaults
        self._origins = ["experience"] * len(listed) + ["default"] * len(defaults)
        self._keys = [configuration_key(c) for c in self._listed]
        self._points = self._field.points(self._listed)

    def similar_tasks(self, n_tasks=5):
        """Name the earlier tasks that look most like this one.

        Parameters
        ----------
        n_tasks : int, default=5
            How many to name.

        Returns
        -------
        list of dict
            Nearest first; see `AdviceSession.similar_tasks`.
        """
        if self._trained is None:
            return []
        expected = self._trained.expected
        features = expected.scaler.scale_mapping(self.task.metafeatures)
        nothing = np.zeros(0), np.zeros((len(expected.features), 0))
        distances = task_distances(features, expected.features, *nothing)
        return name_similar(expected.tasks, distances, n_tasks)

    def _learn(self, key, trial):
        """Learn from a trial's time."""
        if self.task.has_clock and np.isfinite(trial.seconds):
            point = self._field.points([self._completed(trial.configuration)])
            base, deviation = self._field.log_seconds(point)
            ratio = np.log(max(trial.seconds, 1e-4)) - float(base[0])
            if trial.status == "ok" or ratio > 0:
                family = trial.configuration["family"]
                self._calibration.learn(family, ratio, float(deviation[0]))

    def _completed(self, configuration):
        """Fill in defaults where the family is known."""
        if configuration["family"] in self.space.families:
            return tidy(self.space, configuration)
        return configuration

    def _propose(self, seconds_left):
        """Take the most promising of what is known and what is made up for the occasion."""
        observed = _Observed(self)
        limit = np.inf if seconds_left is None else seconds_left / self.task.n_folds
        open_ones = np.array([n for n, key in enumerate(self._keys) if not self._seen(key)], int)
        known = self._points.take(open_ones)
        promise = observed.promise(known, limit) if len(open_ones) else np.zeros(0)
        chosen, best = None, -np.inf
        if len(promise) and promise.max() > -np.inf:
            place = int(np.argmax(promise))
            best, chosen = float(promise[place]), int(open_ones[place])
        made = self._made_up(observed, limit, best)
        if made is not None:
            return made
        if chosen is None:
            return self._by_chance(limit)
        point = self._points.take([chosen])
        return self._proposal(self._listed[chosen], point, observed, self._origins[chosen])

    def _made_up(self, observed, limit, to_beat):
        """Search beyond the list; None unless something new promises more than a value to beat.

        Before the first score, what is known goes first.
        """
        cautious = self._boldness == 0 or not observed.n_scores
        if not self.space.families or (cautious and to_beat > -np.inf):
            return None
        bold = self._boldness or 1.0
        parents = observed.best_configurations()
        drafts = self._maker.draw(self._rng, parents)
        points = self._field.draft_points(drafts)
        promise = observed.promise(points, limit) * bold
        for width in _WIDTHS:
            order = np.argsort(-promise, kind="stable")[:_N_STARTS]
            nearby = self._maker.around(self._rng, [drafts[n] for n in order], width, _N_MOVES)
            if nearby:
                near = self._field.draft_points(nearby)
                points, drafts = self._field.joined(points, near), drafts + nearby
                promise = np.append(promise, observed.promise(near, limit) * bold)
        for place in np.argsort(-promise, kind="stable")[:_N_TOP]:
            if not promise[place] > to_beat:
                return None
            configuration = self._maker.configuration(drafts[place])
            if self._is_new(configuration):
                return self._proposal(configuration, points.take([place]), observed, "surrogate")
        return None

    def _is_new(self, configuration):
        """Tell whether a configuration is legal and was not seen."""
        return self.space.contains(configuration) and not self._seen(
            configuration_key(configuration)
        )

    def _by_chance(self, limit):
        """Draw until something new turns up that fits into the time left; else None."""
        for _ in range(_ATTEMPTS if self.space.families else 0):
            drawn = self.space.sample(self._rng)
            if self._is_new(drawn) and self._fits(drawn, limit):
                return Proposal(drawn, "random", reason="drawn at random")
        return None

    def _fits(self, configuration, limit):
        """Tell whether a fold of a configuration is expected to take no longer than a limit."""
        return limit == np.inf or self.seconds(self._field.points([configuration]))[0] <= limit

    def _proposal(self, configuration, point, observed, origin):
        """Word the choice."""
        mean, improvement = observed.expect(point)
        reason = f"expected improvement {improvement:.2g}"
        if not observed.n_scores:
            reason = "the best start by what earlier tasks say"
        return Proposal(
            dict(configuration),
            origin,
            predicted_score=natural_score(mean, self.task.told_metric),
            predicted_seconds=float(self.seconds(point)[0]),
            reason=reason,
        )

    def seconds(self, points):
        """Predicted seconds of one fold at points of the field, shape (n,)."""
        base, _ = self._field.log_seconds(points)
        offsets = self._calibration.offsets(points.families)
        return np.exp(np.clip(base + offsets, -9.0, 12.0))


class _Observed:
    """What a session was told and is waiting for, and what follows for other points."""

    def __init__(self, session):
        self._session = session
        self._field = session._field
        trials = [trial for trial in session.told.values() if trial.succeeded]
        scores = working_scores([trial.score for trial in trials], session.task.told_metric)
        self._configurations = [session._completed(trial.configuration) for trial in trials]
        waiting = [session._completed(c) for c in session.pending.values()]
        self._points = self._field.points(self._configurations + waiting)
        self._scores = without_depths(scores, self._field.scale)
        self.n_scores = len(scores)
        told = self._points.take(range(self.n_scores))
        self._kernel = self._field.adapted_kernel(told, self._scores)
        self._failures = {}
        for trial in session.told.values():
            family = trial.configuration["family"]
            self._failures[family] = self._failures.get(family, 0) + 1 - 2 * trial.succeeded

    def best_configurations(self, n_best=4):
        """List the best configurations told that the space has, best first."""
        space = self._session.space
        order = np.argsort(-self._scores, kind="stable")
        ranked = [self._configurations[n] for n in order]
        return [c for c in ranked if space.contains(c)][:n_best]

    def promise(self, points, limit):
        """Weigh points: improvement, per second where there is a clock; -inf for the too slow."""
        session = self._session
        improvement = self._posterior(points).expected_improvement(self._incumbent)[self._new :]
        balance = np.array([max(self._failures.get(f, 0), 0) for f in points.families])
        improvement = improvement * 0.5**balance
        if not session.task.has_clock:
            return improvement
        seconds = session.seconds(points)
        improvement = improvement / (seconds * session.task.n_folds + OVERHEAD_SECONDS)
        return np.where(seconds <= limit, improvement, -np.inf)

    def expect(self, points):
        """Return expected score and improvement at one point."""
        posterior = self._posterior(points)
        gain = posterior.expected_improvement(self._incumbent)
        return posterior.mean[self._new], float(gain[self._new])

    @property
    def _new(self):
        return len(self._points)

    @property
    def _incumbent(self):
        return float(self._scores.max()) if self.n_scores else None

    def _posterior(self, points):
        """Condition the field at the observed points and some others."""
        mean, covariance = self._field.moments(self._points, points, self._kernel)
        scale = self._field.scale_of(self._kernel)
        told = np.arange(self.n_scores)
        pending = np.arange(self.n_scores, self._new)
        return condition(mean, covariance, scale, told, self._scores, pending)


def without_depths(scores, scale):
    """Raise scores that are far below the best: how bad is no hint at where the best is.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Greater is better.
    scale : ScalePrior
        What spread earlier tasks let expect.

    Returns
    -------
    ndarray of shape (n,)
        None of them is farther below the best than four spreads (of a task on which they are wide),
        nor than three times as far as the median is, whichever is more.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_meta.advisors.deep_kernel._session import without_depths
    >>> from sklearn_meta.advisors.surrogate._prior import ScalePrior
    >>> scale = ScalePrior(log_spread=-3.0, log_spread_sd=0.5)
    >>> without_depths(np.array([0.9, 0.8, 0.7, -50.0]), scale).round(2).tolist()
    [0.9, 0.8, 0.7, 0.45]
    """
    if not len(scores):
        return scores
    best = scores.max()
    usual = _WIDE * np.exp(scale.log_spread + scale.log_spread_sd)
    return np.maximum(scores, best - max(_DEPTH * (best - np.median(scores)), usual))
