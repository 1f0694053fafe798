"""A real PostgreSQL for tests: one server a run, a fresh migrated database a test.

All processes of a run share the server; the last to leave stops it and removes its data.  What a
killed run left behind is removed by the next.  Tests meet the database as the web role does.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest
from psycopg import sql

from huoshui.web.project import database as databases
from huoshui.web.project import embedded
from huoshui.web.project.database import Database, Role

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory.  A database of its own for every test is 800 files made and
removed; on a disk, finding places for them took a third of all the server's seconds."""

ROOM_BYTES_LEAST = 2 * 2**30


def roomy() -> Path:
    """Give a folder that is open to all, so that root's server can pass through it."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES_LEAST
    return MEMORY if has_room else Path(tempfile.gettempdir())


SERVERS = roomy() / "huoshui-test-servers"

AsRole = Callable[..., psycopg.Connection[Any]]


@contextmanager
def shared_server(name: str) -> Iterator[Database]:
    """Give the migrated database of a run, which tests copy; it is started by whoever is first."""
    run = SERVERS / name
    # Several folders of tests have this fixture, each once a process: each is a user of its own.
    user = run / "users" / f"{os.getpid()}-{uuid4().hex}"
    with _locked():
        _sweep()
        user.parent.mkdir(parents=True, exist_ok=True)
        user.touch()
        # The parents of the server's folder are ours here: SERVERS and the run.
        db = databases.start(run / "home", base=run / "data", durable=False)
        databases.migrate(db)
    try:
        yield db
    finally:
        with _locked():
            user.unlink()
            _sweep()


@contextmanager
def _locked() -> Iterator[None]:
    SERVERS.mkdir(exist_ok=True)
    SERVERS.chmod(0o755)
    with (SERVERS / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep() -> None:
    """Stop and remove the servers that no living test process uses."""
    for run in SERVERS.iterdir():
        if not run.is_dir():
            continue
        users = run / "users"
        if users.is_dir() and any(
            psutil.pid_exists(int(u.name.split("-")[0])) for u in users.iterdir()
        ):
            continue
        home = run / "home"
        if (home / embedded.REMEMBERED).is_file() and any((run / "data").glob("*/data")):
            embedded.server_stop(embedded.place_of(home))
        shutil.rmtree(run, ignore_errors=True)


def _fresh(template: Database) -> Database:
    return databases.copied(template, f"test_{uuid4().hex}")


def kept_ready(server: Database, name: str, fill: Callable[[Database], None]) -> Database:
    """Give a database of this run with something in it, for tests to copy; the first fills it."""
    with (
        _locked(),
        psycopg.connect(server.named("postgres").url("admin"), autocommit=True) as admin,
    ):
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if admin.execute(query, [name]).fetchone() is None:
            unready = _fresh(server)
            try:
                fill(unready)
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                admin.execute(rename.format(sql.Identifier(unready.name), sql.Identifier(name)))
            except BaseException:
                databases.dropped(unready)
                raise
    return server.named(name)


def _point_django_at(url: str) -> None:
    """Have Django connect there from here on."""
    from django.db import connections

    from huoshui.web.project.settings import database as parsed

    connections["default"].close()
    wanted = parsed(url)
    # In place: the connections of other threads share these settings.
    connections.settings["default"].update(
        {key: wanted[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    )


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed as ever but few times over: each of a million costs half a second."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", 1_000)
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The server of this run with its migrated database, which nobody is connected to."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_server(shared.name) as db:
        yield db


@pytest.fixture(scope="session")
def server_with_snapshot(server: Database, small_region: tuple[Path, dict[str, Any]]) -> Database:
    """A migrated database with the small region's snapshot in it, which nobody is connected to."""
    home = small_region[0]

    def load(db: Database) -> None:
        from django.conf import settings
        from django.db import connections

        # Once Django is set up.
        from huoshui.web.insights.actions.loading import snapshot_load
        from tests.web.insights.given import AT, folder_of

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "HUOSHUI_HOME", home)
            _point_django_at(db.url("jobs"))
            try:
                snapshot_load(folder_of(home), at=AT)
            finally:
                connections.close_all()

    return kept_ready(server, "with_snapshot", load)


@pytest.fixture
def template(request: pytest.FixtureRequest, server: Database) -> Database:
    """What the test's database is a copy of: with the region's snapshot where that is asked for."""
    asks = "loaded" in request.fixturenames
    return request.getfixturevalue("server_with_snapshot") if asks else server


@pytest.fixture
def database(
    template: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A fresh database, migrated and empty; Django is connected to it as the web role.

    The home, where files go, is a folder of the test's own.
    """
    from django.conf import settings
    from django.db import connections

    monkeypatch.setattr(settings, "HUOSHUI_HOME", tmp_path / "home")
    made = _fresh(template)
    try:
        _point_django_at(made.url("web"))
        yield made
    finally:
        connections.close_all()
        databases.dropped(made)


@pytest.fixture
def jobs_database(database: Database) -> Database:
    """The same fresh database; Django is connected to it as the jobs role."""
    _point_django_at(database.url("jobs"))
    return database


@pytest.fixture
def switch_role(database: Database) -> Callable[[Role], None]:
    """Connect Django to the test's database as another role from here on."""
    return lambda role: _point_django_at(database.url(role))


@pytest.fixture
def as_role(database: Database) -> Iterator[AsRole]:
    """Open connections of our own to the test's database: `as_role("owner", autocommit=True)`."""
    with ExitStack() as opened:

        def connect(role: Role, *, autocommit: bool = False) -> psycopg.Connection[Any]:
            connection = psycopg.connect(database.url(role), autocommit=autocommit)
            opened.callback(connection.close)
            return connection

        yield connect
