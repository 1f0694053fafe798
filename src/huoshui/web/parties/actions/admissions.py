"""Parties are admitted by the operator: institutions, subjects, people, roles and links."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from huoshui.policy.schema import Institution as Definition
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.parties.models import EntityLink, Institution, Membership, Person, Subject
from huoshui.web.parties.rules.refusals import AdmissionRefusal


@transaction.atomic
def institution_admit(
    actor: Actor, *, at: dt.datetime, definition: Definition, parent: Institution | None = None
) -> Institution:
    """Admit an institution of the packs; admitting it again brings its names up to date."""
    actor.need("institution.admit")
    admitted, is_new = Institution.objects.update_or_create(
        code=definition.id,
        defaults={
            "kind": definition.kind,
            "label_zh": definition.label.zh,
            "label_en": definition.label.en,
            "region": definition.region,
            "fictional": definition.fictional,
            "parent": parent,
        },
        create_defaults={
            "kind": definition.kind,
            "label_zh": definition.label.zh,
            "label_en": definition.label.en,
            "region": definition.region,
            "fictional": definition.fictional,
            "parent": parent,
            "admitted_at": at,
        },
    )
    if is_new:
        _tell(actor, at, "institution.admitted", "institution", admitted.id, admitted.code)
    return admitted


@transaction.atomic
def subject_admit(
    actor: Actor,
    *,
    at: dt.datetime,
    kind: str,
    code: str | None,
    name: str,
    entity: str | None,
    valid_from: dt.date,
    fictional: bool = False,
) -> Subject:
    """Admit a subject and link it to its resolved entity; admitting it again changes nothing."""
    actor.need("subject.admit")
    found = Subject.objects.filter(code=code).first() if code else None
    if found is not None:
        return found
    subject = Subject.objects.create(
        kind=kind,
        code=code,
        name=name,
        sort_key=_in_pinyin(name),
        fictional=fictional,
        admitted_at=at,
    )
    _tell(actor, at, "subject.admitted", "subject", subject.id, name, subject=subject.id)
    if entity is not None:
        entity_link(
            actor, at=at, subject=subject.id, entity=entity, valid_from=valid_from, how="code"
        )
    return subject


@transaction.atomic
def entity_link(
    actor: Actor,
    *,
    at: dt.datetime,
    subject: UUID,
    entity: str,
    valid_from: dt.date,
    how: str,
) -> EntityLink:
    """Say which entity a subject is from a day on; an earlier link ends there and stays known."""
    actor.need("subject.admit")
    EntityLink.objects.filter(subject_id=subject, valid_until=None).update(valid_until=valid_from)
    link = EntityLink.objects.create(
        subject_id=subject, entity=entity, valid_from=valid_from, how=how, linked_at=at
    )
    _tell(actor, at, "subject.linked", "subject", subject, entity, subject=subject)
    return link


@transaction.atomic
def person_admit(
    actor: Actor,
    *,
    at: dt.datetime,
    sign_in: str,
    name: str,
    password: str,
    person_ref: str | None = None,
) -> Person:
    """Admit a person who may sign in; a name that is taken is refused."""
    actor.need("subject.admit")
    sign_in = sign_in.strip().lower()
    if not sign_in or Person.objects.filter(sign_in=sign_in).exists():
        raise AdmissionRefusal.NAME_TAKEN.refuse(name=sign_in)
    if len(password) < PASSWORD_LEAST:
        raise AdmissionRefusal.PASSWORD_SHORT.refuse(least=PASSWORD_LEAST)
    person = Person.objects.create(
        sign_in=sign_in, name=name, password=make_password(password), person_ref=person_ref
    )
    _tell(actor, at, "person.admitted", "person", person.id, name)
    return person


PASSWORD_LEAST = 8
"""Characters of a password; length is what guessing costs."""


@transaction.atomic
def membership_grant(
    actor: Actor,
    *,
    at: dt.datetime,
    person: Person,
    role: str,
    valid_from: dt.date,
    institution: Institution | None = None,
    subject: Subject | None = None,
) -> Membership:
    """Give a person a role, in an institution, for a subject, or with the operator."""
    actor.need("subject.admit" if institution is None else "institution.admit")
    granted, is_new = Membership.objects.get_or_create(
        person=person,
        institution=institution,
        subject=subject,
        role=role,
        valid_until=None,
        defaults={"valid_from": valid_from},
    )
    if is_new:
        _tell(
            actor,
            at,
            "membership.granted",
            "membership",
            granted.id,
            f"{person.sign_in}: {role}",
            subject=subject.id if subject else None,
            institution=institution.id if institution else None,
        )
    return granted


@transaction.atomic
def subject_findable(actor: Actor, *, at: dt.datetime, subject: UUID, findable: bool) -> None:
    """Let institutions find a subject by its public facts, or no longer."""
    actor.need("consent.give" if findable else "consent.withdraw")
    changed = Subject.objects.filter(id=subject, findable_since__isnull=findable)
    if changed.update(findable_since=at if findable else None):
        action = "subject.findable" if findable else "subject.unfindable"
        _tell(actor, at, action, "subject", subject, "", subject=subject)


def _tell(
    actor: Actor,
    at: dt.datetime,
    action: str,
    kind: str,
    object_id: object,
    said: str,
    *,
    subject: UUID | None = None,
    institution: UUID | None = None,
) -> None:
    entry_add(
        actor,
        at=at,
        action=action,
        object_kind=kind,
        object_id=object_id,
        subject=subject,
        institution=institution,
        payload={"said": said},
    )


def _in_pinyin(name: str) -> str:
    from pypinyin import lazy_pinyin  # reads its dictionaries, for which each process would wait

    return "".join(lazy_pinyin(name))
