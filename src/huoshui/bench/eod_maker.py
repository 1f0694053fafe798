"""A process that makes a book of loans for `bench.eod`, and holds its night to the folds.

`python -m huoshui.bench.eod_maker` reads its orders as a line of JSON.  Some hundreds of loans are
made of terms and events and folded; each then stands for many of the same kind, with agreements,
events, accounts and balances of their own.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import django

KINDS = 600
PART = 50_000
SHARES = {"due": 20, "classed": 3, "late": 9}
"""Of each 600 loans: an instalment due, a class that changes, otherwise overdue; the rest grow."""

METHODS = ("level_payment", "level_principal", "interest_first", "quarterly_interest")
CASH = {"loan_principal": "bank_settlement", "overdue_principal": "bank_settlement"}
AT = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
_DAY = dt.timedelta(1)


@dataclass(frozen=True)
class Made:
    """One loan that others are copied from, as it stands on the day before."""

    sort: str
    agreement: Any
    rows: list[Any]
    columns: dict[str, Any]
    class_name: str | None
    balances: dict[str, int]
    night: Counter[str]  # what its fold books on the day, by kind of posting


def main() -> None:
    """Do what the first line of the input orders."""
    django.setup()
    orders: dict[str, Any] = json.loads(sys.stdin.readline())
    sys.stdout.write(json.dumps({"make": _make, "verify": _verify}[orders["do"]](orders)) + "\n")


def _kinds(day: dt.date, seed: int) -> list[Made]:
    """Make the loans that others are copied from, of each sort as many as its share."""
    from huoshui.web.audit.queries.packs import pack_on

    pack, chance = pack_on(day), random.Random(seed)
    wanted = Counter({**SHARES, "plain": KINDS - sum(SHARES.values())})
    found: list[Made] = []
    while wanted.total():
        sort = next(each for each in wanted if wanted[each])
        made = _one(pack, chance, day, sort)
        if made is not None and wanted[made.sort]:
            wanted[made.sort] -= 1
            found.append(made)
    chance.shuffle(found)
    return found


def _one(pack: Any, chance: random.Random, day: dt.date, sort: str) -> Made | None:
    from huoshui.kernel.period import add_months
    from huoshui.web.agreements.models import Agreement

    behind = {"classed": chance.choice([1, 91, 271]), "late": chance.randint(2, 350)}
    due = day - dt.timedelta(behind.get(sort, 0))
    months = chance.choice([12, 24, 36])
    if sort == "plain":
        drawn_on = day - dt.timedelta(chance.randint(40, 330))
    else:
        drawn_on = add_months(due, -chance.choice([1, 2, 3, 6]))
    agreement = Agreement(
        ref="", kind="loan", offering="bench", subject_name="bench",
        amount_fen=chance.randint(10, 1_000) * 1_000_000, rate_bp=Decimal(chance.randint(250, 600)),
        months=months, pack_digest=pack.digest, state="open", booked_until=day - _DAY,
    )  # fmt: skip
    paid_until = due if sort in behind else day
    rows = _events(pack, agreement, drawn_on, chance.choice(METHODS), paid_until)
    return _seen(pack, agreement, rows, day)


def _events(
    pack: Any, agreement: Any, drawn_on: dt.date, method: str, paid_until: dt.date
) -> list[Any]:
    """Tell the life of a loan that was judged sound and paid on its due days, to a day."""
    from huoshui.kernel.period import add_months
    from huoshui.web.agreements.models import AgreementEvent
    from huoshui.web.agreements.queries.loans import loan_made
    from huoshui.web.agreements.rules.loan import events as ev
    from huoshui.web.agreements.rules.loan.classing import CLASSES
    from huoshui.web.agreements.rules.terms import terms_of

    def row(kind: str, on: dt.date, body: dict[str, Any]) -> Any:
        return AgreementEvent(n=len(rows) + 1, kind=kind, at=AT, on=on, by="bench", body=body)

    def add(act: ev.Act, on: dt.date) -> None:
        rows.append(row(ev.Event(0, on, act).kind, on, ev.body_of(act)))

    offering = next(each for each in pack.offerings if terms_of(pack, each))
    terms = {**(terms_of(pack, offering) or {}), "method": method}
    rows: list[Any] = []
    rows.append(row("made", drawn_on, {"loan": terms, "conditions": ["papers"]}))
    add(ev.ConditionMet("papers"), drawn_on)
    matures_on = add_months(drawn_on, agreement.months)
    add(ev.Draw(agreement.amount_fen, matures_on=matures_on), drawn_on)
    given: dict[str, bool | str | None] = {
        name: False if said.type == "flag" else "0"
        for name, said in pack.tables[CLASSES].inputs.items()
        if name != "overdue_days" and "renewal" not in name and "borrowing" not in name
    }
    add(ev.Judge(given), drawn_on)
    made = loan_made(agreement, rows, pack=pack)
    assert made is not None, "its terms are whole"
    dues = [each.due_on for each in made.state(drawn_on).coming]
    for on in (each for each in dues if each < paid_until):
        loan = loan_made(agreement, rows, pack=pack)
        assert loan is not None, "as above"
        if loan.state(on).due_fen:
            add(ev.Pay(loan.state(on).due_fen), on)
    return rows


def _seen(pack: Any, agreement: Any, rows: list[Any], day: dt.date) -> Made | None:
    """Fold it to the day before, and tell of which sort it is by what its fold does on the day."""
    from huoshui.web.agreements.actions.outlooks import wakes_by
    from huoshui.web.agreements.models import AgreementEvent
    from huoshui.web.agreements.queries.loans import loan_made, reclassing_of
    from huoshui.web.agreements.rules.loan.events import standing
    from huoshui.web.agreements.rules.loan.keeping import kept
    from huoshui.web.agreements.rules.loan.nights import night_of
    from huoshui.web.agreements.rules.loan.outlook import outlook

    loan = loan_made(agreement, rows, pack=pack)
    assert loan is not None, "its terms are whole"
    walk = loan.walked(day - _DAY)
    state = walk.state()
    change = reclassing_of(pack).change(state)
    ahead = outlook(walk, wakes_by=wakes_by(loan, walk.day, change))
    if ahead is None:
        return None
    night = night_of(loan.contract, standing(loan.events), day=day)
    became = reclassing_of(pack).classed(night.state).name
    is_due = len(night.state.fallen) > len(state.fallen)
    late = "late" if night.state.overdue else "due" if is_due else "plain"
    sort = "classed" if became != change.name else late
    rows.append(
        AgreementEvent(
            n=len(rows) + 1, kind="classed", at=AT, on=day - _DAY, by="bench",
            body={"class": change.name, "was": None},
        )
    )  # fmt: skip
    agreement.state = state.standing
    balances = {
        "loan_principal": state.principal_fen - state.overdue_principal_fen,
        "overdue_principal": state.overdue_principal_fen,
        "interest_receivable": state.interest_due_fen + state.running_fen,
        "penalty_receivable": state.penalty_fen,
        "compound_receivable": state.compound_fen,
    }
    booked = Counter({each.kind: each.amount_fen for each in night.postings})
    return Made(sort, agreement, rows, kept(ahead), change.name, balances, booked)


_TABLES = """
    CREATE TEMP TABLE bench_kind AS
    SELECT 0 AS k, amount_fen, rate_bp, months, state, pack_digest FROM agreements_agreement
    WHERE false;
    CREATE TEMP TABLE bench_event AS
    SELECT 0 AS k, n, kind, at, "on", by, body FROM agreements_agreementevent WHERE false;
    CREATE TEMP TABLE bench_balance (k int, debit text, credit text, amount_fen bigint, book text);
    CREATE TEMP TABLE bench_look AS
    SELECT 0 AS k, class_name, {columns} FROM agreements_loanoutlook WHERE false
