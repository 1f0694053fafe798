"""Verdicts for everybody at once, their counts, and what is open to one subject, ranked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from huoshui.matching.clauses import Kind
from huoshui.matching.explain import OfferingTrace, explain_one
from huoshui.matching.plan import Plan, compile
from huoshui.matching.schema import decoded
from huoshui.matching.terms import Terms, terms_of
from huoshui.policy.pack import Pack


@dataclass(frozen=True)
class Counts:
    """How many subjects an offering is open to, closed to, or neither as far as is known."""

    offering: str
    yes: int
    no: int
    unknown: int


@dataclass(frozen=True)
class Offer:
    """An offering that is open to a subject, with its clauses and its terms."""

    offering: str
    trace: OfferingTrace
    terms: Terms


def verdicts(
    pack: Pack,
    profile: pa.Table,
    *,
    asof: dt.date,
    reasons: bool = False,
    kind: Kind = "offerings",
) -> pa.Table:
    """Give the verdict words of every row of the profile; see `schema` for how to read them."""
    return compile(pack, asof=asof, kind=kind).evaluate(profile, reasons=reasons)


def counts(words: pa.Table, offerings: Sequence[str]) -> list[Counts]:
    """Count the verdicts of each offering; `offerings` is the order the words were made in."""
    made = []
    for position, name in enumerate(offerings):
        yes, no = (int(side.sum()) for side in decoded(words, position))
        made.append(Counts(name, yes, no, words.num_rows - yes - no))
    return made


def offers(
    pack: Pack,
    row: Mapping[str, object],
    *,
    asof: dt.date,
    plan: Plan | None = None,
    traces: Sequence[OfferingTrace] | None = None,
) -> list[Offer]:
    """Give what is open to one subject, in the order of `terms.Terms.rank`."""
    plan = plan or compile(pack, asof=asof)
    if traces is None:
        traces = explain_one(pack, row, asof=asof, plan=plan)
    made = []
    for trace in traces:
        if trace.verdict == "yes":
            terms = terms_of(plan.terms[trace.offering], row, asof=asof)
            made.append(Offer(trace.offering, trace, terms))
    return sorted(made, key=lambda offer: offer.terms.rank)
