"""Draw loans, take payments, relieve, write off, reverse: each one event, booked as it happens.

An event is written under the lock of its agreement, with its entry in the record, and in the same
transaction the ledger gets the difference between what was booked and what should have been, each
amount on its own value day.  A key that was sent before gets the first answer, or a refusal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from huoshui.kernel.errors import Refused
from huoshui.kernel.period import add_months, months_between
from huoshui.policy.deciding import decide
from huoshui.policy.schema.parts import Label
from huoshui.web.agreements.actions.agreements import event_add, event_tell, was_sent
from huoshui.web.agreements.actions.cash_names import cash_note
from huoshui.web.agreements.actions.facility_books import (
    draw_problems,
    facility_hold,
    facility_keep,
)
from huoshui.web.agreements.actions.outlooks import (
    Place,
    class_note,
    outlook_keep,
    part_hold,
    place_of,
)
from huoshui.web.agreements.models import Agreement, AgreementEvent, LoanOutlook
from huoshui.web.agreements.queries.loans import Loan, event_problems, loan_of
from huoshui.web.agreements.queries.renewals import RENEWALS, renewal_known
from huoshui.web.agreements.queries.securities import securities
from huoshui.web.agreements.rules.booking import RULES, by_day
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.events import Event, body_of
from huoshui.web.agreements.rules.loan.postings import postings
from huoshui.web.agreements.rules.loan.resets import resets_due
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.refusals import AgreementRefusal
from huoshui.web.agreements.rules.security import may_draw_on
from huoshui.web.agreements.rules.states import EVENTS, RATE_TAKEN, STANDING
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.posting import Wanted, vouchers_post
from huoshui.web.ledger.rules.entries import Booking

SERVICE, RELIEVE = "loan.service", "loan.relieve"
EXTENSIONS = "loan_extension"
"""The table that says for how long a loan may be extended."""


@dataclass(frozen=True)
class Sent:
    """By whom, when and under which key something was sent."""

    actor: Actor
    at: dt.datetime
    today: dt.date
    key: str


def loan_draw(
    sent: Sent,
    *,
    agreement: UUID,
    amount_fen: int,
    on: dt.date,
    currency: str = "CNY",
    plan: tuple[tuple[dt.date, int], ...] = (),
) -> Agreement:
    """Pay a loan out, once its conditions are met; its term runs from the day."""
    months = _agreement(agreement).months or 0
    act = ev.Draw(amount_fen, currency, matures_on=add_months(on, months), plan=plan)
    return event_take(sent, agreement=agreement, act=act, on=on, permission=SERVICE)


def payment_take(
    sent: Sent,
    *,
    agreement: UUID,
    amount_fen: int,
    on: dt.date,
    receipt: str = "",
    currency: str = "CNY",
    is_advance: bool = False,
) -> Agreement:
    """Take in what a borrower paid of what is due; or, once written off, what was recovered."""
    act: ev.Act = ev.Pay(amount_fen, currency, receipt, is_advance)
    if _agreement(agreement).state == "written_off":
        act = ev.Recover(amount_fen, currency, receipt)
    return event_take(sent, agreement=agreement, act=act, on=on, permission=SERVICE)


def loan_prepay(
    sent: Sent,
    *,
    agreement: UUID,
    amount_fen: int,
    mode: ev.Mode,
    on: dt.date,
    receipt: str = "",
    currency: str = "CNY",
) -> Agreement:
    """Take in what a borrower paid before it is due."""
    act = ev.Prepay(amount_fen, mode, currency, receipt)
    return event_take(sent, agreement=agreement, act=act, on=on, permission=SERVICE)


def event_reverse(sent: Sent, *, agreement: UUID, event: int, why: str, on: dt.date) -> Agreement:
    """Take an event back: it never was, and the books get the difference on every day since."""
    act = ev.Reverse(event, why)
    return event_take(sent, agreement=agreement, act=act, on=on, permission=SERVICE)


def loan_relieve(sent: Sent, *, agreement: UUID, act: ev.Act, on: dt.date) -> Agreement:
    """Extend, cut the rate, grant a holiday, waive, class, stop accruing, or write off."""
    kinds = (
        ev.Extend, ev.CutRate, ev.SetRate, ev.Holiday, ev.Waive, ev.Judge, ev.SetClass,
        ev.StopAccrual, ev.ResumeAccrual, ev.WriteOff,
    )  # fmt: skip
    assert isinstance(act, kinds), "what is paid goes another way"
    if isinstance(act, ev.Extend):
        extension_ask(sent, _agreement(agreement), act, on=on)
    return event_take(sent, agreement=agreement, act=act, on=on, permission=RELIEVE)


def loan_deed(sent: Sent, *, agreement: UUID, act: ev.Act, on: dt.date) -> Agreement:
    """Charge a cost or send a surplus back; or relieve, class, stop accruing, write off."""
    if isinstance(act, ev.Fee | ev.Refund):
        return event_take(sent, agreement=agreement, act=act, on=on, permission=SERVICE)
    return loan_relieve(sent, agreement=agreement, act=act, on=on)


def extension_ask(sent: Sent, found: Agreement, act: ev.Extend, *, on: dt.date) -> None:
    """Refuse an extension that, with those before it, is longer than the packs allow."""
    loan = loan_of(sent.actor, found, today=sent.today)
    draw = next((e for e in loan.events if isinstance(e.act, ev.Draw)), None) if loan else None
    if loan is None or draw is None or not isinstance(draw.act, ev.Draw):
        return  # what is not drawn is refused for that
    first = draw.act.matures_on or loan.contract.matures_on
    given = {
        "term_months": found.months,
        "asked_on": on,
        "matures_on": loan.state(on).matures_on,
    }
    outputs = decide(pack_on(sent.today), EXTENSIONS, given, asof=sent.today).outputs
    most = outputs["months_most"]
    assert isinstance(most, int | float), "the table answers where all of it is given"
    months = months_between(act.matures_on, first)
    if act.matures_on > add_months(first, int(most)):
        raise AgreementRefusal.EXTENDED_TOO_FAR.refuse(most=most, months=max(months, 1))


@dataclass(frozen=True)
class Tried:
    """A renewal that may be agreed: both its acts, and the sentence of the row that answers."""

    act: ev.Renew
    draw: ev.Draw
    say: Label | None


def renewal_try(
    sent: Sent, loan: Loan, new: Agreement, *, on: dt.date, given: Mapping[str, object]
) -> Tried:
    """Ask the table of renewals and the new loan whether this may be done, or refuse.

    `given` is what the table asks about the debtor; what the books know goes before it.
    """
    pack = pack_on(sent.today)
    known = {**given, **renewal_known(loan, new, on=on)}
    decision = decide(pack, RENEWALS, known, asof=sent.today)
    if decision.outputs["may_renew"] is not True:
        raise AgreementRefusal.MAY_NOT_RENEW.refuse(row=decision.row or "—")
    keeps = decision.outputs["keeps_class"]
    owed_fen = loan.state(on).principal_fen
    draw = ev.Draw(owed_fen, matures_on=add_months(on, new.months or 0), renews=loan.agreement.ref)
    settle = ev.Renew(owed_fen, new.ref, keeps if isinstance(keeps, bool) else None)
    drawn = _loan(sent, new)
    event = Event(drawn.last + 1, on, draw)
    Refused.raise_any(event_problems(drawn, event, today=sent.today))
    says = {row.id: row.say for row in pack.tables[RENEWALS].rows}
    return Tried(settle, draw, says.get(decision.row or ""))


@transaction.atomic
def loan_renew(
    sent: Sent, *, agreement: UUID, by: UUID, on: dt.date, given: Mapping[str, object]
) -> tuple[Agreement, Agreement]:
    """Settle a loan's principal by drawing another one, without a repayment (无还本续贷)."""
    sent.actor.need(RELIEVE)
    old, new = _agreement(agreement), _agreement(by)
    if AgreementEvent.objects.filter(agreement=by, key=sent.key, kind="draw").exists():
        return old, new  # it was sent before
    tried = renewal_try(sent, _loan(sent, old), new, on=on, given=given)
    drawn = event_take(sent, agreement=by, act=tried.draw, on=on, permission=RELIEVE)
    second = Sent(sent.actor, sent.at, sent.today, f"{sent.key}:renewed")
    return event_take(second, agreement=agreement, act=tried.act, on=on, permission=RELIEVE), drawn


