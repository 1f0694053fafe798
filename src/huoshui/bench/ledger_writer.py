"""A process that posts to the ledger, or reads it, as `bench.ledger` orders.

`python -m huoshui.bench.ledger_writer` reads orders, a line of JSON each, and answers each with a
line of JSON.  Writers are processes of their own that begin at one moment.  They do what a page
does, or what takes in a file of receipts: an actor in each transaction, and in it one voucher or
a batch of them, each with a key of its own and an entry of the record.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import django
import psycopg

from huoshui.web.audit.rules.security import WEB

DAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
LOANS, DAYS, READS = 200, 730, 200
WARM_TURNS, WARM_VOUCHERS = 10, 60
"""So many turns or vouchers, whichever is more turns, pass before anything is counted."""

OPENED = ("loan_principal", "refund_payable", "interest_receivable", "borrower_clearing")


def main() -> None:
    """Do what each line of the input orders."""
    django.setup()
    works = {
        "prepare": _prepare, "peer table": _peer_table, "write": _write, "long": _long,
        "read": _read,
    }  # fmt: skip
    for line in sys.stdin:
        orders: dict[str, Any] = json.loads(line)
        answer = works[orders["do"]](orders)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


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
    """Let several writers begin at one moment; give what they posted a second together."""
    from django.db import connections

    if orders["form"] != "peer":
        _accounts_open(orders)
    connections.close_all()  # each writer opens a connection of its own
    fork = get_context("fork")  # what was read and imported is not read again by each
    gate, answers = fork.Barrier(orders["writers"]), fork.SimpleQueue()
    made = _peer if orders["form"] == "peer" else _posting

    def work(writer: int) -> None:
        answers.put(_counted(made(orders, writer), orders, gate.wait))

    writers = [fork.Process(target=work, args=(nth,)) for nth in range(orders["writers"])]
    for each in writers:
        each.start()
    told = [answers.get() for _ in writers]
    for each in writers:
        each.join()

    def rate(name: str) -> int:
        return round(sum(each[name] / each["seconds"] for each in told))

    cpu, vouchers = (sum(each[name] for each in told) for name in ("cpu_seconds", "vouchers"))
    return {
        "per_second": rate("transfers"),
        "vouchers_per_second": rate("vouchers"),
        "vouchers": vouchers,
        "cpu_ms": round(1000 * cpu / vouchers, 3),
    }


def _accounts_open(orders: dict[str, Any]) -> None:
    """Open the accounts of all writers' loans: what is measured comes after."""
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.packs import pack_on
    from huoshui.web.audit.rules.actor import Actor
    from huoshui.web.ledger.actions.accounts import accounts_open
    from huoshui.web.ledger.queries.accounts import account_ids
    from huoshui.web.ledger.rules.entries import AccountName

    bank = UUID(orders["institution"])
    actor = Actor("institution", "bench", institution=bank)
    names = [
        AccountName(code, f"B-{writer}-{n}")
        for code in OPENED
        for writer in range(orders["writers"])
        for n in range(LOANS)
    ]
    with acting(actor):
        accounts_open(actor, at=AT, institution=bank, names=names, pack=pack_on(DAY))
    with acting(actor):
        account_ids(actor, institution=bank, names=names)


def _posting(orders: dict[str, Any], writer: int) -> Callable[[int], int]:
    """Give what posts a batch in one transaction, and tells how many transfers that were."""
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.rules.actor import Actor
    from huoshui.web.ledger.actions.posting import Wanted, vouchers_post
    from huoshui.web.ledger.rules.entries import Booking

    bank, form, batch = UUID(orders["institution"]), orders["form"], orders["batch"]
    actor = Actor("institution", "bench", institution=bank)
    booking, entries = Booking("bench", DAY, "bench"), _entries(form, writer)
    key = f"{form}-{batch}-{writer}"

    def post(turn: int) -> int:
        wanted = [Wanted(f"{key}-{turn}-{n}", booking, next(entries)) for n in range(batch)]
        with acting(actor):
            vouchers_post(actor, at=AT, institution=bank, wanted=wanted)
        return sum(len(each.entries) for each in wanted)

    return post


