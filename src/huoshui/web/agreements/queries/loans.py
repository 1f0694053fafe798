"""Loans as their two sides see them: folded from events, as of a day, as known at an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from huoshui.cashflow.calendar import Calendar, calendar_of
from huoshui.cashflow.rates import BP, NO_RATES, Rates
from huoshui.explain.reports import citation_report
from huoshui.kernel.citation import Citation
from huoshui.kernel.errors import Problem
from huoshui.policy.pack import Pack
from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.agreements.rules.loan.accepting import may_append
from huoshui.web.agreements.rules.loan.classing import WORDS, Classing
from huoshui.web.agreements.rules.loan.contract import Contract
from huoshui.web.agreements.rules.loan.events import KINDS, Draw, Event, act_of, standing
from huoshui.web.agreements.rules.loan.folding import fold, walked
from huoshui.web.agreements.rules.loan.reclassing import Reclassing
from huoshui.web.agreements.rules.loan.resets import RateTaken, rates_known, taken_of
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.loan.walk import Walk
from huoshui.web.agreements.rules.states import CLASSED, MADE, RATE_TAKEN
from huoshui.web.agreements.rules.terms import contract_of
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor


@dataclass(frozen=True)
class Loan:
    """An agreement with what its life follows from."""

    agreement: Agreement
    terms: dict[str, Any]  # as they were fixed when it was made
    contract: Contract
    events: tuple[Event, ...]
    last: int  # the number of its last event of any kind
    class_noted: str | None = None  # the class that was noted last
    taken: tuple[RateTaken, ...] = ()  # the resets that are kept

    @property
    def taken_on(self) -> dict[dt.date, Decimal]:
        """Give what the reference was at each reset that is kept."""
        return {each.on: each.reference_rate for each in self.taken}

    def state(self, asof: dt.date, *, known: int | None = None) -> LoanState:
        """Fold it as of the end of a day."""
        return fold(self.contract, self.events, asof=asof, known=known)

    def walked(self, asof: dt.date) -> Walk:
        """Walk to the end of a day, to be gone on from."""
        events = [each for each in standing(self.events) if each.on <= asof]
        return walked(self.contract, events, asof=asof)

    def after(self, day: dt.date) -> list[Event]:
        """Give the events that stand and are dated after a day."""
        return [each for each in standing(self.events) if each.on > day]


def loan_of(viewer: Actor, agreement: Agreement, *, today: dt.date) -> Loan | None:
    """Give an agreement's loan; null where it is none, or its terms were never fixed."""
    rows = list(AgreementEvent.objects.filter(agreement=agreement).order_by("n"))
    return loan_made(agreement, rows, pack=pack_on(today))


def loan_made(agreement: Agreement, rows: Sequence[AgreementEvent], *, pack: Pack) -> Loan | None:
    """Make an agreement's loan of all its events, in the order of their numbers."""
    made = next((row for row in rows if row.kind == MADE), None)
    terms = made.body.get("loan") if made else None
    if made is None or terms is None or agreement.rate_bp is None or not agreement.months:
        return None
    taken = tuple(taken_of(row.on, row.body) for row in rows if row.kind == RATE_TAKEN)
    contract = contract_of(
        terms,
        amount_fen=agreement.amount_fen,
        rate_bp=agreement.rate_bp,
        months=agreement.months,
        signed_on=made.on,
        conditions=made.body["conditions"],
        calendar=_calendar(terms["calendar"], pack),
        rates=_rates(terms, taken, pack),
    )
    events = tuple(
        Event(row.n, row.on, act_of(row.kind, row.body), row.key)
        for row in rows
        if row.kind in KINDS
    )
    noted = [row.body["class"] for row in rows if row.kind == CLASSED]
    last = noted[-1] if noted else None
    return Loan(agreement, terms, contract, events, rows[-1].n, last, taken)


def _rates(terms: dict[str, Any], taken: Sequence[RateTaken], pack: Pack) -> Rates:
    """Give what a loan knows of its reference: what its resets took, then what is published."""
    floating = terms.get("floating")
    if floating is None:
        return NO_RATES
    if "agreements.rates" not in pack.remembered:
        pack.remembered["agreements.rates"] = Rates.of(pack)
    published = pack.remembered["agreements.rates"]
    assert isinstance(published, Rates), "only this function writes it"
    kept = {each.on: each.reference_rate for each in taken}
    return rates_known(floating["reference"], kept, published)


