"""A file, memory and a server keep the same contract."""

import itertools
import multiprocessing
import sqlite3

import pytest

from sklearn_meta.exceptions import ExperienceError, MissingExtraError
from sklearn_meta.experience import Experience
from tests.contracts.experience_contract import ExperienceContract, fill, task_facts
from tests.contracts.postgres_server import Unavailable, postgres_server
from tests.experience.test_killed_writers import kill_writers


class TestFile(ExperienceContract):
    @pytest.fixture
    def place(self, tmp_path):
        numbers = itertools.count()
        return lambda: Experience.create(tmp_path / f"{next(numbers)}.sqlite")


class TestMemory(ExperienceContract):
    @pytest.fixture
    def place(self):
        return Experience.empty


@pytest.fixture(scope="module")
def server():
    context = postgres_server()
    try:
        url = context.__enter__()
    except Unavailable as error:
        pytest.skip(str(error))
    yield url
    context.__exit__(None, None, None)


def run_sql(url, *commands):
    import pg8000.native
    from sqlalchemy import make_url

    parts = make_url(url)
    connection = pg8000.native.Connection(
        parts.username, parts.host, parts.database, parts.port, parts.password
    )
    try:
        return [connection.run(command) for command in commands][-1]
    finally:
        connection.close()


@pytest.fixture
def url(server):
    """URL of an empty database."""
    run_sql(server + "experience", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return server + "experience"


def write_many(url, worker):
    base = Experience.open(url)
    for i in range(20):
        base.add(task_facts(i), {"family": "linear", "i": i}, {"own": worker}, seed=worker)


def create(url):
    try:
        Experience.create(url)
    except ExperienceError:
        return 0
    return 1


@pytest.mark.slow
class TestPostgres(ExperienceContract):
    @pytest.fixture
    def place(self, url):
        return lambda: Experience.create(url)

    def test_opens_again_for_reading(self, place, url):
        fill(place())
        reader = Experience.open(url, read_only=True)
        assert len(reader.evaluations()) == 9
        with pytest.raises(ExperienceError, match="reading only"):
            reader.add_configuration({"family": "linear"})

    def test_the_password_is_not_shown(self, place, url):
        base = place()
        for text in (repr(base), base.describe()["location"]):
            assert "word" not in text
            assert "owner:***@127.0.0.1" in text

    def test_processes_write_at_once(self, place, url):
        base = place()
        workers = multiprocessing.get_context("spawn").Pool(3)
        with workers:
            workers.starmap(write_many, [(url, worker) for worker in range(3)])
        assert len(base.evaluations()) == 60
        assert len(base.tasks()) == 20

    def test_killed_writers(self, place, url, tmp_path):
        place()
        report = kill_writers(url, tmp_path, 20)
        assert (report["kills"], report["lost"], report["reader"]) == (22, 0, 0)
        assert report["acknowledged"] >= 20

    def test_one_of_two_creators_wins(self, url):
        with multiprocessing.get_context("spawn").Pool(2) as workers:
            assert sum(workers.map(create, [url, url])) == 1
        assert Experience.open(url).tasks().empty

    def test_a_base_of_version_1_is_migrated(self, place, url, tmp_path):
        base = place()
        id, key = base.add_task(**task_facts(0)), base.add_configuration({"family": "linear"})
        run_sql(
            url,
            "DROP TABLE evaluations",
            "UPDATE facts SET value = '1' WHERE key = 'schema_version'",
            "CREATE TABLE evaluations (task VARCHAR NOT NULL REFERENCES tasks, "
            "configuration VARCHAR NOT NULL REFERENCES configurations, seed INTEGER NOT NULL, "
            "metrics TEXT NOT NULL, fold_metrics TEXT NOT NULL, fit_seconds FLOAT, "
            "predict_seconds FLOAT, rows_used INTEGER, n_folds INTEGER, status VARCHAR NOT NULL, "
            "reason TEXT, versions TEXT, PRIMARY KEY (task, configuration, seed))",
            f"""INSERT INTO evaluations VALUES ('{id}', '{key}', 0, '{{"roc_auc":0.7}}', '{{}}',
            1.0, NULL, 40, 3, 'ok', NULL, NULL)""",
        )
        with pytest.raises(ExperienceError, match="Open it once for writing"):
            Experience.open(url, read_only=True)
        base = Experience.open(url)
        assert base.matrix("binary", "roc_auc").scores.tolist() == [[0.7]]
        assert Experience.open(url, read_only=True).check() == []

    def test_a_connection_that_was_lost_is_made_again(self, place, url):
        base = fill(place())
        run_sql(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = 'experience'",
        )
        assert len(base.tasks()) == 3

    def test_errors_say_what_to_do(self, place, url, server):
        with pytest.raises(ExperienceError, match="not an experience base.*no tables"):
            Experience.open(url)
        base = place()
        with pytest.raises(ExperienceError, match="Open it with Experience.open"):
            Experience.create(url)
        wrong = url.replace("p%40ss%2Fword", "guess")
        with pytest.raises(ExperienceError, match="refused the user or the password") as error:
            Experience.open(wrong)
        assert "guess" not in str(error.value)
        with pytest.raises(ExperienceError, match='database "nowhere" does not exist'):
            Experience.open(server + "nowhere")
        run_sql(url, "UPDATE facts SET value = '9' WHERE key = 'schema_version'")
        with pytest.raises(ExperienceError, match="version 9.*Upgrade"):
            Experience.open(url)
        assert base.location == url


@pytest.mark.skipif("not __import__('importlib').util.find_spec('pg8000')", reason="no pg8000")
def test_a_server_that_can_not_be_reached():
    with pytest.raises(ExperienceError, match="can't be reached.*127.0.0.1") as error:
        Experience.open("postgresql://me:secret@127.0.0.1:9/experience")
    assert "secret" not in str(error.value)


def test_a_missing_driver_names_the_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'sklearn-meta\[postgres\]'"):
        Experience.open("postgresql://me:secret@127.0.0.1:9/experience")


@pytest.mark.parametrize("url", ["mysql://a/b", "nonsense://a", "postgresql://a:x:y:z/b"])
def test_other_urls_are_refused(url):
    with pytest.raises(ExperienceError, match=r"Write postgresql\+pg8000://"):
        Experience.open(url)


def test_sqlite_files_and_servers_store_the_same_columns():
    base = fill(Experience.empty(), n_tasks=1)
    memory = sqlite3.connect(":memory:")
    memory.deserialize(base._opened.content())
    stored = [row[1] for row in memory.execute("PRAGMA table_info(evaluations)")]
    memory.close()
    assert stored[:6] == ["task", "configuration", "seed", "max_rows", "roc_auc", "log_loss"]