"""
_LOANS = "generate_series(%(first)s, %(last)s) n"
_COPIES = (
    f"""
    INSERT INTO agreements_agreement (id, ref, kind, offering, institution_id, subject_id,
        subject_name, case_id, amount_fen, rate_bp, months, pack_digest, state, made_at,
        booked_until)
    SELECT md5('L' || n)::uuid, 'B-' || n, 'loan', 'bench', %(bank)s, %(firm)s, 'bench',
        md5('C' || n)::uuid, amount_fen, rate_bp, months, pack_digest, state, %(at)s, %(on)s
    FROM {_LOANS} JOIN bench_kind ON k = n %% {KINDS} ORDER BY n
    """,
    f"""
    INSERT INTO agreements_agreementevent (agreement_id, subject_id, institution_id, n, kind, at,
        "on", by, body, key)
    SELECT md5('L' || g.n)::uuid, %(firm)s, %(bank)s, e.n, kind, at, "on", by, body, ''
    FROM {_LOANS.replace(" n", " g(n)")} JOIN bench_event e ON k = g.n %% {KINDS} ORDER BY g.n, e.n
    """,
    f"""
    INSERT INTO agreements_loanoutlook (agreement_id, institution_id, ref, part_id, class_name,
        {{columns}})
    SELECT md5('L' || n)::uuid, %(bank)s, 'B-' || n, %(part)s, class_name, {{columns}}
    FROM {_LOANS} JOIN bench_look ON k = n %% {KINDS} ORDER BY n
    """,
)


def _make(orders: dict[str, Any]) -> dict[str, Any]:
    """Fill an empty database: parts of fifty thousand loans, each with its balances posted."""
    from django.db import connection

    from huoshui.web.agreements.models import BookPart
    from huoshui.web.agreements.queries.end_of_day import rules_of
    from huoshui.web.agreements.rules.loan.keeping import COLUMNS
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.packs import pack_on
    from huoshui.web.audit.rules.actor import SYSTEM

    day, loans = dt.date.fromisoformat(orders["day"]), orders["loans"]
    pack, columns = pack_on(day), ", ".join(COLUMNS)
    kinds = _kinds(day, orders["seed"])
    bank, firm = _parties(day)
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_TABLES.format(columns=columns))
        _lay_down(kinds)
    for nth, first in enumerate(range(1, loans + 1, PART), start=1):
        last = min(first + PART - 1, loans)
        with acting(SYSTEM), connection.cursor() as cursor:
            part = BookPart.objects.create(
                institution_id=bank, n=nth, booked_until=day - _DAY, is_open=last == loans,
                rules=rules_of(pack),
            )  # fmt: skip
            where = {
                "first": first, "last": last, "bank": bank, "firm": firm, "part": part.id,
                "at": AT, "on": day - _DAY,
            }  # fmt: skip
            for each in _COPIES:
                cursor.execute(each.format(columns=columns), where)
            _open(bank, nth, first, last, day - _DAY, pack)
    return {"sorts": dict(Counter(each.sort for each in kinds))}


def _parties(day: dt.date) -> tuple[UUID, UUID]:
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.packs import pack_on
    from huoshui.web.parties.actions.admissions import institution_admit, subject_admit
    from huoshui.web.project.prepare import PREPARER

    banks = pack_on(day).institutions.values()
    definition = next(each for each in banks if each.kind == "bank" and not each.branch_of)
    with acting(PREPARER):
        bank = institution_admit(PREPARER, at=AT, definition=definition, parent=None)
        firm = subject_admit(
            PREPARER, at=AT, kind="firm", code="BENCH", name="bench", entity=None, valid_from=day
        )
    return bank.id, firm.id


def _lay_down(kinds: list[Made]) -> None:
    from django.db import connection

    def fill(table: str, rows: Iterator[tuple[Any, ...]]) -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    every = list(enumerate(kinds))
    fill("bench_kind", ((k, a.amount_fen, a.rate_bp, a.months, a.state, a.pack_digest)
                        for k, each in every for a in [each.agreement]))  # fmt: skip
    fill("bench_event", ((k, e.n, e.kind, e.at, e.on, e.by, json.dumps(e.body))
                         for k, each in every for e in each.rows))  # fmt: skip
    fill("bench_look", ((k, each.class_name, *each.columns.values()) for k, each in every))
    fill(
        "bench_balance",
        (
            (k, code, CASH.get(code, "interest_income"), fen, "cash" if code in CASH else "book")
            for k, each in every
            for code, fen in each.balances.items()
            if fen
        ),
    )


_ACCOUNTS = f"""
    WITH wanted AS (
        SELECT nextval('ledger_account_id_seq') AS id, w.* FROM (
            SELECT debit AS code, 'B-' || n AS agreement FROM {_LOANS}
            JOIN bench_balance ON k = n %% {KINDS} ORDER BY n, debit
        ) w
    )
    INSERT INTO ledger_account (id, institution_id, code, agreement, currency, side, floor_fen,
                                opening, digest)
    SELECT id, %(bank)s, code, agreement, 'CNY', 'debit', 0, %(opening)s,
           ledger_account_digest(id, %(bank)s, code, agreement, 'CNY', 'debit', 0, %(opening)s)
    FROM wanted RETURNING id, digest
