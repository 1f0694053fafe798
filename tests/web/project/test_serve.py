"""`huoshui serve` starts all that is needed, ends it cleanly, and survives being killed."""

from __future__ import annotations

import contextlib
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.project import database, embedded
from huoshui.web.project.children import RESTARTS_MOST, Child
from huoshui.web.project.keys import keys_of
from tests.browser.prepared import town_folder
from tests.given import ROOT
from tests.region import HUOSHUI

pytestmark = pytest.mark.slow
PATIENCE = 180


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Ask until something is so; fail saying what never was."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Place:
    """Where a test serves: a home, a port, and where root's server may keep its data."""

    base: Path
    port: int
    packs: tuple[str, ...] = ("common",)  # nothing to load: sooner there

    @property
    def home(self) -> Path:
        return self.base / "home"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"HUOSHUI_DATABASE_FOLDER": str(self.base / "data")}

    def command(self, *more: str | Path) -> list[str]:
        words = ["serve", "--home", self.home, "--port", self.port, "--day", "2026-11-20"]
        words += [word for pack in self.packs for word in ("--packs", ROOT / "packs" / pack)]
        words += more
        return [*HUOSHUI, *map(str, words)]

    def start(self) -> subprocess.Popen[str]:
        ready = self.base / "ready"
        ready.unlink(missing_ok=True)
        process = subprocess.Popen(
            self.command("--once-ready", ready),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        until(lambda: ready.exists() or process.poll() is not None, "the first page")
        assert process.poll() is None, process.communicate()[0]
        return process

    def page(self) -> int:
        """Ask for the first page, as a browser without a cookie."""
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
                return int(answer.status)
        except (urllib.error.URLError, OSError):
            return 0

    def guess(self, name: str) -> None:
        """Sign in with a guess: a write through the pages that needs nobody's leave."""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        address = f"http://127.0.0.1:{self.port}/sign-in"
        text = direct.open(address, timeout=10).read().decode()
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[:1]
        form = {"csrfmiddlewaretoken": token, "name": name, "password": "guess"}
        body = urllib.parse.urlencode(form).encode()
        with pytest.raises(urllib.error.HTTPError) as refused:
            direct.open(address, body, timeout=10)
        assert refused.value.code in (400, 401, 403, 422)

    def guessed(self) -> list[str]:
        """Give the guesses that the database keeps."""
        server = embedded.place_of(self.home)
        admin = {"host": embedded.HOST, "port": embedded.port_of(server), "user": embedded.ADMIN}
        secret = {"password": keys_of(self.home).admin, "dbname": database.NAME}
        with psycopg.connect(**admin, **secret) as connection:
            rows = connection.execute("SELECT sign_in FROM parties_signinattempt ORDER BY at")
            return [row[0] for row in rows]

    def postgres(self) -> psutil.Process | None:
        return embedded.server_running(embedded.place_of(self.home))


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """Whatever happens, leave no process behind."""
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture
def place() -> Iterator[Place]:
    """Where nothing was ever served."""
    with tempfile.TemporaryDirectory(prefix="huoshui-serve-") as folder:
        Path(folder).chmod(0o755)
        made = Place(Path(folder), free_port())
        yield made
        for data in Path(folder).glob("data/*/data"):
            embedded.server_stop(embedded.Place(data.parent, None))


@pytest.fixture
def town(small_region: tuple[Path, dict[str, Any]]) -> Iterator[Place]:
    """Where it was served before and stopped: sooner there, as nothing is to be made."""
    with town_folder(small_region[0], durable=True) as base:
        yield Place(base, free_port(), ("common", "demo"))


def children(process: subprocess.Popen[str]) -> dict[str, psutil.Process]:
    """Give the pages' and the jobs' process."""
    found = {}
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.Error):  # one that is just ending
            line = " ".join(child.cmdline())
            name = "web" if "granian" in line else "jobs" if "project.jobs" in line else None
            if name:
                found[name] = child
    return found


def test_it_answers_holds_its_secrets_apart_and_stops_cleanly(place: Place) -> None:
    process = place.start()
    with ended(process):
        assert place.page() == 200
        keys, running = keys_of(place.home), children(process)
        known = {name: str(child.environ()) for name, child in running.items()}
        assert set(known) == {"web", "jobs"}
        assert keys.web in known["web"]
        assert keys.jobs in known["jobs"]
        assert keys.record in known["jobs"]
        for name, others in {
            "web": [keys.admin, keys.owner, keys.jobs, keys.record],
            "jobs": [keys.admin, keys.owner, keys.web],
        }.items():
            assert [secret for secret in others if secret in known[name]] == []

        again = subprocess.run(
            place.command(), cwd=ROOT, env=place.environment, capture_output=True, text=True
        )
        assert (again.returncode, "serve.already" in again.stderr) == (1, True), again.stderr

        family = [*running.values(), *(g for c in running.values() for g in c.children(True))]
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert "Stopped" in said
        assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
        assert place.postgres() is None
        assert "Killing" not in (place.home / "logs/web.log").read_text("utf-8")


def test_killed_outright_and_started_again_it_has_lost_nothing(town: Place) -> None:
    process = town.start()
    with ended(process):
        town.guess("before")
        family = psutil.Process(process.pid).children(recursive=True)
        server = town.postgres()
        assert server is not None
        family = [p for p in family if p != server and p not in server.children()]
        process.kill()
        process.wait()
        psutil.wait_procs(family, timeout=20)
        left = [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        assert left == [], "a child outlived it"
    adopted = town.postgres()
    assert adopted is not None, "the database goes on"
    process = town.start()
    with ended(process):
        again = town.postgres()
        assert again is not None
        assert again.pid == adopted.pid
        town.guess("after")
        assert town.guessed() == ["before", "after"]


def test_what_dies_underneath_it_is_started_again(town: Place) -> None:
    process = town.start()
    with ended(process):
        for name in ("web", "jobs"):
            victim = children(process)[name]
            victim.kill()
            until(lambda v=victim, n=name: children(process).get(n, v) != v, f"a new {name}")
        until(lambda: town.page() == 200, "a page after the pages were killed")
        town.guess("before")
        server = town.postgres()
        assert server is not None
        for each in [server, *server.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        until(lambda: town.page() == 200, "a page after the database was killed")
        assert town.guessed() == ["before"]
        assert process.poll() is None


def test_a_port_that_is_taken_is_refused_before_anything_starts(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", place.port))
        taken.listen()
        said = subprocess.run(
            place.command(), cwd=ROOT, env=place.environment, capture_output=True, text=True
        )
    assert said.returncode == 1
    assert "serve.port_taken" in said.stderr
    assert not (place.home / "database.json").exists()


def test_a_child_that_keeps_ending_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    script = "echo starting; echo 'ValueError: no such thing' >&2; exit 3"
    child = Child("web", ["sh", "-c", script], {}, tmp_path / "logs/web.log")
    child.start()
    given_up: list[Refused] = []

    def watched() -> bool:
        try:
            child.watch()
        except Refused as refused:
            given_up.append(refused)
        return bool(given_up)

    until(watched, "the end", seconds=30)
    (problem,) = given_up[0].problems
    assert problem.code == "child.keeps_stopping"
    assert "ValueError: no such thing" in problem.message
    text = (tmp_path / "logs/web.log").read_text()
    assert text.count("starting") == RESTARTS_MOST + 1
