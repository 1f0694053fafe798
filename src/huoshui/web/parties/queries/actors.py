"""Who acts in a request: the person signed in, in one of the roles that they have on the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user
from django.db.models import Q

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Role
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import NOBODY, Actor
from huoshui.web.parties.models import Membership, Person

ACTING_AS = "acting_as"
"""Key of the session: the membership that somebody acts in, or ONESELF."""

ONESELF = "oneself"


@dataclass(frozen=True)
class Standing:
    """A role that somebody may act in, with the party it is for."""

    key: str  # the membership's id, or ONESELF
    actor: Actor
    party: Any  # Institution, Subject, or None
    role: Role


def oneself(person: Person) -> Actor:
    """Give a person acting for themselves, before any role is known."""
    return Actor("person", person.name, person=person.id)


def standings(person: Person, day: dt.date) -> list[Standing]:
    """Give every role a person has on a day, their own last."""
    pack = pack_on(day)
    with acting(oneself(person)):
        held = list(
            Membership.objects.filter(
                Q(valid_until=None) | Q(valid_until__gt=day), person=person, valid_from__lte=day
            ).order_by("valid_from", "id")
        )
    found = []
    for membership in held:
        role = pack.roles.get(membership.role)
        if role is None:
            continue  # a role that the packs no longer have permits nothing
        actor = Actor(
            kind=role.party,
            name=person.name,
            person=person.id,
            subject=membership.subject_id,
            institution=membership.institution_id,
            role=role.id,
            permissions=frozenset(role.may),
        )
        found.append(Standing(str(membership.id), actor, _party(membership, actor), role))
    return [*found, *_own(person, pack)]


def _party(membership: Membership, actor: Actor) -> Any:
    with acting(actor):
        return membership.institution or membership.subject


def _own(person: Person, pack: Pack) -> list[Standing]:
    roles = [role for role in pack.roles.values() if role.party == "person"]
    return [
        Standing(
            ONESELF,
            Actor(
                "person",
                person.name,
                person=person.id,
                role=role.id,
                permissions=frozenset(role.may),
            ),
            None,
            role,
        )
        for role in roles[:1]
    ]


def actor_of_session(request: Any, day: dt.date) -> tuple[Actor, list[Standing]]:
    """Give the actor of a request and all the roles that they could act in."""
    person = get_user(request)
    if not isinstance(person, Person):
        return NOBODY, []
    found = standings(person, day)
    if not found:
        return oneself(person), []
    wanted = request.session.get(ACTING_AS)
    chosen = next((s for s in found if s.key == wanted), found[0])
    return chosen.actor, found


def person_named(viewer: Actor, person: UUID) -> str:
    """Give a person's name, for showing who did what."""
    return Person.objects.filter(id=person).values_list("name", flat=True).first() or ""
