"""A loan through time: interest grows, instalments fall due, what is not paid becomes late.

The walk stops only on days on which something happens, and counts exactly (fractions of a fen)
between them; a fen is rounded where it is booked.  It never refuses: whether an event may be
taken is asked before (`accepting`), and what is taken must fold whatever is found out later, so
that money which fits no debt any more is kept as a surplus and never lost.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from huoshui.policy.schema.allocation import CLAIMS, Claim
from huoshui.web.agreements.rules.loan.allocation import Open, allocated
from huoshui.web.agreements.rules.loan.contract import Contract, Order
from huoshui.web.agreements.rules.loan.planning import Period, Planner
from huoshui.web.agreements.rules.loan.state import (
    Fallen,
    LoanState,
    Move,
    Spell,
    Standing,
    Stretch,
    half_up,
)

INTEREST: frozenset[Claim] = frozenset({"interest", "penalty", "compound"})
"""Claims that leave the books when a loan stops accruing."""

BESIDE = frozenset({"accrue", "repay", "waive", "write_off"})
"""What is done to them beside the books then."""


@dataclass
class Owed:
    """An instalment that fell due, and what grew on it while its days of grace ran."""

    n: int
    due_on: dt.date
    principal_fen: int
    interest_fen: int
    principal_left: int
    interest_left: int
    is_late: bool = False
    settled_on: dt.date | None = None
    graced_penalty: Fraction = Fraction(0)
    graced_compound: Fraction = Fraction(0)

    @property
    def is_open(self) -> bool:
        """Whether any of it is left."""
        return self.principal_left > 0 or self.interest_left > 0


def _nothing() -> dict[Claim, int]:
    return dict.fromkeys(CLAIMS, 0)


@dataclass
class Walk:
    """Everything about a loan on the day that the walk has come to."""

    contract: Contract
    day: dt.date
    matures_on: dt.date
    planner: Planner
    drawn_on: dt.date | None = None
    drawn: int = 0
    undue: int = 0
    plan: list[Period] = field(default_factory=list)
    is_smooth: bool = True  # nothing disturbed the period: its interest is the schedule's
    running: Fraction = Fraction(0)  # interest of the period so far
    settled: int = 0  # of it, paid before it is due
    since: dt.date | None = None  # from when the balance counts that it is growing on
    base: Fraction = Fraction(0)  # what it had come to by then
    carried: int = 0  # interest of periods that rested
    agreed_rate: Decimal | None = None  # what stands in place of the contract's rate
    agreed_until: dt.date | None = None
    owed: list[Owed] = field(default_factory=list)
    cost: int = 0
    penalty: Fraction = Fraction(0)  # all that ever grew
    compound: Fraction = Fraction(0)
    penalty_settled: int = 0  # of it, paid, waived or written off
    compound_settled: int = 0
    surplus: int = 0
    received: int = 0
    refunded: int = 0
    refunded_unduly: int = 0  # sent back although, as it turned out, it was owed
    repaid: dict[Claim, int] = field(default_factory=_nothing)
    renewed: int = 0
    waived: dict[Claim, int] = field(default_factory=_nothing)
    written_off: dict[Claim, int] = field(default_factory=_nothing)
    recovered: dict[Claim, int] = field(default_factory=_nothing)
    written_off_on: dt.date | None = None
    written_off_order: Order | None = None
    is_stopped_by_hand: bool = False  # interest is kept beside the books
    is_stopped_by_days: bool = False
    late_since: dt.date | None = None  # of the spell of lateness that runs
    days_most: int = 0
    spells: list[Spell] = field(default_factory=list)
    judged: dict[str, bool | str | None] = field(default_factory=dict)
    class_set: str | None = None
    renewals: list[bool | None] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)

    # -- what is owed ---------------------------------------------------------------------------

    @property
    def penalty_left(self) -> int:
        """Penalty interest that is unpaid, to the fen."""
        return half_up(self.penalty) - self.penalty_settled

    @property
    def compound_left(self) -> int:
        """Interest on unpaid interest that is unpaid, to the fen."""
        return half_up(self.compound) - self.compound_settled

    @property
    def running_left(self) -> int:
        """Interest that is not due yet and unpaid, to the fen."""
        return max(0, half_up(self.running) - self.settled) + self.carried

    @property
    def overdue_days(self) -> int:
        """Days since the oldest late instalment was due."""
        late = next((each for each in self.owed if each.is_late and each.is_open), None)
        return (self.day - late.due_on).days if late else 0

    @property
    def is_accruing(self) -> bool:
        """Whether interest is booked, and not kept beside the books."""
        return not (self.is_stopped_by_hand or self.is_stopped_by_days)

    @property
    def rate(self) -> Decimal:
        """The rate of the day."""
        return self.planner.rate_on(self.day, self.agreed_rate)

    @property
    def late(self) -> tuple[int, int]:
        """Principal and interest that are late, which penalty and compound interest grow on."""
        late = [each for each in self.owed if each.is_late]
        return sum(each.principal_left for each in late), sum(each.interest_left for each in late)

    @property
    def standing(self) -> Standing:
        """Say in one word how it stands."""
        if self.written_off_on is not None:
            return "written_off"
        if self.drawn_on is None:
            return "waiting"
        due = sum(each.principal_left + each.interest_left for each in self.owed)
        claims = self.cost + self.penalty_left + self.compound_left + self.running_left
        if due + claims + self.undue == 0:
            return "closed"
        return "overdue" if any(each.is_late and each.is_open for each in self.owed) else "open"

    def copied(self) -> Walk:
        """Give a walk of its own that goes on from here, to look ahead; its books are empty."""
        return replace(
            self,
            plan=list(self.plan),
            owed=[replace(each) for each in self.owed],
            repaid=dict(self.repaid),
            waived=dict(self.waived),
            written_off=dict(self.written_off),
            recovered=dict(self.recovered),
            spells=list(self.spells),
            judged=dict(self.judged),
            renewals=list(self.renewals),
            moves=[],
            stretches=[],
        )

    def due(self) -> tuple[list[Owed], Open]:
        """Give the open instalments, and all that is due, as a payment is set against it."""
        open_ = [each for each in self.owed if each.is_open]
        parts = tuple((each.interest_left, each.principal_left) for each in open_)
        return open_, Open(self.cost, self.penalty_left, self.compound_left, parts)

    # -- time -----------------------------------------------------------------------------------

    def next_day(self) -> dt.date | None:
        """Give the next day on which something happens of itself."""
        days = [
            each.due_on + dt.timedelta(self.contract.grace_days + 1)
            for each in self.owed
            if each.is_open and not each.is_late
        ]
        days += [self.plan[0].period_until] if self.plan else []
        days += self._stopping_day()
        days += [self.agreed_until] if self.agreed_until else []
        if reset := self.planner.next_reset(self.day):
            days.append(reset)
        return min((day for day in days if day > self.day), default=None)

    def _stopping_day(self) -> list[dt.date]:
        """Give the day on which what is late now will be too late to accrue."""
        above = self.contract.stops_above_days
        if above is None or self.late_since is None or self.is_stopped_by_days:
            return []
        late = next((each for each in self.owed if each.is_late and each.is_open), None)
        return [late.due_on + dt.timedelta(above + 1)] if late else []

    def pass_to(self, day: dt.date) -> None:
        """Let everything grow to a day."""
        start = self.day
        if self.drawn_on is None or self.written_off_on is not None or start == day:
            self.day = day
            return
        rate = self.contract.penalty_rate(self.rate)
        self.day = day
        if self.plan and self.undue:
            if self.since is None:
                self.since, self.base = start, self.running
            self._stretch("interest", start, self.since, self.base, self.undue, self.agreed_rate)
            grown = self.planner.interest(self.undue, self.agreed_rate, self.since, day)
            self.running = self.base + grown
        late_principal = late_interest = 0
        daily = self.planner.daily_interest
        for each in self.owed:
            if each.is_late:
                late_principal += each.principal_left
                late_interest += each.interest_left
            elif each.is_open and day > each.due_on:
                first = max(start, each.due_on)
                each.graced_penalty += daily(each.principal_left, rate, first, day)
                each.graced_compound += daily(each.interest_left, rate, first, day)
        if late_principal:
            self._stretch("penalty", start, start, self.penalty, late_principal, rate)
            self.penalty += daily(late_principal, rate, start, day)
        if late_interest and self.contract.compounds:
            self._stretch("compound", start, start, self.compound, late_interest, rate)
            self.compound += daily(late_interest, rate, start, day)

    def turn(self) -> None:
        """Let fall due, lapse and become late what does so on the day."""
        while self.plan and self.plan[0].period_until <= self.day:
            self._fall(self.plan.pop(0))
        if self.agreed_until is not None and self.agreed_until <= self.day:
            self.change_rate(None, None)
        for each in self.owed:
            last = each.due_on + dt.timedelta(self.contract.grace_days)
            if each.is_open and not each.is_late and self.day > last:
                self._become_late(each)
        self.use_surplus()
        self._heed_days()

    def _fall(self, period: Period) -> None:
        whole = period.interest_fen if self.is_smooth else half_up(self.running)
        self.book("accrue_interest", whole - half_up(self.running))
        interest = max(0, whole - self.settled) + self.carried
        self.running, self.settled, self.carried, self.since = Fraction(0), 0, 0, None
        if period.rests:
            self.carried = interest
        else:
            principal = min(period.principal_fen, self.undue) if self.plan else self.undue
            self.undue -= principal
            if interest or principal:
                self.owed.append(
                    Owed(
                        len(self.owed) + 1, period.due_on, principal, interest, principal, interest
                    )
                )
        self.is_smooth = bool(self.plan) and self._is_as_laid()

    def _become_late(self, each: Owed) -> None:
        each.is_late = True
        grown = half_up(self.penalty + each.graced_penalty) - half_up(self.penalty)
        self.book("accrue_penalty", grown)
        self.penalty += each.graced_penalty
        if self.contract.compounds:
            grown = half_up(self.compound + each.graced_compound) - half_up(self.compound)
            self.book("accrue_compound", grown)
            self.compound += each.graced_compound
        self.book("overdue", each.principal_left)
        self.late_since = self.late_since or each.due_on

    # -- the schedule ---------------------------------------------------------------------------

    def replan(self) -> None:
        """Lay the instalments anew from the running period on, by the terms that now hold."""
        if not self.plan:
            return
        rests = [each for each in self.plan if each.rests]
        start = rests[-1].period_until if rests else self.plan[0].period_from
        self.replace_plan([*rests, *self.laid(start)])

    def change_rate(self, annual_rate: Decimal | None, until: dt.date | None) -> None:
        """Let another rate hold from the day on; none: the contract's."""
        self.agreed_rate, self.agreed_until = annual_rate, until
        self.since = None
        self.replan()

    def laid(self, start: dt.date, *, kept_fen: int | None = None) -> list[Period]:
        """Lay the instalments of what is not due yet, from a day to maturity."""
        if not self.undue:
            return []
        return self.planner.plan(
            principal_fen=self.undue,
            start=start,
            matures_on=self.matures_on,
            annual_rate=self.agreed_rate,
            kept_fen=kept_fen,
        )

    def replace_plan(self, plan: list[Period]) -> None:
        """Put another schedule in force, keeping what the running period has come to."""
        self.since = None  # a balance that changed counts from here
        if not plan and self.plan and self.running_left:
            plan = [replace(self.plan[0], principal_fen=0, opening_fen=0, rests=False)]
        if not plan:
            self.running, self.settled = Fraction(0), 0
        self.plan = plan
        if plan:
            is_new = self.day == plan[0].period_from and not self.running and not self.settled
            self.is_smooth = is_new and self._is_as_laid()

    def _is_as_laid(self) -> bool:
        """Whether the next period begins as its schedule had it, so that its interest holds."""
        return not self.plan[0].rests and self.undue == self.plan[0].opening_fen

    # -- money ----------------------------------------------------------------------------------

    def take(self, amount_fen: int) -> int:
        """Set money against what is due, in the contract's order; give what is left of it."""
        open_, owed = self.due()
        order = self.contract.order(self.overdue_days)
        result = allocated(amount_fen, owed, order)
        for part in result.slices:
            each = None if part.instalment is None else open_[part.instalment]
            self.settle(part.claim, part.amount_fen, each)
            self.repaid[part.claim] += part.amount_fen
            self.book(f"repay_{part.claim}", part.amount_fen)
        self.check_spell()
        return result.rest_fen

    def settle(self, claim: Claim, amount_fen: int, owed: Owed | None) -> None:
        """Take an amount off a claim; of an instalment, where it is one's."""
        self.note_days()
        if claim == "cost":
            self.cost -= amount_fen
        elif claim == "penalty":
            self.penalty_settled += amount_fen
        elif claim == "compound":
            self.compound_settled += amount_fen
        elif owed is not None:
            if claim == "interest":
                owed.interest_left -= amount_fen
            else:
                owed.principal_left -= amount_fen
                self.book("overdue", -amount_fen if owed.is_late else 0)
            owed.settled_on = None if owed.is_open else self.day

    def use_surplus(self) -> None:
        """Set against what is due what was paid too much or in advance."""
        if self.surplus:
            self.surplus = self.take(self.surplus)

    def note_days(self) -> None:
        """Remember the most days of lateness of the spell that runs."""
        self.days_most = max(self.days_most, self.overdue_days)

    def check_spell(self) -> None:
        """End the spell of lateness if nothing is late any more."""
        if self.late_since is not None and not any(e.is_late and e.is_open for e in self.owed):
            self.spells.append(Spell(self.late_since, self.day, self.days_most))
            self.late_since, self.days_most = None, 0

    # -- books ----------------------------------------------------------------------------------

    def book(self, kind: str, amount_fen: int) -> None:
        """Note what is booked on the day; interest of a loan that stopped accruing, beside."""
        if amount_fen:
            verb, _, claim = kind.rpartition("_")
            is_beside = claim in INTEREST and verb in BESIDE and not self.is_accruing
            self.moves.append(Move(self.day, f"{kind}_off" if is_beside else kind, amount_fen))

    def _heed_days(self) -> None:
        """Stop accruing above so many days of lateness, and go on when it is over."""
        above = self.contract.stops_above_days
        if above is None or self.written_off_on is not None:
            return
        if self.late_since is not None and self.overdue_days > above:
            self.hold_accrual(by_days=True)
        elif self.is_stopped_by_days and self.overdue_days <= self.contract.resumes_at_days:
            self.hold_accrual(by_days=False)

    def hold_accrual(self, *, by_hand: bool | None = None, by_days: bool | None = None) -> None:
        """Let a reason to stop accruing begin or end; what is open of interest changes books."""
        was = self.is_accruing
        self.is_stopped_by_hand = self.is_stopped_by_hand if by_hand is None else by_hand
        self.is_stopped_by_days = self.is_stopped_by_days if by_days is None else by_days
        if was != self.is_accruing:
            verb = "suspend" if was else "restore"
            due = sum(each.interest_left for each in self.owed)
            self.book(f"{verb}_interest", due + self.running_left)
            self.book(f"{verb}_penalty", self.penalty_left)
            self.book(f"{verb}_compound", self.compound_left)

    def _stretch(
        self,
        claim: Claim,
        start: dt.date,
        since: dt.date,
        base: Fraction,
        balance: int,
        rate: Decimal | None,
    ) -> None:
        kind = f"accrue_{claim}" if self.is_accruing else f"accrue_{claim}_off"
        self.stretches.append(Stretch(kind, start, self.day, since, base, balance, rate))

    def state(self) -> LoanState:
        """Give how things stand."""
        self.note_days()
        spells = list(self.spells)
        if self.late_since is not None:
            spells.append(Spell(self.late_since, None, self.days_most))
        return LoanState(
            asof=self.day,
            drawn_on=self.drawn_on,
            drawn_fen=self.drawn,
            matures_on=self.matures_on,
            annual_rate=self.rate if self.drawn_on else None,
            fallen=tuple(
                Fallen(
                    n=each.n,
                    due_on=each.due_on,
                    principal_fen=each.principal_fen,
                    interest_fen=each.interest_fen,
                    principal_left_fen=each.principal_left,
                    interest_left_fen=each.interest_left,
                    is_late=each.is_late,
                    settled_on=each.settled_on,
                )
                for each in self.owed
            ),
            coming=tuple(self.plan),
            undue_fen=self.undue,
            running_fen=self.running_left,
            carried_fen=self.carried,
            cost_fen=self.cost,
            penalty_fen=self.penalty_left,
            compound_fen=self.compound_left,
            surplus_fen=self.surplus,
            received_fen=self.received,
            refunded_fen=self.refunded,
            refunded_unduly_fen=self.refunded_unduly,
            repaid=dict(self.repaid),
            renewed_fen=self.renewed,
            waived=dict(self.waived),
            written_off=dict(self.written_off),
            recovered=dict(self.recovered),
            written_off_on=self.written_off_on,
            is_accruing=self.is_accruing,
            is_stopped_by_days=self.is_stopped_by_days,
            spells=tuple(spells),
            judged=dict(self.judged),
            class_set=self.class_set,
            renewals=tuple(self.renewals),
            moves=tuple(self.moves),
            stretches=tuple(self.stretches),
        )
