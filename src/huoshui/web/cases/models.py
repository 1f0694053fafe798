"""Cases, their moves, documents and decisions; the quotas that approvals draw on."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from huoshui.web.parties.models import Institution, Subject


class Case(models.Model):
    """A process on its way: its kind is a workflow of the packs.

    It is about a subject, or about an institution that proposes something to another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    ref = models.TextField(unique=True)
    kind = models.TextField()
    subject = models.ForeignKey(Subject, models.PROTECT, null=True)
    about = models.ForeignKey(
        Institution, models.PROTECT, null=True, related_name="proposals"
    )  # the institution that proposes, where the case is about no subject
    subject_name = models.TextField()  # as it was when the case was opened
    subject_code = models.TextField(null=True)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True)
    offering = models.TextField(null=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True)  # the need it came from
    state = models.TextField()
    fields = models.JSONField(default=dict)
    opened_by = models.UUIDField()
    opened_by_name = models.TextField()
    opened_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)  # to institutions: first waited for one, or moved on
    moved_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    key = models.TextField()  # given by who opens it: posted twice is opened once
    pack_digest = models.TextField()
    moves_count = models.IntegerField(default=0)

    class Meta:
        """A key is unique for its subject, not for everybody."""

        constraints = [
            models.UniqueConstraint(name="case_opened_once", fields=["subject", "key"]),
            models.UniqueConstraint(name="case_proposed_once", fields=["about", "key"]),
            models.CheckConstraint(
                name="case_about_one_party",
                condition=models.Q(subject=None, about__isnull=False)
                | models.Q(subject__isnull=False, about=None),
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "state", "-moved_at"], name="cases_queue"),
            models.Index(fields=["subject", "-moved_at"], name="cases_of_subject"),
            models.Index(
                fields=["due_at"], name="cases_due", condition=models.Q(due_at__isnull=False)
            ),
        ]


class CaseParty(models.Model):
    """An institution that may see a case besides its own: one that a need was shown to."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    subject_id = models.UUIDField()
    institution = models.ForeignKey(Institution, models.PROTECT)
    offerings = ArrayField(models.TextField(), default=list)  # of its own, that fit the need
    since = models.DateTimeField()

    class Meta:
        """Shown to an institution once."""

        constraints = [models.UniqueConstraint(name="shown_once", fields=["case", "institution"])]


class Move(models.Model):
    """A step that was taken; never changed."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="moves")
    subject_id = models.UUIDField(null=True)  # null where the case is about an institution
    institution_id = models.UUIDField(null=True)  # whose move it is, where an institution made it
    n = models.IntegerField()
    move = models.TextField()
    state_from = models.TextField()
    state_to = models.TextField()
    at = models.DateTimeField()
    by_kind = models.TextField()  # subject institution system
    by = models.UUIDField(null=True)
    by_name = models.TextField()
    fields = models.JSONField(default=dict)
    reasons = ArrayField(models.TextField(), default=list)
    note = models.TextField(default="")
    pack_digest = models.TextField()

    class Meta:
        """Moves of a case are numbered, so that two at once cannot both be the next."""

        constraints = [models.UniqueConstraint(name="move_once", fields=["case", "n"])]


class Document(models.Model):
    """A file given with a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    subject_id = models.UUIDField(null=True)  # null where the case is about an institution
    institution_id = models.UUIDField(null=True)
    kind = models.TextField()  # a document of the workflow
    name = models.TextField()
    media_type = models.TextField()
    bytes_count = models.IntegerField()
    sha256 = models.TextField()
    body = models.BinaryField()
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.TextField()


class Decision(models.Model):
    """What was decided on an application, and everything needed to decide it again.

    `evidence` is the canonical report that the decision rested on; it can be deleted and made
    again from the facts, and must then have the same digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    subject_id = models.UUIDField()
    institution_id = models.UUIDField()
    n = models.IntegerField()  # the move that it is
    offering = models.TextField()
    outcome = models.TextField()  # approved declined referred
    automatic = models.BooleanField()
    amount_fen = models.BigIntegerField(null=True)
    rate_bp = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    months = models.IntegerField(null=True)
    reasons = models.JSONField(default=list)  # codes, or sentences of the rule that referred it
    by = models.UUIDField(null=True)
    by_name = models.TextField()
    at = models.DateTimeField()
    on = models.DateField()  # the business day, which limits per day count by
    entity = models.TextField()
    known = models.BigIntegerField()
    asof = models.DateField()
    pack_digest = models.TextField()
    inputs = models.JSONField()  # what was asked, and the limits as they stood
    evidence = models.TextField(null=True)
    evidence_sha256 = models.TextField()


class Quota(models.Model):
    """How much an institution lends by one offering in a year, and how much of it is taken."""

    institution = models.ForeignKey(Institution, models.PROTECT)
    offering = models.TextField()
    year = models.IntegerField()
    total_fen = models.BigIntegerField()
    taken_fen = models.BigIntegerField(default=0)
    set_at = models.DateTimeField()
    set_by_name = models.TextField()

    class Meta:
        """What is taken is never more than there is: the database itself refuses it."""

        constraints = [
            models.UniqueConstraint(name="quota_once", fields=["institution", "offering", "year"]),
            models.CheckConstraint(
                name="quota_not_overdrawn",
                condition=models.Q(taken_fen__gte=0, taken_fen__lte=models.F("total_fen")),
            ),
        ]


class QuotaUse(models.Model):
    """An amount taken from a quota by an approval, or given back; never changed."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="uses")
    institution_id = models.UUIDField()
    subject_id = models.UUIDField()
    case = models.ForeignKey(Case, models.PROTECT)
    kind = models.TextField()  # taken given_back
    automatic = models.BooleanField()
    amount_fen = models.BigIntegerField()
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        """A case takes once and gives back once."""

        constraints = [models.UniqueConstraint(name="quota_used_once", fields=["case", "kind"])]
