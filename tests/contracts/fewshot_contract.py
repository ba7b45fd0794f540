"""What every few-shot learner must keep to.

A test class inherits `ClassifierContract` or `RegressorContract` and names a fixture ``learner``:
an unfitted learner with cheap settings, ``random_state=0`` and a short ``training``.
"""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback

from sklearn_meta.exceptions import TableError
from sklearn_meta.fewshot import MetaTraining

WIDTH = {"width": 16, "n_heads": 2}


def short_training(iterations=4, **changes):
    """Settings of a meta-training that takes a moment."""
    settings = {"shots": 3, "queries": 4, "meta_batch_size": 2, "epoch_length": 2}
    settings |= {"validation_episodes": 2, "iterations": iterations}
    return MetaTraining(**(settings | changes))


class BreakOff(Callback):
    """Interrupt the training after its second epoch, as Ctrl-C would."""

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == 2:
            raise KeyboardInterrupt


def shuffled_rows(X, y, seed=0):
    order = np.random.default_rng(seed).permutation(len(y))
    return X[order], y[order]


class FewShotContract:
    """What classifiers and regressors share."""

    depends_on_row_order = False
    takes_images = True

    @pytest.fixture
    def trained(self, learner):
        return learner.meta_fit(self.family)

    def answer(self, learner, X):
        """What is compared: probabilities or predictions."""
        return learner.predict_proba(X) if hasattr(learner, "predict_proba") else learner.predict(X)

    def test_meta_training_changes_the_answer(self, learner, trained):
        X, y = self.table()
        untrained = clone(learner.__class__(**learner.get_params(deep=False))).set_params(
            scratch_iterations=0
        )
        answers = [self.answer(each.fit(X, y), X) for each in (untrained, trained)]
        assert not np.allclose(*answers)

    def test_history_is_kept(self, trained):
        assert len(trained.net_.history) == 2
        assert all(np.isfinite(trained.net_.history[:, "train_loss"]))
        assert trained.start_.n_iterations == 4

    def test_a_clone_keeps_what_was_learned_across_tasks(self, trained):
        X, y = self.table()
        copy = clone(trained)
        assert not hasattr(copy, "net_")
        np.testing.assert_array_equal(
            self.answer(copy.fit(X, y), X), self.answer(trained.fit(X, y), X)
        )

    def test_pickle(self, trained):
        X, y = self.table()
        trained.fit(X, y)
        copy = pickle.loads(pickle.dumps(trained))
        np.testing.assert_array_equal(self.answer(copy, X), self.answer(trained, X))

    def test_save_and_load(self, trained, tmp_path):
        X, y = self.table()
        path = trained.fit(X, y).save(tmp_path / "learner.safetensors")
        loaded = type(trained).load(path)
        np.testing.assert_array_equal(self.answer(loaded, X), self.answer(trained, X))
        np.testing.assert_array_equal(
            self.answer(loaded.fit(X[::-1], y[::-1]), X),
            self.answer(trained.fit(X[::-1], y[::-1]), X),
        )

    def test_pretrained_file(self, learner, trained, tmp_path):
        X, y = self.table()
        path = trained.save(tmp_path / "weights.safetensors")
        other = clone(type(learner)(**learner.get_params(deep=False))).set_params(
            pretrained=str(path)
        )
        np.testing.assert_array_equal(
            self.answer(other.fit(X, y), X), self.answer(trained.fit(X, y), X)
        )

    @pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
    def test_grid_search(self, trained, n_jobs):
        X, y = shuffled_rows(*self.table())
        search = GridSearchCV(trained, {"random_state": [0, 1]}, cv=2, n_jobs=n_jobs)
        assert np.isfinite(search.fit(X, y).best_score_)

    def test_same_seed_same_result_and_global_state_untouched(self, learner):
        X, y = self.table()
        torch.manual_seed(5)
        np.random.seed(5)
        states = torch.get_rng_state(), np.random.get_state()[1].copy()
        answers = [self.answer(clone(learner).meta_fit(self.family).fit(X, y), X) for _ in "ab"]
        np.testing.assert_array_equal(*answers)
        assert torch.equal(states[0], torch.get_rng_state())
        np.testing.assert_array_equal(states[1], np.random.get_state()[1])

    def test_resumed_training_equals_one_go(self, learner, tmp_path):
        whole = clone(learner).set_params(training=short_training(6)).meta_fit(self.family)
        broken = short_training(6, checkpoint=tmp_path, callbacks=[BreakOff()])
        in_memory = clone(learner).set_params(training=broken).meta_fit(self.family)
        assert len(in_memory.net_.history) == 2
        from_file = clone(learner).set_params(training=clone(broken).set_params(callbacks=None))
        from_file.meta_fit(self.family, resume=True)
        for other in (from_file, in_memory.meta_fit(self.family, resume=True)):
            assert len(other.net_.history) == 3
            for name, weights in whole.start_.weights.items():
                np.testing.assert_allclose(other.start_.weights[name], weights, atol=1e-6)

    def test_validation_keeps_the_best_and_stops(self, learner):
        training = short_training(40, patience=2, learning_rate=1e-12)
        training.set_params(optimizer="sgd")
        learner.set_params(training=training)
        learner.meta_fit(self.family, validation_tasks=self.family)
        assert len(learner.net_.history) < 20
        assert np.isfinite(learner.net_.history[:, "valid_loss"]).all()

    def test_silent_unless_asked(self, learner, capfd):
        clone(learner).meta_fit(self.family)
        assert capfd.readouterr() == ("", "")
        clone(learner).set_params(verbose=1).meta_fit(self.family)
        assert "train_loss" in capfd.readouterr().out

    def test_single_query_rows_get_the_answer_of_a_batch(self, trained):
        X, y = self.table()
        trained.fit(X, y)
        single = np.concatenate([self.answer(trained, row[None]) for row in X[:4]])
        np.testing.assert_allclose(single, self.answer(trained, X)[:4], atol=1e-7)

    @pytest.mark.parametrize("width", [1, 3, 200])
    def test_one_training_serves_tables_of_any_width(self, trained, width):
        X, y = self.table(width=width)
        X[::5, 0] = np.nan
        assert np.isfinite(self.answer(trained.fit(X, y), X)).all()

    def test_categories_and_missing_cells(self, trained):
        X, y = self.table(width=3)
        frame = pd.DataFrame({"number": X[:, 0], "text": np.where(X[:, 1] > 0, "high", None)})
        frame["level"] = pd.Categorical(np.where(X[:, 2] > 0, "p", "q"), categories=["p", "q", "r"])
        frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(len(y)), unit="D")
        frame.loc[1, "when"] = pd.NaT
        trained.fit(frame, y)
        new = frame.assign(text="unseen", level=pd.Categorical(["r"] * len(y)))
        assert np.isfinite(self.answer(trained, frame)).all()
        assert np.isfinite(self.answer(trained, new)).all()

    def test_column_order_does_not_matter(self, trained):
        X, y = self.table(width=5)
        order = np.random.default_rng(3).permutation(5)
        straight = self.answer(trained.fit(X, y), X)
        np.testing.assert_allclose(
            self.answer(trained.fit(X[:, order], y), X[:, order]), straight, rtol=1e-3, atol=1e-3
        )

    def test_row_order_does_not_matter(self, trained):
        if self.depends_on_row_order:
            pytest.skip("the learner reads its support rows as a sequence, as its paper does")
        X, y = self.table(width=5)
        straight = self.answer(trained.fit(X, y), X)
        shuffled = self.answer(trained.fit(*shuffled_rows(X, y)), X)
        np.testing.assert_allclose(shuffled, straight, rtol=1e-3, atol=1e-3)

    def test_bad_tasks_are_named(self, learner):
        with pytest.raises(TableError, match="task 1"):
            learner.set_params(training=short_training(20)).meta_fit(
                [self.table(), (np.eye(3), np.zeros(2))]
            )
        with pytest.raises(TableError, match="no tasks"):
            learner.meta_fit([])

    def test_another_learners_file_is_refused(self, learner, trained, tmp_path):
        path = trained.save(tmp_path / "learner.safetensors")
        stranger = type("Stranger", (type(trained),), {})
        with pytest.raises(TableError, match=f"holds a {type(trained).__name__}"):
            stranger.load(path)

    def test_other_settings_than_the_trained_are_refused(self, trained):
        trained.start_.weights.pop(sorted(trained.start_.weights)[0])
        with pytest.raises(TableError, match="meta_fit again"):
            trained.fit(*self.table())

    def test_half_precision_on_disk(self, trained, tmp_path):
        X, y = self.table()
        whole = trained.save(tmp_path / "whole.safetensors")
        half = trained.save(tmp_path / "half.safetensors", half=True)
        assert half.stat().st_size < whole.stat().st_size
        loaded = type(trained).load(half)
        assert {array.dtype.name for array in loaded.start_.weights.values()} <= {"float32"}
        np.testing.assert_allclose(
            self.answer(loaded.fit(X, y), X), self.answer(trained.fit(X, y), X), atol=0.05
        )

    def test_mixed_precision(self, learner):
        X, y = self.table()
        learner.set_params(training=short_training(mixed_precision=True)).meta_fit(self.family)
        dtypes = {array.dtype.name for array in learner.start_.weights.values()}
        assert dtypes == {"float32"}
        assert np.isfinite(self.answer(learner.fit(X, y), X)).all()

    def test_transduction_needs_a_network_that_can(self, learner):
        if not self.takes_images:
            pytest.skip("the learner has no parameter `transductive`: it takes tables alone")
        with pytest.raises(TableError, match="transductive"):
            learner.set_params(transductive=True).fit(*self.table())


