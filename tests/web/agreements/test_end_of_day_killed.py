"""End of day is killed at random points and given again: the books are those of a quiet night."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from huoshui.web.agreements.actions.end_of_day import strays_book
from huoshui.web.agreements.models import BookPart, LoanOutlook
from huoshui.web.agreements.rules.loan.keeping import COLUMNS
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.project import database as databases
from huoshui.web.project import day_ended
from huoshui.web.project.database import Database
from huoshui.web.project.supervisor import Serving, environment
from tests.web.agreements.portfolio import Portfolio
from tests.web.given import AT, DAY

PARTS, NIGHTS = 3, 10
ASOF = DAY + dt.timedelta(NIGHTS - 1)

BOOKS = {
    "transfers": """
        SELECT v.key, v.kind, v.effective_on, v.why, v.rule, v.legs, t.n, d.code, d.agreement,
               c.code, c.agreement, t.amount_fen, t.kind, t.book, t.effective_on
        FROM ledger_voucher v JOIN ledger_transfer t ON t.voucher_id = v.id
        JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id""",
    "agreements": "SELECT ref, state, booked_until FROM agreements_agreement",
    "events": """
        SELECT a.ref, e.n, e.kind, e.on, e.by, e.body::text, e.key
        FROM agreements_agreementevent e JOIN agreements_agreement a ON a.id = e.agreement_id""",
    "parts": "SELECT n, booked_until, is_open, rules FROM agreements_bookpart",
    "outlooks": f"""
        SELECT o.ref, p.n, o.held::text, o.class_name, {", ".join(COLUMNS)}
        FROM agreements_loanoutlook o LEFT JOIN agreements_bookpart p ON p.id = o.part_id""",
    "record": """
        SELECT e.action, e.object_kind, e.actor, e.reason, e.rule,
               (p.body - ARRAY['voucher', 'digest', 'key'])::text
        FROM audit_entry e LEFT JOIN audit_payload p ON p.entry_id = e.id""",
}
"""All that the nights write, but for numbers that a broken-off transaction uses up, and moments."""


def read(db: Database) -> dict[str, bytes]:
    with psycopg.connect(db.url("owner")) as owner:
        rows = {name: sorted(map(repr, owner.execute(sql))) for name, sql in BOOKS.items()}
    return {name: "\n".join(each).encode() for name, each in rows.items()}


def killed(db: Database, serving: Serving, chance: random.Random) -> int:
    """Run a real process, and kill it some nights on, at any moment; give how many it told of."""
    command = [sys.executable, "-m", day_ended.MODULE, str(ASOF), "1", str(os.getpid())]
    child = subprocess.Popen(command, env=environment(db, serving, "jobs"), stdout=subprocess.PIPE)
    told, wanted = 0, chance.randint(1, 8)
    assert child.stdout is not None
    for line in child.stdout:
        told += b'"night"' in line
        if told == wanted:
            break
    time.sleep(chance.random() * 0.15)
    child.kill()
    child.wait()
    child.stdout.close()
    return told


@pytest.mark.parametrize("seed", [20261121])
def test_a_killed_end_of_day_given_again_leaves_the_books_of_an_undisturbed_one(
    jobs_database: Database, tmp_path: Path, demo_packs: list[Path], seed: int
) -> None:
    print(f"seed {seed}")
    Portfolio(seed, loans=9, parts=PARTS)
    assert list(strays_book(at=AT, asof=DAY - dt.timedelta(1))) == []
    with acting(SYSTEM):
        parts = list(BookPart.objects.order_by("n"))
        for nth, row in enumerate(LoanOutlook.objects.order_by("ref")):
            LoanOutlook.objects.filter(id=row.id).update(part=parts[nth % PARTS])
    connections.close_all()
    twin = databases.copied(jobs_database, f"test_{uuid4().hex}")
    serving, chance = Serving(tmp_path, tuple(demo_packs), day=DAY), random.Random(seed)
    try:
        quiet = ended(jobs_database, serving)
        told = sum(killed(twin, serving, chance) for _ in range(2))
        rest = ended(twin, serving)
        assert quiet["nights"] == PARTS * NIGHTS
        assert 0 < rest["nights"] <= PARTS * NIGHTS - told
        undisturbed, disturbed = read(jobs_database), read(twin)
        for name, books in undisturbed.items():
            assert disturbed[name] == books, name
        assert undisturbed["transfers"].count(b"\n") > 100
    finally:
        databases.dropped(twin)


def ended(db: Database, serving: Serving) -> dict[str, Any]:
    """End the day by the command's own processes, two of them."""
    return day_ended._ended(db, serving, ASOF, 2, lambda *_: None).to_dict()
