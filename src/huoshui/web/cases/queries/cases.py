"""Cases as their sides see them: one case, its history, lists and queues."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from huoshui.policy.machine import (
    Acting,
    ActorView,
    CaseView,
    Machine,
    Made,
    Open,
    machine_of,
    moves_open,
)
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case, CaseParty, Decision, Document, Move
from huoshui.web.cases.rules.refusals import CaseRefusal, DocumentRefusal
from huoshui.web.parties.models import Institution

NEED, APPLICATION = "need", "financing_application"
LISTING = "product_listing"
"""The workflows that pages know by name; all else about them is the packs'."""

PAGE = 50
"""Rows of a page of a list."""


def case(viewer: Actor, wanted: UUID) -> Case:
    """Give one case, or refuse if there is none that the viewer may see."""
    found = Case.objects.filter(id=wanted).first()
    if found is None:
        raise CaseRefusal.UNKNOWN.refuse()
    return found


def case_of_kind(viewer: Actor, wanted: UUID, kind: str) -> Case:
    """Give one case of a kind, or refuse."""
    found = case(viewer, wanted)
    if found.kind != kind:
        raise CaseRefusal.UNKNOWN.refuse()
    return found


def machine_on(kind: str, today: dt.date) -> Machine:
    """Give a workflow as it is on a day."""
    return machine_of(pack_on(today), kind)


def acting_in(actor: Actor, case: Case) -> Acting:
    """Give an actor as a case knows them: for the institution that it is about, its proposer."""
    if actor.kind == "institution" and case.about_id == actor.institution is not None:
        return ActorView("proposer", actor.person, actor.permissions)
    return actor


def opening_of(machine: Machine, actor: Actor) -> str:
    """Name the move by which an actor opens a case: their party's, or else the first."""
    is_about = machine.workflow.about == "institution" and actor.kind == "institution"
    party = "proposer" if is_about else actor.kind
    own = [name for name in machine.workflow.openings if machine.moves[name].party == party]
    return own[0] if own else machine.workflow.opening


def decided_states(machine: Machine) -> frozenset[str]:
    """Give the states in which the institution has nothing left to decide."""
    approved = {move.to for move in machine.moves.values() if "approve" in move.effects}
    return approved | {name for name, state in machine.states.items() if state.ends}


def view_of(case: Case) -> CaseView:
    """Give a case as the machine reads it."""
    moves = Move.objects.filter(case=case).order_by("n").values_list("move", "by", "at")
    kinds = Document.objects.filter(case=case).values_list("kind", flat=True)
    return CaseView(
        state=case.state,
        fields=case.fields,
        due_at=case.due_at,
        moves=tuple(Made(*each) for each in moves),
        documents=frozenset(kinds),
    )


def moves_of(viewer: Actor, case: Case) -> list[Move]:
    """Give the moves of a case that the viewer may see, in order."""
    return list(Move.objects.filter(case=case).order_by("n"))


def moves_now(viewer: Actor, case: Case, *, at: dt.datetime, today: dt.date) -> list[Open]:
    """Give the moves that the viewer's role may make now, each with what stands in its way."""
    machine, known_as = machine_on(case.kind, today), acting_in(viewer, case)
    return moves_open(machine, view_of(case), known_as, facts={}, at=at)


def documents_of(viewer: Actor, case: Case) -> QuerySet[Document]:
    """Give a case's documents without their bodies."""
    return Document.objects.filter(case=case).defer("body").order_by("at")


def document(viewer: Actor, wanted: UUID) -> Document:
    """Give one document with its body, or refuse if there is none that the viewer may see."""
    found = Document.objects.filter(id=wanted).first()
    if found is None:
        raise DocumentRefusal.NOT_THERE.refuse()
    return found


def decisions_of(viewer: Actor, case: Case) -> list[Decision]:
    """Give what was decided on a case, in order, without the evidence's text."""
    return list(Decision.objects.filter(case=case).defer("evidence").order_by("n"))


def cases_of(viewer: Actor, kind: str) -> QuerySet[Case]:
    """Give the subject's own cases of a kind, the latest moved first."""
    return (
        Case.objects.filter(kind=kind, subject_id=viewer.subject)
        .select_related("institution")
        .order_by("-moved_at", "id")
    )


