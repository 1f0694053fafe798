"""Counts by offering, and reads under consents that the database itself masks.

What leaves `insights_read` holds nothing but columns whose every item is public or consented to;
an item that tells of a person counts only where a person consented to it.
"""

import django.db.models.deletion
from django.db import migrations, models

from huoshui.web.audit.rules.security import JOBS, OPERATOR, WEB, protect

OWN_OFFERING = (
    "institution IN (SELECT i.code FROM parties_institution i "
    "WHERE i.id IN (SELECT actor_institutions()))"
)

LATEST = """
    CREATE OR REPLACE FUNCTION insights_latest() RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT id FROM insights_snapshot WHERE status = 'attached'
        ORDER BY attached_at DESC, id DESC LIMIT 1
    $$
"""

ATTACH = f"""
    CREATE OR REPLACE FUNCTION insights_partition_attach(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text; part text; keys text;
    BEGIN
        FOREACH kind IN ARRAY ARRAY['profile', 'evidence'] LOOP
            part := format('insights_%s_%s', kind, snapshot);
            keys := CASE kind WHEN 'profile' THEN 'snapshot_id, entity'
                    ELSE 'snapshot_id, entity, item, feed' END;
            EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%s)', part, keys);
            EXECUTE format('ALTER TABLE %I ADD CHECK (snapshot_id = %s)', part, snapshot);
            IF kind = 'profile' THEN
                EXECUTE format('CREATE INDEX ON %I (code)', part);
                EXECUTE format('CREATE INDEX ON %I (region_code, sort_key, entity)', part);
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
"""


ARRAYS = ("whole", "fraction", "flag", "word", "day")

CONSENTED = """
    FROM parties_consent c
    WHERE c.id = ANY(wanted) AND c.reader_id IN (SELECT actor_institutions())
      AND c.withdrawn_at IS NULL AND c.given_at <= at AND at < c.valid_until
"""
"""The consents asked with that are the caller's and in force."""

# A firm cannot consent for a person, nor a person for the firm.
COUNTED = """
    ARRAY(SELECT i FROM unnest(c.items) i
          WHERE (coalesce(asks->>i, '') = 'person') = (c.giver_id IS NOT NULL) ORDER BY i)
"""


def _masked(array: str) -> str:
    """Give one array of a profile with nothing but the places that may be told."""
    return f"""
        ARRAY(SELECT CASE WHEN n - 1 = ANY(ARRAY(
                  SELECT (value->>1)::int FROM jsonb_each(told) WHERE value->>0 = '{array}'
              )) THEN v END
              FROM unnest(p.{array}) WITH ORDINALITY u(v, n) ORDER BY n)"""


READ = f"""
    CREATE FUNCTION insights_read(
        wanted uuid[], at timestamptz, reader_name text, what_for text, snapshot bigint
    ) RETURNS TABLE (subject uuid, entity text, kind text, code text, legacy_code text, name text,
        region_code text, industry_code text, status text, established_on date,
        whole bigint[], fraction double precision[], flag boolean[], word text[], day date[],
        may text[])
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    #variable_conflict use_column
    DECLARE asks jsonb; placed jsonb; told jsonb; allowed text[]; whom uuid[]; held bigint;
    BEGIN
        SELECT s.columns, s.items INTO placed, asks FROM insights_snapshot s
        WHERE s.id = snapshot AND s.status = 'attached';
        SELECT count(*), array_agg(DISTINCT c.subject_id) INTO held, whom {CONSENTED};
        IF placed IS NULL OR held = 0 OR cardinality(whom) > 1
           OR held < (SELECT count(DISTINCT w) FROM unnest(wanted) w) THEN RETURN;
        END IF;
        INSERT INTO parties_consentread
            (consent_id, subject_id, institution_id, person, person_name, items, what, read_at)
        SELECT c.id, c.subject_id, actor_institution(), actor_person(), reader_name,
               {COUNTED}, what_for, at {CONSENTED};
        SELECT array_agg(i) INTO allowed FROM (
            SELECT key AS i FROM jsonb_each_text(asks) WHERE value = 'none'
            UNION SELECT unnest({COUNTED}) {CONSENTED}) a;
        SELECT coalesce(jsonb_object_agg(key, value), '{{}}') INTO told
        FROM jsonb_each(placed) WHERE value->2 <@ to_jsonb(allowed);
        RETURN QUERY
            SELECT l.subject_id, p.entity, p.kind, p.code, p.legacy_code, p.name, p.region_code,
                   p.industry_code, p.status, p.established_on,
                   {", ".join(map(_masked, ARRAYS))},
                   ARRAY(SELECT jsonb_object_keys(told))
            FROM insights_profile p
            JOIN parties_entitylink l ON l.entity = p.entity AND l.valid_until IS NULL
            WHERE p.snapshot_id = snapshot AND l.subject_id = whom[1];
    END $$
"""

