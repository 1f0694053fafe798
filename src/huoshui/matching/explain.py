"""Why an offering is open to one subject or not: every clause, asked of its profile row alone.

This takes the other way through the rule language than the bulk (row by row, traced) and must
come to the same verdicts; tests hold the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from huoshui.kernel.citation import Citation
from huoshui.kernel.trace import Trace
from huoshui.matching.clauses import Kind, OfferingClause
from huoshui.matching.plan import MatchingRefusal, Plan, compile, unknown_name
from huoshui.matching.schema import Verdict
from huoshui.policy.expression import evaluate_row
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Label
from huoshui.ratings.ops.clauses import truth_of


@dataclass(frozen=True, eq=False)
class Finding:
    """What a condition came to for one row; all clauses that ask the same of it share one."""

    verdict: bool | None
    columns: Mapping[str, object]  # read of the profile, with their values
    trace: Trace = field(repr=False)

    @classmethod
    def of(cls, clause: OfferingClause, row: Mapping[str, object], asof: dt.date) -> Finding:
        """Ask what a clause asks of one row."""
        trace = evaluate_row(clause.whole.typed, row, asof=asof)
        return cls(truth_of(trace), {name: row[name] for name in clause.whole.columns}, trace)

    @cached_property
    def key(self) -> Hashable:
        """Give what tells it from other findings in words, of plain values."""
        # The type tells 1, 1.0 and true apart, which are equal.
        read = [(name, type(value).__name__, value) for name, value in self.columns.items()]
        return self.verdict, tuple(read)


@dataclass(frozen=True, slots=True)
class ClauseTrace:
    """What one clause came to, with what it read and what it compared with."""

    clause: OfferingClause
    finding: Finding

    @property
    def id(self) -> str:
        """Name the clause within its offering."""
        return self.clause.id

    @property
    def say(self) -> Label:
        """Give the sentence of the clause, with its holes."""
        return self.clause.say

    @property
    def cite(self) -> Citation:
        """Give the place that the clause is read from."""
        return self.clause.cite

    @property
    def values(self) -> Mapping[str, Cited | None]:
        """Give the values of the offering that the clause or its sentence names."""
        return self.clause.values

    @property
    def evidence(self) -> str | None:
        """Name what a rule wants to see where the clause is open."""
        return self.clause.evidence

    @property
    def implied(self) -> bool:
        """Tell whether the clause comes from whom the offering is for."""
        return self.clause.implied

    @property
    def verdict(self) -> bool | None:
        """Tell whether the clause holds; None is unknown."""
        return self.finding.verdict

    @property
    def columns(self) -> Mapping[str, object]:
        """Give the columns that were read, with their values."""
        return self.finding.columns

    @property
    def trace(self) -> Trace:
        """Give every part of the condition with its value."""
        return self.finding.trace

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
    found: dict[int, Finding] = {}
    return [_offering(plan, name, row, asof, found) for name in wanted]


def _offering(
    plan: Plan,
    name: str,
    row: Mapping[str, object],
    asof: dt.date,
    found: dict[int, Finding],
) -> OfferingTrace:
    traces, verdicts = [], set()
    for clause, number in zip(plan.clauses[name], plan.asked[name], strict=True):
        finding = found.get(number)
        if finding is None:
            found[number] = finding = Finding.of(clause, row, asof)
        traces.append(ClauseTrace(clause, finding))
        verdicts.add(finding.verdict)
    verdict: Verdict = "no" if False in verdicts else "unknown" if None in verdicts else "yes"
    return OfferingTrace(name, verdict, tuple(traces), plan.kind)


def trace_clause(clause: OfferingClause, row: Mapping[str, object], asof: dt.date) -> ClauseTrace:
    """Ask one clause of one row."""
    return ClauseTrace(clause, Finding.of(clause, row, asof))
