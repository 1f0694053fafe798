"""Jobs of cases: ask an offering's rule, and decide again from the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from huoshui.pipeline.requests import Request, perform
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.cases.actions.deciding import DECIDE, decide_automatically
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries.decisions import REPLAY, decision_inputs
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import Tell, deed


@deed(DECIDE, zh="自动审批", en="ask the offering's rule")
def decide(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Ask the rule of an application that has not been asked; done twice it changes nothing."""
    with acting(SYSTEM):
        case = Case.objects.get(id=UUID(job.args["case"]))
    today = dt.date.fromisoformat(job.args["today"])
    made = decide_automatically(case, at=at, today=today)
    return {"decision": str(made.id) if made else None, "outcome": made.outcome if made else None}


@deed(REPLAY, zh="重演审批决定", en="decide again from the facts")
def replay(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Make a decision's report anew in a process of its own, and compare it by the byte."""
    with acting(SYSTEM):
        inputs = decision_inputs(job.args["decision"])
    made = perform(
        Request("replay", {"inputs": {**inputs, "asof": inputs["asof"].isoformat()}}),
        home=settings.HUOSHUI_HOME,
        packs=settings.HUOSHUI_PACKS,
        on_progress=tell,
    )
    # The report itself stays with the decision; kept here too it would say everything twice.
    kept = {name: value for name, value in made.items() if name != "report"}
    return {"decision": inputs["decision"], **kept}
