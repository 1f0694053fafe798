"""Accounts by their names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from uuid import UUID

from django.db import connection

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.models import Account
from huoshui.web.ledger.rules.entries import AccountName

_KEPT: OrderedDict[tuple[str, UUID, AccountName], int] = OrderedDict()
_KEPT_MOST = 100_000
"""Numbers of accounts that were committed: an account is never renamed and never removed."""

_FIND = """
    WITH w AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
            AS w(code, agreement, currency, place)
    ), found AS (
        SELECT w.place, a.id, a.batch FROM w JOIN ledger_account a
            ON a.institution_id = %s AND a.code = w.code AND a.agreement = w.agreement
            AND a.currency = w.currency
        UNION ALL SELECT w.place, a.id, a.batch FROM w JOIN ledger_account a
            ON a.institution_id = %s AND a.code = w.code AND a.agreement IS NULL
            AND w.agreement IS NULL AND a.currency = w.currency
    )
    SELECT place, id, batch < pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM found
"""


def account_ids(
    viewer: Actor, *, institution: UUID, names: Collection[AccountName]
) -> dict[AccountName, int]:
    """Give the numbers of those accounts that there are."""
    held = connection.settings_dict
    base = f"{held['HOST']}:{held['PORT']}/{held['NAME']}"
    found, missing = {}, []
    for name in names:
        number = _KEPT.get((base, institution, name))
        if number is None:
            missing.append(name)
        else:
            found[name] = number
    if not missing:
        return found
    columns = [list(column) for column in zip(*missing, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [*columns, institution, institution])
        for place, number, is_settled in cursor.fetchall():
            name = missing[place - 1]
            found[name] = number
            if is_settled:  # a transaction that still runs may take it back
                _KEPT[base, institution, name] = number
    while len(_KEPT) > _KEPT_MOST:
        _KEPT.popitem(last=False)
    return found


def accounts(
    viewer: Actor, *, institution: UUID | None = None, agreement: str | None = None
) -> list[Account]:
    """Give the accounts that a viewer may see, of an institution or an agreement."""
    found = Account.objects.all()
    if institution is not None:
        found = found.filter(institution_id=institution)
    if agreement is not None:
        found = found.filter(agreement=agreement)
    return list(found.order_by("code", "agreement", "id"))
