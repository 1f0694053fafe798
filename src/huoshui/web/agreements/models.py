"""Every instrument is an agreement; what happened to it is its stream of events."""

from __future__ import annotations

import uuid

from django.db import models

from huoshui.web.parties.models import Institution, Subject


class Agreement(models.Model):
    """An accepted offer: who, with whom, on which terms; its state is the fold of its events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    ref = models.TextField(unique=True)
    kind = models.TextField()  # loan guarantee insurance equity lease ...
    offering = models.TextField()
    institution = models.ForeignKey(Institution, models.PROTECT)
    subject = models.ForeignKey(Subject, models.PROTECT)
    subject_name = models.TextField()  # as it was when the agreement was made
    case_id = models.UUIDField(unique=True)
    amount_fen = models.BigIntegerField()
    rate_bp = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    fee_bp = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    months = models.IntegerField(null=True)
    pack_digest = models.TextField()
    state = models.TextField()  # the fold of the events, kept for lists
    made_at = models.DateTimeField()
    booked_until = models.DateField(null=True)  # to which day its interest is in the ledger

    class Meta:
        """An amount is above nothing."""

        constraints = [
            models.CheckConstraint(
                name="agreement_of_something", condition=models.Q(amount_fen__gt=0)
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
