"""Pretrained models of other packages, where their weights are on this machine.

Nothing is downloaded, and no licence accepted, by a search: whoever has fitted one of them once
has its weights, and then the search may use it.
"""

import os
import re
from functools import partial
from pathlib import Path

from sklearn_meta._optional import import_optional
from sklearn_meta.spaces._family import Family
from sklearn_meta.spaces._parameters import Int
from sklearn_meta.spaces._preprocessing import TREE_TABLE

MAX_ROWS = 1000  # on a processor; minutes a fit beyond
MAX_ROWS_GPU = 20_000
MAX_COLUMNS = 200
_ROLES = {False: "classifier", True: "regressor"}  # of regression, or not


def build_tabicl(configuration, context):
    """Build TabICL with the newest weights that are here."""
    tabicl = import_optional("tabicl", extra="foundation")
    model = tabicl.TabICLRegressor if context.is_regression else tabicl.TabICLClassifier
    return model(
        n_estimators=configuration["n_estimators"],
        model_path=str(newest(tabicl_files(context.is_regression))),
        allow_auto_download=False,
        random_state=context.random_state,
        n_jobs=context.n_threads,
    )


def build_tabpfn(configuration, context):
    """Build TabPFN with the newest weights that are here."""
    tabpfn = import_optional("tabpfn", extra="foundation")
    model = tabpfn.TabPFNRegressor if context.is_regression else tabpfn.TabPFNClassifier
    return model(
        n_estimators=configuration["n_estimators"],
        model_path=str(newest(tabpfn_files(context.is_regression))),
        ignore_pretraining_limits=True,  # the limits of this family are stricter
        random_state=context.random_state,
    )


def tabicl_files(is_regression):
    """List TabICL's weights in the cache of the Hugging Face hub."""
    home = Path(os.environ.get("HF_HOME") or _cache_home() / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser()
    folder = hub / "models--jingang--TabICL" / "snapshots"
    return sorted(folder.glob(f"*/tabicl-{_ROLES[is_regression]}-*.ckpt"))


def tabpfn_files(is_regression):
    """List TabPFN's weights in its cache; newer ones are for both kinds of task."""
    folder = Path(os.environ.get("TABPFN_MODEL_CACHE_DIR") or _cache_home() / "tabpfn")
    files = [p for p in folder.expanduser().glob("tabpfn-v*") if p.suffix in _SUFFIXES]
    other = _ROLES[not is_regression]
    return sorted(path for path in files if f"-{other}" not in path.name)


def newest(files):
    """Return the file of the highest version; of several, the one called the default.

    Examples
    --------
    >>> from pathlib import Path
    >>> from sklearn_meta.spaces.families._foundation import newest
    >>> names = ["m-v1.ckpt", "m-v2.5_large.ckpt", "m-v2.5_default.ckpt", "m-v2.ckpt"]
    >>> str(newest([Path(name) for name in names]))
    'm-v2.5_default.ckpt'
    """
    return min(files, key=_preference)


_SUFFIXES = (".ckpt", ".safetensors")


def _preference(path):
    """Sort by version, then the default, then the shortest name (variants have longer ones)."""
    version = float(re.search(r"-v(\d+(?:\.\d+)?)", path.name)[1])
    return (-version, "default" not in path.name, len(path.name), path.name)


def _cache_home():
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()


def _both_there(list_files):
    """Tell whether there are weights for classification and regression."""
    return all(list_files(is_regression) for is_regression in _ROLES)


def _limits(n_rows, n_columns, n_classes):
    """Attention over rows and columns takes minutes on a processor."""
    import torch  # only asked where one of the packages is installed, and they bring it

    most = MAX_ROWS_GPU if torch.cuda.is_available() else MAX_ROWS
    return n_rows <= most and n_columns <= MAX_COLUMNS and n_classes <= 10


def _family(name, builder, list_files, n_estimators, class_name, extra):
    """Make one of the families."""
    return Family(
        name=name,
        builder=builder,
        parameters=(Int("n_estimators", 1, 8, log=True, default=n_estimators), *TREE_TABLE),
        encoding="tree",
        limits=_limits,
        extra=extra,
        module=name,
        ready=partial(_both_there, list_files),
        lacking=(
            f"its weights are not on this machine; fit {name}'s {class_name}Classifier and "
            f"{class_name}Regressor once, which fetches them"
        ),
    )


TABICL = _family("tabicl", build_tabicl, tabicl_files, 4, "TabICL", extra="foundation")
# No extra brings TabPFN: its requirements and this package's exclude each other (see the docs).
TABPFN = _family("tabpfn", build_tabpfn, tabpfn_files, 2, "TabPFN", extra=None)
