"""Makers: a firm with a limit at a bank, accepted and ready to be drawn under."""

from __future__ import annotations

import datetime as dt
from typing import Any

from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.agreements import condition_meet
from huoshui.web.agreements.actions.facilities import facility_change, facility_draw
from huoshui.web.agreements.models import Agreement, Condition
from huoshui.web.agreements.queries.facilities import Facility, facility_of, undrawn_faults
from huoshui.web.agreements.rules.facility import FacilityAct, FacilityState
from huoshui.web.audit.actions.acting import acting
from huoshui.web.cases.actions.applications import offer_accept
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT

LOAN, BANK = "park_quick_loan", "state_bank_branch"
LIMIT = 200_000_00
MONTHS = 12


class Line:
    """A limit with those who work with it: the firm's owner, an officer, an approver."""

    def __init__(self, stage: Stage) -> None:
        self.owner = stage.owner(loan=LOAN)
        self.officer = stage.officer(bank=BANK)
        self.approver = stage.officer("bank_approver", bank=BANK)
        case = stage.submitted(self.owner, offering=LOAN)
        with acting(self.owner):
            self.id = offer_accept(self.owner, at=AT, today=TODAY, case=case.id).id
        self.count = 0

    def ready(self) -> Line:
        """Have all its conditions confirmed."""
        with acting(self.officer):
            for code in Condition.objects.values_list("code", flat=True):
                condition_meet(self.officer, at=AT, on=TODAY, agreement=self.id, code=code)
        return self

    def sent(self, today: dt.date = TODAY, *, key: str = "", actor: Any = None) -> loans.Sent:
        self.count += 1
        at = AT + (today - TODAY)
        return loans.Sent(actor or self.officer, at, today, key or f"K{self.count}")

    def draw(self, amount_fen: int, *, today: dt.date = TODAY, **said: Any) -> Agreement:
        key, actor = said.pop("key", ""), said.pop("actor", self.officer)
        on = said.pop("on", today)
        with acting(actor):
            return facility_draw(
                self.sent(today, key=key, actor=actor), agreement=self.id,
                amount_fen=amount_fen, on=on, **said,
            )  # fmt: skip

    def repay(self, loan: Agreement, amount_fen: int, *, on: dt.date, today: dt.date) -> None:
        with acting(self.officer):
            loans.loan_prepay(
                self.sent(today), agreement=loan.id, amount_fen=amount_fen, mode="lower", on=on
            )

    def change(self, act: FacilityAct, *, today: dt.date = TODAY, **said: Any) -> Agreement:
        actor, on = said.pop("actor", self.approver), said.pop("on", today)
        with acting(actor):
            return facility_change(
                self.sent(today, actor=actor, **said), agreement=self.id, act=act, on=on
            )

    def facility(self, today: dt.date = TODAY) -> Facility:
        with acting(self.officer):
            found = facility_of(self.officer, Agreement.objects.get(id=self.id), today=today)
        assert found is not None
        return found

    def state(self, on: dt.date = TODAY, *, today: dt.date | None = None) -> FacilityState:
        return self.facility(today or on).state(on)

    def faults(self, *days: dt.date, today: dt.date = TODAY) -> list[str]:
        """Give where the books show another undrawn limit than the fold, as of days."""
        with acting(self.officer):
            return [
                f"{ref} {on}"
                for on in days
                for ref in undrawn_faults(self.officer, today=today, on=on)
            ]
