"""Published snapshots: one row per entity, in a partition of its own that appears whole.

A profile's columns depend on the packs, so its values stand in one typed array per type; the
snapshot says which column is where.  Partitions are made and attached by functions of the owner
(see the migration), so that no reader ever sees half a snapshot.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Snapshot(models.Model):
    """A published run: what it is a function of, and where each column and offering stands."""

    name = models.TextField(unique=True)
    known = models.BigIntegerField()
    asof = models.DateField()
    pack_digest = models.TextField()
    columns = models.JSONField()  # {column: [array, place, items behind]}
    items = models.JSONField(default=dict)  # {item: who is asked before it is read}
    offerings = models.JSONField()  # [{"id", "institution"}], in the order of their bits
    newest = models.JSONField(default=dict)  # {item: {feed: day of its newest fact of anybody}}
    manifest = models.JSONField()
    rows = models.BigIntegerField(default=0)
    status = models.TextField(default="loading")  # loading attached retired
    asked_at = models.DateTimeField()
    attached_at = models.DateTimeField(null=True)  # the last one attached is the one in use


class Count(models.Model):
    """How many subjects of a snapshot an offering is open to, closed to, or neither as yet."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="counts")
    offering = models.TextField()
    institution = models.TextField()  # its id in the packs
    yes = models.BigIntegerField()
    no = models.BigIntegerField()
    unknown = models.BigIntegerField()

    class Meta:
        """One for each offering."""

        constraints = [
            models.UniqueConstraint(name="counted_once", fields=["snapshot", "offering"])
        ]


class Paid(models.Model):
    """A subsidy that an entity was paid before a snapshot's day, by the treasury's records."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="paid")
    entity = models.TextField()
    offering = models.TextField()
    paid_on = models.DateField()
    amount_fen = models.BigIntegerField(null=True)

    class Meta:
        """Asked for by entity."""

        indexes = [models.Index(fields=["snapshot", "entity"], name="paid_to_entity")]


class Unasked(models.Model):
    """A subsidy that may be paid to an entity on a snapshot's day without an application."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="unasked")
    entity = models.TextField()
    offering = models.TextField()
    institution = models.TextField()  # its id in the packs
    amount_fen = models.BigIntegerField()
    needs_consent = models.BooleanField()  # its evidence is read under the subject's consent

    class Meta:
        """Once for an entity and a subsidy."""

        constraints = [
            models.UniqueConstraint(name="unasked_once", fields=["snapshot", "offering", "entity"])
        ]


class Resemblance(models.Model):
    """A record without a code, an entity that it may be about, and the evidence part by part."""

    pk = models.CompositePrimaryKey("snapshot_id", "pair")
    snapshot_id = models.BigIntegerField()
    pair = models.UUIDField()  # of record and candidate, the same in every snapshot
    subject_code = models.TextField(null=True)
    subject_name = models.TextField(null=True)  # as the record has it
    entity = models.TextField()  # the candidate
    candidate_name = models.TextField(null=True)
    weight = models.FloatField()  # log2 of the odds, what was likely beforehand included
    probability = models.FloatField()
    facts = models.BigIntegerField()  # that wait on it
    status = models.TextField()  # review linked decided_same decided_different
    waiting = models.JSONField()  # {item: facts of the record}
    parts = models.JSONField()  # {part: [level, of the record, of the candidate]}

    class Meta:
        """Made by SQL, as Django knows no partitions."""

        managed = False
        db_table = "insights_resemblance"


class IdentityDecision(models.Model):
    """What a person said of a pair; it takes effect as a fact, through a feed and a run."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    pair = models.UUIDField()
    n = models.IntegerField()  # the how manieth word on the pair, from 1
    subject_code = models.TextField(null=True)
    subject_name = models.TextField(null=True)
    entity = models.TextField()
    candidate_name = models.TextField(null=True)
    word = models.TextField()  # same different taken_back
    reason = models.TextField()
    snapshot = models.TextField()  # the name of the one that was looked at
    decided_on = models.DateField()
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.TextField()
    stored_as = models.TextField()  # below the home folder
    job = models.UUIDField()

    class Meta:
        """Words on a pair are in order, and each is said once."""

        constraints = [models.UniqueConstraint(name="word_once", fields=["pair", "n"])]
        indexes = [
            models.Index(fields=["subject_name", "pair", "-n"], name="words_on_a_name"),
            models.Index(fields=["-at"], name="words_latest"),
        ]


class Profile(models.Model):
    """One entity in one snapshot; the table is partitioned by snapshot (see the migration)."""

    pk = models.CompositePrimaryKey("snapshot_id", "entity")
    snapshot_id = models.BigIntegerField()
    entity = models.TextField()
    kind = models.TextField(null=True)
    code = models.TextField(null=True)
    legacy_code = models.TextField(null=True)
    name = models.TextField(null=True)
    sort_key = models.TextField(default="")
    region_code = models.TextField(null=True)
    industry_code = models.TextField(null=True)
    status = models.TextField(null=True)
    established_on = models.DateField(null=True)
    whole = ArrayField(models.BigIntegerField(null=True))
    fraction = ArrayField(models.FloatField(null=True))
    flag = ArrayField(models.BooleanField(null=True))
    word = ArrayField(models.TextField(null=True))
    day = ArrayField(models.DateField(null=True))
    yes = ArrayField(models.BigIntegerField())  # bit k of the words: offering k is open
    no = ArrayField(models.BigIntegerField())  # bit k of the words: offering k is closed

    class Meta:
        """Made by SQL, as Django knows no partitions."""

        managed = False
        db_table = "insights_profile"


class Evidence(models.Model):
    """What one feed says of one entity and item: how many facts, how new, and where from."""

    pk = models.CompositePrimaryKey("snapshot_id", "entity", "item", "feed")
    snapshot_id = models.BigIntegerField()
    entity = models.TextField()
    item = models.TextField()
    feed = models.TextField()
    facts = models.BigIntegerField()
    newest_true_on = models.DateField(null=True)
    oldest_true_on = models.DateField(null=True)
    last_batch = models.BigIntegerField()
    source_file = models.TextField()
    source_row = models.BigIntegerField()

    class Meta:
        """Made by SQL, as Django knows no partitions."""

        managed = False
        db_table = "insights_evidence"
