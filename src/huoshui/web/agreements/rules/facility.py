"""A credit facility: what a bank has granted, what is drawn of it, and what may still be drawn.

Each draw is a loan of its own (借据) with its own stream; the facility counts them.  A revolving
one gives back what is repaid, another does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from huoshui.kernel.errors import Problem, Refusal
from huoshui.web.agreements.rules.loan.state import LoanState


class FacilityRefusal(Refusal):
    """Why nothing is drawn under a facility."""

    NOT_GRANTED = (
        "The facility is not in force on {on}.",
        "Draw within its term, {start} to {end}.",
        "授信在 {on} 未生效或已到期。",
        "请在 {start} 至 {end} 之内提款。",
    )
    FROZEN = (
        "The facility is frozen since {since}: {why}.",
        "Have it released first.",
        "授信自 {since} 起冻结：{why}。",
        "请先解除冻结。",
    )
    SOMETHING_LATE = (
        "A loan under the facility is {days} days late.",
        "Pay what is late first.",
        "该授信下有贷款逾期 {days} 天。",
        "请先还清逾期款项。",
    )
    CONDITIONS_OPEN = (
        "The conditions before a draw are not met: {conditions}.",
        "Have them confirmed first.",
        "放款前提条件尚未满足：{conditions}。",
        "请先逐项确认。",
    )
    ABOVE_AVAILABLE = (
        "{amount_fen} fen is more than the {available_fen} fen still available.",
        "Draw less, or ask for a higher limit.",
        "提款 {amount_fen} 分超过可用额度 {available_fen} 分。",
        "请减少提款，或申请提高额度。",
    )


@dataclass(frozen=True)
class Granted:
    """The limit from a day to a day, last included; a later one takes its place."""

    limit_fen: int
    until: dt.date
    is_revolving: bool


@dataclass(frozen=True)
class LimitSet:
    """The limit is another from now on; lower than what is drawn, nothing more is drawn."""

    limit_fen: int


@dataclass(frozen=True)
class Frozen:
    """Nothing is drawn until it is released."""

    why: str


@dataclass(frozen=True)
class Released:
    """What froze it is over."""


@dataclass(frozen=True)
class ConditionMet:
    """A condition before the first draw is met."""

    condition: str


FacilityAct = Granted | LimitSet | Frozen | Released | ConditionMet


@dataclass(frozen=True)
class FacilityEvent:
    """Something that happened to a facility: known as number `n`, counting from `on`."""

    n: int
    on: dt.date
    act: FacilityAct


@dataclass(frozen=True)
class FacilityState:
    """A facility as it stands on a day, with the loans drawn under it."""

    asof: dt.date
    granted_on: dt.date | None
    until: dt.date | None
    is_revolving: bool
    limit_fen: int
    frozen_since: dt.date | None
    frozen_why: str
    met: frozenset[str]
    drawn_fen: int  # ever, by all its loans
    owed_fen: int  # principal that is open
    overdue_days: int  # of its latest loan

    @property
    def available_fen(self) -> int:
        """What may still be drawn, conditions apart."""
        used = self.owed_fen if self.is_revolving else self.drawn_fen
        return max(0, self.limit_fen - used)


def fold_facility(
    events: Iterable[FacilityEvent], loans: Sequence[LoanState], *, asof: dt.date
) -> FacilityState:
    """Give a facility's state at the end of a day; its loans are folded as of the same day."""
    assert all(each.asof == asof for each in loans), "its loans stand as of the same day"
    granted_on = until = since = None
    limit_fen, is_revolving, why = 0, False, ""
    met: set[str] = set()
    for event in sorted(events, key=lambda each: (each.on, each.n)):
        if event.on > asof:
            break
        match event.act:
            case Granted():
                granted_on, until = event.on, event.act.until
                limit_fen, is_revolving = event.act.limit_fen, event.act.is_revolving
            case LimitSet():
                limit_fen = event.act.limit_fen
            case Frozen():
                since, why = event.on, event.act.why
            case Released():
                since, why = None, ""
            case ConditionMet():
                met.add(event.act.condition)
    return FacilityState(
        asof=asof,
        granted_on=granted_on,
        until=until,
        is_revolving=is_revolving,
        limit_fen=limit_fen,
        frozen_since=since,
        frozen_why=why,
        met=frozenset(met),
        drawn_fen=sum(each.drawn_fen for each in loans),
        owed_fen=sum(each.principal_fen for each in loans),
        overdue_days=max((each.overdue_days for each in loans), default=0),
    )


def may_draw(state: FacilityState, amount_fen: int, *, conditions: Iterable[str]) -> list[Problem]:
    """Give the reasons why an amount may not be drawn, the weightiest first; none: it may."""
    found: list[Problem] = []
    on = state.asof
    if state.granted_on is None or state.until is None or on > state.until:
        start, end = state.granted_on or "—", state.until or "—"
        found.append(FacilityRefusal.NOT_GRANTED.problem(on=on, start=start, end=end))
    if state.frozen_since is not None:
        found.append(FacilityRefusal.FROZEN.problem(since=state.frozen_since, why=state.frozen_why))
    if state.overdue_days > 0:
        found.append(FacilityRefusal.SOMETHING_LATE.problem(days=state.overdue_days))
    if open_ := sorted(set(conditions) - state.met):
        found.append(FacilityRefusal.CONDITIONS_OPEN.problem(conditions=", ".join(open_)))
    if amount_fen > state.available_fen:
        found.append(
            FacilityRefusal.ABOVE_AVAILABLE.problem(
                amount_fen=amount_fen, available_fen=state.available_fen
            )
        )
    return found
