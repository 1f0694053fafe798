"""Decisions with all that is needed to decide them again."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Decision
from huoshui.web.cases.rules.refusals import DecisionRefusal

REPLAY = "cases.replay"
"""The job that decides again from the facts."""


def decision(viewer: Actor, wanted: UUID) -> Decision:
    """Give one decision, or refuse if there is none that the viewer may see."""
    found = Decision.objects.select_related("case").filter(id=wanted).first()
    if found is None:
        raise DecisionRefusal.NO_DECISION.refuse(decision=wanted)
    return found


def decision_inputs(wanted: UUID | str) -> dict[str, Any]:
    """Give what a decision was a function of, and the digest that it must come to again.

    `withheld` names the columns that no consent let the institution read: they were unknown to
    it, whatever the facts say.
    """
    try:
        found = Decision.objects.filter(id=UUID(str(wanted))).first()
    except ValueError:
        found = None
    if found is None:
        raise DecisionRefusal.NO_DECISION.refuse(decision=wanted)
    if not found.evidence_sha256:
        raise DecisionRefusal.NO_EVIDENCE.refuse(decision=wanted)
    return {
        "decision": str(found.id),
        "entity": found.entity,
        "known": found.known,
        "asof": found.asof,
        "pack_digest": found.pack_digest,
        "offering": found.offering,
        "asked": found.inputs["asked"],
        "limits": found.inputs["limits"],
        "withheld": found.inputs.get("withheld", []),
        "evidence_sha256": found.evidence_sha256,
        "evidence": found.evidence,
    }


def evidence_of(decision: Decision) -> dict[str, Any] | None:
    """Give the report that a decision rests on, as data."""
    if not decision.evidence:
        return None
    made: dict[str, Any] = json.loads(decision.evidence)
    return made