def listings(viewer: Actor) -> list[Case]:
    """Give the proposals that the viewer's institution made or decides on, the latest first."""
    found = Case.objects.filter(kind=LISTING, about__isnull=False)
    return list(found.select_related("about", "institution").order_by("-moved_at", "id")[:200])


@dataclass(frozen=True)
class Filters:
    """What a queue is narrowed by."""

    states: tuple[str, ...] = ()
    offering: str | None = None
    words: str = ""  # of the subject's name or code
    is_late: bool = False


@dataclass(frozen=True)
class Page:
    """Part of a list, and the key of the next part."""

    cases: Sequence[Case]
    next: str | None
    total: int


def queue(
    viewer: Actor,
    *,
    at: dt.datetime,
    filters: Filters | None = None,
    after: str | None = None,
    kind: str = APPLICATION,
) -> Page:
    """Give the viewer's institution's applications, the soonest due first, a page at a time."""
    filters = filters or Filters()
    found = Case.objects.filter(kind=kind, shown_at__isnull=False, institution__isnull=False)
    if filters.states:
        found = found.filter(state__in=filters.states)
    if filters.offering:
        found = found.filter(offering=filters.offering)
    if filters.words:
        words = filters.words.strip()
        found = found.filter(
            Q(subject_name__icontains=words) | Q(subject_code=words) | Q(ref__icontains=words)
        )
    if filters.is_late:
        found = found.filter(due_at__lte=at)
    total = found.count()
    # What has no deadline has ended, and comes last: the latest moved first.
    key = _key(after)
    if key is not None:
        due, moved, last = key
        if due is not None:
            found = found.filter(
                Q(due_at__gt=due)
                | Q(due_at=due, moved_at__lt=moved)
                | Q(due_at=due, moved_at=moved, id__gt=last)
                | Q(due_at__isnull=True)
            )
        else:
            found = found.filter(
                Q(due_at__isnull=True) & (Q(moved_at__lt=moved) | Q(moved_at=moved, id__gt=last))
            )
    from_here = list(_ordered(found)[: PAGE + 1])
    more = len(from_here) > PAGE
    rows = from_here[:PAGE]
    return Page(rows, _key_of(rows[-1]) if more else None, total)


def counts(viewer: Actor, kind: str = APPLICATION) -> Mapping[str, int]:
    """Count the institution's cases by state."""
    shown = Case.objects.filter(kind=kind, shown_at__isnull=False, institution__isnull=False)
    return {each["state"]: each["n"] for each in shown.values("state").annotate(n=Count("id"))}


def needs_shown(viewer: Actor) -> list[tuple[Case, CaseParty]]:
    """Give the needs that were shown to the viewer's institution, the newest first."""
    shown = CaseParty.objects.select_related("case").filter(case__kind=NEED)
    own = shown.filter(institution_id=viewer.institution).order_by("-since", "id")
    return [(party.case, party) for party in own[:200]]


def answers_of(viewer: Actor, need: Case) -> list[dict[str, Any]]:
    """Give the answers to a need that the viewer may see, the latest of each institution last."""
    answers = Move.objects.filter(case=need, institution_id__isnull=False).order_by("n")
    names = Institution.objects.in_bulk([each.institution_id for each in answers])
    return [
        {
            "move": each,
            "institution": names[each.institution_id],
            "offering": each.fields.get("offering"),
        }
        for each in answers
        if each.fields.get("offering")
    ]


def institutions_shown(viewer: Actor, need: Case) -> list[Institution]:
    """Give the institutions that a need was shown to."""
    ids = CaseParty.objects.filter(case=need).values_list("institution_id", flat=True)
    return list(Institution.objects.filter(id__in=list(ids)).order_by("code"))


def _ordered(found: QuerySet[Case]) -> QuerySet[Case]:
    return found.order_by(F("due_at").asc(nulls_last=True), "-moved_at", "id")


def _key_of(case: Case) -> str:
    said = [case.due_at and case.due_at.isoformat(), case.moved_at.isoformat(), str(case.id)]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _key(after: str | None) -> tuple[dt.datetime | None, dt.datetime, UUID] | None:
    if not after:
        return None
    try:
        due, moved, last = json.loads(base64.urlsafe_b64decode(after.encode()))
        return (
            dt.datetime.fromisoformat(due) if due else None,
            dt.datetime.fromisoformat(moved),
            UUID(last),
        )
    except (ValueError, TypeError, AttributeError):
        return None  # a key that was tampered with begins the list anew