PROSPECTS = """
    CREATE OR REPLACE FUNCTION insights_prospects(
        offering text, after_key text, after_entity text, at_most int
    ) RETURNS TABLE (entity text, code text, name text, sort_key text, region_code text,
                     industry_code text, established_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH bit AS (
            SELECT s.id AS snapshot, (o.place - 1)::int AS k
            FROM insights_snapshot s
            CROSS JOIN LATERAL jsonb_array_elements(s.offerings) WITH ORDINALITY o(said, place)
            JOIN parties_institution i ON i.code = o.said->>'institution'
            WHERE s.id = insights_latest() AND o.said->>'id' = offering
              AND i.id IN (SELECT actor_institutions())
        ), found AS MATERIALIZED (
            SELECT DISTINCT l.entity FROM parties_subject s
            JOIN parties_entitylink l ON l.subject_id = s.id AND l.valid_until IS NULL
            WHERE s.findable_since IS NOT NULL
        )
        SELECT p.entity, p.code, p.name, p.sort_key, p.region_code, p.industry_code,
               p.established_on
        FROM bit CROSS JOIN found f
        JOIN insights_profile p ON p.snapshot_id = bit.snapshot AND p.entity = f.entity
        WHERE (p.yes[bit.k / 63 + 1] >> (bit.k % 63)) & 1 = 1
          AND (p.sort_key, p.entity) > (after_key, after_entity)
        ORDER BY p.sort_key, p.entity LIMIT at_most
    $$
"""

REACH = """
    CREATE OR REPLACE FUNCTION insights_reach(offering text)
    RETURNS TABLE (open_to bigint, findable bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH bit AS (
            SELECT s.id AS snapshot, (o.place - 1)::int AS k, c.yes
            FROM insights_snapshot s
            CROSS JOIN LATERAL jsonb_array_elements(s.offerings) WITH ORDINALITY o(said, place)
            JOIN insights_count c ON c.snapshot_id = s.id AND c.offering = o.said->>'id'
            JOIN parties_institution i ON i.code = c.institution
            WHERE s.id = insights_latest() AND c.offering = insights_reach.offering
              AND (i.id IN (SELECT actor_institutions()) OR actor_kind() = 'operator')
        ), found AS MATERIALIZED (
            SELECT DISTINCT l.entity FROM parties_subject s
            JOIN parties_entitylink l ON l.subject_id = s.id AND l.valid_until IS NULL
            WHERE s.findable_since IS NOT NULL
        )
        SELECT bit.yes, (
            SELECT count(*) FROM found f
            JOIN insights_profile p ON p.snapshot_id = bit.snapshot AND p.entity = f.entity
            WHERE (p.yes[bit.k / 63 + 1] >> (bit.k % 63)) & 1 = 1)
        FROM bit
    $$
"""

SIGNATURE = "insights_read(uuid[], timestamptz, text, text, bigint)"


class Migration(migrations.Migration):
    """After the tables and the partitions."""

    dependencies = [("insights", "0002_partitions")]
    operations = [
        migrations.AddField("snapshot", "items", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="Count",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, serialize=False, auto_created=True, verbose_name="ID"
                    ),
                ),
                ("offering", models.TextField()),
                ("institution", models.TextField()),
                ("yes", models.BigIntegerField()),
                ("no", models.BigIntegerField()),
                ("unknown", models.BigIntegerField()),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counts",
                        to="insights.snapshot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(name="counted_once", fields=["snapshot", "offering"])
                ]
            },
        ),
        migrations.RunSQL(protect("insights_count", read=f"{OPERATOR} OR {OWN_OFFERING}")),
        migrations.RunSQL([LATEST, ATTACH, PROSPECTS, REACH]),
        migrations.RunSQL(
            [
                "DROP FUNCTION insights_read(uuid, timestamptz, text, text, bigint)",
                READ,
                f"REVOKE EXECUTE ON FUNCTION {SIGNATURE} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {WEB}, {JOBS}",
            ]
        ),
    ]
