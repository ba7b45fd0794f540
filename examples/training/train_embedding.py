"""Train an encoder of tables and find out whether it makes the advice better.

The encoder (see ``_embedding_net.py``) is trained on tables of a folder with an ``index.json``, as
``collect_bundled.py`` reads it, and on an experience. Tables are dealt out to folds,
near-duplicates together; encoders are trained without each fold and without each pair of folds, and
the default advisor is validated with plain meta-features, with embeddings, with both and with none.
All of it happens once for each seed, which decides the folds, the weights and the samples::

    python examples/training/train_embedding.py --tables path/to/tables --work work/embedding

The script can be stopped or killed at any time and goes on where it was when it is called again
with the same working folder, which also gets ``used.json`` (settings, tables, experience,
versions), ``regret_*.csv`` (every task), ``summary.csv`` and ``summary.md``.
"""

import argparse
import hashlib
import json
import logging
import platform
import sys
import time
from dataclasses import asdict
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from _embedding_net import Settings, TableEncoder, embed_tables, time_embedding, train_encoder
from _embedding_report import decide, examine, write_summary
from _embedding_samples import encode_table
from _embedding_validation import (
    COMPONENTS,
    known_rankings,
    make_features,
    nested_embeddings,
    plain_closeness,
    ranking_similarity,
    read_rankings,
    validate_variants,
)

_logger = logging.getLogger("train_embedding")


def read_arguments(arguments=None):
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--tables", type=Path, default=Path("../shared/datasets"), help="folder of index.json")
    add("--roles", default="learn,choose", help="comma-separated roles of the tables to use")
    add("--experience", default="bundled", help="experience to learn from and validate on")
    add("--work", type=Path, default=Path("embedding_work"), help="working folder")
    add("--seeds", default="0,1,2", help="comma-separated")
    add("--folds", type=int, default=5)
    add("--epochs", type=int, default=Settings.epochs)
    add("--steps", type=int, default=Settings.steps, help="steps in an epoch")
    add("--ranking-weight", type=float, default=Settings.ranking_weight)
    add("--reference", choices=("worst", "median"), default="worst", help="a regret of one")
    return parser.parse_args(arguments)


def choose_tables(options):
    """Read the index and keep the tables of the roles asked for."""
    index = json.loads((options.tables / "index.json").read_text())
    return [table for table in index if table["role"] in options.roles.split(",")]


def encode_all(tables, folder):
    """Read and encode the tables."""
    encoded = []
    for table in tables:
        data = pd.read_parquet(folder / table["file"])
        target = data.pop(table["target"])
        encoded.append(encode_table(data, target, table["task"]))
    return encoded


def note_use(options, settings, tables, experience):
    """Write what is used; refuse a working folder that used something else."""
    import sklearn
    import skorch
    import torch

    used = {
        "settings": asdict(settings),
        "folds": options.folds,
        "tables": {table["name"]: table["sha256"] for table in tables},
        "experience": _digest_of(experience, [table["name"] for table in tables]),
    }
    path = options.work / "used.json"
    if path.exists():
        earlier = json.loads(path.read_text())
        differ = [key for key, value in used.items() if earlier[key] != value]
        if differ:
            raise SystemExit(
                f"{options.work} holds work with other {', '.join(differ)}; name another folder."
            )
    versions = {module.__name__: module.__version__ for module in (np, pd, sklearn, torch, skorch)}
    used["versions"] = {"python": platform.python_version(), **versions}
    path.write_text(json.dumps(used, indent=1))
    _logger.info("%d tables, settings %s, %s", len(tables), settings, used["versions"])


def _digest_of(experience, names):
    """Checksum of all scores that are used."""
    digest = hashlib.sha256()
    for _, z in read_rankings(experience, names):
        digest.update(np.round(z, 6).tobytes())
    return digest.hexdigest()


def deal_folds(tables, n_folds, seed):
    """Deal groups of near-duplicates to folds, so that each kind is spread over all of them.

    Returns
    -------
    ndarray of int of shape (n_tables,)
    """
    rng = np.random.default_rng(seed)
    kinds = np.array([table["task"] == "regression" for table in tables])
    groups = np.array([table["group"] for table in tables])
    names, counts = np.unique(groups, return_counts=True)
    load = np.zeros((2, n_folds))
    folds = np.zeros(len(tables), dtype=int)
    shuffled = rng.permutation(len(names))
    for group in shuffled[np.argsort(-counts[shuffled], kind="stable")]:
        members = groups == names[group]
        own = [np.sum(members & ~kinds), np.sum(members & kinds)]
        fold = int(np.lexsort((load.sum(axis=0), load[int(np.argmax(own))]))[0])
        folds[members] = fold
        load[:, fold] += own
    return folds


