"""A loopback server, and the openml client pointed at it with a cache of its own."""

import pytest

from tests.openml.loopback import Loopback


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Loopback() as running:
        yield running


@pytest.fixture
def client(server, tmp_path, monkeypatch):
    """The openml package, unpatched, configured for the loopback server."""
    import openml

    before = openml.config.get_config_as_dict()
    monkeypatch.delenv("OPENML_CACHE_DIR", raising=False)
    extensions = list(openml.extensions.extensions)
    openml.config.server = server.api
    openml.config.apikey = ""
    openml.config.set_root_cache_directory(tmp_path / "cache")
    openml.config.set_retry_policy("human", 1)
    yield openml
    openml.config.server = before["server"]
    openml.config.apikey = before["apikey"]
    openml.config.set_root_cache_directory(before["cachedir"])
    openml.config.set_retry_policy(before["retry_policy"], before["connection_n_retries"])
    openml.extensions.extensions[:] = extensions


@pytest.fixture
def cache_folder(client):
    """Where the client keeps what it gets from the loopback server."""
    from pathlib import Path

    return Path(client.config.get_cache_directory())
