"""What subsidies need of facts beside the profile, taken while the settled facts are at hand.

Settled facts are let go item by item; of the evidence of subsidies only who has any is kept, and
of what the treasury paid only the payments that are named after a subsidy.
"""

from __future__ import annotations

import datetime as dt

from huoshui.entities.sql import day
from huoshui.kernel.sql import literal
from huoshui.kernel.step import Step
from huoshui.matching.subsidies import subsidy_names
from huoshui.policy.pack import Pack

PAYMENTS = "subsidy_received"
"""The item of fact that holds what the treasury paid."""

PAID = "subsidy_paid"
"""The relation of payments named after a subsidy known here."""


def in_hand(item: str) -> str:
    """Name the relation of the entities of which a fact of the item is known on the day."""
    return f"in_hand_{item}"


def kept_of(pack: Pack, *, asof: dt.date) -> dict[str, list[Step]]:
    """Describe by item the steps that keep of `settled_<item>` what subsidies ask for later."""
    steps = {
        item: [
            Step(
                in_hand(item),
                f"SELECT DISTINCT entity FROM settled_{item}"
                f" WHERE true_from IS NULL OR true_from <= {day(asof)}",
            )
        ]
        for item in evidence_items(pack)
    }
    names = payment_names(pack)
    if PAYMENTS in pack.items and names:
        wanted = ", ".join(literal(name) for name in names)
        paid = (
            f"SELECT entity, programme, paid_on, amount_fen FROM settled_{PAYMENTS}"
            f" WHERE programme IN ({wanted}) AND paid_on IS NOT NULL"
        )
        steps.setdefault(PAYMENTS, []).append(Step(PAID, paid))
    return steps


def evidence_items(pack: Pack) -> list[str]:
    """Name the items that any subsidy asks evidence of."""
    forms = [offering.subsidy for offering in pack.offerings.values()]
    return sorted({item for form in forms if form is not None for item in form.evidence})


def payment_names(pack: Pack) -> dict[str, str]:
    """Give the subsidy that each name in the treasury's records is of."""
    names = {}
    for name in subsidy_names(pack):
        offering = pack.offerings[name]
        assert offering.subsidy is not None, "it is a subsidy"
        for said in (offering.label.zh, *offering.subsidy.paid_as):
            names[said] = name
    return names
