"""`python -m huoshui.web.project.day_ended DAY FIRST PARENT`: end of day, without Django.

`day_end` runs this in processes of their own, which log in as the jobs role and share the parts of
the book among them.  They end with the process that asked; asked again, they go on where it was.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import IO, Any

import django

from huoshui.kernel.errors import Refusal
from huoshui.kernel.step import Tick, unwatched
from huoshui.web.project import database, embedded
from huoshui.web.project.lifeline import end_with_parent
from huoshui.web.project.supervisor import Serving, environment

MODULE = "huoshui.web.project.day_ended"
COUNTS = ("loans", "legs", "amount_fen", "woken", "turned", "classed")


class DayEndRefusal(Refusal):
    """Why a day was not ended, the weightiest first."""

    NO_DATABASE = (
        "There is no database in {home}, so there are no loans there.",
        "Name the home that `huoshui serve` was given.",
        "{home} 中没有数据库，因此没有贷款。",
        "请指定 `huoshui serve` 所用的目录。",
    )
    BROKEN_OFF = (
        "End of day broke off: {reason}",
        "Put right what it says (`huoshui serve --migrate-only` brings tables up to date) and "
        "give the command again; it goes on where it was.",
        "日终处理中断：{reason}",
        "请排除问题（可用 `huoshui serve --migrate-only` 更新数据表）后重新执行；"
        "程序会从中断处继续。",
    )


@dataclass
class Ended:
    """What came of the nights that were booked."""

    asof: dt.date
    nights: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    limits: int = 0  # facilities that were opened, or whose term was over
    held: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON can hold it; `loans` are loan nights."""
        told = {"asof": str(self.asof), "nights": self.nights, **self.counts}
        return {**told, "limits": self.limits, "held": self.held}


def day_end(
    home: Path,
    packs: tuple[Path, ...],
    *,
    asof: dt.date,
    workers: int = 2,
    tick: Tick = unwatched,
) -> Ended:
    """Book the nights of all loans of a home to a day."""
    if not os.environ.get(database.GIVEN) and not (home / embedded.REMEMBERED).is_file():
        raise DayEndRefusal.NO_DATABASE.refuse(home=home)
    with database.running(home) as db:
        return _ended(db, Serving(home, packs, day=asof), asof, workers, tick)


def _ended(
    db: database.Database, serving: Serving, asof: dt.date, workers: int, tick: Tick
) -> Ended:
    found, total = Ended(asof), 0
    for said in _said_by(environment(db, serving, "jobs"), asof, workers):
        if "total" in said:
            total = said["total"]
        elif "night" in said:
            found.nights += 1
            for name in COUNTS:
                found.counts[name] += said["night"][name]
        elif "limits" in said:
            found.limits = said["limits"]
        else:
            found.held = said["held"]
        tick("nights", found.nights, max(total, found.nights))
    return found


def _said_by(settings: dict[str, str], asof: dt.date, workers: int) -> Iterator[dict[str, Any]]:
    """Run so many processes and give what they say; the first looks after loans that are held."""
    lines: Queue[dict[str, Any] | None] = Queue()
    with tempfile.TemporaryFile() as complaints:
        children = [_begun(settings, asof, nth == 0, complaints) for nth in range(workers)]
        try:
            for child in children:
                threading.Thread(target=_read, args=(child, lines), daemon=True).start()
            for _ in children:
                while (said := lines.get()) is not None:
                    yield said
            failed = [child for child in children if child.wait()]
        finally:
            for child in children:
                child.kill()
                child.wait()
        if failed:
            complaints.seek(0)
            words = complaints.read().decode("utf-8", "replace").strip().splitlines()
            raise DayEndRefusal.BROKEN_OFF.refuse(reason=(words or ["nothing was said"])[-1])


def _begun(
    settings: dict[str, str], asof: dt.date, is_first: bool, complaints: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, str(asof), str(int(is_first)), str(os.getpid())],
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=complaints,
    )


def _read(child: subprocess.Popen[bytes], lines: Queue[dict[str, Any] | None]) -> None:
    assert child.stdout is not None, "it was asked for"
    for line in child.stdout:
        lines.put(json.loads(line))
    lines.put(None)


def main() -> None:
    """Book nights until there are no more, and say so line by line."""
    asof, is_first = dt.date.fromisoformat(sys.argv[1]), sys.argv[2] == "1"
    end_with_parent(int(sys.argv[3]))
    django.setup()
    from huoshui.web.agreements.actions.end_of_day import nights_book, strays_book
    from huoshui.web.agreements.actions.facilities_of_day import facilities_book
    from huoshui.web.agreements.queries.end_of_day import loans_held, nights_left
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.project.clock import moment

    def say(**what: Any) -> None:
        sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    strays: list[dict[str, Any]] = []
    if is_first:
        with acting(SYSTEM):
            say(total=nights_left(SYSTEM, asof=asof))
        strays = list(strays_book(at=moment(), asof=asof))
        say(limits=sum(1 for _ in facilities_book(at=moment(), asof=asof)))
    for night in nights_book(at=moment(), asof=asof):
        say(night=night.to_dict())
    if is_first:
        with acting(SYSTEM):
            held = {each["ref"]: each for each in loans_held(SYSTEM)}
        say(held=list({**{each["ref"]: each for each in strays}, **held}.values()))


if __name__ == "__main__":
    main()
