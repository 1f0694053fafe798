"""Work asked of the pipeline by whoever may not do it: launched in a process of its own.

The web holds no analytic engine.  It says what it wants as a `Request`; `perform` runs the command
line, passes its progress on, and gives its answer or refuses as it refused.  The process asked ends
with the one that asked: its standard input is a lifeline, and when that breaks it stops.

What is published or set aside lies in files, and is read here without an engine.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.kernel.step import Tick, unwatched
from huoshui.pipeline import aside
from huoshui.pipeline.archive import archive, archived, load_and_keep
from huoshui.pipeline.lake import Batch, Lake, resolved
from huoshui.pipeline.published import Snapshot, snapshot_files, snapshot_folders

__all__ = [
    "RETRIED",
    "Batch",
    "Kind",
    "Request",
    "Snapshot",
    "archive",
    "archived",
    "batches",
    "load_and_keep",
    "newest_true_on",
    "perform",
    "quarantine_rows",
    "resolved",
    "snapshot_files",
    "snapshot_folders",
]

Kind = Literal["run", "ingest", "resubmit", "explain", "replay", "diff"]

PROGRESS, LIFELINE = "HUOSHUI_PROGRESS", "HUOSHUI_LIFELINE"
SECRET = ("HUOSHUI_DB", "HUOSHUI_DATABASE", "HUOSHUI_SECRET", "PG", "DJANGO")
"""Beginnings of the names of settings that are kept from the process asked; it needs no database
but, for some feeds, the source's own (HUOSHUI_SOURCE_URL)."""

PATIENCE_SECONDS = 10
"""How long a process that is told to stop may take to put away what it has in hand."""


class RequestRefusal(Refusal):
    """Why what was asked was not done, the weightiest first."""

    NOT_ASKABLE = (
        "Nobody can ask for {kind} like this: {detail}.",
        "Ask with the arguments that `Request` names for that kind.",
        "无法这样请求 {kind}：{detail}。",
        "请按 `Request` 为该类请求所列的参数提出。",
    )
    CRASHED = (
        "The work ended unexpectedly (exit code {code}): {last}",
        "What was committed stays.  Ask again; if it ends the same way, report these words.",
        "处理意外终止（退出码 {code}）：{last}",
        "已提交的内容不受影响。请重试；若仍如此，请报告以上内容。",
    )
    KILLED = (
        "The work was ended from outside (signal {signal}).",
        "What was committed stays.  Ask again; if memory is short, ask for less at once.",
        "处理被外部终止（信号 {signal}）。",
        "已提交的内容不受影响。请重试；若内存不足，请减少一次处理的数量。",
    )


RETRIED = frozenset({"lake.busy", "request.killed", "request.crashed"})
"""Codes of problems that may be gone when the same is asked again."""

_ARGUMENTS: Mapping[Kind, tuple[frozenset[str], frozenset[str]]] = {
    "run": (frozenset({"asof"}), frozenset({"known", "shadow"})),
    "ingest": (frozenset({"place"}), frozenset({"feed", "recorded_at"})),
    "resubmit": (frozenset({"file"}), frozenset({"recorded_at"})),
    "explain": (frozenset({"subject", "asof"}), frozenset({"known", "offering"})),
    "replay": (frozenset({"inputs"}), frozenset()),
    "diff": (frozenset({"changed", "asof"}), frozenset({"known", "list", "lang"})),
}
"""For each kind the arguments that must be given, and those that may."""


@dataclass(frozen=True)
class Request:
    """What is wanted; arguments are plain values, so that a request can wait in a queue.

    `run` (asof, known?; shadow?: a folder with the packs of a candidate version): every stage, and
    a snapshot.  `diff` (changed: a folder with packs of the same names; asof, known?, lang?; list?:
    the file for the list of who moves): what would be if the packs became those.  `ingest` (place:
    a file or folder; feed?, recorded_at?) and `resubmit` (file: a repair file; recorded_at?): new
    batches.  `explain` (subject, asof, known?, offering?): one subject with the facts behind.
    `replay` (inputs: a decision's inputs as `replay.Inputs` has them): the report of a decision,
    made anew.
    """

    kind: Kind
    args: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if self.kind not in _ARGUMENTS:
            raise RequestRefusal.NOT_ASKABLE.refuse(kind=self.kind, detail="no such kind")
        must, may = _ARGUMENTS[self.kind]
        given = {name for name, value in self.args.items() if value is not None}
        if missing := sorted(must - given):
            detail = f"{', '.join(missing)} is missing"
            raise RequestRefusal.NOT_ASKABLE.refuse(kind=self.kind, detail=detail)
        if unknown := sorted(set(self.args) - must - may):
            detail = f"{', '.join(unknown)} is not known"
            raise RequestRefusal.NOT_ASKABLE.refuse(kind=self.kind, detail=detail)


