"""The tables of agreements."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("ref", models.TextField(unique=True)),
                ("kind", models.TextField()),
                ("offering", models.TextField()),
                ("subject_name", models.TextField()),
                ("case_id", models.UUIDField(unique=True)),
                ("amount_fen", models.BigIntegerField()),
                ("rate_bp", models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ("fee_bp", models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ("months", models.IntegerField(null=True)),
                ("pack_digest", models.TextField()),
                ("state", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.institution"
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="agreement_of_something"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_id", models.UUIDField()),
                ("institution_id", models.UUIDField()),
                ("n", models.IntegerField()),
                ("kind", models.TextField()),
                ("at", models.DateTimeField()),
                ("on", models.DateField()),
                ("by", models.TextField()),
                ("body", models.JSONField(default=dict)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="agreements.agreement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("agreement", "n"), name="event_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_id", models.UUIDField()),
                ("institution_id", models.UUIDField()),
                ("code", models.TextField()),
                ("label", models.JSONField()),
                ("met_at", models.DateTimeField(null=True)),
                ("met_by", models.TextField(default="")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions",
                        to="agreements.agreement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("agreement", "code"), name="condition_once")
                ],
            },
        ),
    ]