def _peer(orders: dict[str, Any], writer: int) -> Callable[[int], int]:
    """Insert bare rows with three indexes, a batch a commit: no record, no floors, no rules."""
    from django.db import connection

    batch = orders["batch"]
    connection.ensure_connection()
    bare = psycopg.Cursor(connection.connection)
    connection.connection.prepare_threshold = 0
    columns = "INSERT INTO bench_peer (debit, credit, amount_fen, key) "
    one = f"{columns} VALUES (%s, %s, %s, %s)"
    many = f"{columns} SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[])"

    def post(turn: int) -> int:
        rows = [(n % LOANS, writer, 100, f"{writer}-{turn}-{n}") for n in range(batch)]
        if batch == 1:
            bare.execute(one, rows[0])
        else:
            bare.execute(many, [list(column) for column in zip(*rows, strict=True)])
        return batch

    return post


def _peer_table(orders: dict[str, Any]) -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_peer (id bigserial PRIMARY KEY, debit bigint, credit bigint, "
            "amount_fen bigint CHECK (amount_fen > 0), key text)"
        )
        cursor.execute("CREATE INDEX ON bench_peer (debit, id)")
        cursor.execute("CREATE INDEX ON bench_peer (credit, id)")
        cursor.execute(f"GRANT INSERT ON bench_peer TO {WEB}")
        cursor.execute(f"GRANT USAGE ON SEQUENCE bench_peer_id_seq TO {WEB}")
    return {}


def _counted(
    post: Callable[[int], int], orders: dict[str, Any], wait: Callable[[], object]
) -> dict[str, Any]:
    """Post for so many seconds, from when all are ready; tell how much that was."""
    batch, seconds = orders["batch"], orders["seconds"]
    for n in range(max(WARM_TURNS, WARM_VOUCHERS // batch)):
        post(-1 - n)
    wait()
    started, cpu = time.perf_counter(), time.process_time()
    turns = transfers = 0
    while time.perf_counter() - started < seconds:
        transfers += post(turns)
        turns += 1
    return {
        "transfers": transfers,
        "vouchers": turns * batch,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
    }


def _entries(form: str, writer: int) -> Iterator[Any]:
    from huoshui.web.ledger.rules.entries import AccountName, Entry

    chance = random.Random(writer)
    bank = AccountName("bank_settlement")
    owed = [AccountName("refund_payable", f"B-{writer}-{n}") for n in range(LOANS)]
    while True:
        other = chance.choice(owed)
        loan = AccountName("loan_principal", other.agreement)
        if form == "spread":
            # Paid out, and half of it paid back, which looks at the loan's floor.
            yield [Entry(loan, other, 200)]
            yield [Entry(other, loan, 100)]
        elif form == "stories":
            # What a month of a loan books: interest grows, and comes in with some principal.
            interest, clearing, income = (
                AccountName("interest_receivable", other.agreement),
                AccountName("borrower_clearing", other.agreement),
                AccountName("interest_income"),
            )
            yield [Entry(loan, bank, 1000, "cash")]
            yield [Entry(interest, income, 30)]
            yield [
                Entry(bank, clearing, 530, "cash"),
                Entry(clearing, interest, 30),
                Entry(clearing, loan, 500),
            ]
        elif form == "hot":
            yield [Entry(other, bank, 1, "cash")]
        else:
            yield [Entry(other, AccountName("loan_principal", "HOT"), 1)]


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
    while more := checkpoints_make():
        checkpoints += more
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
    with acting(actor) as viewer, connection.cursor() as cursor:
        account = account_named(viewer, institution=bank, name=AccountName("penalty_income"))
        assert account is not None, "the long account was made"
        cursor.execute(
            "SELECT count(*), min(batch), max(batch) FROM ledger_transfer WHERE credit_id = %s",
            [account.id],
        )
        legs, first, last = cursor.fetchone()
        last = min(last, known_now())

    def a_day() -> dt.date:
        return DAY - dt.timedelta(chance.randrange(DAYS))

    def read(**when: Any) -> None:
        balance(actor, account, **when)

    reads: dict[str, Callable[[], None]] = {
        "balance": read,
        "balance_asof": lambda: read(on=a_day()),
        "balance_known": lambda: read(on=a_day(), known=chance.randint(first, last)),
    }
    told: dict[str, Any] = {"legs": legs}
    for name, work in reads.items():
        times: list[float] = []
        for _ in range(READS):
            with acting(actor):
                times.append(1000 * _seconds(work))
        told |= {f"{name}_ms": round(statistics.median(times), 3),
                 f"{name}_most_ms": round(max(times), 3)}  # fmt: skip
    return told


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
