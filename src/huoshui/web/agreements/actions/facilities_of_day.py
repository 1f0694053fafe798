"""End of day for facilities: what is undrawn leaves the books on the day after the term's last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from huoshui.web.agreements.actions.end_of_day import CLOSER
from huoshui.web.agreements.actions.facility_books import facility_hold, facility_keep
from huoshui.web.agreements.models import Agreement
from huoshui.web.agreements.rules.limits import FACILITY
from huoshui.web.audit.actions.acting import acting


def facilities_book(*, at: dt.datetime, asof: dt.date) -> Iterator[dict[str, Any]]:
    """Book what time alone did to facilities by the end of a day, each in its own transaction.

    Only those that wake by then are looked at; whoever is killed between two leaves the others.
    """
    with acting(CLOSER):
        waking = Agreement.objects.filter(kind=FACILITY, wakes_on__lte=asof).order_by("id")
        wanted = list(waking.values_list("id", flat=True))
    for facility in wanted:
        if (told := _book(facility, at=at, asof=asof)) is not None:
            yield told


def _book(facility: UUID, *, at: dt.datetime, asof: dt.date) -> dict[str, Any] | None:
    with acting(CLOSER):
        held = facility_hold(facility)
        if held is None or held.wakes_on is None or held.wakes_on > asof:
            return None  # another process was here first
        facility_keep(CLOSER, held, at=at, today=asof, cause=f"{held.ref}:eod")
        return {"ref": held.ref, "state": held.state, "booked_until": str(held.booked_until)}
