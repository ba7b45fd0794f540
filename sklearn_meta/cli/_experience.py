"""``sklearn-meta experience``: what a base holds, and moving it."""

import json
import sys
from time import perf_counter

from sklearn_meta.cli._collect import open_or_create
from sklearn_meta.cli._console import note
from sklearn_meta.cli._tables import check_output


def run_experience(options):
    """Describe, check, export or merge bases, or say what one has learned.

    Parameters
    ----------
    options : argparse.Namespace
        From the command line.

    Returns
    -------
    int
        Exit code.
    """
    actions = {
        "describe": _describe,
        "check": _check,
        "rules": _rules,
        "export": _export,
        "merge": _merge,
    }
    return actions[options.action](options)


def _describe(options):
    """Write what a base holds."""
    from sklearn_meta.experience import Experience

    Experience.empty().tasks()  # SQLAlchemy and pandas are loaded: what follows times the base
    started = perf_counter()
    base = _open(options.base)
    opened = perf_counter() - started
    counts = base.describe()
    seconds = {"open": opened}
    for kind in ("classification", "regression"):
        started = perf_counter()
        matrix = base.matrix("regression" if kind == "regression" else "binary")
        seconds[f"{kind} scores {matrix.shape[0]} x {matrix.shape[1]}"] = perf_counter() - started
    lines = [
        ("location", counts["location"]),
        ("size", "unknown" if counts["size"] is None else f"{counts['size'] / 1e6:.2f} MB"),
        ("schema version", counts["schema_version"]),
        ("tasks", _counted(counts["tasks"])),
        ("configurations", _counted(counts["families"])),
        ("evaluations", f"{counts['evaluations']:,}"),
        ("failures", _counted(counts["failures"])),
        *((f"seconds to {_verb(what)}", f"{spent:.3f}") for what, spent in seconds.items()),
        *_collections(counts["facts"]),
    ]
    width = max(len(name) for name, _ in lines)
    sys.stdout.write("".join(f"{name:<{width}}  {value}\n" for name, value in lines))
    return 0


def _verb(what):
    return what if what == "open" else f"read {what}"


def _counted(counts):
    """Write a total and what it is made of."""
    parts = ", ".join(f"{n} {name}" for name, n in counts.items())
    return f"{sum(counts.values())}" + (f" ({parts})" if parts else "")


def _collections(facts):
    """Sum up the log of what was collected here."""
    entries = [json.loads(facts[key]) for key in sorted(facts) if key.startswith("collection ")]
    if not entries:
        return []
    last = entries[-1]
    hours = sum(entry.get("wall_seconds") or 0 for entry in entries) / 3600
    n = sum(entry["evaluations"] for entry in entries)
    settings = ", ".join(f"{k}={v}" for k, v in last["settings"].items() if v is not None)
    return [
        ("collections", f"{len(entries)} calls, {n:,} evaluations, {hours:.1f} h"),
        ("last collection", f"{last['started']} on {last['machine']['processor']}: {settings}"),
    ]


def _check(options):
    """Look for damage, and say what was found."""
    base = _open(options.base)
    findings = base.check()
    for finding in findings:
        note(f"damage: {finding}")
    if not findings:
        sys.stdout.write(f"{base.location} is whole\n")
    return 2 if findings else 0


def _rules(options):
    """Write which families suit which tables, and how far that can be trusted."""
    sys.stdout.write(f"{_open(options.base).rules()}\n")
    return 0


def _export(options):
    """Copy a base into a file to be sent around."""
    check_output(options.out)
    size = _open(options.base).export(options.out)
    note(f"wrote {options.out}, {size / 1e6:.2f} MB")
    return 0


def _merge(options):
    """Copy what bases and exported files know into one."""
    documents = [str(base).endswith((".json", ".json.gz")) for base in options.bases]
    # all of them exist before any is copied
    pairs = zip(options.bases, documents, strict=True)
    sources = [base if is_document else _open(base) for base, is_document in pairs]
    with open_or_create(options.into) as target:
        for name, source, is_document in zip(options.bases, sources, documents, strict=True):
            new = target.import_(source) if is_document else target.merge(source)
            added = ", ".join(f"{n} {what}" for what, n in new.items())
            sys.stdout.write(f"from {name}: {added}\n")
    return 0


def _open(where):
    from sklearn_meta.experience import Experience

    return Experience.bundled() if where == "bundled" else Experience.open(where, read_only=True)
