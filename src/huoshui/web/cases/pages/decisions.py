"""One decision with everything it rests on, and deciding it again from the facts."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render

from huoshui.web.audit.pages.doors import door
from huoshui.web.cases.pages.finding import found_or_404
from huoshui.web.cases.queries.decisions import REPLAY, decision, decision_inputs
from huoshui.web.cases.queries.shown import decision_evidence, decision_shown
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.models import Job
from huoshui.web.insights.queries.policy import policy_at

REPLAYS_SHOWN = 5


@door("case.read")
def decision_page(request: Any, wanted: UUID) -> HttpResponse:
    """Show a decision: its reasons, the evidence in plain words, and replays of it."""
    found = found_or_404(lambda: decision(request.actor, wanted))
    pack = policy_at(found.pack_digest, found.asof).pack
    replays = Job.objects.filter(task=REPLAY, args__decision=str(found.id))
    shown = {
        **decision_shown(pack, found),
        "case": found.case,
        "offering": pack.offerings.get(found.offering),
        "evidence": decision_evidence(pack, found),
        "withheld_count": len(found.inputs.get("withheld", ())),
        "replays": list(replays.order_by("-asked_at")[:REPLAYS_SHOWN]),
        "may_replay": request.actor.may("decision.replay") and bool(found.evidence_sha256),
        "is_inside": request.actor.kind != "subject",
        "problems": request.problems,
    }
    return render(request, "cases/decision.html", shown)


@door("decision.replay", methods=("POST",), again=decision_page)
def replay_post(request: Any, wanted: UUID) -> HttpResponse:
    """Ask for a decision to be decided again from the facts, in a process of its own."""
    found = found_or_404(lambda: decision(request.actor, wanted))
    decision_inputs(found.id)  # refuses where there is nothing to replay
    job_ask(
        request.actor,
        at=request.at,
        task=REPLAY,
        args={"decision": str(found.id)},
        key=f"{found.id}:{request.POST.get('key') or uuid4()}"[:100],
        institution=request.actor.institution,
    )
    return redirect("cases:decision", found.id)
