"""A platform on which something of everything has happened, and strangers in every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.urls import URLPattern, get_resolver

from huoshui.web.agreements.actions.agreements import Offer, agreement_make
from huoshui.web.agreements.actions.facilities import facility_draw
from huoshui.web.agreements.actions.loans import Sent
from huoshui.web.agreements.models import Agreement
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions import applications, documents
from huoshui.web.cases.models import Decision
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.parties.models import Consent, Person
from huoshui.web.parties.queries.actors import ACTING_AS
from tests.web.cases.given import TODAY, UNTIL, WAN, Stage
from tests.web.insights.given import AT

SECRET = "机密甲科技有限公司"
"""The name of the firm that strangers must not meet on any page."""

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Walk every address of the platform."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: Any, before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield here, pattern


@dataclass
class World:
    """What happened, by the ids that addresses name, and who did it."""

    ids: dict[str, UUID]
    owner: Actor
    officer: Actor
    stage: Stage


def happened(stage: Stage) -> World:
    """Let a firm apply, be approved by rule, accept, and give a paper; ask a job."""
    owner, officer = stage.owner(), stage.officer()
    stage.parties.owner.execute(
        "UPDATE parties_subject SET name = %s WHERE id = %s", [SECRET, owner.subject]
    )
    case = stage.draft(owner)
    with acting(owner):
        document = documents.document_add(
            owner,
            at=AT,
            today=TODAY,
            case=case.id,
            kind="purpose_proof",
            name="proof.pdf",
            body=PDF,
        )
        applications.application_submit(
            owner, at=AT, today=TODAY, case=case.id, consent_until=UNTIL
        )
    with acting(owner):
        applications.offer_accept(owner, at=AT, today=TODAY, case=case.id)
        decision = Decision.objects.get(case=case.id)
        agreement = Agreement.objects.get(case_id=case.id)
        consent = Consent.objects.get(case_id=case.id)
        job = job_ask(owner, at=AT, task="insights.facts", args={}, key="one")
    limit, drawn = _drawn_under_a_limit(owner, officer)
    found = {
        "case": case.id,
        "limit": limit,
        "drawn": drawn,
        "document": document.id,
        "decision": decision.id,
        "agreement": agreement.id,
        "consent": consent.id,
        "job": job.id,
    }
    return World(found, owner, officer, stage)


def _drawn_under_a_limit(owner: Actor, officer: Actor) -> tuple[UUID, UUID]:
    """Let the firm accept a limit without conditions, and the bank pay an amount out under it."""
    offer = Offer(
        ref="L-LIMIT", kind="loan", offering="park_quick_loan", institution=officer.institution,
        subject=owner.subject, subject_name=SECRET, case=uuid4(), amount_fen=WAN, rate_bp=400,
        fee_bp=None, months=12, pack_digest="", conditions=(),
    )  # fmt: skip
    with acting(owner):
        limit = agreement_make(owner, at=AT, on=TODAY, offer=offer).id
    with acting(officer):
        loan = facility_draw(
            Sent(officer, AT, TODAY, "drawn"), agreement=limit, amount_fen=WAN // 2, on=TODAY
        )
    return limit, loan.id


@dataclass(frozen=True)
class Stranger:
    """Somebody in a role, who has nothing to do with what happened."""

    role: str
    actor: Actor
    client: Client


def strangers(world: World) -> list[Stranger]:
    """Put somebody into every role of the packs, at another bank, firm or desk."""
    made = []
    for role in pack_on(TODAY).roles.values():
        if role.party == "subject":
            actor = world.stage.owner()
        elif role.party == "institution":
            actor = world.stage.parties.institution("huoshui_rural_bank")
        else:
            actor = Actor(role.party, role.id, person=world.stage.parties.person())
        assert actor.person is not None
        made.append(Stranger(role.id, actor, signed_in(world.stage, actor, role.id)))
    return made


def signed_in(stage: Stage, actor: Actor, role: str) -> Client:
    """Sign an actor in, in a role."""
    membership = uuid4()
    if actor.kind != "person":
        stage.parties.owner.execute(
            "INSERT INTO parties_membership (id, person_id, institution_id, subject_id, role, "
            "valid_from) VALUES (%s, %s, %s, %s, %s, %s)",
            [membership, actor.person, actor.institution, actor.subject, role, TODAY],
        )
    client = Client(raise_request_exception=True)
    client.force_login(Person.objects.get(id=actor.person))
    session = client.session
    session[ACTING_AS] = str(membership)
    session.save()
    return client
