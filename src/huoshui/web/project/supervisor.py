"""One command runs all that is needed: the database, the pages, the jobs; and ends it cleanly.

Pages and jobs are child processes, each with the secrets it needs and no more: the pages never
hold the owner's password nor the key that signs the record.  Killed outright, this process takes
its children along (`lifeline`) and leaves the database running, which the next one adopts.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.kernel.step import Tick, unwatched
from huoshui.web.project import database, embedded
from huoshui.web.project.children import Child
from huoshui.web.project.database import Database

HOST = "127.0.0.1"
WEB_PROCESSES, THREADS = 2, 4
LOOK_EVERY = 0.2
ANSWERS_WANTED = 4 * WEB_PROCESSES
"""A process that is still reading packs keeps its share of the callers waiting: ask them all."""

STOP_SECONDS = 15.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServeRefusal(Refusal):
    """Why nothing is served, the weightiest first."""

    ALREADY = (
        "This home is being served already.",
        "Use that one, or stop it first.",
        "该目录已有服务在运行。",
        "请使用现有服务，或先停止它。",
    )
    PORT_TAKEN = (
        "Port {port} is taken by another program.",
        "Give another with --port.",
        "端口 {port} 已被其他程序占用。",
        "请用 --port 指定其他端口。",
    )
    NOT_PREPARED = (
        "What the pages need could not be loaded; the last words: {words}",
        "Read {log}, put right what it says, and start again; nothing committed is lost.",
        "页面所需的数据未能载入；最后的输出：{words}",
        "请查看日志 {log}，排除问题后重新启动；已提交的数据不会丢失。",
    )
    NO_PAGE = (
        "The first page did not come within {seconds} seconds; the last words: {words}",
        "Read {log}, put right what it says, and start again.",
        "首页在 {seconds} 秒内未能打开；最后的输出：{words}",
        "请查看日志 {log}，排除问题后重新启动。",
    )


class _Stopped(Exception):  # noqa: N818 - being asked to stop is no error
    """Somebody asked for the end."""


@dataclass(frozen=True)
class Serving:
    """What is served, and where."""

    home: Path
    packs: tuple[Path, ...]
    port: int = 8000
    day: dt.date | None = None
    first_page_seconds: float = 120  # a busy machine reads packs slowly

    @property
    def address(self) -> str:
        """Give the address of the first page."""
        return f"http://{HOST}:{self.port}/"


def serve(
    serving: Serving, *, ready: Callable[[dict[str, Any]], None], tick: Tick = unwatched
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told what was prepared once a page answers."""
    serving.home.mkdir(parents=True, exist_ok=True)
    with _alone(serving), _House() as house:
        house.db = database.start(serving.home, tick=tick)
        database.migrate(house.db, tick=tick)
        web = house.start("web", serving, _web_command(serving))
        made = _prepare(house, serving, tick)  # the pages start up meanwhile
        house.start("jobs", serving, _module("jobs"))
        _first_page(house, serving, web, tick)
        ready(made)
        while True:
            house.watch(serving)


