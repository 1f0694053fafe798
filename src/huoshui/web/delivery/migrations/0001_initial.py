"""The tables of delivery."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("institution_id", models.UUIDField(null=True)),
                ("subject_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("topic", models.TextField()),
                ("body", models.JSONField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("institution_id", models.UUIDField(primary_key=True, serialize=False)),
                ("url", models.TextField()),
                ("secret", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("task", models.TextField()),
                ("args", models.JSONField(default=dict)),
                ("key", models.TextField()),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_by_name", models.TextField()),
                ("subject_id", models.UUIDField(null=True)),
                ("institution_id", models.UUIDField(null=True)),
                ("status", models.TextField(default="asked")),
                ("what", models.TextField(default="")),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("problem", models.JSONField(null=True)),
                ("result", models.JSONField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["status", "asked_at"], name="jobs_by_status")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("task", "key", "asked_by"),
                        name="job_asked_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                ("institution_id", models.UUIDField(null=True)),
                ("subject_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("topic", models.TextField()),
                ("body", models.JSONField()),
                ("key", models.TextField()),
                ("at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("dead_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("dead_at", None), ("sent_at", None)),
                        fields=["next_at"],
                        name="outgoing_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel", "key", "institution_id", "subject_id", "person_id"),
                        name="outgoing_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
