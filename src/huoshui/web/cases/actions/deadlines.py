"""What is overdue is moved by the system, each case in a transaction of its own."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from huoshui.kernel.errors import Refused
from huoshui.policy.machine import overdue
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.cases.actions.moving import case_move
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries.cases import machine_on, view_of

log = logging.getLogger(__name__)

ONCE_MOST = 500
"""Cases in one go, so that the chore ends before it is due again."""


def deadlines_run(*, at: dt.datetime, today: dt.date) -> int:
    """Make the moves that cases whose time has passed are waiting for; give how many were made."""
    with acting(SYSTEM):
        due = Case.objects.filter(due_at__lte=at).order_by("due_at", "id")
        late = list(due.values_list("id", flat=True)[:ONCE_MOST])
    return sum(_moved(each, at=at, today=today) for each in late)


def _moved(case: UUID, *, at: dt.datetime, today: dt.date) -> bool:
    try:
        with acting(SYSTEM):
            held = Case.objects.select_for_update().get(id=case)
            move = overdue(machine_on(held.kind, today), view_of(held), at=at)
            if move is None:
                return False  # somebody was faster
            case_move(SYSTEM, at=at, today=today, case=case, move=move)
    except Refused as refused:
        log.warning("case %s is overdue and stays: %s", case, refused)
        return False
    return True
