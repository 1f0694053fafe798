"""Pairs of a record and the entity it may be about, and what people said of them."""

import uuid

from django.db import migrations, models

from huoshui.web.audit.rules.security import JOBS, OPERATOR, append_only, protect

RESEMBLANCE = migrations.CreateModel(
    name="Resemblance",
    fields=[
        (
            "pk",
            models.CompositePrimaryKey(
                "snapshot_id",
                "pair",
                blank=True,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
        ("snapshot_id", models.BigIntegerField()),
        ("pair", models.UUIDField()),
        ("subject_code", models.TextField(null=True)),
        ("subject_name", models.TextField(null=True)),
        ("entity", models.TextField()),
        ("candidate_name", models.TextField(null=True)),
        ("weight", models.FloatField()),
        ("probability", models.FloatField()),
        ("facts", models.BigIntegerField()),
        ("status", models.TextField()),
        ("waiting", models.JSONField()),
        ("parts", models.JSONField()),
    ],
    options={"db_table": "insights_resemblance", "managed": False},
)

TABLE = """
    CREATE TABLE insights_resemblance (
        snapshot_id bigint NOT NULL,
        pair uuid NOT NULL,
        subject_code text, subject_name text, entity text NOT NULL, candidate_name text,
        weight double precision NOT NULL, probability double precision NOT NULL,
        facts bigint NOT NULL, status text NOT NULL,
        waiting jsonb NOT NULL, parts jsonb NOT NULL,
        PRIMARY KEY (snapshot_id, pair)
    ) PARTITION BY LIST (snapshot_id)
"""

KINDS = "ARRAY['profile', 'evidence', 'resemblance']"

PARTITIONS = [
    f"""
    CREATE OR REPLACE FUNCTION insights_partition_make(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text; part text;
    BEGIN
        FOREACH kind IN ARRAY {KINDS} LOOP
            part := format('insights_%s_%s', kind, snapshot);
            EXECUTE format('DROP TABLE IF EXISTS %I', part);
            EXECUTE format('CREATE TABLE %I (LIKE insights_%s INCLUDING DEFAULTS)', part, kind);
            EXECUTE format('GRANT INSERT ON %I TO {JOBS}', part);
        END LOOP;
    END $$
    """,
    f"""
    CREATE OR REPLACE FUNCTION insights_partition_attach(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text; part text; keys text;
    BEGIN
        FOREACH kind IN ARRAY {KINDS} LOOP
            part := format('insights_%s_%s', kind, snapshot);
            keys := CASE kind WHEN 'profile' THEN 'snapshot_id, entity'
                    WHEN 'evidence' THEN 'snapshot_id, entity, item, feed'
                    ELSE 'snapshot_id, pair' END;
            EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%s)', part, keys);
            EXECUTE format('ALTER TABLE %I ADD CHECK (snapshot_id = %s)', part, snapshot);
            IF kind = 'profile' THEN
                EXECUTE format('CREATE INDEX ON %I (code)', part);
                EXECUTE format('CREATE INDEX ON %I (region_code, sort_key, entity)', part);
            ELSIF kind = 'resemblance' THEN
                EXECUTE format('CREATE INDEX ON %I (status, facts DESC, pair)', part);
                EXECUTE format('CREATE INDEX ON %I (status, weight DESC, pair)', part);
                EXECUTE format('CREATE INDEX ON %I (subject_name)', part);
            END IF;
            EXECUTE format('REVOKE INSERT ON %I FROM {JOBS}', part);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
            EXECUTE format('ANALYZE %I', part);
            EXECUTE format(
                'ALTER TABLE insights_%s ATTACH PARTITION %I FOR VALUES IN (%s)',
                kind, part, snapshot);
        END LOOP;
    END $$
    """,
    f"""
    CREATE OR REPLACE FUNCTION insights_partition_drop(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text;
    BEGIN
        FOREACH kind IN ARRAY {KINDS} LOOP
            EXECUTE format('DROP TABLE IF EXISTS insights_%s_%s', kind, snapshot);
        END LOOP;
    END $$
    """,
]

DECISION = migrations.CreateModel(
    name="IdentityDecision",
    fields=[
        ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
        ("pair", models.UUIDField()),
        ("n", models.IntegerField()),
        ("subject_code", models.TextField(null=True)),
        ("subject_name", models.TextField(null=True)),
        ("entity", models.TextField()),
        ("candidate_name", models.TextField(null=True)),
        ("word", models.TextField()),
        ("reason", models.TextField()),
        ("snapshot", models.TextField()),
        ("decided_on", models.DateField()),
        ("at", models.DateTimeField()),
        ("by", models.UUIDField()),
        ("by_name", models.TextField()),
        ("stored_as", models.TextField()),
        ("job", models.UUIDField()),
    ],
    options={
        "constraints": [models.UniqueConstraint(name="word_once", fields=["pair", "n"])],
        "indexes": [
            models.Index(fields=["subject_name", "pair", "-n"], name="words_on_a_name"),
            models.Index(fields=["-at"], name="words_latest"),
        ],
    },
)


class Migration(migrations.Migration):
    """After the subsidies; only the operator sees either table, and no word is taken out of it."""

    dependencies = [("insights", "0005_subsidies")]
    operations = [
        RESEMBLANCE,
        DECISION,
        migrations.RunSQL(
            [
                TABLE,
                *PARTITIONS,
                *protect("insights_resemblance", read=OPERATOR),
                *protect("insights_identitydecision", read=OPERATOR, insert=OPERATOR),
                *append_only("insights_identitydecision"),
            ]
        ),
    ]
