"""Tables of what runs cost: time outside trials, memory, seconds over the budget."""

import numpy as np
import pandas as pd
from _results import markdown

PEER = "flaml"


def overhead(frame):
    """Say how much of the cores' time is not spent in trials, and how memory compares."""
    ok = frame[(frame["status"] == "ok") & (frame["budget"] > 0)].copy()
    granted = ok["jobs"] * ok["fit_seconds"]
    ok["outside_fits"] = 1 - pd.to_numeric(ok["trial_seconds"]) / granted
    ok["outside_trials"] = 1 - pd.to_numeric(ok["trial_wall_seconds"]) / granted
    key = ["table", "budget", "seed"]
    peer = ok[ok["system"] == PEER].set_index(key)["peak_rss_mb"]
    lines = []
    for (system, budget), part in ok.groupby(["system", "budget"]):
        ratio = part.set_index(key)["peak_rss_mb"] / peer
        lines.append(
            [
                f"`{system}`",
                budget,
                len(part),
                *(_spread(part[name]) for name in ("outside_fits", "outside_trials")),
                f"{part['peak_rss_mb'].median():.0f} / {part['peak_rss_mb'].max():.0f}",
                f"{ratio.median():.2f} / {ratio.max():.2f}" if ratio.notna().any() else "-",
            ]
        )
    header = ["system", "budget", "runs", "time outside finished fits", "time outside trials"]
    memory = ["peak MiB, median / largest", f"ratio to `{PEER}`, median / largest"]
    return markdown([*header, *memory], lines)


def _spread(values):
    values = values.dropna()
    if not len(values):
        return "-"
    return f"{100 * values.median():.0f} % (largest {100 * values.max():.0f} %)"


def deadline(frame):
    """Say by how much fits went over their budgets."""
    timed = frame[(frame["budget"] > 0) & frame["fit_seconds"].notna()].copy()
    timed["over"] = timed["fit_seconds"] - timed["budget"]
    allowed = np.maximum(1.0, 0.05 * timed["budget"])
    timed["late"] = timed["over"] > allowed
    lines = []
    for (system, budget), part in timed.groupby(["system", "budget"]):
        worst = part.loc[part["over"].idxmax()]
        lines.append(
            [
                f"`{system}`",
                budget,
                len(part),
                f"{worst['over']:+.2f} s",
                worst["table"],
                int(part["late"].sum()),
            ]
        )
    header = ["system", "budget", "runs", "largest fit - budget", "on", "later than 1 s or 5 %"]
    return markdown(header, lines)
