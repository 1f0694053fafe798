"""Open accounts: each once for its name, with the side and the floor that the chart gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction

from huoshui.policy.pack import Pack
from huoshui.policy.schema import ChartAccount
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.refusing import refusing
from huoshui.web.ledger.queries.accounts import account_ids
from huoshui.web.ledger.rules.entries import AccountName
from huoshui.web.ledger.rules.refusals import LedgerRefusal

OPENED = "ledger.accounts_opened"

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
    chart = {code: each for said in pack.charts.values() for code, each in said.accounts.items()}
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
        _tell(actor, at, institution, opening, opened, {name.code for name in missing})
    return account_ids(actor, institution=institution, names=names)


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
    opened: Iterable[tuple[int, bytes]],
    codes: Collection[str],
) -> None:
    digests = [digest for _, digest in opened]
    entry_add(
        actor,
        at=at,
        action=OPENED,
        object_kind="ledger_opening",
        object_id=opening,
        institution=institution,
        payload={
            "accounts": len(digests),
            "codes": sorted(codes),
            "digest": sha256(b"".join(digests)).hexdigest(),
        },
    )
