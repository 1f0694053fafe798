"""Makers: firms of the small region that a rule approves, their banks, and applications."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from huoshui.matching import Asked, Limits, automatic
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on, plan_of
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions import applications
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries.reading import reading_of
from tests.web.insights.given import AT, Parties

TODAY = dt.date(2026, 11, 20)
UNTIL = AT + dt.timedelta(days=180)
LOAN, BANK = "trust_easy_loan", "joint_stock_branch"
WAN = 1_000_000
"""Ten thousand yuan in fen."""


def permissions(role: str) -> frozenset[str]:
    return frozenset(pack_on(TODAY).roles[role].may)


@dataclass
class Stage:
    """A database with a loaded snapshot, and whoever is needed on it."""

    parties: Parties
    rows: list[dict[str, Any]]
    used: list[str] = field(default_factory=list)

    def officer(self, role: str = "bank_officer", bank: str = BANK) -> Actor:
        actor = self.parties.institution(bank)
        return replace(actor, role=role, permissions=permissions(role))

    def owner(self, *, approved: bool = True, loan: str = LOAN) -> Actor:
        """Admit a firm that the loan's rule approves (or refers); give its owner."""
        self.officer()  # the bank is there before anybody applies to it
        actor = self.parties.subject(self.entity(approved=approved, loan=loan))
        return replace(actor, role="firm_owner", permissions=permissions("firm_owner"))

    def entity(self, *, approved: bool = True, loan: str = LOAN) -> str:
        """Give an entity that the loan's rule approves (or refers), another one each time."""
        entity = next(each for each in self._entities(loan, approved) if each not in self.used)
        self.used.append(entity)
        return entity

    def _entities(self, loan: str, approved: bool) -> Iterator[str]:
        pack = pack_on(TODAY)
        plan, limits = plan_of(pack), Limits(0, 0, 10**12)
        asked = Asked(20 * WAN, 12, pack.offerings[loan].purposes[0])
        wanted = "approve" if approved else "refer"
        for row in self.rows:
            found = automatic(pack, loan, row, asked, limits, asof=TODAY, plan=plan)
            if found.outcome == wanted:
                yield str(row["entity"])

    def consent(self, owner: Actor, officer: Actor, loan: str = LOAN, **more: Any) -> UUID:
        return self.parties.consent(owner, officer, reading_of(pack_on(TODAY), loan).own, **more)

    def draft(self, owner: Actor, **more: Any) -> Case:
        said: dict[str, Any] = {
            "key": str(uuid4()),
            "offering": LOAN,
            "amount_fen": 20 * WAN,
            "months": 12,
            "purpose": "working_capital",
            **more,
        }
        with acting(owner):
            return applications.application_open(owner, at=AT, today=TODAY, **said)

    def submitted(self, owner: Actor, **more: Any) -> Case:
        """Submit an application; the rule has been asked when this returns."""
        case = self.draft(owner, **more)
        with acting(owner):
            applications.application_submit(
                owner, at=AT, today=TODAY, case=case.id, consent_until=UNTIL
            )
        return seen(owner, case)


def seen(viewer: Actor, case: Case) -> Case:
    """Read a case anew as somebody sees it."""
    with acting(viewer):
        return Case.objects.get(id=case.id)
