"""What was paid of subsidies and what is due unasked, by snapshot, and who sees them.

A subject sees its own and the operator all.  An office sees no row: it is told what its own
programmes come to, and by name whom it may pay only of those that agreed to be found, and only
where the evidence is public; what is read under a consent is in the sums alone.
"""

import django.db.models.deletion
from django.db import migrations, models

from huoshui.web.audit.rules.security import JOBS, OPERATOR, WEB, protect

OWN_ENTITY = (
    "entity IN (SELECT l.entity FROM parties_entitylink l WHERE l.subject_id = actor_subject() "
    "AND l.valid_until IS NULL)"
)

OWN_PROGRAMMES = (
    "u.snapshot_id = insights_latest() AND u.institution IN (SELECT i.code "
    "FROM parties_institution i WHERE i.id IN (SELECT actor_institutions()))"
)

FOUND = (
    "SELECT DISTINCT l.entity FROM parties_subject s JOIN parties_entitylink l "
    "ON l.subject_id = s.id AND l.valid_until IS NULL WHERE s.findable_since IS NOT NULL"
)

FUNCTIONS = [
    f"""
    CREATE FUNCTION insights_unasked_sums()
    RETURNS TABLE (offering text, subjects bigint, amount_fen bigint, consenting bigint,
                   findable bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH found AS MATERIALIZED ({FOUND})
        SELECT u.offering, count(*), sum(u.amount_fen)::bigint,
               count(*) FILTER (WHERE u.needs_consent),
               count(f.entity) FILTER (WHERE NOT u.needs_consent)
        FROM insights_unasked u LEFT JOIN found f ON f.entity = u.entity
        WHERE {OWN_PROGRAMMES} GROUP BY u.offering ORDER BY u.offering
    $$
    """,
    f"""
    CREATE FUNCTION insights_unasked_named(
        programme text, after_key text, after_entity text, at_most int
    ) RETURNS TABLE (entity text, code text, name text, sort_key text, region_code text,
                     amount_fen bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH found AS MATERIALIZED ({FOUND})
        SELECT p.entity, p.code, p.name, p.sort_key, p.region_code, u.amount_fen
        FROM insights_unasked u JOIN found f ON f.entity = u.entity
        JOIN insights_profile p ON p.snapshot_id = u.snapshot_id AND p.entity = u.entity
        WHERE {OWN_PROGRAMMES} AND u.offering = programme AND NOT u.needs_consent
          AND (p.sort_key, p.entity) > (after_key, after_entity)
        ORDER BY p.sort_key, p.entity LIMIT at_most
    $$
    """,
    *(
        statement
        for signature in (
            "insights_unasked_sums()",
            "insights_unasked_named(text, text, text, int)",
        )
        for statement in (
            f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {signature} TO {WEB}, {JOBS}",
        )
    ),
]

ID = ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True,
                                verbose_name="ID"))  # fmt: skip


def _snapshot(name: str) -> tuple[str, models.ForeignKey]:
    return (
        "snapshot",
        models.ForeignKey(
            on_delete=django.db.models.deletion.CASCADE,
            related_name=name,
            to="insights.snapshot",
        ),
    )


class Migration(migrations.Migration):
    """After how new each feed is."""

    dependencies = [("insights", "0004_newest"), ("parties", "0002_security")]
    operations = [
        migrations.CreateModel(
            name="Paid",
            fields=[
                ID,
                ("entity", models.TextField()),
                ("offering", models.TextField()),
                ("paid_on", models.DateField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                _snapshot("paid"),
            ],
            options={
                "indexes": [models.Index(fields=["snapshot", "entity"], name="paid_to_entity")]
            },
        ),
        migrations.CreateModel(
            name="Unasked",
            fields=[
                ID,
                ("entity", models.TextField()),
                ("offering", models.TextField()),
                ("institution", models.TextField()),
                ("amount_fen", models.BigIntegerField()),
                ("needs_consent", models.BooleanField()),
                _snapshot("unasked"),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="unasked_once", fields=["snapshot", "offering", "entity"]
                    )
                ]
            },
        ),
        migrations.RunSQL(
            [
                *protect("insights_paid", read=f"{OPERATOR} OR {OWN_ENTITY}"),
                *protect("insights_unasked", read=f"{OPERATOR} OR {OWN_ENTITY}"),
                *FUNCTIONS,
            ]
        ),
    ]
