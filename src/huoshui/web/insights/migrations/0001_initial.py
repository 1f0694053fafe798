"""The tables of insights."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "snapshot_id",
                        "entity",
                        "item",
                        "feed",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("snapshot_id", models.BigIntegerField()),
                ("entity", models.TextField()),
                ("item", models.TextField()),
                ("feed", models.TextField()),
                ("facts", models.BigIntegerField()),
                ("newest_true_on", models.DateField(null=True)),
                ("oldest_true_on", models.DateField(null=True)),
                ("last_batch", models.BigIntegerField()),
                ("source_file", models.TextField()),
                ("source_row", models.BigIntegerField()),
            ],
            options={
                "db_table": "insights_evidence",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "snapshot_id",
                        "entity",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("snapshot_id", models.BigIntegerField()),
                ("entity", models.TextField()),
                ("kind", models.TextField(null=True)),
                ("code", models.TextField(null=True)),
                ("legacy_code", models.TextField(null=True)),
                ("name", models.TextField(null=True)),
                ("sort_key", models.TextField(default="")),
                ("region_code", models.TextField(null=True)),
                ("industry_code", models.TextField(null=True)),
                ("status", models.TextField(null=True)),
                ("established_on", models.DateField(null=True)),
                (
                    "whole",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(null=True), size=None
                    ),
                ),
                (
                    "fraction",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(null=True), size=None
                    ),
                ),
                (
                    "flag",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BooleanField(null=True), size=None
                    ),
                ),
                (
                    "word",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(null=True), size=None
                    ),
                ),
                (
                    "day",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(null=True), size=None
                    ),
                ),
                (
                    "yes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "no",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
            ],
            options={
                "db_table": "insights_profile",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(unique=True)),
                ("known", models.BigIntegerField()),
                ("asof", models.DateField()),
                ("pack_digest", models.TextField()),
                ("columns", models.JSONField()),
                ("offerings", models.JSONField()),
                ("manifest", models.JSONField()),
                ("rows", models.BigIntegerField(default=0)),
                ("status", models.TextField(default="loading")),
                ("asked_at", models.DateTimeField()),
                ("attached_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
