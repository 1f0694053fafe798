"""Work asked for, messages that leave the platform, and what people find in their inbox."""

from __future__ import annotations

import uuid

from django.db import models


class Job(models.Model):
    """Something to be done by the jobs process: what, for whom, how far, and how it ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    task = models.TextField()
    args = models.JSONField(default=dict)
    key = models.TextField()  # asked twice with one key is asked once
    asked_by = models.UUIDField(null=True)
    asked_by_name = models.TextField()
    subject_id = models.UUIDField(null=True)
    institution_id = models.UUIDField(null=True)
    status = models.TextField(default="asked")  # asked running done failed dead
    what = models.TextField(default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    problem = models.JSONField(null=True)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A key is unique for its task and who asked."""

        constraints = [
            models.UniqueConstraint(
                name="job_asked_once",
                fields=["task", "key", "asked_by"],
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["status", "asked_at"], name="jobs_by_status")]


class Outgoing(models.Model):
    """The outbox: written with the deed it tells of, delivered afterwards until it arrived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    channel = models.TextField()  # inbox webhook
    institution_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    topic = models.TextField()
    body = models.JSONField()
    key = models.TextField()
    at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")

    class Meta:
        """One message of a key for a receiver and a channel."""

        constraints = [
            models.UniqueConstraint(
                name="outgoing_once",
                fields=["channel", "key", "institution_id", "subject_id", "person_id"],
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="outgoing_due",
                condition=models.Q(sent_at=None, dead_at=None),
            )
        ]


class Message(models.Model):
    """A message in a party's inbox."""

    id = models.UUIDField(primary_key=True)  # the outgoing message's own id: delivered once
    institution_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    topic = models.TextField()
    body = models.JSONField()  # {"zh": ..., "en": ..., "link": ...}
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)


class Webhook(models.Model):
    """Where an institution's own system wants to be told, and the key that signs what is sent."""

    institution_id = models.UUIDField(primary_key=True)
    url = models.TextField()
    secret = models.TextField()