class ClassifierContract(FewShotContract):
    """What classifiers keep to."""

    depends_on_class_names = False

    @staticmethod
    def family(rng):
        """Three blobs whose first columns matter."""
        centres = 2 * rng.normal(size=(3, 5)) * [1, 1, 0.3, 0, 0]
        y = np.repeat(np.arange(3), 10)
        return centres[y] + rng.normal(size=(30, 5)), y

    @staticmethod
    def table(width=4, n_classes=3, n_rows=24, seed=0):
        rng = np.random.default_rng(seed)
        y = np.arange(n_rows) % n_classes
        centres = 3 * rng.normal(size=(n_classes, width))
        return centres[y] + rng.normal(size=(n_rows, width)), y

    def test_labels_come_back(self, learner):
        X, y = self.table()
        names = np.array(["red", "green", "blue"])[y]
        learner.fit(X, names)
        assert learner.classes_.tolist() == ["blue", "green", "red"]
        assert set(learner.predict(X)) <= set(names)
        np.testing.assert_allclose(learner.predict_proba(X).sum(axis=1), 1)

    def test_class_names_do_not_matter(self, trained):
        if self.depends_on_class_names:
            pytest.skip("the learner writes labels into its memory as codes, as its paper does")
        X, y = self.table()
        straight = trained.fit(X, y).predict_proba(X)
        renamed = np.array([2, 0, 1])[y]
        np.testing.assert_allclose(
            trained.fit(X, renamed).predict_proba(X)[:, [2, 0, 1]], straight, rtol=1e-3, atol=1e-3
        )

    def test_more_than_ten_classes(self, trained):
        X, y = self.table(n_classes=12, n_rows=36)
        assert trained.fit(X, y).predict_proba(X).shape == (36, 12)

    def test_easy_rows_are_told_apart(self, trained):
        X, y = self.table(n_rows=30)
        X_new = X + 0.3 * np.random.default_rng(1).normal(size=X.shape)
        assert trained.fit(X, y).score(X_new, y) > 0.8

    def test_one_row_per_class(self, learner):
        X, y = self.table(n_rows=3)
        assert learner.fit(X, y).predict_proba(X).shape == (3, 3)

    @pytest.mark.parametrize("backbone", ["conv4", "resnet"])
    def test_images(self, learner, backbone):
        if not self.takes_images:
            pytest.skip("the learner takes tables alone")
        rng = np.random.default_rng(0)
        X, y = rng.random((12, 8, 8)), np.arange(12) % 3
        sizes = {"n_filters": 4, "n_blocks": 2} if backbone == "conv4" else {"widths": [4]}
        learner.set_params(backbone=backbone, backbone_params=sizes)
        learner.meta_fit([(X, y)])
        straight = learner.fit(X, y).predict_proba(X[:5])
        np.testing.assert_allclose(learner.predict_proba(X[:1]), straight[:1], atol=1e-6)
        with pytest.raises(TableError, match="images of shape"):
            learner.predict(X[:, :7])
        learner.set_params(transductive=True).fit(X, y)
        batch, alone = learner.predict_proba(X[:5]), learner.predict_proba(X[:1])
        assert not np.allclose(batch[:1], alone, atol=1e-6)


class RegressorContract(FewShotContract):
    """What regressors keep to."""

    @staticmethod
    def family(rng):
        X = rng.normal(size=(24, 4))
        return X, X @ rng.normal(size=4)

    @staticmethod
    def table(width=4, n_rows=24, seed=0):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(n_rows, width))
        return X, X @ rng.normal(size=width)

    def test_the_scale_of_the_target_does_not_matter(self, trained):
        X, y = self.table()
        straight = trained.fit(X, y).predict(X)
        scaled = trained.fit(X, 1000 * y + 5).predict(X)
        np.testing.assert_allclose((scaled - 5) / 1000, straight, rtol=1e-3, atol=1e-3)

    def test_one_row(self, learner):
        assert np.isfinite(learner.fit([[1.0, 2.0]], [3.0]).predict([[2.0, 1.0]])).all()
