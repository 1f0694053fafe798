"""The database is started, adopted, killed and given, and loses nothing of what was committed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.project import database, embedded
from huoshui.web.project.database import Database
from huoshui.web.project.keys import keys_of
from tests.web.databases import SERVERS

pytestmark = pytest.mark.slow


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that root's server can pass through; gone afterwards, servers stopped."""
    SERVERS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huoshui-database-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        for data in Path(folder).glob("data/*/data"):
            embedded.server_stop(embedded.Place(data.parent, None))


def started(base: Path, name: str = "home", *, durable: bool = False) -> Database:
    return database.start(base / name, base=base / "data", durable=durable)


def table_with_a_row(db: Database) -> None:
    with psycopg.connect(db.url("owner")) as owner:
        owner.execute("CREATE TABLE kept (word text)")
        owner.execute("INSERT INTO kept VALUES ('活水')")


def words(db: Database) -> list[str]:
    with psycopg.connect(db.url("owner")) as owner:
        return [row[0] for row in owner.execute("SELECT word FROM kept")]


def server_of(db: Database) -> psutil.Process:
    assert db.place is not None
    process = embedded.server_running(db.place)
    assert process is not None
    return process


def test_the_first_start_leaves_the_mode_of_every_parent_as_it_was(base: Path) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    before = {path: path.stat().st_mode for path in [closed, base, *base.parents]}
    db = database.start(closed / "home", base=base / "data", durable=False)
    assert database.is_up(db)
    assert {path: path.stat().st_mode for path in before} == before
    assert db.place is not None
    assert stat.S_IMODE(db.place.data.stat().st_mode) == 0o700
    assert db.place.data.owner() == (embedded.SYSTEM_USER if os.geteuid() == 0 else Path().owner())


