"""A loan told one day at a time, in plain Python: slow, and without a single shortcut.

Each morning interest grows by a night, then what falls due falls due, then what is late is late,
then the day's events happen.  Penalty is looked up anew from the history of unpaid amounts, so that
days of grace need no bookkeeping.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import Event, standing

NIGHT = dt.timedelta(1)


def fen(amount: Fraction) -> int:
    """Round half up."""
    return int(amount * 2 + 1) // 2


@dataclass
class Bill:
    """An instalment that fell due, with what was unpaid of it at the end of each day."""

    due_on: dt.date
    interest: int
    principal: int
    history: dict[dt.date, tuple[int, int, Fraction]] = field(default_factory=dict)

    def late_from(self, grace: int) -> dt.date:
        return self.due_on + dt.timedelta(grace + 1)


class Diary:
    """What a loan came to, day after day; knows draws, fees, payments, cuts and extensions."""

    def __init__(self, contract: Contract, events: Sequence[Event], asof: dt.date) -> None:
        self.contract, self.asof = contract, asof
        self.bills: list[Bill] = []
        self.left = self.running = 0
        self.night_interest = Fraction(0)
        self.settled = self.cost = self.surplus = 0
        self.charged = {"penalty": 0, "compound": 0}
        self.paid = dict.fromkeys(("cost", "penalty", "compound", "interest", "principal"), 0)
        self.rate, self.plan, self.disturbed = Fraction(0), [], False
        self.matures_on, self.agreed = contract.matures_on, None
        self.planner = contract.planner
        happened = standing(events)
        day = min([each.on for each in happened] or [asof])
        while day <= asof:
            self.morning(day)
            for each in happened:
                if each.on == day:
                    self.happen(each.act, day)
                    self.spend(day)
            for bill in self.bills:
                tonight = Fraction(self.planner.rate_on(day, self.agreed))
                rate = tonight * (10_000 + contract.penalty_uplift_bp) / 10_000
                bill.history[day] = (bill.interest, bill.principal, rate)
            day += NIGHT

    def morning(self, day: dt.date) -> None:
        if self.left or self.bills:
            yesterday = self.planner.rate_on(day - NIGHT, self.agreed)
            self.rate = Fraction(yesterday)
        if self.left:
            night = Fraction(self.left) * self.rate / 360
            self.night_interest += night
        while self.plan and self.plan[0].period_until == day:
            period = self.plan.pop(0)
            whole = fen(self.night_interest) if self.disturbed else period.interest_fen
            principal = min(period.principal_fen, self.left) if self.plan else self.left
            self.left -= principal
            self.bills.append(Bill(period.due_on, whole - self.settled, principal))
            self.night_interest, self.settled = Fraction(0), 0
            if self.plan:
                self.disturbed = self.left != self.plan[0].opening_fen
        self.spend(day)

    def grown(self, day: dt.date, what: str) -> int:
        """All penalty or compound interest that grew to a day, whoever paid it."""
        total = Fraction(0)
        for bill in self.bills:
            open_at = [
                d for d in bill.history if d >= bill.late_from(self.contract.grace_days) - NIGHT
            ]
            is_late = any(sum(bill.history[d][:2]) > 0 for d in open_at if d < day)
            for night, (interest, principal, rate) in bill.history.items():
                if is_late and bill.due_on <= night < day:
                    total += Fraction(principal if what == "penalty" else interest) * rate / 360
        return fen(total) if what == "penalty" or self.contract.compounds else 0

    def overdue_days(self, day: dt.date) -> int:
        late = [
            bill.due_on
            for bill in self.bills
            if bill.interest + bill.principal and day >= bill.late_from(self.contract.grace_days)
        ]
        return (day - min(late)).days if late else 0

    def spend(self, day: dt.date) -> None:
        self.surplus = self.pay(self.surplus, day)

    def pay(self, amount: int, day: dt.date) -> int:
        order = self.contract.order(self.overdue_days(day))
        claims = list(order.claims)
        if order.by == "instalment":
            queue: list[tuple[str, Bill | None]] = []
            for claim in claims:
                if claim in ("cost", "penalty", "compound"):
                    queue.append((claim, None))
                elif ("interest", self.bills[0] if self.bills else None) not in queue:
                    both = [c for c in claims if c in ("interest", "principal")]
                    queue += [
                        (c, bill) for bill in self.bills for c in both if (c, bill) not in queue
                    ]
        else:
            queue = [
                (claim, bill)
                for claim in claims
                for bill in (
                    self.bills if claim in ("interest", "principal") else [None]  # type: ignore[list-item]
                )
            ]
        for claim, bill in queue:
            part = min(amount, self.open(claim, bill, day))
            amount -= part
            self.paid[claim] += part
            if claim == "cost":
                self.cost -= part
            elif bill is None:
                self.charged[claim] += part
            elif claim == "interest":
                bill.interest -= part
            else:
                bill.principal -= part
        return amount

    def open(self, claim: str, bill: Bill | None, day: dt.date) -> int:
        if claim == "cost":
            return self.cost
        if bill is None:
            return self.grown(day, claim) - self.charged[claim]
        return bill.interest if claim == "interest" else bill.principal

    def happen(self, act: Any, day: dt.date) -> None:
        if isinstance(act, ev.Draw):
            self.left = act.amount_fen
            self.planner = self.contract.planner.drawn(day, act.amount_fen)
            self.lay(day)
        elif isinstance(act, ev.Fee):
            self.cost += act.amount_fen
        elif isinstance(act, ev.CutRate):
            self.agreed = act.annual_rate
            if self.plan:
                self.lay(self.plan[0].period_from, is_new=self.plan[0].period_from == day)
        elif isinstance(act, ev.Extend):
            self.matures_on = max(self.matures_on, act.matures_on)  # nothing ends sooner by it
            if self.plan:
                self.lay(self.plan[0].period_from, is_new=self.plan[0].period_from == day)
        elif isinstance(act, ev.Pay):
            self.surplus += act.amount_fen
        elif isinstance(act, ev.Prepay):
            rest = self.pay(act.amount_fen, day)
            interest = min(rest, fen(self.night_interest) - self.settled)
            self.settled += interest
            self.paid["interest"] += interest
            self.disturbed |= interest > 0
            principal = min(rest - interest, self.left)
            self.left -= principal
            self.paid["principal"] += principal
            self.surplus += rest - interest - principal
            if principal and self.plan:
                is_new = self.plan[0].period_from == day and not self.settled
                self.lay(self.plan[0].period_from, is_new=is_new)

    def lay(self, start: dt.date, *, is_new: bool = True) -> None:
        if not self.left:  # interest that is open still falls due at the period's end
            self.plan, self.disturbed = self.plan[:1], True
            if fen(self.night_interest) == self.settled:
                self.plan, self.night_interest, self.settled = [], Fraction(0), 0
            return
        self.plan = list(
            self.planner.plan(
                principal_fen=self.left,
                start=start,
                matures_on=self.matures_on,
                annual_rate=self.agreed,
            )
        )
        self.disturbed = not is_new

    def summary(self) -> dict[str, Any]:
        day = self.asof
        return {
            "undue": self.left,
            "principal": self.left + sum(bill.principal for bill in self.bills),
            "interest": sum(bill.interest for bill in self.bills),
            "running": fen(self.night_interest) - self.settled,
            "penalty": self.grown(day, "penalty") - self.charged["penalty"],
            "compound": self.grown(day, "compound") - self.charged["compound"],
            "cost": self.cost,
            "surplus": self.surplus,
            "overdue_days": self.overdue_days(day),
            "paid": dict(self.paid),
        }
