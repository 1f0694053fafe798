"""Postings a second by several writers, and balances of an account with very many legs.

A PostgreSQL of its own is started with the settings of every home: durable, each commit waits for
the disk.  Each posting is a voucher of one transfer with a key of its own, told of in the record
by an entry of its own, by a process that logs in as the web role and acts for an institution under
row-level security.  The rates are of vouchers that come in batches, so many to a transaction, as
the lines of a bank's statement do; what one voucher a transaction reaches is told beside them
(`single`), and so are bare inserts of both kinds (`peer`).  The long account's legs were posted
over two years by the bulk action, in vouchers of some hundreds, and its checkpoints made as the
jobs process makes them every minute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from huoshui.bench.timing import circumstances
from huoshui.web.project import database

FORMS = ("spread", "hot", "hot_with_floor", "stories")
"""Each writer its own accounts; all on one account; all lowering one account that has a floor; and
what a month of a loan books: a draw, an accrual, a receipt set against interest and principal.
All but the last post vouchers of a single transfer."""

PEER = "peer"

VOUCHER_LEGS = 500


def bench_ledger(*, writers: int, seconds: float, legs: int, batch: int) -> dict[str, Any]:
    """Measure on a database made for it and thrown away."""
    with database.throwaway("huoshui-ledger-") as (_home, started):
        db = started()
        database.migrate(db)
        return _measure(db, writers=writers, seconds=seconds, legs=legs, batch=batch)


def _measure(
    db: database.Database, *, writers: int, seconds: float, legs: int, batch: int
) -> dict[str, Any]:
    said = _asked(db, "jobs", {"do": "prepare"})
    _asked(db, "owner", {"do": "peer table"})
    orders = {
        "do": "write", "institution": said["institution"], "writers": writers,
        "seconds": seconds,
    }  # fmt: skip
    with _begun(db, "web") as child:
        many, single = (
            {form: _answer(child, {**orders, "form": form, "batch": size})
             for form in (PEER, *FORMS)}
            for size in (batch, 1)
        )  # fmt: skip
    long = _asked(
        db, "jobs", {"do": "long", "institution": said["institution"], "legs": legs,
                     "each": VOUCHER_LEGS},
    )  # fmt: skip
    with psycopg.connect(db.url("admin"), autocommit=True) as admin:
        admin.execute("VACUUM ANALYZE")  # what the server does by itself a minute later
    read = _asked(db, "web", {"do": "read", "institution": said["institution"]})
    return {
        "bench": "ledger",
        "postings_per_second": many["spread"]["per_second"],
        "hot_per_second": many["hot"]["per_second"],
        "hot_with_floor_per_second": many["hot_with_floor"]["per_second"],
        "stories_postings_per_second": many["stories"]["per_second"],
        "stories_vouchers_per_second": many["stories"]["vouchers_per_second"],
        "peer_inserts_per_second": many[PEER]["per_second"],
        "vouchers_per_commit": batch,
        "single_per_second": single["spread"]["per_second"],
        "hot_single_per_second": single["hot"]["per_second"],
        "hot_with_floor_single_per_second": single["hot_with_floor"]["per_second"],
        "stories_single_postings_per_second": single["stories"]["per_second"],
        "stories_single_vouchers_per_second": single["stories"]["vouchers_per_second"],
        "peer_single_inserts_per_second": single[PEER]["per_second"],
        **{name: value for name, value in read.items() if name != "legs"},
        "account_legs": read["legs"],
        "checkpoints": long["checkpoints"],
        "bulk_legs": long["bulk_legs"],
        "bulk_seconds": long["bulk_seconds"],
        "verify_seconds": long["verify_seconds"],
        "holds": long["holds"],
        "writers": writers,
        "seconds": seconds,
        "writer_cpu_ms_per_voucher": {form: many[form]["cpu_ms"] for form in FORMS},
        "writer_cpu_ms_per_single_voucher": {form: single[form]["cpu_ms"] for form in FORMS},
        **circumstances(),
    }


def _environment(db: database.Database, role: database.Role) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": database.SETTINGS,
        "HUOSHUI_DB_URL": db.url(role),
        "HUOSHUI_SECRET_KEY": db.keys.django,
    }


@contextmanager
def _begun(db: database.Database, role: database.Role) -> Iterator[Any]:
    """Give a process that does what it is ordered, line by line, as a role of the database."""
    child = subprocess.Popen(
        [sys.executable, "-m", "huoshui.bench.ledger_writer"],
        env=_environment(db, role), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    yield child
    child.communicate()


def _asked(db: database.Database, role: database.Role, orders: dict[str, Any]) -> dict[str, Any]:
    with _begun(db, role) as child:
        return _answer(child, orders)


def _answer(child: Any, orders: dict[str, Any]) -> dict[str, Any]:
    child.stdin.write(json.dumps(orders) + "\n")
    child.stdin.flush()
    said = child.stdout.readline()
    if not said:
        raise subprocess.CalledProcessError(child.wait() or 1, "huoshui.bench.ledger_writer")
    answer: dict[str, Any] = json.loads(said)
    return answer
