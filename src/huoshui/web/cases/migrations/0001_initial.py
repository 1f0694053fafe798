"""The tables of cases."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("ref", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("subject_name", models.TextField()),
                ("subject_code", models.TextField(null=True)),
                ("offering", models.TextField(null=True)),
                ("state", models.TextField()),
                ("fields", models.JSONField(default=dict)),
                ("opened_by", models.UUIDField()),
                ("opened_by_name", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("moved_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("key", models.TextField()),
                ("pack_digest", models.TextField()),
                ("moves_count", models.IntegerField(default=0)),
                (
                    "institution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parties.institution",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="cases.case"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.subject"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["institution", "state", "-moved_at"], name="cases_queue"),
                    models.Index(fields=["subject", "-moved_at"], name="cases_of_subject"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="cases_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "key"), name="case_opened_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("subject_id", models.UUIDField()),
                ("institution_id", models.UUIDField()),
                ("n", models.IntegerField()),
                ("offering", models.TextField()),
                ("outcome", models.TextField()),
                ("automatic", models.BooleanField()),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("rate_bp", models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ("months", models.IntegerField(null=True)),
                ("reasons", models.JSONField(default=list)),
                ("by", models.UUIDField(null=True)),
                ("by_name", models.TextField()),
                ("at", models.DateTimeField()),
                ("entity", models.TextField()),
                ("known", models.BigIntegerField()),
                ("asof", models.DateField()),
                ("pack_digest", models.TextField()),
                ("inputs", models.JSONField()),
                ("evidence", models.TextField(null=True)),
                ("evidence_sha256", models.TextField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("subject_id", models.UUIDField()),
                ("institution_id", models.UUIDField(null=True)),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("media_type", models.TextField()),
                ("bytes_count", models.IntegerField()),
                ("sha256", models.TextField()),
                ("body", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                ("by_name", models.TextField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="cases.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("offering", models.TextField()),
                ("year", models.IntegerField()),
                ("total_fen", models.BigIntegerField()),
                ("taken_fen", models.BigIntegerField(default=0)),
                ("set_at", models.DateTimeField()),
                ("set_by_name", models.TextField()),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.institution"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "offering", "year"), name="quota_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_fen__gte", 0), ("taken_fen__lte", models.F("total_fen"))
                        ),
                        name="quota_not_overdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseParty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_id", models.UUIDField()),
                (
                    "offerings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="cases.case",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.institution"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "institution"), name="shown_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_id", models.UUIDField()),
                ("institution_id", models.UUIDField(null=True)),
                ("n", models.IntegerField()),
                ("move", models.TextField()),
                ("state_from", models.TextField()),
                ("state_to", models.TextField()),
                ("at", models.DateTimeField()),
                ("by_kind", models.TextField()),
                ("by", models.UUIDField(null=True)),
                ("by_name", models.TextField()),
                ("fields", models.JSONField(default=dict)),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("note", models.TextField(default="")),
                ("pack_digest", models.TextField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "n"), name="move_once")],
            },
        ),
        migrations.CreateModel(
            name="QuotaUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution_id", models.UUIDField()),
                ("subject_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("automatic", models.BooleanField()),
                ("amount_fen", models.BigIntegerField()),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="cases.case"),
                ),
                (
                    "quota",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="cases.quota",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "kind"), name="quota_used_once")
                ],
            },
        ),
    ]
