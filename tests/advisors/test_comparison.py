import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sklearn_meta.advisors import compare_advisors


def frame_of(columns, currency="trials", at=5, kind="regression"):
    rows = [
        {"advisor": name, "kind": kind, "currency": currency, "at": at}
        | {"group": str(n), "task_id": n, "regret": value}
        for name, values in columns.items()
        for n, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def regrets():
    rng = np.random.default_rng(0)
    base = rng.random(40)
    return {"good": base, "same": base + 1e-15, "bad": base + 0.2 * rng.random(40)}


def test_ranks_and_tests_agree_with_scipy(regrets):
    found = compare_advisors(frame_of(regrets), currency="trials", at=5)
    assert found.n_blocks == 40
    by = found.ranks.set_index("advisor")
    assert by.loc["good", "mean_rank"] == by.loc["same", "mean_rank"] == 1.5
    assert by.loc["bad", "mean_rank"] == 3
    assert by.loc["bad", "regret"] == pytest.approx(regrets["bad"].mean())
    assert found.p_friedman < 1e-6
    pair = found.pairs.set_index(["better", "worse"]).loc["good", "bad"]
    assert (pair["wins"], pair["ties"], pair["losses"]) == (40, 0, 0)
    assert pair["p"] == pytest.approx(stats.wilcoxon(regrets["bad"] - regrets["good"]).pvalue)
    assert pair["p_holm"] == pytest.approx(3 * pair["p"], rel=0.5)


def test_equal_advisors_tie(regrets):
    found = compare_advisors(
        frame_of({name: regrets["good"] for name in "abc"}), currency="trials", at=5
    )
    assert found.p_friedman == 1.0
    assert found.pairs["ties"].tolist() == [40] * 3
    assert found.pairs["p_holm"].tolist() == [1.0] * 3


def test_nemenyi_as_published():
    """Demsar (2006), table 5: q is 2.343 for three and 2.569 for four classifiers at 0.05."""
    for n_advisors, q in [(2, 1.960), (3, 2.343), (4, 2.569), (10, 3.164)]:
        columns = {f"a{n}": np.arange(20.0) * n for n in range(n_advisors)}
        found = compare_advisors(frame_of(columns), currency="trials", at=5)
        expected = q * np.sqrt(n_advisors * (n_advisors + 1) / (6 * 20))
        assert found.critical_difference == pytest.approx(expected, abs=2e-3)


def test_holm_never_falls():
    rng = np.random.default_rng(1)
    columns = {f"a{n}": rng.random(30) + 0.1 * n for n in range(4)}
    pairs = compare_advisors(frame_of(columns), currency="trials", at=5).pairs
    assert pairs["p_holm"].is_monotonic_increasing
    assert (pairs["p_holm"] >= pairs["p"]).all()
    assert pairs["p_holm"].max() <= 1


def test_near_duplicates_vote_once(regrets):
    frame = frame_of({name: regrets[name] for name in ("good", "bad")})
    frame["group"] = (frame["task_id"] // 4).astype(str)
    assert compare_advisors(frame, currency="trials", at=5).n_blocks == 10


def test_too_little_to_compare(regrets):
    frame = frame_of({"good": regrets["good"]})
    with pytest.raises(ValueError, match="there are 1 and 40"):
        compare_advisors(frame, currency="trials", at=5)
    with pytest.raises(ValueError, match="there are 0 and 0"):
        compare_advisors(frame, currency="trials", at=6)
    with pytest.raises(ValueError, match="there are 0 and 0"):
        compare_advisors(frame, currency="trials", at=5, kind="classification")
