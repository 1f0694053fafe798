"""Every instrument is an agreement; what happened to it is its stream of events."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from huoshui.web.parties.models import Institution, Subject


class Agreement(models.Model):
    """An accepted offer: who, with whom, on which terms; its state is the fold of its events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    ref = models.TextField(unique=True)
    kind = models.TextField()  # loan facility guarantee insurance equity lease ...
    facility = models.ForeignKey("self", models.PROTECT, null=True, related_name="draws")
    offering = models.TextField()
    institution = models.ForeignKey(Institution, models.PROTECT)
    subject = models.ForeignKey(Subject, models.PROTECT)
    subject_name = models.TextField()  # as it was when the agreement was made
    case_id = models.UUIDField(unique=True, null=True)  # none: it was drawn under a facility
    amount_fen = models.BigIntegerField()
    rate_bp = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    fee_bp = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    months = models.IntegerField(null=True)
    pack_digest = models.TextField()
    state = models.TextField()  # the fold of the events, kept for lists
    made_at = models.DateTimeField()
    booked_until = models.DateField(null=True)  # to which day its interest is in the ledger
    wakes_on = models.DateField(null=True)  # of a facility: time alone changes what is undrawn

    class Meta:
        """An amount is above nothing."""

        constraints = [
            models.CheckConstraint(
                name="agreement_of_something", condition=models.Q(amount_fen__gt=0)
            )
        ]
        indexes = [
            models.Index(
                name="facility_wakes",
                fields=["wakes_on"],
                condition=models.Q(wakes_on__isnull=False),
            )
        ]


class AgreementEvent(models.Model):
    """Something that happened to an agreement; never changed."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="events")
    subject_id = models.UUIDField()
    institution_id = models.UUIDField()
    n = models.IntegerField()
    kind = models.TextField()
    at = models.DateTimeField()
    on = models.DateField()
    by = models.TextField()
    body = models.JSONField(default=dict)
    key = models.TextField(default="")  # the sender's; empty where the program made it

    class Meta:
        """Events of an agreement are numbered; a key names one thing for ever."""

        constraints = [
            models.UniqueConstraint(name="event_once", fields=["agreement", "n"]),
            models.UniqueConstraint(
                name="event_key_once",
                fields=["institution_id", "key"],
                condition=~models.Q(key=""),
            ),
        ]


class Condition(models.Model):
    """What has to be true before money may be drawn."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="conditions")
    subject_id = models.UUIDField()
    institution_id = models.UUIDField()
    code = models.TextField()
    label = models.JSONField()
    met_at = models.DateTimeField(null=True)
    met_by = models.TextField(default="")

    class Meta:
        """Each condition stands once."""

        constraints = [models.UniqueConstraint(name="condition_once", fields=["agreement", "code"])]


class BookPart(models.Model):
    """Loans of an institution whose nights are booked together, and to which day they are.

    A million loans grow every night, and none of their rows is written for it: a loan is booked
    to its own day, or to that of its part where this is later.
    """

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, models.PROTECT)
    n = models.IntegerField()
    booked_until = models.DateField()
    is_open = models.BooleanField(default=True)  # takes new loans
    rules = models.TextField(default="")  # the digest of what its loans were looked at by

    class Meta:
        """Parts of an institution are numbered."""

        constraints = [
            models.UniqueConstraint(name="book_part_once", fields=["institution", "n"]),
        ]


def _exact() -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=1000, decimal_places=0, null=True)


class LoanOutlook(models.Model):
    """What time alone does to a loan, made of its fold (`rules.loan.outlook`), never instead."""

    id = models.BigAutoField(primary_key=True)
    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="outlook")
    institution_id = models.UUIDField()
    ref = models.TextField()
    part = models.ForeignKey(BookPart, models.PROTECT, null=True)  # none: it is held back
    held = models.JSONField(null=True)  # what keeps it from being booked
    class_name = models.TextField(null=True)  # as it was noted last
    looked_on = models.DateField()  # booked to this day when it was folded
    is_accruing = models.BooleanField()
    day_count = models.TextField()
    interest_since = models.DateField(null=True)
    interest_base = _exact()
    interest_slope = _exact()
    interest_den = _exact()
    penalty_since = models.DateField(null=True)
    penalty_base = _exact()
    penalty_slope = _exact()
    penalty_den = _exact()
    compound_since = models.DateField(null=True)
    compound_base = _exact()
    compound_slope = _exact()
    compound_den = _exact()
    next_since = models.DateField(null=True)
    next_base = _exact()
    next_slope = _exact()
    next_den = _exact()
    turns_on = models.DateField(null=True)  # an instalment falls due, and no more happens
    turn_fen = models.BigIntegerField(null=True)  # what interest of its period comes to
    wakes_on = models.DateField(null=True)  # it is folded again
