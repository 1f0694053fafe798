"""Profiles and evidence by snapshot, each in a partition of its own, and who sees them.

A subject sees its own row and the operator all.  An institution sees no row: it reads through
`insights_read`, which asks for a consent and writes the read down, and finds prospects through
`insights_prospects`, which answers for its own offerings and for findable subjects only.
"""

from django.db import migrations

from huoshui.web.audit.rules.security import ANYONE, JOBS, OPERATOR, WEB, protect

OWN_ENTITY = (
    "entity IN (SELECT l.entity FROM parties_entitylink l WHERE l.subject_id = actor_subject() "
    "AND l.valid_until IS NULL)"
)

TABLES = [
    """
    CREATE TABLE insights_profile (
        snapshot_id bigint NOT NULL,
        entity text NOT NULL,
        kind text, code text, legacy_code text, name text, sort_key text NOT NULL DEFAULT '',
        region_code text, industry_code text, status text, established_on date,
        whole bigint[] NOT NULL, fraction double precision[] NOT NULL, flag boolean[] NOT NULL,
        word text[] NOT NULL, day date[] NOT NULL, yes bigint[] NOT NULL, no bigint[] NOT NULL,
        PRIMARY KEY (snapshot_id, entity)
    ) PARTITION BY LIST (snapshot_id)
    """,
    """
    CREATE TABLE insights_evidence (
        snapshot_id bigint NOT NULL,
        entity text NOT NULL,
        item text NOT NULL,
        feed text NOT NULL,
        facts bigint NOT NULL,
        newest_true_on date, oldest_true_on date,
        last_batch bigint NOT NULL, source_file text NOT NULL, source_row bigint NOT NULL,
        PRIMARY KEY (snapshot_id, entity, item, feed)
    ) PARTITION BY LIST (snapshot_id)
    """,
]

PARTITIONS = [
    # A stand-alone table first: loading and indexing it disturbs nobody, attaching takes a moment.
    f"""
    CREATE FUNCTION insights_partition_make(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text; part text;
    BEGIN
        FOREACH kind IN ARRAY ARRAY['profile', 'evidence'] LOOP
            part := format('insights_%s_%s', kind, snapshot);
            EXECUTE format('DROP TABLE IF EXISTS %I', part);
            EXECUTE format('CREATE TABLE %I (LIKE insights_%s INCLUDING DEFAULTS)', part, kind);
            EXECUTE format('GRANT INSERT ON %I TO {JOBS}', part);
        END LOOP;
    END $$
    """,
    f"""
    CREATE FUNCTION insights_partition_attach(snapshot bigint) RETURNS void
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
            EXECUTE format(
                'ALTER TABLE insights_%s ATTACH PARTITION %I FOR VALUES IN (%s)',
                kind, part, snapshot);
        END LOOP;
    END $$
    """,
    """
    CREATE FUNCTION insights_partition_drop(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text;
    BEGIN
        FOREACH kind IN ARRAY ARRAY['profile', 'evidence'] LOOP
            EXECUTE format('DROP TABLE IF EXISTS insights_%s_%s', kind, snapshot);
        END LOOP;
    END $$
    """,
    *(
        statement
        for name in ("make", "attach", "drop")
        for statement in (
            f"REVOKE EXECUTE ON FUNCTION insights_partition_{name}(bigint) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION insights_partition_{name}(bigint) TO {JOBS}",
        )
    ),
]

READING = [
    """
    CREATE FUNCTION insights_latest() RETURNS bigint LANGUAGE sql STABLE AS $$
        SELECT max(id) FROM insights_snapshot WHERE status = 'attached'
    $$
    """,
    # Reading and writing the read down are one deed: there is no way to have one without the other.
    """
    CREATE FUNCTION insights_read(
        wanted uuid, at timestamptz, reader_name text, purpose text, snapshot bigint
    ) RETURNS SETOF insights_profile
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE given parties_consent%ROWTYPE;
    BEGIN
        SELECT * INTO given FROM parties_consent c
        WHERE c.id = wanted AND c.reader_id IN (SELECT actor_institutions())
          AND c.withdrawn_at IS NULL AND c.given_at <= at AND at < c.valid_until;
        IF NOT FOUND THEN RETURN; END IF;
        INSERT INTO parties_consentread
            (consent_id, subject_id, institution_id, person, person_name, items, what, read_at)
        VALUES (given.id, given.subject_id, actor_institution(), actor_person(), reader_name,
                given.items, purpose, at);
        RETURN QUERY
            SELECT p.* FROM insights_profile p
            JOIN parties_entitylink l ON l.entity = p.entity AND l.valid_until IS NULL
            WHERE p.snapshot_id = snapshot AND l.subject_id = given.subject_id;
    END $$
    """,
    # Public facts, and whether the caller's own offering is open: nothing else leaves here.
    """
    CREATE FUNCTION insights_prospects(
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
        )
        SELECT p.entity, p.code, p.name, p.sort_key, p.region_code, p.industry_code,
               p.established_on
        FROM bit JOIN insights_profile p ON p.snapshot_id = bit.snapshot
        JOIN parties_entitylink l ON l.entity = p.entity AND l.valid_until IS NULL
        JOIN parties_subject s ON s.id = l.subject_id AND s.findable_since IS NOT NULL
        WHERE (p.yes[bit.k / 63 + 1] >> (bit.k % 63)) & 1 = 1
          AND (p.sort_key, p.entity) > (after_key, after_entity)
        ORDER BY p.sort_key, p.entity LIMIT at_most
    $$
    """,
    # How many an offering is open to; a count tells of nobody.
    """
    CREATE FUNCTION insights_reach(offering text)
    RETURNS TABLE (open_to bigint, findable bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH bit AS (
            SELECT s.id AS snapshot, (o.place - 1)::int AS k
            FROM insights_snapshot s
            CROSS JOIN LATERAL jsonb_array_elements(s.offerings) WITH ORDINALITY o(said, place)
            JOIN parties_institution i ON i.code = o.said->>'institution'
            WHERE s.id = insights_latest() AND o.said->>'id' = offering
              AND (i.id IN (SELECT actor_institutions()) OR actor_kind() = 'operator')
        )
        SELECT count(*), count(f.id)
        FROM bit JOIN insights_profile p ON p.snapshot_id = bit.snapshot
        LEFT JOIN parties_entitylink l ON l.entity = p.entity AND l.valid_until IS NULL
        LEFT JOIN parties_subject f ON f.id = l.subject_id AND f.findable_since IS NOT NULL
        WHERE (p.yes[bit.k / 63 + 1] >> (bit.k % 63)) & 1 = 1
    $$
    """,
    *(
        statement
        for signature in (
            "insights_read(uuid, timestamptz, text, text, bigint)",
            "insights_prospects(text, text, text, int)",
            "insights_reach(text)",
        )
        for statement in (
            f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {signature} TO {WEB}, {JOBS}",
        )
    ),
]

POLICIES = [
    *protect("insights_snapshot", read=ANYONE),
    *protect("insights_profile", read=f"{OPERATOR} OR {OWN_ENTITY}"),
    *protect("insights_evidence", read=f"{OPERATOR} OR {OWN_ENTITY}"),
]


class Migration(migrations.Migration):
    """After the tables that Django makes."""

    dependencies = [("insights", "0001_initial"), ("parties", "0002_security")]
    operations = [
        migrations.RunSQL(TABLES),
        migrations.RunSQL(POLICIES),
        migrations.RunSQL(PARTITIONS),
        migrations.RunSQL(READING),
    ]