"""


def _open(bank: UUID, nth: int, first: int, last: int, on: dt.date, pack: Any) -> None:
    """Open the accounts of a part's loans, and post what each stands at."""
    from hashlib import sha256

    from django.db import connection

    from huoshui.web.audit.actions.record import entry_add
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.ledger.actions.accounts import OPENED
    from huoshui.web.ledger.actions.bulk import transfers_select

    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_account_id_seq')")
        opening = cursor.fetchone()[0]
        where = {"first": first, "last": last, "bank": bank, "opening": opening}
        cursor.execute(_ACCOUNTS, where)
        digests = [bytes(digest) for _, digest in sorted(cursor.fetchall())]
    entry_add(
        SYSTEM, at=AT, action=OPENED, object_kind="ledger_opening", object_id=opening,
        institution=bank,
        payload={"accounts": len(digests), "digest": sha256(b"".join(digests)).hexdigest()},
    )  # fmt: skip
    transfers_select(
        SYSTEM, at=AT, institution=bank, key=f"opening/{nth}", effective_on=on, why="bench",
        kind="opening", pack=pack, values=[first, last],
        rows=f"SELECT debit, 'B-' || n, credit, NULL, amount_fen, book "
        f"FROM generate_series(%s, %s) n JOIN bench_balance ON k = n %% {KINDS} ORDER BY n, debit",
    )  # fmt: skip