def _loan(sent: Sent, found: Agreement) -> Loan:
    loan = loan_of(sent.actor, found, today=sent.today)
    if loan is None:
        raise AgreementRefusal.NOT_A_LOAN.refuse(ref=found.ref)
    return loan


@transaction.atomic
def event_take(
    sent: Sent, *, agreement: UUID, act: ev.Act, on: dt.date, permission: str
) -> Agreement:
    """Write an event into an agreement's stream and book what it changes, or refuse it."""
    sent.actor.need(permission)
    known = _agreement(agreement)
    held = part_hold(known, today=sent.today)
    facility = facility_hold(known.facility_id)  # before the loan's own row, as everybody does
    found = _agreement(agreement, lock=True)
    place = place_of(found, held)
    kind, body = Event(0, on, act).kind, body_of(act)
    if was_sent(found, key=sent.key, kind=kind, on=on, body=body):
        return found
    loan = loan_of(sent.actor, found, today=sent.today)
    if loan is None:
        raise AgreementRefusal.NOT_A_LOAN.refuse(ref=found.ref)
    if isinstance(act, ev.Draw):
        given = securities(sent.actor, found, today=sent.today)
        Refused.raise_any(may_draw_on((each.state, each.register) for each in given))
        if facility is not None:
            Refused.raise_any(
                draw_problems(
                    sent.actor, facility, amount_fen=act.amount_fen, on=on, today=sent.today
                )
            )
    event = Event(loan.last + 1, on, act, sent.key)
    Refused.raise_any(event_problems(loan, event, today=sent.today))
    event_add(
        sent.actor, found, n=event.n, kind=kind, at=sent.at, on=on,
        body=body, key=sent.key,
    )  # fmt: skip
    _book(sent, loan, event, place, until=sent.today)
    if facility is not None:
        facility_keep(
            sent.actor, facility, at=sent.at, today=sent.today, cause=f"{found.ref}:{event.n}",
            before={found.id: event.n - 1},
        )  # fmt: skip
    _tell(sent, found, event)
    return found


