"""Open accounts: each once for its name, with the side and the floor that the chart gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction

from huoshui.kernel.money import HOME
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ChartAccount
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.refusing import refusing
from huoshui.web.ledger.queries.accounts import account_ids
from huoshui.web.ledger.rules.entries import AccountName
from huoshui.web.ledger.rules.refusals import LedgerRefusal

OPENED = "ledger.accounts_opened"

UNKNOWN = "ledger_unknown"
"""The table in which a bulk posting lays down the names that have no account yet."""

_OPEN = """
    WITH wanted AS (
        SELECT nextval('ledger_account_id_seq') AS id, w.* FROM unnest(
            %(codes)s::text[], %(agreements)s::text[], %(currencies)s::text[], %(sides)s::text[],
            %(floors)s::bigint[]) AS w(code, agreement, currency, side, floor_fen)
    )
    INSERT INTO ledger_account (id, institution_id, code, agreement, currency, side, floor_fen,
                                opening, digest)
    SELECT id, %(institution)s, code, agreement, currency, side, floor_fen, %(opening)s,
           ledger_account_digest(id, %(institution)s, code, agreement, currency, side, floor_fen,
                                 %(opening)s)
    FROM wanted ON CONFLICT DO NOTHING RETURNING id, digest
"""

_KINDS = f"SELECT code, agreement IS NOT NULL, min(agreement) FROM {UNKNOWN} GROUP BY 1, 2"
_OPEN_MANY = f"""
    WITH wanted AS (
        SELECT nextval('ledger_account_id_seq') AS id, u.code, u.agreement, k.side, k.floor_fen
        FROM {UNKNOWN} u JOIN unnest(%(codes)s::text[], %(sides)s::text[], %(floors)s::bigint[])
            AS k(code, side, floor_fen) USING (code) ORDER BY u.agreement, u.code
    ), opened AS (
        INSERT INTO ledger_account (id, institution_id, code, agreement, currency, side, floor_fen,
                                    opening, digest)
        SELECT id, %(institution)s, code, agreement, '{HOME}', side, floor_fen, %(opening)s,
               ledger_account_digest(id, %(institution)s, code, agreement, '{HOME}', side,
                                     floor_fen, %(opening)s)
        FROM wanted ON CONFLICT DO NOTHING RETURNING id, digest
    )
    SELECT count(*), sha256(string_agg(digest, ''::bytea ORDER BY id)) FROM opened
"""


@transaction.atomic(savepoint=False)
def accounts_open(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    names: Collection[AccountName],
    pack: Pack,
) -> dict[AccountName, int]:
    """Give the numbers of the accounts named, opening those that there are not.

    One entry of the record tells of all that were opened together.
    """
    found = account_ids(actor, institution=institution, names=names)
    missing = [name for name in dict.fromkeys(names) if name not in found]
    if not missing:
        return found
    chart = _chart(pack)
    kinds = [_in_chart(chart, name) for name in missing]
    with refusing(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_account_id_seq')")
        opening = cursor.fetchone()[0]
        columns = {
            "codes": [name.code for name in missing],
            "agreements": [name.agreement for name in missing],
            "currencies": [name.currency for name in missing],
            "sides": [kind.side for kind in kinds],
            "floors": [kind.floor_fen for kind in kinds],
        }
        cursor.execute(_OPEN, {**columns, "institution": institution, "opening": opening})
        opened = sorted((number, bytes(digest)) for number, digest in cursor.fetchall())
    if opened:  # else others opened all of them meanwhile
        whole = sha256(b"".join(digest for _, digest in opened)).digest()
        _tell(actor, at, institution, opening, len(opened), whole, {name.code for name in missing})
    return account_ids(actor, institution=institution, names=names)


def names_charted(names: Iterable[AccountName], *, pack: Pack) -> None:
    """Refuse names of accounts that the charts do not have."""
    chart = _chart(pack)
    for name in names:
        _in_chart(chart, name)


def accounts_open_many(actor: Actor, *, at: dt.datetime, institution: UUID, pack: Pack) -> None:
    """Open accounts for all names of the table of unknown ones, within a bulk posting."""
    with refusing(), connection.cursor() as cursor:
        cursor.execute(_KINDS)
        chart = _chart(pack)
        kinds = {
            code: _in_chart(chart, AccountName(code, sample))
            for code, _, sample in cursor.fetchall()
        }
        cursor.execute("SELECT nextval('ledger_account_id_seq')")
        opening = cursor.fetchone()[0]
        columns = {
            "codes": list(kinds),
            "sides": [kind.side for kind in kinds.values()],
            "floors": [kind.floor_fen for kind in kinds.values()],
        }
        cursor.execute(_OPEN_MANY, {**columns, "institution": institution, "opening": opening})
        count, whole = cursor.fetchone()
    if count:
        _tell(actor, at, institution, opening, count, bytes(whole), kinds)


def _chart(pack: Pack) -> dict[str, ChartAccount]:
    return {code: each for said in pack.charts.values() for code, each in said.accounts.items()}


def _in_chart(chart: dict[str, ChartAccount], name: AccountName) -> ChartAccount:
    kind = chart.get(name.code)
    if kind is None:
        raise LedgerRefusal.NOT_IN_CHART.refuse(code=name.code)
    if kind.per == "agreement" and name.agreement is None:
        raise LedgerRefusal.AGREEMENT_NEEDED.refuse(code=name.code)
    if kind.per == "institution" and name.agreement is not None:
        raise LedgerRefusal.NO_AGREEMENT_WANTED.refuse(code=name.code, agreement=name.agreement)
    return kind


def _tell(
    actor: Actor,
    at: dt.datetime,
    institution: UUID,
    opening: int,
    count: int,
    digest: bytes,
    codes: Collection[str],
) -> None:
    entry_add(
        actor,
        at=at,
        action=OPENED,
        object_kind="ledger_opening",
        object_id=opening,
        institution=institution,
        payload={"accounts": count, "codes": sorted(codes), "digest": digest.hex()},
    )
