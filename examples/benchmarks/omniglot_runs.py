"""One-shot classification within an alphabet: every learner on given runs of Omniglot.

Evaluates the weights under ``weights/`` (made by ``examples/training/train_omniglot.py``), the
modified Hausdorff distance and a network that knows nothing but the support images::

    python omniglot_runs.py --runs FILE.npz

The file holds `support` and `query` of shape (n_runs, 20, 105, 14), ink packed along the last axis,
and `label` of shape (n_runs, 20): ``label[r, q]`` is an index into ``support[r]``. A learner's
figure is the mean of its errors after training on small1 and on small2, over its seeds. Ties are
broken at random.

With ``--held-out FOLDER`` learners trained on one set are judged by the alphabets that only the
other has; settings are chosen by these, never by the runs of a file.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _hausdorff import hausdorff_scores
from _omniglot import (
    SETS,
    WAYS,
    make_runs,
    own_alphabets,
    read_images,
    read_runs,
    shrink,
    write_runs,
)
from _results import markdown

WEIGHTS = Path(__file__).resolve().parent / "weights"
PUBLISHED = 30.1  # prototypical networks with the minimal background
BASELINE = "modified Hausdorff distance"
SCRATCH = "trained from scratch"
N_HELD_OUT = 40


@dataclass(frozen=True)
class Weights:
    """A file of weights: omniglot_<set>_<learner>_<seed>.safetensors."""

    path: Path
    background: str
    learner: str
    seed: int

    @classmethod
    def of_file(cls, path):
        """Read set, learner and seed off a file's name."""
        _, background, learner, seed = path.stem.split("_")
        return cls(path, background, learner, int(seed))


def main():
    """Evaluate what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--runs", type=Path, help="npz file of runs")
    chosen.add_argument("--held-out", type=Path, help="folder with background_small1.npz and 2")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--transductive", action="store_true", help="use the queries' statistics")
    parser.add_argument("--write", type=Path, help="write the first 20 held-out runs of 20 ways")
    parser.add_argument("--page", type=Path, help="put the table into this page as well")
    options = parser.parse_args()
    started = time.perf_counter()
    runs = _runs(options)
    if options.write:
        write_runs(options.write, [run for run in runs["small1"] if len(run.support) == 20][:20])
    errors = evaluate(runs, find_weights(options.weights), options.transductive)
    baselines = {BASELINE: once_each(runs, baseline_error), SCRATCH: once_each(runs, scratch_error)}
    text = table(errors, baselines, options.transductive, training_of(options.weights))
    print(text)
    print(f"\n{time.perf_counter() - started:.0f} seconds.")
    print(last_line(errors))
    if options.page:
        options.page.write_text(page(text, last_line(errors), options))


def page(text, last, options):
    """Return a page of the documentation around the table."""
    held_out = "--held-out SHARED/omniglot"
    what = (
        f"{N_HELD_OUT} one-shot tasks of up to {WAYS} ways of the alphabets that only the other "
        "background set has, by which settings and the weights of the best epoch were chosen too"
        if options.held_out
        else "the tasks of a file that no training and no choice looked at"
    )
    return (
        "# One-shot classification of Omniglot's characters\n\n"
        "Made by `python examples/benchmarks/omniglot_runs.py "
        f"{held_out if options.held_out else '--runs FILE.npz'}`: {what}; learners were trained on "
        "one minimal background set (five alphabets). Errors in percent, mean and standard error "
        "over seeds, where there are several. The prototypical and the matching network begin "
        "anew, the siamese one from the matching network, the others from the prototypical one; "
        "the weights they begin from are kept where training only harms. *steps*: at most so many "
        "after that are behind the weights that were kept. With 0 a learner is the network that "
        "it begins from, judged in its own way.\n\n"
        f"{text}\n\n{last}\n"
    )


def _runs(options):
    """Return the runs by the set that was trained on."""
    if options.runs:
        runs = read_runs(options.runs)
        return dict.fromkeys(SETS, runs)
    first, second = (read_images(options.held_out, name) for name in SETS)
    return {
        "small1": make_runs(second, own_alphabets(second, first), N_HELD_OUT, seed=0),
        "small2": make_runs(first, own_alphabets(first, second), N_HELD_OUT, seed=0),
    }


def find_weights(folder):
    """Return what lies in a folder, in the order of names."""
    return [Weights.of_file(path) for path in sorted(folder.glob("omniglot_*_*_*.safetensors"))]


def training_of(folder):
    """Return network and steps of training, by learner: (name, steps) as text."""
    from sklearn_meta.fewshot._saving import load_start

    found = {}
    for each in find_weights(folder):
        start = load_start(each.path)
        found.setdefault(each.learner, []).append((start.description["name"], start.n_iterations))
    return {
        learner: tuple(map(_listed, zip(*told, strict=True))) for learner, told in found.items()
    }


def _listed(values):
    """Return the different names, or the largest number, as text."""
    if isinstance(values[0], int):
        return f"{max(values):,}"
    return " / ".join(sorted(set(values)))


def evaluate(runs, weights, transductive=False):
    """Return errors in percent: by learner, by set, one per seed."""
    from sklearn_meta import fewshot

    errors = {}
    for each in weights:
        learner = getattr(fewshot, each.learner).load(each.path)
        learner.set_params(device="cpu", transductive=transductive)
        error = learner_error(learner, runs[each.background])
        errors.setdefault(each.learner, {}).setdefault(each.background, []).append(error)
    return errors


def learner_error(learner, runs, seed=0):
    """Return the share of wrong answers of a meta-trained learner, in percent."""
    rng = np.random.default_rng(seed)
    wrong, asked = 0, 0
    for run in runs:
        order = rng.permutation(len(run.support))  # a class's number tells nothing
        learner.fit(shrink(run.support[order]), np.arange(len(order)))
        scores = np.zeros((len(run.query), len(order)))
        scores[:, order] = learner.predict_proba(shrink(run.query))
        wrong += int((best_at_random(scores, rng) != run.label).sum())
        asked += len(run.label)
    return 100 * wrong / asked


def best_at_random(scores, rng):
    """Return the place of the highest score of each row; among equals a random one."""
    highest = scores == scores.max(axis=1, keepdims=True)
    return np.argmax(highest * rng.random(scores.shape), axis=1)


def once_each(runs, judge):
    """Return what `judge` says of the runs of each set; the same runs are judged once."""
    known = {}
    for part in runs.values():
        if id(part) not in known:
            known[id(part)] = judge(part)
    return {name: known[id(part)] for name, part in runs.items()}


def baseline_error(runs):
    """Return the error of the modified Hausdorff distance in percent."""
    rng = np.random.default_rng(0)
    wrong = [best_at_random(hausdorff_scores(run), rng) != run.label for run in runs]
    return 100 * float(np.concatenate(wrong).mean())


def scratch_error(runs):
    """Return the error in percent of a network that is trained on the support images alone."""
    from sklearn_meta.fewshot import FineTuningClassifier

    learner = FineTuningClassifier(
        backbone="conv4",
        head="shared",
        pretrained=None,
        scratch_iterations=0,
        fit_steps=40,
        device="cpu",
        random_state=0,
    )
    return learner_error(learner, runs)


def figure(by_set):
    """Return a learner's error: the mean over the sets of the means over seeds."""
    return float(np.mean([np.mean(errors) for errors in by_set.values()]))


