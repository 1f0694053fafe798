"""Makers: actors, entries, a sealed record, and what a superuser does to it."""

from __future__ import annotations

import datetime as dt
import json
import runpy
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.actions.sealing import record_seal
from huoshui.web.audit.queries.verification import record_findings, record_lines
from huoshui.web.audit.rules.actor import SYSTEM, Actor
from huoshui.web.audit.rules.digests import public_key
from huoshui.web.audit.rules.findings import Checked

VERIFIER = Path(__file__).resolve().parents[3] / "verify" / "verify_record.py"
AT = dt.datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=dt.UTC)
KEY = bytes(range(32))
FIRM, BANK, OTHER_FIRM = UUID(int=1), UUID(int=2), UUID(int=3)
OFFICER_ID = UUID(int=4)
OFFICER = Actor(
    "institution", "李敏", person=OFFICER_ID, institution=BANK, role="bank_officer",
    permissions=frozenset({"record.read"}),
)  # fmt: skip
OWNER = Actor(
    "subject", "王强", person=UUID(int=5), subject=FIRM, permissions=frozenset({"record.read"})
)
OPERATOR = Actor(
    "operator", "赵平", person=UUID(int=6),
    permissions=frozenset({"record.read", "record.verify", "record.erase"}),
)  # fmt: skip


def entry(actor: Actor = OFFICER, **given: Any) -> int:
    """Write one entry in a transaction of its own."""
    defaults = {
        "at": AT,
        "action": "case.approved",
        "object_kind": "case",
        "object_id": "A-1",
        "subject": FIRM,
        "institution": BANK,
        "rule": "abc123 house#adr-0001",
        "reason": "评分达标",
        "payload": {"amount_fen": 300_000_000, "on": dt.date(2026, 11, 20), "说明": "同意"},
    }
    with acting(actor):
        return entry_add(actor, **{**defaults, **given})


def sealed(file: Path, *, most: int = 10_000, at: dt.datetime = AT) -> int:
    """Seal every committed entry, once transactions elsewhere on the server leave none open.

    Waiting first, and not between two seals, keeps entries of one test in the seals it means.
    """
    deadline = time.monotonic() + 60
    while _is_open():
        assert time.monotonic() < deadline, "a transaction elsewhere does not end"
        time.sleep(0.02)
    made = 0
    while record_seal(at=at, key=KEY, file=file, most=most):
        made += 1
    return made


def _is_open() -> bool:
    """Say whether a transaction runs that began before the newest entry's ended."""
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(xid) >= pg_snapshot_xmin(pg_current_snapshot()) FROM audit_entry"
        )
        return bool(cursor.fetchone()[0])


def checked(file: Path | None) -> Checked:
    """Verify the whole record."""
    with acting(SYSTEM):
        return record_findings(keys=[public_key(KEY)], file=file)


def found(file: Path | None) -> list[tuple[str, int | None, int | None, int | None]]:
    """Verify the whole record twice, by the platform and by the stand-alone verifier."""
    ours = checked(file)
    listed = [(f.kind.name.lower(), f.entry, f.seal, f.place) for f in ours.findings]
    theirs = alone(file)
    assert sorted(theirs, key=str) == sorted(listed, key=str), "the two verifiers disagree"
    return listed


def alone(file: Path | None) -> list[tuple[str, int | None, int | None, int | None]]:
    """Export the record and verify it with the file that needs no Huoshui."""
    folder = (
        (file.parent / "exported") if file else Path(tempfile.mkdtemp(prefix="huoshui-record-"))
    )
    folder.mkdir(parents=True, exist_ok=True)
    export = folder / "record.jsonl"
    with acting(SYSTEM):
        export.write_text("".join(f"{line}\n" for line in record_lines("now")), "utf-8")
    arguments = [str(export), "--key", public_key(KEY).hex()]
    arguments += ["--seals", str(file)] if file else []
    with redirect_stdout(StringIO()) as out:
        code = runpy.run_path(str(VERIFIER))["main"](arguments)
    answer = json.loads(out.getvalue())
    assert code == (0 if answer["holds"] else 3)
    return [(f["code"], f["entry"], f["seal"], f["place"]) for f in answer["findings"]]


@contextmanager
def tampering(admin: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Be the superuser who switches every protection off, and on again afterwards."""
    tables = ("audit_entry", "audit_payload", "audit_seal")
    for table in tables:
        admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield admin
    for table in tables:
        admin.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    admin.commit()