def perform(
    request: Request,
    *,
    home: Path,
    packs: Sequence[Path],
    on_progress: Tick = unwatched,
) -> dict[str, Any]:
    """Do what is asked in a process of its own, and give its answer or refuse as it refused.

    `on_progress` is told what is being done, how much of it is done, and of how much; if it
    raises, the work is stopped and the exception goes on.  Files that an ingest refuses stand in
    its answer, each with its problem, and refuse nothing else.
    """
    with tempfile.TemporaryDirectory(prefix="huoshui-request-") as scratch:
        command = [sys.executable, "-m", "huoshui.cli.main"]
        command += _arguments(request, home, packs, Path(scratch))
        code, out, last = _run(command, on_progress)
    return _answer(code, out, last)


def _arguments(request: Request, home: Path, packs: Sequence[Path], scratch: Path) -> list[str]:
    """Write the command's arguments; what a person gave stands behind `--`, never as an option."""
    args = request.args
    places = ["--home", str(home), "--json"]
    read = [text for root in packs for text in ("--packs", str(root))]
    if request.kind == "ingest":
        options = _options(args, "feed", "recorded_at")
        return ["ingest", *places, *read, *options, "--", str(args["place"])]
    if request.kind == "resubmit":
        options = _options(args, "recorded_at")
        return ["quarantine", "resubmit", *places, *read, *options, "--", str(args["file"])]
    if request.kind == "replay":
        inputs = scratch / "inputs.json"
        inputs.write_text(json.dumps(args["inputs"], ensure_ascii=False, default=str), "utf-8")
        return ["replay", *places, "--inputs", str(inputs)]
    if request.kind == "diff":
        options = _options(args, "asof", "known", "list", "lang")
        options += [f"--packs-of={root.name}" for root in packs]
        return ["packs", "diff", *places, *options, "--", str(_folder(packs)), str(args["changed"])]
    options = _options(args, "asof", "known", "offering", "shadow")
    behind = ["--", str(args["subject"])] if request.kind == "explain" else []
    return [request.kind, *places, *read, *options, *behind]


def _folder(packs: Sequence[Path]) -> Path:
    """Give the folder that holds all of the packs in force."""
    folders = {root.parent for root in packs}
    if len(folders) != 1:
        detail = "the packs in force do not stand in one folder"
        raise RequestRefusal.NOT_ASKABLE.refuse(kind="diff", detail=detail)
    return folders.pop()


def _options(args: Mapping[str, Any], *names: str) -> list[str]:
    given = {name: args[name] for name in names if args.get(name) is not None}
    return [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]


def _run(command: Sequence[str], on_progress: Tick) -> tuple[int, str, str]:
    """Run a command; give how it ended, what it printed, and the last of what it complained."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(SECRET)}
    said: list[str] = []
    out: list[str] = []
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**kept, PROGRESS: "lines", LIFELINE: "stdin", "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    answers, complaints = process.stdout, process.stderr
    with _stopped_at_last(process):
        reading = threading.Thread(target=lambda: out.append(answers.read()), daemon=True)
        reading.start()
        for line in complaints:
            told = _progress(line)
            if told:
                on_progress(*told)
            else:
                said.append(line)
        process.wait()
        reading.join()
    return process.returncode, "".join(out), "".join(said[-20:]).strip()


@contextmanager
def _stopped_at_last(process: subprocess.Popen[str]) -> Iterator[None]:
    """Leave no process behind, however the work ends."""
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)  # so that it puts its own things away
            try:
                process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _progress(line: str) -> tuple[str, int, int] | None:
    if not line.startswith('{"what"'):
        return None
    try:
        told = json.loads(line)
        return str(told["what"]), int(told["done"]), int(told["total"])
    except (ValueError, KeyError, TypeError):
        return None


def _answer(code: int, out: str, last: str) -> dict[str, Any]:
    """Read what the command answered, or refuse as it did."""
    if code < 0:
        raise RequestRefusal.KILLED.refuse(signal=signal.Signals(-code).name)
    try:
        answer = json.loads(out)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        said = last.splitlines()[-1] if last else "nothing was said"
        raise RequestRefusal.CRASHED.refuse(code=code, last=said)
    if isinstance(answer.get("problems"), list) and code:
        raise Refused(*map(Problem.from_dict, answer["problems"]))
    return answer


def batches(home: Path, *, since: int = 0) -> list[Batch]:
    """Give the commit records of a lake in order, those behind batch `since`."""
    return Lake(home / "lake").batches(since=since)


def quarantine_rows(home: Path, *, since: int = 0, open_only: bool = False) -> pa.Table:
    """Give the rows that batches behind `since` set aside, in the order they came."""
    return aside.quarantined(Lake(home / "lake"), since=since, open_only=open_only)


def newest_true_on(home: Path, batch: Batch) -> dt.date | None:
    """Give the last day from which a fact of a batch is true, or None if it brought no fact."""
    paths = Lake(home / "lake").facts(batch)
    days = (
        pc.max(pq.read_table(path, columns=["true_from"])["true_from"]).as_py() for path in paths
    )
    return max((day for day in days if day is not None), default=None)
