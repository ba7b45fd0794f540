import sys

import pytest

from sklearn_meta.advisors import PortfolioAdvisor, RandomAdvisor, RegretDisplay, validate
from sklearn_meta.exceptions import MissingExtraError
from tests.contracts.advisor_contract import make_matrix

AT = {"trials": (1, 3), "seconds": (1, 3, 10)}


@pytest.fixture(scope="module")
def summary():
    return validate(make_matrix(), [RandomAdvisor(), PortfolioAdvisor()], at=AT, folds=4)


def test_what_is_drawn_is_what_was_computed(summary):
    at, regret, error = RegretDisplay(summary).curve("RandomAdvisor", "classification", "seconds")
    own = summary[(summary["advisor"] == "RandomAdvisor") & (summary["currency"] == "seconds")]
    assert at.tolist() == [1, 3, 10]
    assert regret.tolist() == (100 * own["regret"]).tolist()
    assert error.tolist() == (100 * own["standard_error"]).tolist()


def test_a_panel_for_each_currency_a_line_for_each_advisor(summary):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    display = RegretDisplay(summary).plot()
    assert display.axes_.shape == (1, 2)
    for ax, label in zip(display.axes_[0], ("evaluations", "seconds"), strict=True):
        assert [line.get_label() for line in ax.lines] == ["RandomAdvisor", "PortfolioAdvisor"]
        assert ax.get_xlabel() == label
    display.figure_.clf()


def test_without_matplotlib_the_figures_are_still_there(summary, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    display = RegretDisplay(summary)
    assert len(display.panels()) == 2
    with pytest.raises(MissingExtraError, match="plot"):
        display.plot()
