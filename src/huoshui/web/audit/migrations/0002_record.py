"""The three tables of the record, and what keeps them as they were written."""

import django.db.models.deletion
from django.db import migrations, models

import huoshui.web.audit.models
from huoshui.web.audit.rules.findings import ERASED
from huoshui.web.audit.rules.security import ANYONE, JOBS, OPERATOR, WEB, append_only, protect

# A superuser can switch all of this off; what he then does is found by the seals.
ENTRY, PAYLOAD, SEAL = "audit_entry", "audit_payload", "audit_seal"

_ENTRY = [
    *protect(
        ENTRY,
        read=(
            f"{OPERATOR} OR subject_id = actor_subject() OR institution_id = actor_institution() "
            "OR person_id = actor_person()"
        ),
        # Nobody writes an entry in another's name, who is nobody included.
        insert="actor_kind = actor_kind() AND person_id IS NOT DISTINCT FROM actor_person()",
    ),
    *append_only(ENTRY),
    f"GRANT USAGE ON SEQUENCE {ENTRY}_id_seq TO {WEB}, {JOBS}",
    """
    CREATE FUNCTION audit_entry_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.xid <> pg_current_xact_id() THEN
            RAISE EXCEPTION 'an entry belongs to the transaction that writes it'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$
    """,
    f"CREATE TRIGGER {ENTRY}_of_now BEFORE INSERT ON {ENTRY} "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_of_now()",
]

_PAYLOAD = [
    *protect(
        PAYLOAD,
        read=f"EXISTS (SELECT 1 FROM {ENTRY} e WHERE e.id = entry_id)",
        insert=ANYONE,
    ),
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {PAYLOAD} FROM {WEB}, {JOBS}",
    """
    CREATE FUNCTION audit_payload_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.entry_id = OLD.entry_id AND NEW.salt IS NULL AND NEW.body IS NULL
               AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'payloads of the record are only erased'
            USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    f"CREATE TRIGGER {PAYLOAD}_only_erased BEFORE UPDATE OR DELETE ON {PAYLOAD} "
    "FOR EACH ROW EXECUTE FUNCTION audit_payload_only_erased()",
    f"CREATE TRIGGER {PAYLOAD}_not_emptied BEFORE TRUNCATE ON {PAYLOAD} "
    "FOR EACH STATEMENT EXECUTE FUNCTION only_appended()",
    # The one way to erase: an operator or the system, in the transaction that also records it.
    f"""
    CREATE FUNCTION audit_payload_erase(erased bigint, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    BEGIN
        IF coalesce(actor_kind(), 'nobody') NOT IN ('operator', 'system') THEN
            RAISE EXCEPTION 'only the operator erases' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM {ENTRY} WHERE xid = pg_current_xact_id() AND action = '{ERASED}'
            AND object_kind = 'entry' AND object_id = erased::text
        ) THEN
            RAISE EXCEPTION 'an erasure is recorded in its own transaction'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        UPDATE {PAYLOAD} SET salt = NULL, body = NULL, erased_at = at
        WHERE entry_id = erased AND erased_at IS NULL;
        RETURN FOUND;
    END $$
    """,
    "REVOKE ALL ON FUNCTION audit_payload_erase(bigint, timestamptz) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION audit_payload_erase(bigint, timestamptz) TO {WEB}, {JOBS}",
]

_SEAL = [*protect(SEAL, read=ANYONE), *append_only(SEAL)]

_TRIGGERS = {
    ENTRY: (f"{ENTRY}_only_appended", f"{ENTRY}_not_emptied", f"{ENTRY}_of_now"),
    PAYLOAD: (f"{PAYLOAD}_only_erased", f"{PAYLOAD}_not_emptied"),
    SEAL: (f"{SEAL}_only_appended", f"{SEAL}_not_emptied"),
}

PROTECTION = [
    *_ENTRY,
    *_PAYLOAD,
    *_SEAL,
    # They fire in a session that plays a replica too.
    *(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
        for table, names in _TRIGGERS.items()
        for name in names
    ),
]
"""The statements that follow the making of the three tables."""


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
            options={
                "indexes": [
                    models.Index(fields=["xid"], name="entries_by_transaction"),
                    models.Index(fields=["object_kind", "object_id"], name="entries_by_object"),
                    models.Index(
                        condition=models.Q(("subject_id__isnull", False)),
                        fields=["subject_id", "id"],
                        name="entries_by_subject",
                    ),
                    models.Index(
                        condition=models.Q(("institution_id__isnull", False)),
                        fields=["institution_id", "id"],
                        name="entries_by_institution",
                    ),
                    models.Index(fields=["person_id", "id"], name="entries_by_person"),
                    models.Index(fields=["action", "id"], name="entries_by_action"),
                ]
            },
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
        migrations.RunSQL(PROTECTION),
    ]
