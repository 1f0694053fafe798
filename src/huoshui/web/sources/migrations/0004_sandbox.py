"""Candidates, what they would change, who has seen it, and what they decide beside the packs."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from huoshui.web.audit.rules.security import OPERATOR, protect

POLICIES = [
    *protect("sources_candidate", read=OPERATOR, insert=OPERATOR, update=OPERATOR),
    *protect(
        "sources_difference", read=OPERATOR, insert=OPERATOR, update=OPERATOR, columns=["job"]
    ),
    *protect("sources_differenceseen", read=OPERATOR, insert=OPERATOR),
    *protect("sources_shadowedcase", read=OPERATOR),
    *protect("sources_disagreement", read=OPERATOR),
    # Who is signed in is asked under the rules in force, and so before anybody is known; which
    # rules those are is no secret of anybody.
    """
    CREATE FUNCTION packs_in_force(day date) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        SELECT digest FROM sources_packpublication WHERE asof <= day ORDER BY id DESC LIMIT 1
    $$
    """,
]


class Migration(migrations.Migration):
    """After what came in."""

    dependencies = [
        ("sources", "0003_arrivals"),
    ]

    operations = [
        migrations.AddField(
            model_name="packpublication",
            name="candidate",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="packpublication",
            name="difference",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("origin", models.TextField(default="edits")),
                ("base", models.TextField()),
                ("digest", models.TextField()),
                ("edits", models.JSONField(default=list)),
                ("state", models.TextField(default="drafted")),
                ("drafted_by", models.UUIDField(null=True)),
                ("drafted_by_name", models.TextField()),
                ("drafted_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("shadow_since", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "shadow")),
                        fields=("state",),
                        name="one_in_shadow",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("base", models.TextField()),
                ("digest", models.TextField()),
                ("asof", models.DateField()),
                ("known", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("job", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("sha256", models.TextField(default="")),
                ("result", models.JSONField(null=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="sources.candidate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DifferenceSeen",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "difference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="sources.difference"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Disagreement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("of", models.TextField()),
                ("definition", models.TextField()),
                ("entity", models.TextField()),
                ("case", models.UUIDField(null=True)),
                ("n", models.IntegerField(null=True)),
                ("ref", models.TextField(default="")),
                ("moment", models.TextField(default="")),
                ("in_force", models.TextField()),
                ("verdict", models.TextField()),
                ("clauses", models.JSONField(default=list)),
                ("unmeasured", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="sources.candidate"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShadowedCase",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("case", models.UUIDField()),
                ("n", models.IntegerField()),
                ("moment", models.TextField()),
                ("offering", models.TextField()),
                ("agrees", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="sources.candidate"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(
                fields=("candidate", "base", "digest", "asof", "known"), name="compared_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="differenceseen",
            constraint=models.UniqueConstraint(fields=("difference", "person"), name="seen_once"),
        ),
        migrations.AddIndex(
            model_name="disagreement",
            index=models.Index(
                fields=["candidate", "kind", "definition", "id"], name="disagreements_listed"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowedcase",
            constraint=models.UniqueConstraint(
                fields=("candidate", "case", "n"), name="shadowed_once"
            ),
        ),
        migrations.RunSQL(POLICIES),
    ]
