"""A PostgreSQL server of our own, on loopback, for as long as a test needs it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from glob import glob
from importlib.util import find_spec

PASSWORD = "p@ss/word"
START_SECONDS = 60
_NEEDED = ("initdb", "postgres", "pg_isready", "createdb")


class Unavailable(Exception):
    """Why there can't be a server here."""


def find_programs():
    """Return the folder with the server and its tools."""
    found = shutil.which("initdb")
    folders = [
        *sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True),
        os.path.dirname(found or ""),
    ]
    for folder in folders:
        if all(os.path.exists(os.path.join(folder, name)) for name in _NEEDED):
            return folder
    raise Unavailable(f"no PostgreSQL server is installed (looked for {', '.join(_NEEDED)})")


def as_other_user():
    """Return the words that run a command as a user whom the server accepts: it refuses root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise Unavailable("PostgreSQL refuses to run as root, and there is no setpriv")
    import pwd

    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--"]
    raise Unavailable("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


@contextmanager
def postgres_server():
    """Start a server; give the URL of its database ``experience``, without the database's name."""
    if find_spec("pg8000") is None:
        raise Unavailable("pg8000 is not installed: pip install 'sklearn-meta[postgres]'")
    programs, user = find_programs(), as_other_user()
    folder = tempfile.mkdtemp(prefix="sklearn_meta_postgres_")
    server = None
    try:
        if user:
            ids = [int(word.partition("=")[2]) for word in user[1:3]]
            os.chown(folder, *ids)
        secret = os.path.join(folder, "password")
        with open(secret, "w") as file:
            file.write(PASSWORD)
        os.chmod(secret, 0o644)
        data = os.path.join(folder, "data")
        make = [f"{programs}/initdb", "-D", data, "-U", "owner", "--pwfile", secret]
        _run([*user, *make, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"], folder)
        port = _free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": port, "fsync": "off"}
        settings |= {"unix_socket_directories": folder, "max_connections": 40}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(os.path.join(folder, "log"), "w") as log:
            command = [*user, f"{programs}/postgres", "-D", data, *words]
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        connect = ["-h", "127.0.0.1", "-p", str(port), "-U", "owner"]
        _run([f"{programs}/pg_isready", *connect], folder, tries=START_SECONDS * 5)
        _run([f"{programs}/createdb", *connect, "experience"], folder, env=environment)
        secret = PASSWORD.replace("@", "%40").replace("/", "%2F")
        yield f"postgresql://owner:{secret}@127.0.0.1:{port}/"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # SIGTERM would wait for idle clients
            server.wait(START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command, folder, tries=1, env=None):
    import time

    for left in reversed(range(tries)):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env)
        if done.returncode == 0:
            return
        if left:
            time.sleep(0.2)
    raise Unavailable(f"{os.path.basename(command[-1])}: {done.stderr or done.stdout}"[:500])


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
