"""Execute the OpenML example as a notebook against the loopback server.

``python -m tests.openml.notebook docs/notebooks/openml_task.ipynb`` makes the one in the docs.
"""

import importlib.util
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.openml.loopback import API_KEY, Loopback

ROOT = Path(__file__).parents[2]


@contextmanager
def environment(server, folder):
    """Let new processes find the server by the client's own configuration file."""
    config = Path(folder) / "openml" / "config"
    config.parent.mkdir(parents=True)
    settings = {
        "server": server.api,
        "apikey": API_KEY,
        "cachedir": Path(folder) / "cache",
        "connection_n_retries": 1,
    }
    config.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    changes = {
        "XDG_CONFIG_HOME": str(folder),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    before = {name: os.environ.get(name) for name in (*changes, "OPENML_CACHE_DIR")}
    os.environ.update(changes)
    os.environ.pop("OPENML_CACHE_DIR", None)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def execute(target):
    """Run the example against a server of its own; return the server."""
    spec = importlib.util.spec_from_file_location("make_notebook", ROOT / "docs/make_notebook.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    with Loopback() as server, tempfile.TemporaryDirectory() as folder:
        server.world.add_evaluations(300)
        with environment(server, folder):
            maker.main(ROOT / "examples/openml_task.py", target)
        return server


if __name__ == "__main__":
    execute(sys.argv[1])
