"""Why an offering is open to one subject or not: every clause, asked of its profile row alone.

This takes the other way through the rule language than the bulk (row by row, traced) and must
come to the same verdicts; tests hold the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from huoshui.kernel.citation import Citation
from huoshui.kernel.trace import Trace
from huoshui.matching.clauses import Kind, OfferingClause
from huoshui.matching.plan import MatchingRefusal, Plan, compile, unknown_name
from huoshui.matching.schema import Verdict
from huoshui.policy.expression import Typed, evaluate_row
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Label
from huoshui.ratings.ops.clauses import truth_of


@dataclass(frozen=True)
class ClauseTrace:
    """What one clause came to, with what it read and what it compared with."""

    id: str
    verdict: bool | None
    say: Label
    cite: Citation
    columns: Mapping[str, object]  # read of the profile, with their values
    values: Mapping[str, Cited | None]  # of the offering, that the clause or its sentence names
    evidence: str | None
    implied: bool
    trace: Trace = field(repr=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the columns that are unknown, which is what an unknown verdict comes from."""
        return tuple(name for name, value in self.columns.items() if value is None)


@dataclass(frozen=True)
class OfferingTrace:
    """One subject's verdict for one offering or title, with all its clauses."""

    offering: str  # or the title
    verdict: Verdict
    clauses: tuple[ClauseTrace, ...]
    kind: Kind = "offerings"

    @property
    def failing(self) -> tuple[ClauseTrace, ...]:
        """Give the clauses that say no."""
        return tuple(c for c in self.clauses if c.verdict is False)

    @property
    def unknown(self) -> tuple[ClauseTrace, ...]:
        """Give the clauses that nobody can decide yet."""
        return tuple(c for c in self.clauses if c.verdict is None)


def explain_one(
    pack: Pack,
    row: Mapping[str, object],
    *,
    asof: dt.date,
    plan: Plan | None = None,
    offerings: Sequence[str] | None = None,
) -> list[OfferingTrace]:
    """Ask every clause of every offering (or of those named) of one profile row.

    A plan made before saves compiling again, and may be one of titles; the row holds plain values
    by column.
    """
    plan = plan or compile(pack, asof=asof)
    wanted = plan.offerings if offerings is None else offerings
    for name in wanted:
        if name not in plan.clauses:
            raise unknown_name(plan.kind, name, plan.offerings)
    for name, offering in plan.reads.items():
        if name not in row:
            raise MatchingRefusal.NO_COLUMN.refuse(column=name, offering=offering)
    asked: dict[Typed, Trace] = {}
    return [_offering(plan, name, row, asof, asked) for name in wanted]


def _offering(
    plan: Plan,
    name: str,
    row: Mapping[str, object],
    asof: dt.date,
    asked: dict[Typed, Trace],
) -> OfferingTrace:
    traces = tuple(trace_clause(clause, row, asof, asked) for clause in plan.clauses[name])
    found = {c.verdict for c in traces}
    verdict: Verdict = "no" if False in found else "unknown" if None in found else "yes"
    return OfferingTrace(name, verdict, traces, plan.kind)


def trace_clause(
    clause: OfferingClause,
    row: Mapping[str, object],
    asof: dt.date,
    asked: dict[Typed, Trace] | None = None,
) -> ClauseTrace:
    """Ask one clause of one row; `asked` keeps what was asked before."""
    asked = {} if asked is None else asked
    typed = clause.whole.typed
    trace = asked.get(typed)
    if trace is None:
        asked[typed] = trace = evaluate_row(typed, row, asof=asof)
    return ClauseTrace(
        id=clause.id,
        verdict=truth_of(trace),
        say=clause.say,
        cite=clause.cite,
        columns={name: row[name] for name in clause.whole.columns},
        values=clause.values,
        evidence=clause.evidence,
        implied=clause.implied,
        trace=trace,
    )
