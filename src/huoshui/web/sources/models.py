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
    """Packs that were put in force: their digest, the day from which they are, what they hold."""

    digest = models.TextField()
    asof = models.DateField()  # in force from this day on
    packs = models.JSONField()
    counts = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.TextField()
    candidate = models.UUIDField(null=True)  # None: the folders that the platform was started with
    difference = models.UUIDField(null=True)  # that whoever published them had seen

    class Meta:
        """The latest of those whose day has come is in force."""

        indexes = [models.Index(fields=["-published_at"], name="publications_latest")]


class Candidate(models.Model):
    """A draft of changed packs: what is edited, and the digest under which the result is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()
    origin = models.TextField(default="edits")  # edits, or folders: the packs on the disk
    base = models.TextField()  # digest of the packs that the edits are made to
    digest = models.TextField()
    edits = models.JSONField(default=list)  # {kind id what day old new unit cite reason by at}
    state = models.TextField(default="drafted")  # drafted compared shadow published dropped
    drafted_by = models.UUIDField(null=True)
    drafted_by_name = models.TextField()
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    shadow_since = models.DateTimeField(null=True)

    class Meta:
        """One candidate at a time runs beside the packs in force."""

        constraints = [
            models.UniqueConstraint(
                name="one_in_shadow", fields=["state"], condition=models.Q(state="shadow")
            )
        ]


class Difference(models.Model):
    """What a candidate would change against the packs in force, over the facts known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="differences")
    base = models.TextField()
    digest = models.TextField()
    asof = models.DateField()
    known = models.BigIntegerField()
    asked_at = models.DateTimeField()
    job = models.UUIDField(null=True)
    made_at = models.DateTimeField(null=True)  # None: not made yet
    sha256 = models.TextField(default="")  # of the whole report, kept as a file in the home
    result = models.JSONField(null=True)  # the report, with a few of the subjects that move

    class Meta:
        """The same is compared once."""

        constraints = [
            models.UniqueConstraint(
                name="compared_once", fields=["candidate", "base", "digest", "asof", "known"]
            )
        ]


class DifferenceSeen(models.Model):
    """Who has looked at a difference: only they may publish what it is of."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    difference = models.ForeignKey(Difference, models.CASCADE)
    person = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        """Seen is seen."""

        constraints = [models.UniqueConstraint(name="seen_once", fields=["difference", "person"])]


class ShadowedCase(models.Model):
    """A step of a case that a candidate in shadow was asked of as well; it decided nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    candidate = models.ForeignKey(Candidate, models.CASCADE)
    case = models.UUIDField()
    n = models.IntegerField()  # the move
    moment = models.TextField()  # submitted decided
    offering = models.TextField()
    agrees = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        """Asked once."""

        constraints = [
            models.UniqueConstraint(name="shadowed_once", fields=["candidate", "case", "n"])
        ]


class Disagreement(models.Model):
    """A match of the latest run, or a step of a case, that a candidate decides otherwise."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    candidate = models.ForeignKey(Candidate, models.CASCADE)
    kind = models.TextField()  # match case
    of = models.TextField()  # offerings titles
    definition = models.TextField()
    entity = models.TextField()
    case = models.UUIDField(null=True)
    n = models.IntegerField(null=True)
    ref = models.TextField(default="")  # how the case is called
    moment = models.TextField(default="")
    in_force = models.TextField()  # yes no unknown absent
    verdict = models.TextField()  # of the candidate
    clauses = models.JSONField(default=list)  # that made the difference
    unmeasured = models.JSONField(default=list)  # what cannot be told from a row alone
    at = models.DateTimeField()

    class Meta:
        """Listed and counted by definition."""

        indexes = [
            models.Index(
                fields=["candidate", "kind", "definition", "id"], name="disagreements_listed"
            )
        ]