def train_all(tables, encoded, rankings, settings, options, seed):
    """Train the encoders of one seed.

    Returns
    -------
    dict of frozenset of int to TableEncoder
        By the folds that they never saw.
    """
    folds = deal_folds(tables, options.folds, seed)
    groups = np.unique([table["group"] for table in tables], return_inverse=True)[1]
    without = [frozenset(left) for n in (1, 2) for left in combinations(range(options.folds), n)]
    encoders = {}
    for left in without:
        seen = ~np.isin(folds, list(left))
        similarity = ranking_similarity(rankings, len(tables), seen)
        numbers = np.flatnonzero(seen)
        label = "-".join(map(str, sorted(left)))
        started = time.process_time()
        encoders[left], history = train_encoder(
            [encoded[n] for n in numbers],
            similarity[np.ix_(numbers, numbers)],
            groups[numbers],
            settings,
            options.work / f"seed{seed}_without{label}.pt",
            seed,
        )
        _logger.info(
            "seed %d without %s: %d tables, loss %.3f -> %.3f, %.1f s now",
            *(seed, label, len(numbers), history[0]["train_loss"], history[-1]["train_loss"]),
            time.process_time() - started,
        )
    return folds, encoders


def validate_seed(tables, encoded, rankings, experience, settings, options, seed):
    """Train, embed and validate for one seed; returns the regret of each task."""
    import torch

    names = [table["name"] for table in tables]
    folds, encoders = train_all(tables, encoded, rankings, settings, options, seed)
    made = {left: embed_tables(net, encoded, settings.size) for left, net in encoders.items()}
    closeness, examined = plain_closeness(experience, names), []
    for fold in range(options.folds):
        held_out = folds == fold
        similarity = ranking_similarity(rankings, len(tables), ~held_out)
        encoder = encoders[frozenset([fold])]
        examined.append(examine(encoder, encoded, similarity, closeness, held_out, settings.size))
    answers = pd.DataFrame(examined).agg(["mean", "min", "max"]).round(3)
    _logger.info("seed %d, tables not seen:\n%s", seed, answers.to_string())
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        fresh = TableEncoder(settings.width, settings.n_out, settings.n_angles).eval()
    features, columns = make_features(
        names,
        folds,
        {f: nested_embeddings(made, folds, f) for f in range(options.folds)},
        {f: made[frozenset([f])] for f in range(options.folds)},
        embed_tables(fresh, encoded, settings.size),
        known_rankings(rankings, len(tables), max(COMPONENTS)),
    )
    regret = validate_variants(experience, names, folds, features, columns, seed, options.reference)
    return regret.assign(seed=seed)


def main(arguments=None):
    """Train, validate, report."""
    import torch

    from sklearn_meta.experience import Experience

    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    options = read_arguments(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    settings = Settings(
        epochs=options.epochs, steps=options.steps, ranking_weight=options.ranking_weight
    )
    experience = Experience.open(options.experience)
    tables = choose_tables(options)
    note_use(options, settings, tables, experience)
    encoded = encode_all(tables, options.tables)
    rankings = read_rankings(experience, [table["name"] for table in tables])
    rng = np.random.default_rng(0)
    big = pd.DataFrame(rng.normal(size=(10_000, 20)))
    seconds = time_embedding(
        TableEncoder(settings.width, settings.n_out, settings.n_angles),
        partial(encode_table, big, rng.integers(2, size=10_000), "binary"),
        settings.size,
    )
    _logger.info("a table of 10,000 x 20 is embedded in %.0f ms", 1000 * seconds)
    regret = []
    for seed in map(int, options.seeds.split(",")):
        path = options.work / f"regret_seed{seed}_{options.reference}.csv"
        if not path.exists():
            found = validate_seed(tables, encoded, rankings, experience, settings, options, seed)
            found.to_csv(path.with_suffix(".partial"), index=False)
            path.with_suffix(".partial").replace(path)
        regret.append(pd.read_csv(path))
    summary, text = write_summary(pd.concat(regret, ignore_index=True), options.work)
    _logger.info("regret %%, difference from plain ± standard error:\n%s", text)
    _logger.info("worth shipping by the rule: %s", decide(summary) or "nothing")


if __name__ == "__main__":
    main()
