"""Who bears which part of a loss, and who funds the pool, for one subject under an arrangement.

Only the parts are said here; an amount of money is split by the sharing engine.  A part that
nobody here knows is None, and so is whatever rests on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from huoshui.kernel.trace import Trace
from huoshui.policy.expression import Scope, Type, check, evaluate_row, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Bearer, Funder, Sharing
from huoshui.policy.schema.parts import Mark
from huoshui.policy.scope import profile_scope

BOUNDS: Mapping[str, tuple[bool, bool]] = {
    "exactly": (True, True),
    "at_least": (True, False),
    "at_most": (False, True),
    "remainder": (False, False),
}
"""Whether a share stated so is a least and a most; what is not lies anywhere from 0 to 1."""


@dataclass(frozen=True)
class Part:
    """One bearer's or funder's part of the whole; None is unknown."""

    id: str
    share: Decimal | None
    bound: str  # as the rule states it: exactly, at_least, at_most or remainder
    cite: str


@dataclass(frozen=True)
class ScopeTrace:
    """Whether one condition of being in an arrangement holds, and how that came about."""

    id: str
    verdict: Mark
    trace: Trace


@dataclass(frozen=True)
class Shares:
    """An arrangement as it is for one subject."""

    sharing: str
    is_in_scope: Mark  # whether the subject's loans are among those it is for
    clauses: tuple[ScopeTrace, ...]
    bearers: tuple[Part, ...]
    funders: tuple[Part, ...]

    @property
    def is_known(self) -> bool:
        """Tell whether every bearer's part is known."""
        return all(part.share is not None for part in self.bearers)

    @property
    def total(self) -> Decimal | None:
        """Add the bearers' parts up; None where one is unknown."""
        return _sum([part.share for part in self.bearers])


def shares_of(pack: Pack, sharing: str, row: Mapping[str, object], *, asof: dt.date) -> Shares:
    """Evaluate an arrangement's parts for one row of the profile.

    The remainder is what the stated parts leave, each taken at its stated bound: where the rule
    says at most 40 %, the remainder is that beside 40 %.
    """
    assert asof == pack.asof, "a pack says what it says on its own day"
    definition = pack.sharings[sharing]
    scope = profile_scope(pack, definition.values)
    clauses = tuple(
        ScopeTrace(clause.id, _verdict(trace), trace)
        for clause in definition.clauses
        for trace in (
            evaluate_row(check(parse(clause.when), scope, type=Type.FLAG), row, asof=asof),
        )
    )
    return Shares(
        sharing=sharing,
        is_in_scope=_all([clause.verdict for clause in clauses]),
        clauses=clauses,
        bearers=_bearers(definition, scope, row, asof),
        funders=tuple(
            Part(funder.id, _share(funder, scope, row, asof), "exactly", str(funder.cite))
            for funder in definition.funders
        ),
    )


def _bearers(
    definition: Sharing, scope: Scope, row: Mapping[str, object], asof: dt.date
) -> tuple[Part, ...]:
    stated = {
        bearer.id: _share(bearer, scope, row, asof)
        for bearer in definition.bearers
        if bearer.bound != "remainder"
    }
    taken = _sum(list(stated.values()))
    left = None if taken is None else 1 - taken
    return tuple(
        Part(bearer.id, stated.get(bearer.id, left), bearer.bound, str(bearer.cite))
        for bearer in definition.bearers
    )


def _share(
    part: Bearer | Funder, scope: Scope, row: Mapping[str, object], asof: dt.date
) -> Decimal | None:
    if part.share is None:
        return None
    typed = check(parse(part.share), scope, type=Type.NUMBER, unit="ratio")
    return exact(evaluate_row(typed, row, asof=asof).value)


def exact(value: object) -> Decimal | None:
    """Give the decimal that a double was written as: shares are written in a few digits."""
    return None if value is None else Decimal(repr(value))


def _sum(shares: Sequence[Decimal | None]) -> Decimal | None:
    known = [share for share in shares if share is not None]
    return sum(known, Decimal(0)) if len(known) == len(shares) else None


def _verdict(trace: Trace) -> Mark:
    if trace.value is None:
        return "unknown"
    return "yes" if trace.value is True else "no"


def _all(verdicts: Sequence[Mark]) -> Mark:
    if "no" in verdicts:
        return "no"
    return "unknown" if "unknown" in verdicts else "yes"
