"""Post a great many transfers as one voucher: end of day books a million accruals this way.

The same guarantees hold as for one: the key, the digests, the floors, the record.  Rows name their
accounts by code and agreement; those that there are not are opened.  Only the jobs process may,
since what is asked is laid down in a table of its own first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.csv
from django.db import connection, transaction

from huoshui.policy.pack import Pack
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.accounts import UNKNOWN, accounts_open_many
from huoshui.web.ledger.actions.posting import Head, Posted, heads_write
from huoshui.web.ledger.actions.refusing import refusing
from huoshui.web.ledger.rules.entries import MOST_FEN, Booking, body_digest
from huoshui.web.ledger.rules.refusals import LedgerRefusal

COLUMNS = (
    "debit_code", "debit_agreement", "credit_code", "credit_agreement", "amount_fen", "book",
)  # fmt: skip
"""What a row says; an agreement is null where the account is the institution's own."""

_ASKED = """
    CREATE TEMP TABLE ledger_asked (debit_code text NOT NULL, debit_agreement text,
        credit_code text NOT NULL, credit_agreement text, amount_fen bigint NOT NULL,
        book text NOT NULL, n int GENERATED ALWAYS AS IDENTITY) ON COMMIT DROP
"""
_NAMED = f"({', '.join(COLUMNS)})"
# Rows that name an account which there is not yet are looked up again when it is there.
_AGAIN = """
    CREATE TEMP TABLE ledger_again ON COMMIT DROP AS
    SELECT q.* FROM ledger_asked q JOIN ledger_hashed h USING (n)
    WHERE h.debit_id IS NULL OR h.credit_id IS NULL;
    DELETE FROM ledger_hashed WHERE debit_id IS NULL OR credit_id IS NULL
"""
_UNKNOWN = f"""
    CREATE TEMP TABLE {UNKNOWN} ON COMMIT DROP AS SELECT DISTINCT code, agreement FROM (
        SELECT debit_code AS code, debit_agreement AS agreement FROM ledger_again
        UNION SELECT credit_code, credit_agreement FROM ledger_again
    ) w
    WHERE NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.institution_id = %(institution)s
                      AND a.currency = 'CNY' AND a.code = w.code AND a.agreement = w.agreement)
      AND NOT EXISTS (SELECT 1 FROM ledger_account a WHERE a.institution_id = %(institution)s
                      AND a.currency = 'CNY' AND a.code = w.code AND a.agreement IS NULL
                      AND w.agreement IS NULL)
"""
# The institution's own accounts are few, and looked up in a list; those of agreements are many.
_HASHED = """
    WITH own AS MATERIALIZED (
        SELECT id, code FROM ledger_account
        WHERE institution_id = %(institution)s AND currency = 'CNY' AND agreement IS NULL
    ), numbered AS (
        SELECT q.n, coalesce(d.id, od.id) AS debit_id, coalesce(c.id, oc.id) AS credit_id,
               q.amount_fen, q.book
        FROM {asked} q
        LEFT JOIN ledger_account d ON d.institution_id = %(institution)s AND d.currency = 'CNY'
            AND d.code = q.debit_code AND d.agreement = q.debit_agreement
        LEFT JOIN own od ON q.debit_agreement IS NULL AND od.code = q.debit_code
        LEFT JOIN ledger_account c ON c.institution_id = %(institution)s AND c.currency = 'CNY'
            AND c.code = q.credit_code AND c.agreement = q.credit_agreement
        LEFT JOIN own oc ON q.credit_agreement IS NULL AND oc.code = q.credit_code
    )
    SELECT *, ledger_transfer_digest(n, debit_id, credit_id, amount_fen, %(day)s::date, 'posted',
                                     book, NULL, NULL) AS digest
    FROM numbered
"""
_FIRST = "CREATE TEMP TABLE ledger_hashed ON COMMIT DROP AS {hashed}"
# Where few of many accounts are named, each is looked up; else all accounts would be read, which
# the planner prefers by far too long: end of day names some ten thousand of some million.
_IS_FEW = """
    SELECT 20 * (SELECT count(*) FROM ledger_asked) < reltuples
    FROM pg_class WHERE oid = 'ledger_account'::regclass
"""
_SUMMED = """
    SELECT count(*), coalesce(sum(amount_fen), 0)::bigint,
           count(*) FILTER (WHERE debit_id IS NULL OR credit_id IS NULL),
           min(n) FILTER (WHERE debit_id = credit_id),
           sha256(string_agg(digest, ''::bytea ORDER BY n))
    FROM ledger_hashed
"""
_FIRST_WRONG = (
    f"SELECT n, amount_fen FROM ledger_asked WHERE NOT amount_fen BETWEEN 1 AND {MOST_FEN} "
    "ORDER BY n LIMIT 1"
)
_DIGEST = """
    SELECT ledger_voucher_digest(%s::uuid, %s, %s, %s::date, %s::timestamptz, %s, %s::bigint, %s,
                                 %s::int, %s::bytea, %s::bytea)
"""
_WRITE = """
    INSERT INTO ledger_transfer (voucher_id, institution_id, effective_on, n, debit_id, credit_id,
                                 amount_fen, book, kind, digest)
    SELECT %s, %s, %s, n, debit_id, credit_id, amount_fen, book, 'posted', digest
    FROM ledger_hashed ORDER BY n
"""


