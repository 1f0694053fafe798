"""Makers of parties for tests of the web: institutions, subjects, people and their actors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from huoshui.policy.schema import PERMISSIONS
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.parties.actions.admissions import (
    institution_admit,
    membership_grant,
    person_admit,
    subject_admit,
)
from huoshui.web.parties.models import Institution, Person, Subject

DAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
PASSWORD = "water flows downhill"

OPERATOR = Actor(
    "operator",
    "tests",
    permissions=frozenset(n for n, p in PERMISSIONS.items() if "operator" in p.parties),
)


@dataclass(frozen=True)
class Seated:
    """A person in a role, and the actor they act as."""

    person: Person
    actor: Actor


def later(**by: float) -> dt.datetime:
    """Give a moment after AT."""
    return AT + dt.timedelta(**by)


def institution(code: str) -> Institution:
    """Admit an institution of the demo packs, its parents first."""
    definition = pack_on(DAY).institutions[code]
    parent = institution(definition.branch_of) if definition.branch_of else None
    with acting(OPERATOR):
        return institution_admit(OPERATOR, at=AT, definition=definition, parent=parent)


def subject(name: str, code: str, *, entity: str | None = None, kind: str = "firm") -> Subject:
    """Admit a subject, linked to its entity where one is given."""
    with acting(OPERATOR):
        return subject_admit(
            OPERATOR, at=AT, kind=kind, code=code, name=name, entity=entity, valid_from=DAY
        )


def seated(
    sign_in: str,
    role: str,
    *,
    institution: Institution | None = None,
    subject: Subject | None = None,
) -> Seated:
    """Admit a person into a role; give them and the actor they act as."""
    with acting(OPERATOR):
        person = Person.objects.filter(sign_in=sign_in).first() or person_admit(
            OPERATOR, at=AT, sign_in=sign_in, name=sign_in.title(), password=PASSWORD
        )
        membership_grant(
            OPERATOR,
            at=AT,
            person=person,
            role=role,
            valid_from=DAY,
            institution=institution,
            subject=subject,
        )
    return Seated(person, actor_of(person, role, institution=institution, subject=subject))


def actor_of(
    person: Person,
    role: str,
    *,
    institution: Institution | None = None,
    subject: Subject | None = None,
) -> Actor:
    """Give the actor of a person in a role."""
    found = pack_on(DAY).roles[role]
    return Actor(
        found.party,
        person.name,
        person=person.id,
        subject=subject.id if subject else None,
        institution=institution.id if institution else None,
        role=role,
        permissions=frozenset(found.may),
    )


def oneself(person: Person) -> Actor:
    """Give a person acting for themselves."""
    role = next(r for r in pack_on(DAY).roles.values() if r.party == "person")
    return Actor(
        "person", person.name, person=person.id, role=role.id, permissions=frozenset(role.may)
    )


def ids(*parties: Institution | Subject) -> list[UUID]:
    """Give the ids of parties."""
    return [party.id for party in parties]
