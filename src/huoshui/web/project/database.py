"""The one database: started here or given, probed with a query, migrated by its owner.

`running(home)` is the whole of it: a PostgreSQL of our own (`embedded`), or the one named in
HUOSHUI_DATABASE_URL, with its three roles (`logins`).  What comes back gives the address for each
role.  Saying that it is up means that a query was answered.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from huoshui.kernel.errors import Refusal, Where
from huoshui.kernel.step import Tick, unwatched
from huoshui.web.project import embedded
from huoshui.web.project.keys import FILE, Keys, keys_of
from huoshui.web.project.lifeline import ended_as_told
from huoshui.web.project.logins import (
    LOGINS,
    Connection,
    LoginRefusal,
    database_prepare,
    foreign_tables_grant,
    logins_set,
    schema_prepare,
)

NAME = "huoshui"
GIVEN = "HUOSHUI_DATABASE_URL"
SETTINGS = "huoshui.web.project.settings"
WEB = Path(__file__).resolve().parents[1]

Role = Literal["admin", "owner", "web", "jobs"]


class DatabaseRefusal(Refusal):
    """Why there is no database to work with, the weightiest first."""

    NOT_AN_ADDRESS = (
        "HUOSHUI_DATABASE_URL is not the address of a PostgreSQL database: {reason}.",
        "Write postgresql://LOGIN:PASSWORD@HOST:PORT/DATABASE.",
        "HUOSHUI_DATABASE_URL 不是有效的 PostgreSQL 地址：{reason}。",
        "请写成 postgresql://登录名:密码@主机:端口/数据库。",
    )
    KEYS_LOST = (
        "The keys of this home do not open its database.",
        "Put back {keys} as it was; or delete {remembered} to begin with an empty database.",
        "本目录的密钥无法打开其数据库。",
        "请恢复原来的 {keys}；或删除 {remembered}，从空数据库开始。",
    )
    NO_ANSWER = (
        "The database did not answer within {seconds} seconds: {reason}.",
        "Try again once {place} answers.",
        "数据库在 {seconds} 秒内没有应答：{reason}。",
        "请在 {place} 可用后重试。",
    )
    NOT_MIGRATED = (
        "The tables could not be brought up to date: {reason}.",
        "Nothing half done was kept of the failing step; read the whole of it with "
        "`huoshui serve --migrate-only`.",
        "数据表未能更新到最新：{reason}。",
        "失败步骤未留下半成品；可用 `huoshui serve --migrate-only` 查看详情。",
    )


@dataclass(frozen=True)
class Database:
    """A database that answered: where it is, and how each role gets in."""

    admin: str  # the address of a login that may make roles and databases
    name: str
    keys: Keys
    place: embedded.Place | None  # None: it was given, and is not ours to stop
    was_running: bool = False  # whoever started it will stop it

    def url(self, role: Role) -> str:
        """Give the address of the database for a role."""
        parts = conninfo_to_dict(self.admin, dbname=self.name)
        if role != "admin":
            parts |= {"user": LOGINS[role], "password": getattr(self.keys, role)}
        return _address(parts)

    def named(self, name: str) -> Database:
        """Give another database of the same server."""
        return replace(self, name=name)


@contextmanager
def running(home: Path, *, tick: Tick = unwatched) -> Iterator[Database]:
    """Give a database for a while; if it had to be started, it is stopped at the end."""
    db = start(home, tick=tick)
    try:
        yield db
    finally:
        if not db.was_running:
            stop(db)


@contextmanager
def throwaway(prefix: str) -> Iterator[tuple[Path, Callable[[], Database]]]:
    """Give a home that is thrown away, and what starts its database; SIGTERM clears both as well.

    The database is durable like any other: what is tried or measured on it holds for a real one.
    """
    with ended_as_told(), tempfile.TemporaryDirectory(prefix=prefix) as made:
        home = Path(made).resolve()
        home.chmod(0o755)  # root's server runs as another user and passes through
        base = home / "data"
        try:
            yield home, lambda: start(home, base=base)
        finally:
            embedded.server_stop(embedded.place_of(home, base))


def start(
    home: Path,
    *,
    base: Path | None = None,
    durable: bool = True,
    seconds: float = 60,
    tick: Tick = unwatched,
) -> Database:
    """Give the database of a home: the one given, the one running, or one started now.

    `base` is where the data goes if it does not exist yet and must not lie in the home; data that
    is not `durable` is lost with the machine's power, which tests accept for their speed.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "database.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once: the second finds it running
        tick("database", 0, 1)
        given = os.environ.get(GIVEN, "")
        db = (
            _given(home, given, seconds=seconds)
            if given
            else _own(home, base, durable=durable, seconds=seconds)
        )
        tick("database", 1, 1)
    return db


def stop(db: Database) -> None:
    """Stop the database if it is ours."""
    if db.place is not None:
        embedded.server_stop(db.place)


def discard(db: Database) -> None:
    """Stop the database if it is ours, and delete its data, wherever that lies."""
    stop(db)
    if db.place is not None:
        shutil.rmtree(db.place.folder)


