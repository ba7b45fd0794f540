import numpy as np
import pytest

from sklearn_meta.advisors.tasks._cost import Calibration, fit_cost


def make_times(n_tasks=40, n_configurations=5, seed=0):
    """Seconds that grow with rows to the power 1.2 and columns to the power 0.5."""
    rng = np.random.default_rng(seed)
    rows = np.tile(rng.integers(50, 2000, n_tasks).astype(float)[:, None], (1, n_configurations))
    columns = rng.integers(2, 100, n_tasks)
    base = np.logspace(-3, 0, n_configurations)
    seconds = base * (rows / 1000) ** 1.2 * (columns[:, None] / 20) ** 0.5
    return seconds * rng.lognormal(0, 0.1, seconds.shape), rows, columns, base


def fit(seconds, rows, columns, finished=None, families="abcde"):
    finished = np.isfinite(seconds) if finished is None else finished
    return fit_cost(seconds, finished, rows, columns, np.full(len(rows), 2), list(families))


def test_seconds_are_predicted():
    seconds, rows, columns, base = make_times()
    predicted = np.exp(fit(seconds, rows, columns).log_seconds(1000, 20, 2))
    np.testing.assert_allclose(predicted, base, rtol=0.15)


def test_missing_seconds_are_inherited_from_the_family():
    seconds, rows, columns, base = make_times()
    seconds[:, 4] = np.nan
    model = fit(seconds, rows, columns, families="abcdd")
    assert np.exp(model.log_seconds(1000, 20, 2))[4] == pytest.approx(base[3], rel=0.15)


def test_timeouts_are_lower_bounds():
    seconds, rows, columns, base = make_times()
    limit = 0.5
    finished = seconds < limit
    cut = np.minimum(seconds, limit)
    truth = np.log(base[4] * 2**1.2)
    honest = fit(cut, rows, columns, finished).log_seconds(2000, 20, 2)[4]
    naive = fit(np.where(finished, seconds, np.nan), rows, columns).log_seconds(2000, 20, 2)[4]
    assert abs(honest - truth) < abs(naive - truth)
    assert abs(honest - truth) < 0.5


def test_large_tables_take_at_least_proportionally_longer():
    seconds, rows, columns, _ = make_times()
    model = fit(np.full_like(seconds, 0.1), rows, columns)
    growth = model.log_seconds(200_000, 20, 2) - model.log_seconds(2_000, 20, 2)
    assert (growth > 0.99 * np.log(100)).all()


def test_no_seconds_at_all():
    seconds, rows, columns, _ = make_times()
    model = fit(np.full_like(seconds, np.nan), rows, columns)
    assert np.isfinite(model.log_seconds(1000, 20, 0)).all()


def test_calibration_learns_the_machine_and_the_family():
    calibration = Calibration()
    assert calibration.offsets(["a", "b"]).tolist() == [0.0, 0.0]
    for _ in range(10):
        calibration.learn("a", np.log(4.0), 0.3)
    of_a, of_b = calibration.offsets(["a", "b"])
    assert of_a == pytest.approx(np.log(4.0), rel=0.1)
    assert 0 < of_b <= of_a