_NIGHT = """
    SELECT d.code, c.code, count(*), sum(t.amount_fen)::bigint
    FROM ledger_voucher v JOIN ledger_transfer t ON t.voucher_id = v.id
    JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
    WHERE v.key LIKE 'eod/%%' AND v.effective_on = %s GROUP BY 1, 2
"""


def _verify(orders: dict[str, Any]) -> dict[str, Any]:
    """Compare what the night booked with what the folds of all loans book, account by account."""
    from django.db import connection

    from huoshui.web.agreements.rules.booking import entries_of
    from huoshui.web.agreements.rules.loan.postings import Posting
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.packs import pack_on
    from huoshui.web.audit.rules.actor import SYSTEM

    day, loans = dt.date.fromisoformat(orders["day"]), orders["loans"]
    pack = pack_on(day)
    expected: Counter[tuple[str, str]] = Counter()
    legs: Counter[tuple[str, str]] = Counter()
    for k, each in enumerate(_kinds(day, orders["seed"])):
        copies = len(range(k or KINDS, loans + 1, KINDS))
        for kind, fen in each.night.items():
            for entry in entries_of(pack, Posting(day, kind, fen), agreement="each"):
                expected[entry.debit.code, entry.credit.code] += copies * entry.amount_fen
                legs[entry.debit.code, entry.credit.code] += copies
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_NIGHT, [day])
        rows = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM agreements_agreementevent WHERE \"on\" = %s "
                       "AND kind = 'classed'", [day])  # fmt: skip
        classed = cursor.fetchone()[0]
    is_right = {(d, c): fen for d, c, _, fen in rows} == dict(expected)
    is_whole = {(d, c): count for d, c, count, _ in rows} == dict(legs)
    return {"is_right": is_right and is_whole, "classed": classed}


if __name__ == "__main__":
    main()