def environment(db: Database, serving: Serving, kind: database.Role) -> dict[str, str]:
    """Give the environment of a process: the database as its role, and its own secrets only."""
    kept = {k: v for k, v in os.environ.items() if k != database.GIVEN}
    made = {
        "DJANGO_SETTINGS_MODULE": database.SETTINGS,
        "HUOSHUI_DB_URL": db.url(kind),
        "HUOSHUI_SECRET_KEY": db.keys.django,
        "HUOSHUI_HOME": str(serving.home.resolve()),
        "HUOSHUI_PACKS": os.pathsep.join(str(p.resolve()) for p in serving.packs),
        "HUOSHUI_DAY": serving.day.isoformat() if serving.day else "",
        "HUOSHUI_LIFELINE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if kind == "jobs":
        made["HUOSHUI_RECORD_KEY"] = db.keys.record
    return kept | made


@dataclass
class _House:
    """What runs, and how all of it ends."""

    db: Database | None = None
    children: list[Child] = field(default_factory=list)
    is_asked: bool = False
    before: dict[signal.Signals, Any] = field(default_factory=dict)

    def __enter__(self) -> _House:
        for kind in (signal.SIGTERM, signal.SIGINT):
            self.before[kind] = signal.signal(kind, self._asked)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> bool:
        for child in self.children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.stop(max(0.1, until - time.monotonic()))
        if self.db is not None:
            database.stop(self.db)
        for signal_, handler in self.before.items():
            signal.signal(signal_, handler)
        return isinstance(error, _Stopped)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True

    def start(self, name: database.Role, serving: Serving, command: list[str]) -> Child:
        """Start a process in its role and keep it running."""
        assert self.db is not None
        log = serving.home / "logs" / f"{name}.log"
        child = Child(name, command, environment(self.db, serving, name), log)
        self.children.append(child)
        child.start()
        return child

    def pause(self, seconds: float = LOOK_EVERY) -> None:
        """Wait a moment; end everything if somebody asked for it."""
        if not self.is_asked:
            time.sleep(seconds)
        if self.is_asked:
            raise _Stopped

    def watch(self, serving: Serving) -> None:
        """See that everything still runs, and start again what does not."""
        self.pause()
        place = self.db.place if self.db is not None else None
        if place is not None and embedded.server_running(place) is None:
            self.db = database.start(serving.home)
        for child in self.children:
            child.watch()


@contextmanager
def _alone(serving: Serving) -> Iterator[None]:
    """Refuse where the home is served already or the port is taken."""
    with (serving.home / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ServeRefusal.ALREADY.refuse(where=Where(str(serving.home))) from error
        deadline = time.monotonic() + 3  # those of a killed process are just about to let it go
        while not _is_free(serving.port):
            if time.monotonic() > deadline:
                raise ServeRefusal.PORT_TAKEN.refuse(port=serving.port)
            time.sleep(0.1)
        yield


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", f"huoshui.web.project.{name}"]


def _web_command(serving: Serving) -> list[str]:
    options = {
        "interface": "wsgi",
        "host": HOST,
        "port": serving.port,
        "workers": WEB_PROCESSES,
        "blocking-threads": THREADS,
        "log-level": "warning",
        "workers-kill-timeout": 5,
    }
    said = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    flags = ["--no-ws", "--respawn-failed-workers"]
    return [sys.executable, "-m", "granian", *said, *flags, "huoshui.web.project.wsgi:application"]


def _prepare(house: _House, serving: Serving, tick: Tick) -> dict[str, Any]:
    """Load what the pages need, as the jobs role, and give what it says."""
    tick("load", 0, 1)
    answer = serving.home / "logs" / "prepared.json"
    answer.unlink(missing_ok=True)
    assert house.db is not None
    named = environment(house.db, serving, "jobs") | {"HUOSHUI_PREPARED": str(answer)}
    log = serving.home / "logs" / "prepare.log"
    loading = Child("prepare", _module("preparing"), named, log)
    house.children.append(loading)
    loading.start()
    assert loading.process is not None
    while loading.process.poll() is None:
        house.pause(0.05)
    house.children.remove(loading)
    made: dict[str, Any] = json.loads(answer.read_text("utf-8")) if answer.is_file() else {}
    answer.unlink(missing_ok=True)  # it may hold the demo's passwords
    if problems := made.get("problems"):
        raise Refused(*map(Problem.from_dict, problems))
    if loading.process.returncode:
        raise ServeRefusal.NOT_PREPARED.refuse(words=loading.last_words(), log=log)
    tick("load", 1, 1)
    return made


def _first_page(house: _House, serving: Serving, web: Child, tick: Tick) -> None:
    """Wait until the first page comes."""
    tick("first page", 0, 1)
    deadline = time.monotonic() + serving.first_page_seconds
    wait, answers = 0.05, 0
    while answers < ANSWERS_WANTED:
        if _answers(serving.address):
            answers += 1
            continue
        if time.monotonic() > deadline:
            raise ServeRefusal.NO_PAGE.refuse(
                seconds=round(serving.first_page_seconds), words=web.last_words(), log=web.log
            )
        house.pause(wait)
        wait = min(1.0, wait * 1.2)
        web.watch()
    tick("first page", 1, 1)


def _answers(address: str) -> bool:
    try:
        with DIRECT.open(address, timeout=30) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False
