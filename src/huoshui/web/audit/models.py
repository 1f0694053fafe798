"""The record: entries, their payloads, and the seals over them; all three are only appended to."""

from __future__ import annotations

from typing import Any

from django.db import models


class TransactionId(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's 64-bit number of a transaction, which never comes round again."""

    def db_type(self, connection: Any) -> str:
        """Name the column's type."""
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        """Read the number."""
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        """Write the number as text: there is no cast from an integer."""
        return None if value is None else str(value)


class Entry(models.Model):
    """Who did what, when, why, under which rule; names in plain text outlive whom they name."""

    id = models.BigAutoField(primary_key=True)
    xid = TransactionId()  # which transaction wrote it: seals hold spans of transactions
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor = models.TextField()
    person_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)  # whom it concerns, who may therefore read it
    institution_id = models.UUIDField(null=True)
    action = models.TextField()  # "case.submitted"
    object_kind = models.TextField()
    object_id = models.TextField()
    reason = models.TextField(null=True)
    rule = models.TextField(null=True)  # pack digest and citations
    payload_digest = models.BinaryField(null=True)
    digest = models.BinaryField()

    class Meta:
        """Found by its span, by its object, and by whom it concerns."""

        indexes = [
            models.Index(fields=["xid"], name="entries_by_transaction"),
            models.Index(fields=["object_kind", "object_id"], name="entries_by_object"),
            models.Index(
                fields=["subject_id", "id"],
                name="entries_by_subject",
                condition=models.Q(subject_id__isnull=False),
            ),
            models.Index(
                fields=["institution_id", "id"],
                name="entries_by_institution",
                condition=models.Q(institution_id__isnull=False),
            ),
            models.Index(fields=["person_id", "id"], name="entries_by_person"),
            models.Index(fields=["action", "id"], name="entries_by_action"),
        ]


class Payload(models.Model):
    """What an entry says at length; without its salt nobody can guess it from the digest."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT)
    salt = models.BinaryField(null=True)
    body = models.JSONField(null=True)
    erased_at = models.DateTimeField(null=True)


class Seal(models.Model):
    """A signed Merkle root over the entries of a span of transactions, chained to the last one."""

    n = models.BigIntegerField(primary_key=True)
    xid_from = TransactionId()
    xid_until = TransactionId(unique=True)
    entries = models.IntegerField()
    leaves = models.BinaryField()  # the entries' digests end to end, in the order of their ids
    root = models.BinaryField()
    previous = models.BinaryField(unique=True)
    hash = models.BinaryField(unique=True)
    signature = models.BinaryField()
    sealed_at = models.DateTimeField()
