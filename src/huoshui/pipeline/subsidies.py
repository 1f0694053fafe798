"""Subsidies over facts: what proves a claim, what was paid before, whom the office pays unasked.

What was paid is read from the treasury's own records, where a payment is named after a subsidy (or
by a name that the subsidy's file gives); a payment of another name is of no subsidy known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from huoshui import matching
from huoshui.kernel.sql import literal
from huoshui.matching.subsidies import Claim, Taken, claims_by_verdict, subsidy_names
from huoshui.matching.terms import TermsPlan
from huoshui.pipeline.run import Work
from huoshui.policy.pack import Pack

PAYMENTS = "subsidy_received"
"""The item of fact that holds what the treasury paid."""


@dataclass(frozen=True)
class Payment:
    """What the office pays a subject without being asked."""

    entity: str
    claim: Claim
    consent_needed: tuple[str, ...]  # items of its evidence that are read under consent


def items_in_hand(work: Work) -> dict[str, frozenset[str]]:
    """Give by entity the items of evidence of which at least one fact is known on the day."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in _evidence(work.pack):
        table = work.engine.query(
            f'SELECT DISTINCT entity FROM "settled_{item}" '
            f"WHERE true_from IS NULL OR true_from <= {literal(work.asof.isoformat())}::DATE"
        )
        for entity in table.column("entity").to_pylist():
            found[entity].add(item)
    return {entity: frozenset(items) for entity, items in found.items()}


def taken_before(work: Work) -> dict[str, list[Taken]]:
    """Give by entity what was paid of the subsidies known here, in the order of the days."""
    names = _payment_names(work.pack)
    if PAYMENTS not in work.pack.items or not names:
        return {}
    wanted = ", ".join(literal(name) for name in names)
    table = work.engine.query(
        f'SELECT entity, programme, paid_on, amount_fen FROM "settled_{PAYMENTS}" '
        f"WHERE programme IN ({wanted}) AND paid_on IS NOT NULL ORDER BY ALL"
    )
    found: dict[str, list[Taken]] = defaultdict(list)
    for row in table.to_pylist():
        amount = row["amount_fen"]
        taken = Taken(
            names[row["programme"]], row["paid_on"], None if amount is None else int(amount)
        )
        found[row["entity"]].append(taken)
    return {entity: sorted(each, key=lambda t: t.on) for entity, each in found.items()}


def claims_of(
    work: Work, entity: str, row: dict[str, object] | Any, *, plan: matching.Plan | None = None
) -> list[Claim]:
    """Give what one subject may claim, by the facts known of it."""
    pack = work.pack
    plan = plan or matching.compile(pack, asof=work.asof, offerings=subsidy_names(pack))
    traces = matching.explain_one(pack, row, asof=work.asof, plan=plan, offerings=plan.offerings)
    return matching.claims(
        pack,
        row,
        traces,
        asof=work.asof,
        taken=taken_before(work).get(entity, ()),
        items_in_hand=items_in_hand(work).get(entity, frozenset()),
        plan=plan,
    )


def payments(work: Work) -> list[Payment]:
    """Give everything that the office may pay today without an application, by entity."""
    pack, profile = work.pack, work.made()
    plan = matching.compile(pack, asof=work.asof, offerings=subsidy_names(pack))
    words = plan.evaluate(profile)
    verdicts = {}
    for position, name in enumerate(plan.offerings):
        verdicts[name] = matching.decoded(words, position)
    unasked = [n for n in plan.offerings if _is_unasked(pack, n)]
    if not unasked:
        return []
    rows = sorted({i for name in unasked for i in verdicts[name][0].nonzero()[0].tolist()})
    columns = ["entity", *_columns(plan.terms.values())]
    table = profile.select(columns).take(pa.array(rows, pa.int64())).to_pylist()
    hand, taken = items_in_hand(work), taken_before(work)
    made = []
    for place, row in zip(rows, table, strict=True):
        entity = str(row["entity"])
        decided: dict[str, matching.Verdict] = {
            name: "yes" if yes[place] else "no" if no[place] else "unknown"
            for name, (yes, no) in verdicts.items()
        }
        found = claims_by_verdict(
            pack,
            row,
            decided,
            asof=work.asof,
            taken=taken.get(entity, ()),
            items_in_hand=hand.get(entity, frozenset()),
            plan=plan,
        )
        made += [
            Payment(entity, claim, _consent_needed(pack, claim.offering))
            for claim in found
            if claim.without_application
        ]
    return sorted(made, key=lambda p: (p.entity, p.claim.offering))


def budgets(paid: Sequence[Payment]) -> dict[str, dict[str, int]]:
    """Give by subsidy how many subjects are paid, and how much in all."""
    found: dict[str, dict[str, int]] = {}
    for payment in paid:
        assert payment.claim.amount_fen is not None, "what is paid has a sum"
        each = found.setdefault(payment.claim.offering, {"subjects": 0, "amount_fen": 0})
        each["subjects"] += 1
        each["amount_fen"] += payment.claim.amount_fen
    return dict(sorted(found.items()))


def _evidence(pack: Pack) -> list[str]:
    forms = [offering.subsidy for offering in pack.offerings.values()]
    return sorted({item for form in forms if form is not None for item in form.evidence})


def _is_unasked(pack: Pack, name: str) -> bool:
    form = pack.offerings[name].subsidy
    return form is not None and form.without_application


def _payment_names(pack: Pack) -> dict[str, str]:
    names = {}
    for name in subsidy_names(pack):
        offering = pack.offerings[name]
        assert offering.subsidy is not None, "it is a subsidy"
        for said in (offering.label.zh, *offering.subsidy.paid_as):
            names[said] = name
    return names


def _columns(plans: Iterable[TermsPlan]) -> list[str]:
    return sorted({c for p in plans for typed in p.expressions.values() for c in typed.columns})


def _consent_needed(pack: Pack, name: str) -> tuple[str, ...]:
    form = pack.offerings[name].subsidy
    assert form is not None, "it is a subsidy"
    return tuple(item for item in form.evidence if pack.items[item].consent != "none")
