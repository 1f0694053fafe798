"""Subsidies over facts: what proves a claim, what was paid before, whom the office pays unasked.

What was paid is read from the treasury's own records, where a payment is named after a subsidy (or
by a name that the subsidy's file gives); a payment of another name is of no subsidy known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from huoshui import matching
from huoshui.entities.sql import within_relation
from huoshui.kernel.sql import quoted
from huoshui.matching.subsidies import Claim, Taken, claims_by_verdict, subsidy_names
from huoshui.matching.terms import TermsPlan
from huoshui.pipeline.run import Work
from huoshui.pipeline.subsidy_items import (
    PAID,
    PAYMENTS,
    evidence_items,
    in_hand,
    payment_names,
)
from huoshui.policy.pack import Pack


@dataclass(frozen=True)
class Payment:
    """What the office pays a subject without being asked."""

    entity: str
    claim: Claim
    consent_needed: tuple[str, ...]  # items of its evidence that are read under consent


def items_in_hand(work: Work, entities: Sequence[str]) -> dict[str, frozenset[str]]:
    """Give for each entity the items of evidence of which a fact is known on the day."""
    found: dict[str, set[str]] = {entity: set() for entity in entities}
    with _among(work, entities):
        for item in evidence_items(work.pack):
            table = work.engine.query(f"SELECT entity FROM {in_hand(item)} WHERE {_IS_ASKED}")
            for entity in table["entity"].to_pylist():
                found[entity].add(item)
    return {entity: frozenset(items) for entity, items in found.items()}


def taken_before(work: Work, entities: Sequence[str]) -> dict[str, list[Taken]]:
    """Give for each entity what was paid of the subsidies known here, in the order of the days."""
    names = payment_names(work.pack)
    found: dict[str, list[Taken]] = {entity: [] for entity in entities}
    if PAYMENTS not in work.pack.items or not names:
        return found
    with _among(work, entities):
        table = work.engine.query(f"SELECT * FROM {PAID} WHERE {_IS_ASKED} ORDER BY ALL")
    for row in table.to_pylist():
        amount = row["amount_fen"]
        taken = Taken(
            names[row["programme"]], row["paid_on"], None if amount is None else int(amount)
        )
        found[row["entity"]].append(taken)
    return {entity: sorted(each, key=lambda t: t.on) for entity, each in found.items()}


_ASKED = "subsidies_asked_for"
_IS_ASKED = within_relation("entity", _ASKED)


@contextmanager
def _among(work: Work, entities: Sequence[str]) -> Iterator[None]:
    """Name the entities that are asked for, as a relation."""
    work.engine.arrow(_ASKED, pa.table({"entity": pa.array(entities, pa.string())}))
    yield
    work.engine.drop(_ASKED)


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
        taken=taken_before(work, [entity])[entity],
        items_in_hand=items_in_hand(work, [entity])[entity],
        plan=plan,
    )


def payments(work: Work) -> list[Payment]:
    """Give everything that the office may pay today without an application, by entity."""
    pack = work.pack
    plan = matching.compile(pack, asof=work.asof, offerings=subsidy_names(pack))
    unasked = [n for n in plan.offerings if _is_unasked(pack, n)]
    if not unasked:
        return []
    columns = sorted({*plan.columns, *_columns(plan.terms.values())})
    listed = ", ".join(quoted(name) for name in ("entity", *columns))
    asked = [
        _asked(plan, unasked, part)
        for part in work.engine.parts(f"SELECT {listed} FROM profile ORDER BY entity")
    ]
    made = []
    for rows, words in asked:
        entities = [str(row["entity"]) for row in rows]
        hand, taken = items_in_hand(work, entities), taken_before(work, entities)
        for row, decided in zip(rows, words, strict=True):
            entity = str(row["entity"])
            found = claims_by_verdict(
                pack,
                row,
                decided,
                asof=work.asof,
                taken=taken[entity],
                items_in_hand=hand[entity],
                plan=plan,
            )
            made += [
                Payment(entity, claim, _consent_needed(pack, claim.offering))
                for claim in found
                if claim.without_application
            ]
    return sorted(made, key=lambda p: (p.entity, p.claim.offering))


def _asked(
    plan: matching.Plan, unasked: Sequence[str], part: pa.Table
) -> tuple[list[dict[str, Any]], list[dict[str, matching.Verdict]]]:
    """Give the rows that may be paid unasked, and each one's verdict on every subsidy."""
    words = plan.evaluate(part)
    verdicts = {name: matching.decoded(words, n) for n, name in enumerate(plan.offerings)}
    rows = sorted({i for name in unasked for i in verdicts[name][0].nonzero()[0].tolist()})
    columns = ["entity", *_columns(plan.terms.values())]
    table = part.select(columns).take(pa.array(rows, pa.int64())).to_pylist()
    decided: list[dict[str, matching.Verdict]] = [
        {
            name: "yes" if yes[place] else "no" if no[place] else "unknown"
            for name, (yes, no) in verdicts.items()
        }
        for place in rows
    ]
    return table, decided


def budgets(paid: Sequence[Payment]) -> dict[str, dict[str, int]]:
    """Give by subsidy how many subjects are paid, and how much in all."""
    found: dict[str, dict[str, int]] = {}
    for payment in paid:
        assert payment.claim.amount_fen is not None, "what is paid has a sum"
        each = found.setdefault(payment.claim.offering, {"subjects": 0, "amount_fen": 0})
        each["subjects"] += 1
        each["amount_fen"] += payment.claim.amount_fen
    return dict(sorted(found.items()))


def _is_unasked(pack: Pack, name: str) -> bool:
    form = pack.offerings[name].subsidy
    return form is not None and form.without_application


def _columns(plans: Iterable[TermsPlan]) -> list[str]:
    return sorted({c for p in plans for typed in p.expressions.values() for c in typed.columns})


def _consent_needed(pack: Pack, name: str) -> tuple[str, ...]:
    form = pack.offerings[name].subsidy
    assert form is not None, "it is a subsidy"
    return tuple(item for item in form.evidence if pack.items[item].consent != "none")
