"""What came in: a mirror of the lake's records for pages, and what was asked and published."""

from __future__ import annotations

import uuid

from django.db import models


class FeedState(models.Model):
    """A feed of the packs in force and what came through it."""

    feed = models.TextField(primary_key=True)
    item = models.TextField()
    label = models.JSONField()
    item_label = models.JSONField()
    owner = models.JSONField()
    refresh = models.TextField()
    fresh_days = models.IntegerField()
    last_batch = models.BigIntegerField(null=True)
    last_known_at = models.DateTimeField(null=True)
    newest_true_on = models.DateField(null=True)
    rows = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)  # still open


class Batch(models.Model):
    """A commit record of the lake."""

    number = models.BigIntegerField(primary_key=True)
    feed = models.TextField(db_index=True)
    item = models.TextField()
    source_file = models.TextField()
    sha256 = models.TextField()
    rows_in = models.BigIntegerField()
    rows_new = models.BigIntegerField()
    rows_known = models.BigIntegerField()
    rows_quarantined = models.BigIntegerField()
    rows_outside = models.BigIntegerField()
    is_repair = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(null=True)
    newest_true_on = models.DateField(null=True)  # of the facts it brought


class Quarantined(models.Model):
    """A row that was set aside, with its reasons and its raw columns."""

    batch = models.BigIntegerField()
    source_row = models.BigIntegerField()
    feed = models.TextField()
    item = models.TextField()
    source_file = models.TextField()
    reason = models.TextField()
    field = models.TextField(default="")
    message = models.TextField()
    fix = models.TextField()
    raw = models.JSONField()
    resolved_in = models.BigIntegerField(null=True)  # the batch that took the repaired row

    class Meta:
        """A row is named by its batch and its place."""

        constraints = [
            models.UniqueConstraint(name="quarantined_once", fields=["batch", "source_row"])
        ]
        indexes = [
            models.Index(fields=["feed", "reason", "batch", "source_row"], name="open_by_feed")
        ]


class Upload(models.Model):
    """A file that somebody sent for a feed, as it was taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    feed = models.TextField()
    file_name = models.TextField()
    sha256 = models.TextField()
    bytes_count = models.BigIntegerField()
    stored_as = models.TextField()  # below the home folder
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.TextField()
    job = models.UUIDField(null=True)

    class Meta:
        """The same bytes are taken once for a feed."""

        constraints = [models.UniqueConstraint(name="upload_once", fields=["feed", "sha256"])]


class PackPublication(models.Model):
    """Packs that were put in force: their digest, day and what they hold."""

    digest = models.TextField()
    asof = models.DateField()
    packs = models.JSONField()
    counts = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.TextField()

    class Meta:
        """The latest is in force."""

        indexes = [models.Index(fields=["-published_at"], name="publications_latest")]