def event_problems(loan: Loan, event: Event, *, today: dt.date) -> list[Problem]:
    """Say why an event may not be taken, in words of the packs and the agreement; none: it may."""
    labels = {}
    if isinstance(event.act, Draw):
        rows = Condition.objects.filter(agreement=loan.agreement)
        labels = dict(rows.values_list("code", "label"))
    words = tuple(pack_on(today).vocabularies[WORDS].entries)
    return may_append(loan.contract, loan.events, event, today=today, classes=words, labels=labels)


def _calendar(name: str | None, pack: Pack) -> Calendar | None:
    """Give the calendar, with weekdays for years whose notice is not out: such days may move."""
    if name is None:
        return None
    kept = f"agreements.calendar.{name}"
    if kept not in pack.remembered:
        pack.remembered[kept] = calendar_of(pack, name).provisional()
    found = pack.remembered[kept]
    assert isinstance(found, Calendar), "only this function writes it"
    return found


def reclassing_of(pack: Pack) -> Reclassing:
    """Give the classes of a pack, with what was asked of them before."""
    if "reclassing" not in pack.remembered:
        pack.remembered["reclassing"] = Reclassing(Classing.of(pack))
    found = pack.remembered["reclassing"]
    assert isinstance(found, Reclassing), "only this function writes it"
    return found


def class_of(state: LoanState, today: dt.date) -> dict[str, Any]:
    """Give a loan's class with its name, or what would decide it."""
    pack = pack_on(today)
    found = reclassing_of(pack).classed(state)
    words = pack.vocabularies[WORDS].entries
    return {
        "class": words[found.name].model_dump() if found.name else None,
        "is_bad": found.is_bad,
        "by": found.by,
        "missing": found.missing,
    }


@dataclass(frozen=True)
class RateTold:
    """A loan's rate on a day, and what it follows where it floats."""

    annual_rate: Decimal | None  # null: before the draw
    reference: Any = None  # the reference's label; null: the rate is fixed
    margin_bp: Decimal | None = None
    next_on: dt.date | None = None
    cited: Any = None
    taken: tuple[RateTaken, ...] = ()

    @property
    def annual_bp(self) -> Decimal | None:
        """Give the rate in basis points, as pages write rates."""
        return None if self.annual_rate is None else self.annual_rate * BP

    @property
    def margin_size(self) -> Decimal | None:
        """Give the basis points without their sign."""
        return None if self.margin_bp is None else abs(self.margin_bp)


def rate_told(loan: Loan, asof: dt.date, *, today: dt.date) -> RateTold:
    """Tell what a loan costs on a day, what that follows, and when it is looked at again."""
    walk = loan.walked(asof)
    rate = walk.rate if walk.drawn_on else None
    floating = loan.terms.get("floating")
    if floating is None:
        return RateTold(rate)
    pack = pack_on(today)
    is_over = walk.standing in ("closed", "written_off")
    return RateTold(
        rate,
        pack.constants[floating["reference"]].label,
        Decimal(floating["margin_bp"]),
        walk.planner.next_reset(asof) if walk.drawn_on and not is_over else None,
        citation_report(pack, Citation.parse(floating["cite"])),
        tuple(each for each in loan.taken if each.on <= asof),
    )


@dataclass(frozen=True)
class StatementLine:
    """What an event changed of what is owed."""

    n: int
    on: dt.date
    kind: str
    amount_fen: int | None
    is_reversed: bool
    principal_fen: int  # owed after it
    due_fen: int  # due and unpaid after it
    surplus_fen: int


def statement(loan: Loan, *, asof: dt.date) -> list[StatementLine]:
    """Tell a loan's events by value day, each with what was owed at the end of that day."""
    counted = standing(loan.events)
    found = []
    for event in sorted(loan.events, key=lambda each: each.place):
        if event.on > asof or event.kind in ("condition_met", "judge"):
            continue
        state = loan.state(event.on)
        found.append(
            StatementLine(
                event.n,
                event.on,
                event.kind,
                getattr(event.act, "amount_fen", None),
                event not in counted and event.kind != "reverse",
                state.principal_fen,
                state.due_fen,
                state.surplus_fen,
            )
        )
    return found
