"""Where a subject stands among the titles, which are next, and what each would open.

What a title opens is found by the ordinary matching of the row as it is and of the row in which the
title is held: the offerings whose verdict turns to yes, with their terms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huoshui.matching.build import Offer
from huoshui.matching.explain import explain_one
from huoshui.matching.moved import Rules
from huoshui.matching.plan import Plan
from huoshui.matching.questions import ask, question_of
from huoshui.matching.schema import Verdict
from huoshui.matching.terms import terms_of
from huoshui.policy.schema import Title

Row = Mapping[str, object]


@dataclass(frozen=True)
class Rung:
    """One title for one subject."""

    title: str
    layer: int | None
    held: bool | None  # None: nobody knows, or no record tells
    verdict: Verdict  # whether its conditions are met
    is_next: bool  # not held, and what must be held before it is
    opens: tuple[Offer, ...]  # what holding it would turn to yes

    def subsidy_fen(self, subsidies: frozenset[str]) -> int | None:
        """Add up what subsidies it would open, where all amounts are known."""
        amounts = [o.terms.amount_fen for o in self.opens if o.offering in subsidies]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if len(known) == len(amounts) else None


def ladder(
    rules: Rules,
    row: Row,
    *,
    asof: dt.date,
    plan: Plan,
    titles: Sequence[str] | None = None,
) -> list[Rung]:
    """Give every title (or those named) in the order of the ladder; `plan` is the offerings'."""
    pack, whole = rules.pack, rules.whole_row(row)
    held = {name: _held(title, whole) for name, title in pack.titles.items()}
    found = []
    for name in pack.titles if titles is None else titles:
        title = pack.titles[name]
        is_open = not title.after or any(held.get(before) for before in title.after)
        found.append(
            Rung(
                title=name,
                layer=title.layer,
                held=held[name],
                verdict=ask(rules, question_of(rules, "titles", name), whole, asof=asof).verdict,
                is_next=held[name] is not True and is_open,
                opens=() if held[name] else opened(rules, title, whole, asof=asof, plan=plan),
            )
        )
    return sorted(found, key=lambda r: (r.layer is None, r.layer or 0, r.title))


def _held(title: Title, row: Row) -> bool | None:
    value = row.get(title.held) if title.held else None
    return value if isinstance(value, bool) else None


def opened(rules: Rules, title: Title, row: Row, *, asof: dt.date, plan: Plan) -> tuple[Offer, ...]:
    """Give the offerings that turn to yes once a title is held, in the order of their rank."""
    if title.held is None:
        return ()
    carried = set(rules.downstream([title.held]))
    moving = {title.held} | {
        c for c in rules.inputs if c in carried or rules.rating_of.get(c) in carried
    }
    reading = [
        name
        for name, clauses in plan.clauses.items()
        if any(not moving.isdisjoint(clause.whole.columns) for clause in clauses)
    ]
    now = {
        t.offering: t for t in explain_one(rules.pack, row, asof=asof, plan=plan, offerings=reading)
    }
    after = rules.moved(row, {title.held: True}, asof=asof)
    found = []
    for then in explain_one(rules.pack, after, asof=asof, plan=plan, offerings=reading):
        if then.verdict == "yes" and now[then.offering].verdict != "yes":
            terms = terms_of(plan.terms[then.offering], after, asof=asof)
            found.append(Offer(then.offering, then, terms))
    return tuple(sorted(found, key=lambda offer: offer.terms.rank))
