"""Institutions, subjects, people; who acts for whom; consents and the reads made under them.

A party (who signs and owes) is not a resolved entity (what records are about): `EntityLink` joins
the two from a day on, so that merging entities never rekeys an agreement.
"""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Institution(models.Model):
    """A bank, guarantor, insurer, fund manager, office, park or core enterprise, or a branch."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.TextField(unique=True)  # its id in the packs; a branch has one of its own
    kind = models.TextField()
    label_zh = models.TextField()
    label_en = models.TextField()
    region = models.TextField()  # GB/T 2260
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="branches")
    fictional = models.BooleanField(default=False)
    admitted_at = models.DateTimeField()

    @property
    def label(self) -> dict[str, str]:
        """Give its name in both languages."""
        return {"zh": self.label_zh, "en": self.label_en}


class Subject(models.Model):
    """Who applies: a firm, an individual business, a cooperative, a person or a project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.TextField()  # a word of the vocabulary subject_kind
    code = models.TextField(unique=True, null=True)  # unified social credit code, where it has one
    name = models.TextField()
    sort_key = models.TextField(default="")  # pinyin: the server has no Chinese collation
    fictional = models.BooleanField(default=False)
    findable_since = models.DateTimeField(null=True)  # it agreed to be found by institutions
    admitted_at = models.DateTimeField()


class People(BaseUserManager["Person"]):
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Give the person of a sign-in name, whatever its case."""
        return self.get(sign_in=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """A human being who signs in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    sign_in = models.TextField(unique=True)
    name = models.TextField()
    person_ref = models.TextField(null=True, unique=True)  # the pseudonym that records know
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "sign_in"
    objects = People()


class Membership(models.Model):
    """A person's role in an institution, for a subject, or (neither) with the operator."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True)
    role = models.TextField()  # the id of a role in the packs
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # half-open

    class Meta:
        """One party at most."""

        constraints = [
            models.CheckConstraint(
                name="membership_of_one_party",
                condition=models.Q(institution=None) | models.Q(subject=None),
            )
        ]


class EntityLink(models.Model):
    """Which resolved entity a subject is, from a day on."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="links")
    entity = models.TextField(db_index=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # half-open
    how = models.TextField()
    linked_at = models.DateTimeField()


class SignInAttempt(models.Model):
    """An attempt to sign in; too many failed ones close the door for a while."""

    sign_in = models.TextField()
    address = models.TextField()
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        """Counted by name, by address and by moment."""

        indexes = [
            models.Index(fields=["sign_in", "at"], name="attempts_by_name"),
            models.Index(fields=["address", "at"], name="attempts_by_address"),
        ]


class Consent(models.Model):
    """Leave for one institution to read named items of a subject, for a purpose, until a moment.

    `giver` is null where the subject itself consents; for personal items it is the person whom
    they tell of, who alone can consent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="consents")
    giver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reader = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    purpose = models.TextField()  # a word of the vocabulary consent_purpose
    items = ArrayField(models.TextField())  # ids of items of fact in the packs
    case_id = models.UUIDField(null=True)  # the case that it was given for
    given_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)


class ConsentRequest(models.Model):
    """A person is asked to consent to the reading of items that tell of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject = models.ForeignKey(Subject, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consent_requests")
    reader = models.ForeignKey(Institution, models.PROTECT)
    purpose = models.TextField()
    items = ArrayField(models.TextField())
    case_id = models.UUIDField(null=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    consent = models.ForeignKey(Consent, models.PROTECT, null=True)
    refused_at = models.DateTimeField(null=True)


class ConsentRead(models.Model):
    """A read made under a consent; written by the database function that reads, never beside it."""

    consent = models.ForeignKey(Consent, models.PROTECT, related_name="reads")
    subject = models.ForeignKey(Subject, models.PROTECT)
    institution = models.ForeignKey(Institution, models.PROTECT)
    person = models.UUIDField(null=True)
    person_name = models.TextField(default="")
    items = ArrayField(models.TextField())
    what = models.TextField()  # what it was read for: a case, a decision
    read_at = models.DateTimeField()
