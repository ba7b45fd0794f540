"""After a search: what was tried, what won, who advised, where the time went."""

import copy
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from sklearn_meta import MetaAutoClassifier
from sklearn_meta.inspection import summarise

FAMILIES = ["naive_bayes", "linear", "neighbors"]


@pytest.fixture(scope="module")
def searched():
    clf = MetaAutoClassifier(max_trials=6, families=FAMILIES, experience=None, random_state=0)
    return clf.fit(*load_iris(return_X_y=True))


class Checker(HTMLParser):
    """Notes tags that are not closed, and addresses that would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br", "input", "hr", "meta", "link", "img", "path", "use", "rect"):
            self.open.append(tag)
        self.fetched += [v for k, v in attrs if k == "src"]

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag


def test_leaderboard(searched):
    board = searched.leaderboard_
    assert isinstance(board, pd.DataFrame)
    wanted = ["rank", "trial", "family", "score", "seconds", "advised", "weight"]
    assert board.columns[:7].tolist() == wanted
    assert {"status", "reason", "configuration", "rows", "fold_scores"} <= set(board.columns)
    assert len(board) == searched.n_trials_ == 6
    assert sorted(board["trial"]) == list(range(6))
    finished = board[board["status"] == "ok"]
    assert finished["rank"].tolist() == list(range(1, len(finished) + 1))
    assert finished["score"].is_monotonic_decreasing
    assert board["rank"].isna().sum() == len(board) - len(finished)
    for row in finished.itertuples():
        assert row.score == pytest.approx(np.mean(row.fold_scores))
        assert 0 < row.fit_seconds <= row.seconds
        assert row.configuration["family"] == row.family
    assert board["advised"].dtype == bool
    assert not board["advised"].any()


def test_leaderboard_is_a_copy(searched):
    board = searched.leaderboard_
    board.loc[0, "family"] = "changed"
    assert "changed" not in set(searched.leaderboard_["family"])


def test_similar_tasks_without_experience(searched):
    assert searched.similar_tasks_ == []
    assert searched.excluded_tasks_ == []


def test_summary_adds_up(searched):
    facts = summarise(searched)
    assert sum(facts.statuses.values()) == facts.n_trials == 6
    assert sum(n for _, n, _ in facts.families) == 6
    assert sum(weight for _, _, weight in facts.members) == pytest.approx(1)
    assert facts.best["score"] == searched.best_score_
    assert facts.score == searched.score_
    scores = [score for _, _, score in facts.families]
    assert scores == sorted(scores, reverse=True)
    phases = sum(seconds for phase, seconds in facts.seconds.items() if phase != "total")
    assert phases <= facts.seconds["total"] + 0.01


def test_what_was_stopped_early_does_not_lead_its_family(searched):
    other = copy.copy(searched)
    other.trials_ = copy.deepcopy(searched.trials_)
    winner = searched.best_configuration_["family"]
    behind = next(trial["family"] for trial in other.trials_ if trial["family"] != winner)
    for trial in other.trials_:
        if trial["family"] == behind:
            trial.update(status="raced", score=0.0)  # better than all, on its first fold
    family, _, score = summarise(other).families[-1]
    assert (family, score) == (behind, None)
    assert re.search(rf"{behind} +-   ", other.report())


def test_text_report(searched):
    report = searched.report()
    assert report.startswith("MetaAutoClassifier: neg_log_loss = ")
    for family in FAMILIES:
        assert family in report
    assert "no earlier tasks advised" in report
    assert re.search(r"trials: 6 \(.*ok.*\)", report)
    assert re.search(r"time: prepare .* total", report)
    assert all(len(line) <= 120 for line in report.splitlines())
    assert len(report.splitlines()) < 30


def test_html_report(searched):
    html = searched._repr_html_()
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert checker.fetched == []
    for text in ("Families", "Ensemble", "Time", "neg_log_loss", *FAMILIES):
        assert text in html
    assert "sm-report" not in MetaAutoClassifier()._repr_html_()


def test_names_are_escaped(searched):
    clf = copy.copy(searched)
    clf.similar_tasks_ = [
        {
            "name": "<script>alert(1)</script>",
            "openml_id": 1,
            "distance": 0.5,
            "weight": 1.0,
            "best_family": "linear",
        }
    ]
    clf.excluded_because_ = {"<b>mine</b>": "shared rows", "<i>": "nearly equal meta-features"}
    clf.recorded_ = {"where": "<u>", "task": "1", "evaluations": 3, "error": None}
    html = clf._repr_html_()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
    assert "<b>mine</b>" not in html and "<i>" not in html and "<u>" not in html
    report = clf.report()
    assert "distance 0.50" in report
    assert "left out, since they share rows with this table: <b>mine</b>\n" in report
    assert "left out, since they look like a copy or a part of this table: <i>\n" in report
    assert report.endswith("recorded to <u>: 3 evaluations")
    clf.similar_tasks_ = []
    assert "left out" in clf.report()
    clf.recorded_ = {**clf.recorded_, "error": "OSError: the disk is full"}
    assert clf.report().endswith("not recorded to <u>: OSError: the disk is full")


def test_failed_trials_are_told(searched):
    clf = copy.copy(searched)
    failed = {
        **clf.trials_[0],
        "trial": 6,
        "family": "mlp",
        "score": np.nan,
        "status": "error",
        "reason": "ValueError: it does not converge",
        "weight": 0.0,
    }
    clf.trials_ = [*clf.trials_, failed]
    last = clf.leaderboard_.iloc[-1]
    assert last["reason"] == "ValueError: it does not converge"
    assert last["rank"] is pd.NA
    assert "1 error" in clf.report()
    assert "mlp" not in {family for family, _, _ in summarise(clf).families}
