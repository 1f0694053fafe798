"""The tables of sources."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("feed", models.TextField(db_index=True)),
                ("item", models.TextField()),
                ("source_file", models.TextField()),
                ("sha256", models.TextField()),
                ("rows_in", models.BigIntegerField()),
                ("rows_new", models.BigIntegerField()),
                ("rows_known", models.BigIntegerField()),
                ("rows_quarantined", models.BigIntegerField()),
                ("rows_outside", models.BigIntegerField()),
                ("is_repair", models.BooleanField(default=False)),
                ("recorded_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FeedState",
            fields=[
                ("feed", models.TextField(primary_key=True, serialize=False)),
                ("item", models.TextField()),
                ("label", models.JSONField()),
                ("item_label", models.JSONField()),
                ("owner", models.JSONField()),
                ("refresh", models.TextField()),
                ("fresh_days", models.IntegerField()),
                ("last_batch", models.BigIntegerField(null=True)),
                ("last_known_at", models.DateTimeField(null=True)),
                ("newest_true_on", models.DateField(null=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("quarantined", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("feed", models.TextField()),
                ("file_name", models.TextField()),
                ("sha256", models.TextField()),
                ("bytes_count", models.BigIntegerField()),
                ("stored_as", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                ("by_name", models.TextField()),
                ("job", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PackPublication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.TextField()),
                ("asof", models.DateField()),
                ("packs", models.JSONField()),
                ("counts", models.JSONField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["-published_at"], name="publications_latest")],
            },
        ),
        migrations.CreateModel(
            name="Quarantined",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch", models.BigIntegerField()),
                ("source_row", models.BigIntegerField()),
                ("feed", models.TextField()),
                ("item", models.TextField()),
                ("source_file", models.TextField()),
                ("reason", models.TextField()),
                ("field", models.TextField(default="")),
                ("message", models.TextField()),
                ("fix", models.TextField()),
                ("raw", models.JSONField()),
                ("resolved_in", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["feed", "reason", "batch", "source_row"], name="open_by_feed"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "source_row"), name="quarantined_once")
                ],
            },
        ),
    ]
