"""Makers: a steward, a file of a feed, and the jobs process doing what was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from stdnum.cn import uscc

from huoshui.policy.schema import PERMISSIONS
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery import tasks
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.uploading import upload_take
from huoshui.web.sources.models import Upload

DAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
FEED = "abnormal_operation"
HEADING = "统一社会信用代码,企业名称,列入编号,列入原因,列入日期,移出日期"
REASON = "通过登记的住所无法联系"


def steward() -> Actor:
    """Give somebody at the operator who may do all that the operator may."""
    words = frozenset(n for n, p in PERMISSIONS.items() if "operator" in p.parties)
    return Actor("operator", "钱进", person=uuid4(), permissions=words)


def code(nth: int) -> str:
    """Give the code of an invented firm."""
    body = f"91990100MA{nth:07d}"
    return body + uscc.calc_check_digit(body)


def listed(nth: int, day: str = "2026-11-02") -> str:
    """Give a row of the list of abnormal operation."""
    return f"{code(nth)},虚构企业{nth},N{nth},{REASON},{day},"


def table(rows: Sequence[str], heading: str = HEADING) -> bytes:
    """Give a file of such rows."""
    return "\n".join([heading, *rows, ""]).encode()


def uploaded(
    actor: Actor, content: bytes, *, feed: str = FEED, name: str = "list.csv"
) -> tuple[Upload, Job]:
    """Send a file in a transaction of its own, in pieces as a browser's come."""
    pieces = [content[at : at + 65536] for at in range(0, len(content), 65536)]
    with acting(actor):
        return upload_take(actor, at=AT, today=DAY, feed=feed, name=name, chunks=pieces)


def worked(job: Job) -> None:
    """Do a job as the jobs process does it; Django is connected as the jobs role."""
    tasks.keep_time(lambda: AT)
    tasks.perform(str(job.id))


def files_under(folder: Path) -> list[str]:
    """Name what lies under a folder, but for the packs kept there since the first start."""
    found = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return [name for name in found if not name.startswith("packs/")]