def is_up(db: Database) -> bool:
    """Say whether the database answers a query now."""
    try:
        with psycopg.connect(db.url("web"), connect_timeout=5) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def migrate(db: Database, *, tick: Tick = unwatched) -> bool:
    """Bring the tables up to date as their owner; say whether there was anything to do."""
    wanted = f"huoshui {_migrations_digest()}"
    with psycopg.connect(db.url("admin"), autocommit=True) as admin:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if admin.execute(query, [db.name]).fetchone() == (wanted,):
            return False
    tick("migrate", 0, 1)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "HUOSHUI_DB_URL": db.url("owner"),
        "HUOSHUI_SECRET_KEY": db.keys.django,
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        raise DatabaseRefusal.NOT_MIGRATED.refuse(reason=reason)
    with psycopg.connect(db.url("owner")) as owner:
        foreign_tables_grant(owner)
    with psycopg.connect(db.url("admin"), autocommit=True) as admin:
        comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
        admin.execute(comment.format(sql.Identifier(db.name), sql.Literal(wanted)))
    tick("migrate", 1, 1)
    return True


def copied(db: Database, name: str) -> Database:
    """Make a database as a copy of another one that nobody is connected to."""
    with psycopg.connect(db.named("postgres").url("admin"), autocommit=True) as admin:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        admin.execute(make.format(sql.Identifier(name), sql.Identifier(db.name)))
        database_prepare(admin, name)
    return db.named(name)


def dropped(db: Database) -> None:
    """Remove a database with all that is in it, and whoever is connected."""
    with psycopg.connect(db.named("postgres").url("admin"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(db.name)))


def _own(home: Path, base: Path | None, *, durable: bool, seconds: float) -> Database:
    fresh = not (home / FILE).exists()
    remembered = home / embedded.REMEMBERED
    keys = keys_of(home)
    place = embedded.place_of(home, base)
    if not remembered.exists():
        # A home without this file has no database yet; what may lie at its place has other keys.
        embedded.server_make(home, place, keys.admin, durable=durable)
    elif fresh:
        raise _keys_lost(home)
    was_running = embedded.server_running(place) is not None

    def address() -> str:
        # Asked again each time: one that was just killed may still look alive the first time.
        if embedded.server_running(place) is None:
            embedded.server_start(home, place, seconds=seconds)
        parts = {"host": embedded.HOST, "port": embedded.port_of(place), "user": embedded.ADMIN}
        return _address({**parts, "password": keys.admin, "dbname": "postgres"})

    admin = _answering(address, home, seconds=seconds)
    db = Database(admin, NAME, keys, place, was_running)
    with psycopg.connect(admin, autocommit=True) as connection:
        logins_set(connection, keys, NAME)
        for other in ("postgres", "template1"):
            connection.execute(f"REVOKE ALL ON DATABASE {other} FROM PUBLIC")
        _database_make(connection, NAME)
    with psycopg.connect(db.url("admin"), autocommit=True) as connection:
        schema_prepare(connection)
    return db


def _given(home: Path, address: str, *, seconds: float) -> Database:
    keys = keys_of(home)
    try:
        parts = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise DatabaseRefusal.NOT_AN_ADDRESS.refuse(reason=str(error).strip()) from error
    name = str(parts.get("dbname") or NAME)
    admin = _address({**parts, "dbname": name})
    db = Database(admin, name, keys, None, was_running=True)
    try:
        _answering(lambda: admin, home, seconds=seconds)
        with psycopg.connect(admin, autocommit=True) as connection:
            logins_set(connection, keys, name)
            database_prepare(connection, name)
            schema_prepare(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        reason = str(error).strip().splitlines()[0]
        raise LoginRefusal.NOT_ALLOWED.refuse(reason=reason, name=name) from error
    return db


def _database_make(admin: Connection, name: str) -> None:
    found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        # From template0, so that nothing anybody put into template1 comes along.
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
        admin.execute(make.format(sql.Identifier(name)))
    database_prepare(admin, name)


def _answering(address: Callable[[], str], home: Path, *, seconds: float) -> str:
    """Give the address once a query there is answered; refuse where waiting cannot help."""
    until = time.monotonic() + seconds
    while True:
        admin = address()
        try:
            with psycopg.connect(admin, connect_timeout=5) as connection:
                connection.execute("SELECT pg_current_xact_id()")  # it can write, too
                return admin
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            if "password authentication failed" in str(error):
                raise _keys_lost(home) from error
            if time.monotonic() > until:
                parts = conninfo_to_dict(admin)
                place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
                raise DatabaseRefusal.NO_ANSWER.refuse(
                    seconds=round(seconds), reason=reason, place=place
                ) from error
        time.sleep(0.05)


def _keys_lost(home: Path) -> Exception:
    return DatabaseRefusal.KEYS_LOST.refuse(
        where=Where(str(home)), keys=FILE, remembered=embedded.REMEMBERED
    )


def _migrations_digest() -> str:
    """Give a digest of every migration that could run: ours by text, the others' by version."""
    digest = hashlib.sha256()
    for name in ("django", "procrastinate"):
        digest.update(f"{name} {version(name)}\n".encode())
    rules = WEB / "audit" / "rules" / "security.py"  # migrations take their policies from it
    for path in [rules, *sorted(WEB.glob("*/migrations/*.py"))]:
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\n" + path.read_bytes())
    for file in ("logins.py", "settings.py"):
        digest.update((WEB / "project" / file).read_bytes())
    return digest.hexdigest()[:32]


def _address(parts: Mapping[str, object]) -> str:
    """Write an address; a folder of sockets goes behind the question mark."""
    rest = {k: str(v) for k, v in parts.items() if v is not None}
    user, password = rest.pop("user", ""), rest.pop("password", "")
    host, port, name = rest.pop("host", ""), rest.pop("port", ""), rest.pop("dbname", "")
    if host.startswith("/"):
        rest["host"], host = host, ""
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    there = (f"{login}@" if login else "") + host + (f":{port}" if port else "")
    query = f"?{urlencode(rest)}" if rest else ""
    return f"postgresql://{there}/{quote(name, safe='')}{query}"
