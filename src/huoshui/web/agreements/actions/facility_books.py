"""Keep what is undrawn of a facility beside the books, in the transaction that changes it.

Whoever changes a facility, or a loan under it, holds the facility's row first: so draws that come
at the same moment are judged one after the other, and together they never exceed the limit.  An
account with a floor of nothing says the same once more, in the database itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from huoshui.kernel.errors import Problem
from huoshui.web.agreements.models import Agreement, Condition
from huoshui.web.agreements.queries.facilities import Facility, facility_of
from huoshui.web.agreements.queries.securities import securities
from huoshui.web.agreements.rules.booking import by_day
from huoshui.web.agreements.rules.facility import may_draw
from huoshui.web.agreements.rules.limits import FACILITY
from huoshui.web.agreements.rules.security import may_draw_on
from huoshui.web.agreements.rules.undrawn import least_undrawn, undrawn_postings
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.posting import Wanted, vouchers_post
from huoshui.web.ledger.rules.entries import Booking

RULES = "facility"
"""The posting rules that facilities are booked by."""

NEXT_DAY = dt.timedelta(1)


def facility_hold(facility: UUID | None) -> Agreement | None:
    """Hold the row of a facility until the transaction ends: who holds it changes what is drawn."""
    if facility is None:
        return None
    held = Agreement.objects.select_for_update().filter(id=facility, kind=FACILITY)
    return held.first()  # type: ignore[no-any-return]


def facility_keep(
    actor: Actor,
    held: Agreement,
    *,
    at: dt.datetime,
    today: dt.date,
    cause: str,
    before: Mapping[UUID, int] | None = None,
) -> None:
    """Bring the books of a facility that is held to what it now comes to.

    `cause` names what changed it, once for ever; `before` says how many events of a stream had
    been told when it was booked last, where one has been added since.
    """
    facility = facility_of(actor, held, today=today)
    assert facility is not None, "what is held is a facility"
    booked = held.booked_until
    until = max(today, booked or today)
    known = () if booked is None else facility.heard(before or {}).moves(booked)
    changes = undrawn_postings(known, facility.moves(until))
    pack = pack_on(today)
    rule = f"{RULES}@{pack.digest}"
    wanted = [
        Wanted(f"{cause}:{until}:undrawn:{day}", Booking(RULES, day, cause, rule=rule), entries)
        for day, entries in sorted(by_day(pack, changes, agreement=held.ref, by=RULES).items())
    ]
    if wanted:
        vouchers_post(
            actor, at=at, institution=held.institution_id, wanted=wanted, subject=held.subject_id,
            pack=pack,
        )  # fmt: skip
    held.booked_until, held.wakes_on = until, wakes_on(facility, until)
    held.state = facility.standing(until)
    held.save(update_fields=["booked_until", "wakes_on", "state"])


def wakes_on(facility: Facility, day: dt.date) -> dt.date | None:
    """Give the day on which time alone changes what is undrawn: none, once it is over.

    Besides the end of the term that is what was paid in advance, when it is set against principal.
    """
    ground = facility.ground(day)
    if not ground.is_in_force(day) or ground.until is None:
        return None
    has_surplus = any(each.state(day).surplus_fen > 0 for each in facility.loans)
    return day + NEXT_DAY if has_surplus else ground.until + NEXT_DAY


def draw_problems(
    actor: Actor, held: Agreement, *, amount_fen: int, on: dt.date, today: dt.date
) -> list[Problem]:
    """Give the reasons why nothing is drawn under a facility that is held; none: it may be."""
    facility = facility_of(actor, held, today=today)
    assert facility is not None, "what is held is a facility"
    state = facility.state(on)
    until = state.ground.until
    last = today if until is None else max(on, min(today, until))
    least_fen = least_undrawn(facility.moves(last), start=on, end=last)
    labels = dict(Condition.objects.filter(agreement=held).values_list("code", "label"))
    found = may_draw(
        state, amount_fen, conditions=facility.conditions, least_fen=least_fen, labels=labels
    )
    given = securities(actor, held, today=today)
    return [*found, *may_draw_on((each.state, each.register) for each in given)]