def test_the_keys_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    made: list[object] = []
    threads = [threading.Thread(target=lambda: made.append(keys_of(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "keys.json"]


def test_keys_that_cannot_be_read_are_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{}")
    with pytest.raises(Refused, match="not_readable"):
        keys_of(tmp_path)


def test_after_a_kill_of_every_process_the_committed_rows_are_there(base: Path) -> None:
    db = started(base, durable=True)
    table_with_a_row(db)
    server = server_of(db)
    for process in [server, *server.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a worker of the server's ends when its turn is over
            process.kill()
    psutil.wait_procs([server], timeout=10)
    again = started(base)
    assert not again.was_running
    assert words(again) == ["活水"]


def test_after_a_kill_of_the_first_process_alone_the_committed_rows_are_there(base: Path) -> None:
    db = started(base, durable=True)
    table_with_a_row(db)
    server_of(db).kill()
    assert words(started(base)) == ["活水"]


def test_a_server_that_runs_already_is_adopted(base: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from huoshui.web.project import database;"
        "database.start(Path(sys.argv[1]), base=Path(sys.argv[2]), durable=False)"
    )
    command = [sys.executable, "-c", code, str(base / "home"), str(base / "data")]
    subprocess.run(command, check=True)
    running = embedded.server_running(embedded.place_of(base / "home"))
    assert running is not None, "it outlives the process that started it"
    with database.running(base / "home") as db:
        assert db.was_running
        assert server_of(db).pid == running.pid
    assert embedded.server_running(embedded.place_of(base / "home")) is not None
    database.stop(db)
    assert embedded.server_running(embedded.place_of(base / "home")) is None


def test_a_pid_file_that_names_another_program_is_no_obstacle(base: Path) -> None:
    db = started(base)
    table_with_a_row(db)
    database.stop(db)
    assert db.place is not None
    stale = db.place.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{db.place.data}\n1\n1\n\n127.0.0.1\n1 1\nready\n")
    shutil.chown(stale, db.place.data.owner(), db.place.data.group())
    assert words(started(base)) == ["活水"]


def test_a_port_that_was_taken_meanwhile_is_changed(base: Path) -> None:
    import socket

    db = started(base)
    table_with_a_row(db)
    database.stop(db)
    assert db.place is not None
    before = embedded.port_of(db.place)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((embedded.HOST, before))
        taken.listen()
        again = started(base)
        assert embedded.port_of(db.place) != before
        assert words(again) == ["活水"]


def test_a_home_made_anew_begins_empty_and_keeps_what_the_old_one_left(base: Path) -> None:
    db = started(base)
    table_with_a_row(db)
    shutil.rmtree(base / "home")  # as `make clean` does, without stopping anything
    new = started(base)
    with pytest.raises(psycopg.errors.UndefinedTable):
        words(new)
    assert len(list(base.glob("data/*.left/data"))) == 1


def test_lost_keys_are_a_refusal_that_touches_nothing(base: Path) -> None:
    db = started(base)
    table_with_a_row(db)
    keys = (base / "home" / "keys.json").read_text()
    (base / "home" / "keys.json").unlink()
    with pytest.raises(Refused, match=r"database\.keys_lost"):
        started(base)
    with pytest.raises(Refused, match=r"database\.keys_lost"):
        started(base)
    (base / "home" / "keys.json").write_text(keys)
    assert words(started(base)) == ["活水"]


def test_data_that_is_gone_is_a_refusal(base: Path) -> None:
    db = started(base)
    database.stop(db)
    assert db.place is not None
    shutil.rmtree(db.place.folder)
    with pytest.raises(Refused, match=r"server\.data_gone"):
        started(base)


def test_a_cluster_that_cannot_start_says_why(base: Path) -> None:
    db = started(base)
    database.stop(db)
    assert db.place is not None
    with (db.place.data / "huoshui.conf").open("a") as conf:
        conf.write("shared_buffers = 'much'\n")
    with pytest.raises(Refused, match=r"server\.not_started: .*shared_buffers"):
        started(base)


def test_a_given_database_is_used_and_never_stopped(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = started(base, "cluster")
    with psycopg.connect(cluster.url("admin"), autocommit=True) as admin:
        for role in ("huoshui_web", "huoshui_jobs", "huoshui_owner"):
            admin.execute(f"DROP OWNED BY {role}")
            admin.execute(f"REVOKE ALL ON DATABASE huoshui FROM {role}")
            admin.execute(f"DROP ROLE {role}")
        admin.execute("CREATE ROLE dba LOGIN CREATEROLE CREATEDB PASSWORD 'p @/s'")
        admin.execute("CREATE DATABASE region OWNER dba")
    port = embedded.port_of(cluster.place) if cluster.place else 0
    address = f"postgresql://dba:p%20%40%2Fs@127.0.0.1:{port}/region"
    monkeypatch.setenv(database.GIVEN, address)
    with database.running(base / "home") as db:
        assert (db.place, db.name) == (None, "region")
        assert database.migrate(db)
        assert not database.migrate(db), "there is nothing to do the second time"
        with psycopg.connect(db.url("web")) as web:
            powers = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
            assert web.execute(powers).fetchone() == (False,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute("CREATE TABLE mine (id int)")
    assert embedded.server_running(embedded.place_of(base / "cluster")) is not None


def test_a_given_login_without_the_power_to_make_roles_is_refused(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = started(base, "cluster")
    with psycopg.connect(cluster.url("admin"), autocommit=True) as admin:
        admin.execute("CREATE ROLE dba LOGIN PASSWORD 'p'")
        admin.execute("CREATE DATABASE region OWNER dba")
    port = embedded.port_of(cluster.place) if cluster.place else 0
    monkeypatch.setenv(database.GIVEN, f"postgresql://dba:p@127.0.0.1:{port}/region")
    with pytest.raises(Refused, match=r"login\.not_allowed"):
        database.start(base / "home")


def test_a_given_role_with_too_much_power_is_refused(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = started(base, "cluster")
    monkeypatch.setenv(database.GIVEN, cluster.url("admin"))
    with psycopg.connect(cluster.url("admin"), autocommit=True) as admin:
        admin.execute("ALTER ROLE huoshui_web BYPASSRLS")
        with pytest.raises(Refused, match=r"login\.too_strong: .*BYPASSRLS"):
            database.start(base / "home")
        admin.execute("ALTER ROLE huoshui_web NOBYPASSRLS")
        admin.execute("GRANT huoshui_owner TO huoshui_web")
        with pytest.raises(Refused, match=r"login\.too_strong: .*member of huoshui_owner"):
            database.start(base / "home")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("nonsense", r"database\.not_an_address"),
        ("postgresql://a:b@127.0.0.1:1/none", r"database\.no_answer"),
    ],
)
def test_a_given_address_that_leads_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, code: str
) -> None:
    monkeypatch.setenv(database.GIVEN, address)
    with pytest.raises(Refused, match=code) as refused:
        database.start(tmp_path / "home", seconds=0.2)
    assert all(problem.zh for problem in refused.value.problems)


def test_where_the_data_lies_is_remembered_in_the_home(base: Path) -> None:
    db = started(base)
    told = json.loads((base / "home" / "database.json").read_text())
    assert db.place is not None
    assert told == {"folder": str(db.place.folder)}


WORKS = """
import sys
from huoshui.web.project import database
with database.throwaway("huoshui-thrown-") as (home, started):
    db = started()
    print(db.place.folder, flush=True)
    sys.stdin.read()
"""


def test_a_command_told_to_end_leaves_neither_its_server_nor_its_folder(base: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(base)}
    command = [sys.executable, "-c", WORKS]
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        folder = Path(child.stdout.readline().strip())
        server = embedded.server_running(embedded.Place(folder, None))
        assert server is not None
        child.terminate()
        assert child.wait(30) == 128 + signal.SIGTERM
    assert not server.is_running()
    assert list(base.iterdir()) == []
