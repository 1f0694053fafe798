"""A credit facility: what a bank has granted, what is drawn of it, and what may still be drawn.

Each draw is a loan of its own (借据) with its own stream; the facility counts them.  A revolving
one gives back what is repaid, another does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huoshui.kernel.errors import Problem, Refusal
from huoshui.kernel.money import written
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
        "放款前提条件尚未满足：{conditions_zh}。",
        "请先逐项确认。",
    )
    ABOVE_AVAILABLE = (
        "{amount} yuan is more than the {available} yuan still available.",
        "Draw less, or ask for a higher limit.",
        "提款 {amount} 元超过可用额度 {available} 元。",
        "请减少提款，或申请提高额度。",
    )
    SOMETHING_LOST = (
        "A loan under the facility was written off.",
        "Nothing more is drawn; recover what was written off.",
        "该授信下有贷款已核销。",
        "不得再提款，请先清收已核销的贷款。",
    )
    NOT_A_FACILITY = (
        "The agreement {ref} is no facility.",
        "Draw it on its own page; only a limit is drawn again and again.",
        "协议 {ref} 不是授信额度。",
        "请在该协议自己的页面放款。",
    )
    RUNS_TOO_LONG = (
        "A draw of {on} may run to {most} at the latest, not to {matures_on}.",
        "Give a day after the draw and not after {most}.",
        "{on} 提取的借据最晚于 {most} 到期，不能到 {matures_on}。",
        "请填写提款日之后、不晚于 {most} 的到期日。",
    )
    IN_THE_FUTURE = (
        "The day {on} is after {today}.",
        "Enter it on its day.",
        "日期 {on} 晚于今天 {today}。",
        "请到当日再录入。",
    )
    ABOVE_AGREED = (
        "{limit} yuan is no limit between nothing and the {most} yuan agreed.",
        "Give a lower one; a higher one is a new application.",
        "额度 {limit} 元不在零与批准的 {most} 元之间。",
        "请填写较低的额度；提高额度须重新申请。",
    )
    NO_CHANGE = (
        "The facility stands so already on {on}.",
        "Nothing is left to do.",
        "该授信在 {on} 已是此状态。",
        "无需再办。",
    )
    NO_REASON = (
        "Nothing is said of why.",
        "Give the reason; both sides read it.",
        "未填写原因。",
        "请填写原因，双方均可看到。",
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


@dataclass(frozen=True)
class Cancelled:
    """It is over before its term: nothing more is drawn, what is owed stays owed."""

    why: str


FacilityAct = Granted | LimitSet | Frozen | Released | ConditionMet | Cancelled

FACILITY_KINDS: Mapping[str, type[FacilityAct]] = {
    "granted": Granted,
    "limit_set": LimitSet,
    "frozen": Frozen,
    "released": Released,
    "condition_met": ConditionMet,
    "cancelled": Cancelled,
}
"""Kinds of event in a facility's own stream."""


def told(act: FacilityAct) -> tuple[str, dict[str, Any]]:
    """Tell an act as an event's kind and body."""
    kind = next(kind for kind, form in FACILITY_KINDS.items() if isinstance(act, form))
    return kind, {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in vars(act).items()
    }


def read(kind: str, body: Mapping[str, Any]) -> FacilityAct:
    """Read an act as `told` wrote it; what else the body says is let pass."""
    form = FACILITY_KINDS[kind]
    said = {name: body[name] for name in form.__annotations__}
    if "until" in said:
        said["until"] = dt.date.fromisoformat(said["until"])
    return form(**said)


@dataclass(frozen=True)
class FacilityEvent:
    """Something that happened to a facility: known as number `n`, counting from `on`."""

    n: int
    on: dt.date
    act: FacilityAct


@dataclass(frozen=True)
class Ground:
    """What a facility's own stream comes to by a day, its loans apart."""

    granted_on: dt.date | None = None
    until: dt.date | None = None
    is_revolving: bool = False
    limit_fen: int = 0
    frozen_since: dt.date | None = None
    frozen_why: str = ""
    cancelled_on: dt.date | None = None
    met: frozenset[str] = frozenset()

    def is_in_force(self, on: dt.date) -> bool:
        """Whether it runs on a day."""
        return self.until is not None and self.cancelled_on is None and on <= self.until


@dataclass(frozen=True)
class FacilityState:
    """A facility as it stands on a day, with the loans drawn under it."""

    asof: dt.date
    ground: Ground
    drawn_fen: int  # ever, by all its loans
    owed_fen: int  # principal that is open
    lost_fen: int  # principal that was written off
    overdue_days: int  # of its latest loan

    @property
    def used_fen(self) -> int:
        """What of the limit is used up: what was written off is not given back."""
        return self.owed_fen + self.lost_fen if self.ground.is_revolving else self.drawn_fen

    @property
    def undrawn_fen(self) -> int:
        """What the bank is still bound to pay out."""
        in_force = self.ground.is_in_force(self.asof)
        return max(0, self.ground.limit_fen - self.used_fen) if in_force else 0

    @property
    def standing(self) -> str:
        """Say in one word how it stands; empty: as its conditions do."""
        if not self.ground.is_in_force(self.asof):
            return "ended"
        return "frozen" if self.ground.frozen_since is not None else ""


