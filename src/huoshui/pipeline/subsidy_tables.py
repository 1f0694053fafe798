"""What a snapshot says of subsidies: what was paid of each before, and what is due unasked.

Both follow from facts that a page does not have, so the run that has them publishes them.
"""

from __future__ import annotations

import pyarrow as pa

from huoshui.entities.sql import day
from huoshui.kernel.sql import literal
from huoshui.pipeline.run import Work
from huoshui.pipeline.subsidies import payments
from huoshui.pipeline.subsidy_items import PAID as PAID_SUBSIDIES
from huoshui.pipeline.subsidy_items import PAYMENTS, payment_names

PAID = pa.schema(
    [
        ("entity", pa.string()),
        ("offering", pa.string()),
        ("paid_on", pa.date32()),
        ("amount_fen", pa.int64()),  # null: it was paid and the sum is not known
    ]
)
"""The relation `paid` of a snapshot: what the treasury's records name after a subsidy."""

UNASKED = pa.schema(
    [
        ("entity", pa.string()),
        ("offering", pa.string()),
        ("institution", pa.string()),
        ("amount_fen", pa.int64()),
        ("needs_consent", pa.bool_()),  # its evidence is read under the subject's consent
    ]
)
"""The relation `unasked` of a snapshot: what may be paid on its day without an application."""


def paid_table(work: Work) -> pa.Table:
    """Give every payment of a subsidy known here up to the day, in the order of entities."""
    names = payment_names(work.pack)
    if PAYMENTS not in work.pack.items or not names:
        return PAID.empty_table()
    cases = " ".join(f"WHEN {literal(said)} THEN {literal(name)}" for said, name in names.items())
    return work.engine.query(
        f"SELECT entity, CASE programme {cases} END AS offering, paid_on, amount_fen"
        f" FROM {PAID_SUBSIDIES} WHERE paid_on <= {day(work.asof)} ORDER BY entity, paid_on,"
        " programme, amount_fen NULLS LAST"
    ).cast(PAID)


def unasked_table(work: Work) -> pa.Table:
    """Give everything that may be paid without an application, in the order of entities."""
    rows = [
        {
            "entity": payment.entity,
            "offering": payment.claim.offering,
            "institution": work.pack.offerings[payment.claim.offering].institution,
            "amount_fen": payment.claim.amount_fen,
            "needs_consent": bool(payment.consent_needed),
        }
        for payment in payments(work)
    ]
    return pa.Table.from_pylist(rows, schema=UNASKED)
