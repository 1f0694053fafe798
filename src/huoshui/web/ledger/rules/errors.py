"""What the database refuses, by the code it says it with (class HL is the ledger's own)."""

from __future__ import annotations

import datetime as dt
import json

from huoshui.kernel.errors import Refused
from huoshui.web.ledger.rules.refusals import LedgerRefusal

_INSUFFICIENT_PRIVILEGE = "42501"


def refusal_of(
    code: str | None, detail: str | None, constraint: str | None, corrects: int | None = None
) -> Refused | None:
    """Give the refusal that an error of the database stands for; None: it is none of ours.

    `corrects` is the voucher that was to be corrected: of another row with the same, the database
    says no more than that there is one.
    """
    if code == "HL001":
        said = json.loads(detail or "{}")
        agreement = f" {said['agreement']}" if said["agreement"] else ""
        return LedgerRefusal.OVERDRAWN.refuse(
            account=f"{said['code']}{agreement}",
            after_fen=said["after_fen"],
            floor_fen=said["floor_fen"],
        )
    if code in ("HL002", _INSUFFICIENT_PRIVILEGE):
        return LedgerRefusal.NOT_YOURS.refuse()
    if code == "HL003":
        return LedgerRefusal.CURRENCIES_DIFFER.refuse(**json.loads(detail or "{}"))
    if code == "HL004":
        return LedgerRefusal.HOLD_ENDED.refuse(hold=json.loads(detail or "{}").get("hold"))
    if code == "HL006":
        said = json.loads(detail or "{}")
        at = dt.datetime.fromisoformat(said["at"]).astimezone(dt.UTC)
        return LedgerRefusal.KEY_OF_OTHER.refuse(
            key=said["key"], at=f"{at:%Y-%m-%d %H:%M}", voucher=said["voucher"]
        )
    if constraint == "reversed_once":
        return LedgerRefusal.REVERSED_ALREADY.refuse(voucher=corrects)
    return None
