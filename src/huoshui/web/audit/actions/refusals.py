"""Record a refusal: in a transaction of its own, since the one that was refused rolled back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from huoshui.kernel.errors import Problem
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor

REFUSED = "refused"
"""The action of every refusal."""


def refusal_record(
    actor: Actor,
    *,
    at: dt.datetime,
    problems: Iterable[Problem],
    path: str,
    object_kind: str = "page",
    object_id: object | None = None,
) -> int:
    """Append what was refused, to whom, where and why; give the entry's number."""
    said = [problem.to_dict() for problem in problems]
    with acting(actor):
        return entry_add(
            actor,
            at=at,
            action=REFUSED,
            object_kind=object_kind,
            object_id=path if object_id is None else object_id,
            subject=actor.subject,
            institution=actor.institution,
            reason=str(said[0]["code"]) if said else None,
            payload={"path": path, "problems": said},
        )