@transaction.atomic(savepoint=False)
def transfers_copy(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    key: str,
    rows: pa.Table,
    effective_on: dt.date,
    why: str,
    kind: str,
    rule: str | None = None,
    pack: Pack | None = None,
) -> Posted:
    """Post the rows of a table (`COLUMNS`) as one voucher."""
    missing = [name for name in COLUMNS if name not in rows.column_names]
    if missing:
        raise LedgerRefusal.COLUMNS_MISSING.refuse(columns=", ".join(missing))
    _lay_down()
    with connection.cursor() as cursor:
        options = pyarrow.csv.WriteOptions(include_header=False)
        with cursor.copy(f"COPY ledger_asked {_NAMED} FROM STDIN (FORMAT csv)") as copy:
            for batch in rows.select(list(COLUMNS)).to_batches(max_chunksize=100_000):
                sink = pa.BufferOutputStream()
                pyarrow.csv.write_csv(pa.table(batch), sink, options)
                copy.write(memoryview(sink.getvalue()))
    booking = Booking(kind, effective_on, why, rule=rule)
    return _post(actor, at=at, institution=institution, key=key, booking=booking, pack=pack)


@transaction.atomic(savepoint=False)
def transfers_select(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    key: str,
    rows: str,
    values: Sequence[Any] = (),
    effective_on: dt.date,
    why: str,
    kind: str,
    rule: str | None = None,
    pack: Pack | None = None,
) -> Posted:
    """Post what a SELECT gives (the columns of `COLUMNS`, in an order that it says) as a voucher.

    The statement is the program's own, over tables of its app; it is never made of what people
    type.
    """
    _lay_down()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO ledger_asked {_NAMED} {rows}", values)
    booking = Booking(kind, effective_on, why, rule=rule)
    return _post(actor, at=at, institution=institution, key=key, booking=booking, pack=pack)


def _lay_down() -> None:
    with connection.cursor() as cursor:
        # Several in one transaction: what the one before asked is no longer needed.
        cursor.execute(f"DROP TABLE IF EXISTS ledger_asked, ledger_again, {UNKNOWN}, ledger_hashed")
        cursor.execute(_ASKED)
        cursor.execute("SET LOCAL work_mem = '128MB'")


def _post(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    key: str,
    booking: Booking,
    pack: Pack | None,
) -> Posted:
    day = booking.effective_on
    with refusing(), connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_asked")
        cursor.execute(_FIRST_WRONG)
        wrong = cursor.fetchone()
        if wrong is not None:
            raise LedgerRefusal.NOT_ABOVE_NOTHING.refuse(
                n=wrong[0], amount_fen=wrong[1], most_fen=MOST_FEN
            )
        cursor.execute(_IS_FEW)
        is_few = cursor.fetchone()[0]
        where = {"institution": institution, "day": day}
        _look_up_each(is_few)
        cursor.execute(_FIRST.format(hashed=_HASHED.format(asked="ledger_asked")), where)
        cursor.execute(_SUMMED)
        legs, amount_fen, unknown, same, transfers = cursor.fetchone()
        if unknown:
            _look_up_each(False)
            cursor.execute(_AGAIN)
            _look_up_each(is_few)
            cursor.execute(_UNKNOWN, where)
            if cursor.rowcount:
                pack = pack or pack_on(at.date())
                accounts_open_many(actor, at=at, institution=institution, pack=pack)
            cursor.execute(
                f"INSERT INTO ledger_hashed {_HASHED.format(asked='ledger_again')}", where
            )
            cursor.execute(_SUMMED)
            legs, amount_fen, unknown, same, transfers = cursor.fetchone()
        if not legs:
            raise LedgerRefusal.NOTHING.refuse()
        if unknown:
            raise LedgerRefusal.NOT_YOURS.refuse()
        if same is not None:
            raise LedgerRefusal.SAME_ACCOUNT.refuse(n=same, account="")
        body = sha256(body_digest(booking, (), form="copy") + bytes(transfers)).digest()
        cursor.execute(
            _DIGEST,
            [institution, key, booking.kind, day, at, booking.why, booking.corrects, booking.rule,
             legs, body, transfers],
        )  # fmt: skip
        digest = bytes(cursor.fetchone()[0])
        head = Head(key, booking, legs, amount_fen, body, digest)
        (posted,) = heads_write(actor, at=at, institution=institution, heads=[head])
        if posted.was_there:
            return posted
        cursor.execute(_WRITE, [posted.voucher, institution, day])  # its trigger looks up, too
        _look_up_each(False)
    return posted


def _look_up_each(yes: bool) -> None:
    joins = "off" if yes else "on"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_hashjoin = {joins}; SET LOCAL enable_mergejoin = {joins}")
