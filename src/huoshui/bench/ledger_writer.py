"""A process that posts to the ledger, or reads it, as `bench.ledger` orders.

`python -m huoshui.bench.ledger_writer` reads its orders as a line of JSON and answers with lines of
JSON.  A writer says when it is ready, begins when it gets a line, and tells how much it posted in
how long.  It is what a page does: an actor in each transaction, an entry of the record with every
voucher, one commit each.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import django

DAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
LOANS, WARM, DAYS, READS = 200, 30, 730, 200


def main() -> None:
    """Do what the first line of the input orders."""
    django.setup()
    orders: dict[str, Any] = json.loads(sys.stdin.readline())
    work = {"prepare": _prepare, "write": _write, "long": _long, "read": _read}[orders["do"]]
    _say(work(orders))


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def _prepare(orders: dict[str, Any]) -> dict[str, Any]:
    """Admit a bank and put a loan there that all writers will lower."""
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.packs import pack_on
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.ledger.actions.posting import transfers_post
    from huoshui.web.ledger.rules.entries import AccountName, Entry
    from huoshui.web.parties.actions.admissions import institution_admit
    from huoshui.web.project.prepare import PREPARER

    banks = pack_on(DAY).institutions.values()
    definition = next(each for each in banks if each.kind == "bank" and not each.branch_of)
    with acting(PREPARER):
        bank = institution_admit(PREPARER, at=AT, definition=definition, parent=None)
    hot = Entry(AccountName("loan_principal", "HOT"), AccountName("bank_settlement"), 10**15)
    with acting(SYSTEM):
        transfers_post(
            SYSTEM, at=AT, institution=bank.id, key="hot", entries=[hot], effective_on=DAY,
            why="bench",
        )  # fmt: skip
    return {"institution": str(bank.id)}


def _write(orders: dict[str, Any]) -> dict[str, Any]:
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.packs import pack_on
    from huoshui.web.audit.rules.actor import Actor
    from huoshui.web.ledger.actions.accounts import accounts_open
    from huoshui.web.ledger.actions.posting import transfers_post
    from huoshui.web.ledger.rules.entries import AccountName

    bank = UUID(orders["institution"])
    actor = Actor("institution", "bench", institution=bank)
    wanted = _entries(orders["form"], orders["writer"])
    with acting(actor):  # a loan's accounts are opened once; what is measured comes after
        accounts_open(
            actor, at=AT, institution=bank, pack=pack_on(DAY),
            names=[AccountName(code, f"B-{orders['writer']}-{n}")
                   for code in ("loan_principal", "refund_payable") for n in range(LOANS)],
        )  # fmt: skip

    def post(n: int) -> None:
        with acting(actor):
            transfers_post(
                actor, at=AT, institution=bank, key=f"{orders['form']}-{orders['writer']}-{n}",
                entries=[next(wanted)], effective_on=DAY, why="bench", kind="bench",
            )  # fmt: skip

    for n in range(WARM):
        post(-1 - n)
    _say({"ready": True})
    sys.stdin.readline()
    started, cpu, done = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - started < orders["seconds"]:
        post(done)
        done += 1
    took = time.perf_counter() - started
    return {"posted": done, "seconds": took, "cpu_seconds": time.process_time() - cpu}


def _entries(form: str, writer: int) -> Iterator[Any]:
    from huoshui.web.ledger.rules.entries import AccountName, Entry

    chance = random.Random(writer)
    owed = [AccountName("refund_payable", f"B-{writer}-{n}") for n in range(LOANS)]
    while True:
        other = chance.choice(owed)
        if form == "spread":
            # Paid out, and half of it paid back, which looks at the loan's floor.
            loan = AccountName("loan_principal", other.agreement)
            yield Entry(loan, other, 200)
            yield Entry(other, loan, 100)
        elif form == "hot":
            yield Entry(other, AccountName("bank_settlement"), 1, "cash")
        else:
            yield Entry(other, AccountName("loan_principal", "HOT"), 1)


def _long(orders: dict[str, Any]) -> dict[str, Any]:
    """Post a great many legs to one account over two years, then make and verify its sums."""
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.ledger.actions.bulk import transfers_select
    from huoshui.web.ledger.actions.checkpoints import checkpoints_make
    from huoshui.web.ledger.actions.posting import Posted
    from huoshui.web.ledger.queries.balances import known_now
    from huoshui.web.ledger.queries.verification import ledger_findings

    bank, each = UUID(orders["institution"]), orders["each"]
    rows = (
        "SELECT 'interest_receivable', 'LONG-' || n, 'penalty_income', NULL, n, 'book' "
        "FROM generate_series(1, %s) n ORDER BY n"
    )

    def post(key: str, count: int, day: dt.date) -> Posted:
        with acting(SYSTEM):
            return transfers_select(
                SYSTEM, at=AT, institution=bank, key=key, rows=rows, values=[count],
                effective_on=day, why="bench", kind="accrue_interest",
            )  # fmt: skip

    vouchers = max(1, orders["legs"] // each)
    post("open", each, DAY - dt.timedelta(DAYS))
    for nth in range(1, vouchers):
        back = DAYS - nth * DAYS // vouchers - (nth % 40 == 0) * 30  # some are back-dated
        post(f"long-{nth}", each, DAY - dt.timedelta(back))
    checkpoints = checkpoints_make(every=True)
    post("accounts", orders["legs"], DAY)  # opens an account for each row
    started = time.perf_counter()
    posted = post("bulk", orders["legs"], DAY)
    bulk = time.perf_counter() - started
    while known_now() < posted.batch:  # the server itself may still be at something
        time.sleep(0.05)
    checkpoints += checkpoints_make()
    found: list[bool] = []

    def verify() -> None:
        with acting(SYSTEM):
            found.append(ledger_findings().holds)

    verified = _seconds(verify)
    return {
        "checkpoints": checkpoints,
        "bulk_legs": orders["legs"],
        "bulk_seconds": round(bulk, 2),
        "verify_seconds": round(verified, 2),
        "holds": found[0],
    }


def _read(orders: dict[str, Any]) -> dict[str, Any]:
    from django.db import connection

    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.rules.actor import Actor
    from huoshui.web.ledger.queries.balances import account_named, balance, known_now
    from huoshui.web.ledger.rules.entries import AccountName

    bank = UUID(orders["institution"])
    actor = Actor("institution", "bench", institution=bank)
    chance = random.Random(1)
    name = AccountName("penalty_income")
    with acting(actor) as viewer, connection.cursor() as cursor:
        account = account_named(viewer, institution=bank, name=name)
        assert account is not None, "the long account was made"
        cursor.execute(
            "SELECT count(*), min(batch), max(batch) FROM ledger_transfer WHERE credit_id = %s",
            [account.id],
        )
        legs, first, last = cursor.fetchone()
        last = min(last, known_now())

        def a_day() -> dt.date:
            return DAY - dt.timedelta(chance.randrange(DAYS))

        return {
            "legs": legs,
            "balance_ms": _median_ms(lambda: balance(viewer, account)),
            "balance_asof_ms": _median_ms(lambda: balance(viewer, account, on=a_day())),
            "balance_known_ms": _median_ms(
                lambda: balance(viewer, account, on=a_day(), known=chance.randint(first, last))
            ),
        }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _median_ms(work: Callable[[], object]) -> float:
    return round(1000 * statistics.median(_seconds(work) for _ in range(READS)), 3)


if __name__ == "__main__":
    main()