def ground_of(events: Iterable[FacilityEvent], *, asof: dt.date) -> Ground:
    """Fold a facility's own stream to the end of a day."""
    granted_on = until = since = cancelled_on = None
    limit_fen, is_revolving, why = 0, False, ""
    met: set[str] = set()
    for event in sorted(events, key=lambda each: (each.on, each.n)):
        if event.on > asof:
            break
        match event.act:
            case Granted():
                granted_on, until, cancelled_on = event.on, event.act.until, None
                limit_fen, is_revolving = event.act.limit_fen, event.act.is_revolving
            case LimitSet():
                limit_fen = event.act.limit_fen
            case Frozen():
                since, why = event.on, event.act.why
            case Released():
                since, why = None, ""
            case Cancelled():
                cancelled_on = event.on
            case ConditionMet():
                met.add(event.act.condition)
    return Ground(
        granted_on, until, is_revolving, limit_fen, since, why, cancelled_on, frozenset(met)
    )


def fold_facility(
    events: Iterable[FacilityEvent], loans: Sequence[LoanState], *, asof: dt.date
) -> FacilityState:
    """Give a facility's state at the end of a day; its loans are folded as of the same day."""
    assert all(each.asof == asof for each in loans), "its loans stand as of the same day"
    return FacilityState(
        asof=asof,
        ground=ground_of(events, asof=asof),
        drawn_fen=sum(each.drawn_fen for each in loans),
        owed_fen=sum(each.principal_fen for each in loans),
        lost_fen=sum(each.written_off.get("principal", 0) for each in loans),
        overdue_days=max((each.overdue_days for each in loans), default=0),
    )


def may_draw(
    state: FacilityState,
    amount_fen: int,
    *,
    conditions: Iterable[str],
    least_fen: int | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Problem]:
    """Give the reasons why an amount may not be drawn, the weightiest first; none: it may.

    `least_fen` is the least that was undrawn from the day on: what is entered late may not take
    what was drawn since.
    """
    found: list[Problem] = []
    on, ground = state.asof, state.ground
    if not ground.is_in_force(on):
        start, end = ground.granted_on or "—", ground.cancelled_on or ground.until or "—"
        found.append(FacilityRefusal.NOT_GRANTED.problem(on=on, start=start, end=end))
    if ground.frozen_since is not None:
        found.append(
            FacilityRefusal.FROZEN.problem(since=ground.frozen_since, why=ground.frozen_why)
        )
    if state.lost_fen > 0:
        found.append(FacilityRefusal.SOMETHING_LOST.problem())
    if state.overdue_days > 0:
        found.append(FacilityRefusal.SOMETHING_LATE.problem(days=state.overdue_days))
    if open_ := sorted(set(conditions) - ground.met):
        named = labels or {}
        found.append(
            FacilityRefusal.CONDITIONS_OPEN.problem(
                conditions=", ".join(named.get(code, {}).get("en", code) for code in open_),
                conditions_zh="、".join(named.get(code, {}).get("zh", code) for code in open_),
            )
        )
    left_fen = max(0, ground.limit_fen - state.used_fen)
    if least_fen is not None:
        left_fen = min(left_fen, least_fen)
    if amount_fen > left_fen:
        found.append(
            FacilityRefusal.ABOVE_AVAILABLE.problem(
                amount=written(amount_fen), available=written(left_fen)
            )
        )
    return found


def may_change(
    ground: Ground, act: FacilityAct, *, on: dt.date, today: dt.date, agreed_fen: int
) -> list[Problem]:
    """Give the reasons why a limit may not be set, frozen, released or cancelled; none: it may."""
    if on > today:
        return [FacilityRefusal.IN_THE_FUTURE.problem(on=on, today=today)]
    if not ground.is_in_force(on):
        start, end = ground.granted_on or "—", ground.cancelled_on or ground.until or "—"
        return [FacilityRefusal.NOT_GRANTED.problem(on=on, start=start, end=end)]
    if isinstance(act, LimitSet) and not 0 <= act.limit_fen <= agreed_fen:
        limit, most = written(act.limit_fen), written(agreed_fen)
        return [FacilityRefusal.ABOVE_AGREED.problem(limit=limit, most=most)]
    if isinstance(act, Frozen | Cancelled) and not act.why.strip():
        return [FacilityRefusal.NO_REASON.problem()]
    is_frozen = ground.frozen_since is not None
    is_same = isinstance(act, LimitSet) and act.limit_fen == ground.limit_fen
    is_same |= isinstance(act, Frozen) and is_frozen
    is_same |= isinstance(act, Released) and not is_frozen
    return [FacilityRefusal.NO_CHANGE.problem(on=on)] if is_same else []