def table(errors, baselines, transductive, training):
    """Return a Markdown table, the best learner first."""
    kind = "transductive" if transductive else "inductive"
    lines = []
    for learner, by_set in sorted(errors.items(), key=lambda item: figure(item[1])):
        cells = [_with_error(by_set.get(name, [])) for name in SETS]
        seeds = " / ".join(str(len(by_set.get(name, []))) for name in SETS)
        told = training.get(learner, ("", ""))
        lines.append([learner, kind, *cells, f"{figure(by_set):.1f}", seeds, *told])
    for name, by_set in baselines.items():
        known = [f"{by_set[background]:.1f}" for background in SETS]
        lines.append([name, "-", *known, f"{np.mean(list(by_set.values())):.1f}", *"---"])
    header = ["learner", "", "error % (small1)", "error % (small2)", "mean", "seeds"]
    header += ["network", "steps"]
    return markdown(header, lines)


def _with_error(errors):
    if not errors:
        return "-"
    if len(errors) == 1:
        return f"{errors[0]:.1f}"
    return f"{np.mean(errors):.1f} ± {np.std(errors, ddof=1) / len(errors) ** 0.5:.1f}"


def last_line(errors):
    """Return the line that sums the evaluation up."""
    if not errors:
        return f"best - % (no weights under {WEIGHTS.name}/), 0 learners below {PUBLISHED}"
    best = min(errors, key=lambda learner: figure(errors[learner]))
    below = sum(figure(by_set) < PUBLISHED for by_set in errors.values())
    return f"best {figure(errors[best]):.1f} % ({best}), {below} learners below {PUBLISHED}"


if __name__ == "__main__":
    main()