@transaction.atomic
def loan_book(sent: Sent, *, agreement: UUID, until: dt.date) -> Agreement:
    """Book what time alone did to a loan by the end of a day; nothing where that was done."""
    sent.actor.need(SERVICE)
    held = part_hold(_agreement(agreement), today=sent.today)
    found = _agreement(agreement, lock=True)
    place = place_of(found, held)
    loan = loan_of(sent.actor, found, today=sent.today)
    has_outlook = LoanOutlook.objects.filter(agreement=found, part__isnull=False).exists()
    is_behind = place.booked_until is None or place.booked_until < until
    if loan is not None and (is_behind or not has_outlook):
        _book(sent, loan, None, place, until=until)
    return found


def _agreement(wanted: UUID, *, lock: bool = False) -> Agreement:
    # The agreement's row stands for its events: who holds it writes the next one.
    rows = Agreement.objects.select_for_update() if lock else Agreement.objects
    found = rows.filter(id=wanted).first()
    if found is None:
        raise AgreementRefusal.UNKNOWN.refuse()
    return found  # type: ignore[no-any-return]


def _book(sent: Sent, loan: Loan, event: Event | None, place: Place, *, until: dt.date) -> None:
    """Bring the ledger and the list of agreements to what the events now come to."""
    found, pack = loan.agreement, pack_on(sent.today)
    before: LoanState | None = None
    if place.booked_until is not None:
        before = loan.state(place.booked_until)
    until = max(until, place.booked_until or until, place.part.booked_until)
    loan = loan if event is None else replace(loan, events=(*loan.events, event), last=event.n)
    walk = loan.walked(until)
    after = walk.state()
    what = "accrue" if event is None else event.kind
    changes = postings(before, after, planner=loan.contract.planner)
    wanted = [
        Wanted(
            f"{found.ref}:{loan.last}:{until}:{day}",
            Booking(what, day, f"{found.ref} {loan.last}", rule=f"{RULES}@{pack.digest}"),
            entries,
        )
        for day, entries in sorted(by_day(pack, changes, agreement=found.ref).items())
    ]
    if wanted:
        posted = vouchers_post(
            sent.actor, at=sent.at, institution=found.institution_id, wanted=wanted,
            subject=found.subject_id, pack=pack,
        )  # fmt: skip
        if event is not None:
            cash_note(
                sent.actor, institution=found.institution_id, ref=found.ref, event=event,
                events=loan.events, wanted=wanted, posted=posted,
            )  # fmt: skip
    found.booked_until = until
    if after.standing in STANDING:
        found.state = after.standing
    elif event is not None and found.state in STANDING:
        found.state = "ready"  # the draw was reversed
    found.save(update_fields=["state", "booked_until"])
    due = resets_due(walk, loan.taken_on)
    for nth, each in enumerate(due, start=1):
        event_add(
            sent.actor, found, n=loan.last + nth, kind=RATE_TAKEN, at=sent.at, on=each.on,
            body=each.body,
        )  # fmt: skip
    change = outlook_keep(loan, walk, after, place, pack)
    if change is not None:
        n = loan.last + len(due) + 1
        class_note(sent.actor, loan, at=sent.at, on=until, name=change.name, n=n)


def _tell(sent: Sent, found: Agreement, event: Event) -> None:
    label = EVENTS[event.kind]
    words = {
        "zh": f"协议 {found.ref}：{event.on} {label['zh']}",
        "en": f"Agreement {found.ref} {label['en']}, {event.on}",
    }
    event_tell(sent.actor, found, n=event.n, kind=event.kind, at=sent.at, words=words)
