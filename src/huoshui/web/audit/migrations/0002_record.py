"""The three tables of the record, and what keeps them as they were written."""

import django.db.models.deletion
from django.db import migrations, models

import huoshui.web.audit.models
from huoshui.web.audit.rules.protection import PROTECTION


class Migration(migrations.Migration):
    """After the functions that policies ask."""

    dependencies = [
        ("audit", "0001_actor"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("xid", huoshui.web.audit.models.TransactionId()),
                ("at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("actor", models.TextField()),
                ("person_id", models.UUIDField(null=True)),
                ("subject_id", models.UUIDField(null=True)),
                ("institution_id", models.UUIDField(null=True)),
                ("action", models.TextField()),
                ("object_kind", models.TextField()),
                ("object_id", models.TextField()),
                ("reason", models.TextField(null=True)),
                ("rule", models.TextField(null=True)),
                ("payload_digest", models.BinaryField(null=True)),
                ("digest", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("n", models.BigIntegerField(primary_key=True, serialize=False)),
                ("xid_from", huoshui.web.audit.models.TransactionId()),
                ("xid_until", huoshui.web.audit.models.TransactionId(unique=True)),
                ("entries", models.IntegerField()),
                ("leaves", models.BinaryField()),
                ("root", models.BinaryField()),
                ("previous", models.BinaryField(unique=True)),
                ("hash", models.BinaryField(unique=True)),
                ("signature", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Payload",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="audit.entry",
                    ),
                ),
                ("salt", models.BinaryField(null=True)),
                ("body", models.JSONField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["xid"], name="entries_by_transaction"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["object_kind", "object_id"], name="entries_by_object"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("subject_id__isnull", False)),
                fields=["subject_id", "id"],
                name="entries_by_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("institution_id__isnull", False)),
                fields=["institution_id", "id"],
                name="entries_by_institution",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["person_id", "id"], name="entries_by_person"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["action", "id"], name="entries_by_action"),
        ),
        migrations.RunSQL(PROTECTION),
    ]
