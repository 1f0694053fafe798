"""Securities of an agreement as its two sides see them: folded from its stream, with registers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huoshui.policy.schema import Register, RegisteredAsset
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.rules.security import (
    SECURITY_KINDS,
    SecurityEvent,
    SecurityState,
    fold_security,
    read,
    register_of,
)
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor


@dataclass(frozen=True)
class Security:
    """A security with the register that enters its kind of asset."""

    state: SecurityState
    register: Register
    said: RegisteredAsset


def register_for(agreement: Agreement, asset: str, today: dt.date) -> Register:
    """Give the register that enters an asset where the agreement's institution is."""
    return register_of(pack_on(today), asset, region=agreement.institution.region)[0]


def assets(today: dt.date) -> list[tuple[str, dict[str, str]]]:
    """Give the kinds of asset that some register enters, by name."""
    registers = pack_on(today).registers.values()
    found = {
        name: said.label.model_dump() for each in registers for name, said in each.assets.items()
    }
    return sorted(found.items())


def securities(viewer: Actor, agreement: Agreement, *, today: dt.date) -> list[Security]:
    """Give an agreement's securities as of today, in the order in which they were given."""
    rows = AgreementEvent.objects.filter(agreement=agreement, kind__in=list(SECURITY_KINDS))
    events: dict[tuple[str, str], list[SecurityEvent]] = {}
    for row in rows.order_by("n"):
        named = (row.body["ref"], row.body["asset"])
        events.setdefault(named, []).append(SecurityEvent(row.n, row.on, read(row.kind, row.body)))
    found = []
    for (ref, asset), each in events.items():
        register, said = register_of(pack_on(today), asset, region=agreement.institution.region)
        state = fold_security(each, ref=ref, asset=asset, said=said, asof=today)
        found.append(Security(state, register, said))
    return found
