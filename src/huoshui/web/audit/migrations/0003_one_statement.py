"""An entry of the record is written by one statement: its number, itself and its payload."""

from django.db import migrations

from huoshui.web.audit.rules.security import JOBS, WEB

SAID = (
    "form text, at timestamptz, actor_kind text, actor text, person uuid, subject uuid, "
    "institution uuid, action text, object_kind text, object_id text, reason text, rule text, "
    "payload_digest bytea, salt bytea, body jsonb"
)
"""What is said of an entry, in the order in which the function takes it."""

# The form is the text that is hashed, by `rules.digests`, with places for what only the database
# knows: the entry's number, the number of what it tells of, and the transaction's.
WRITE = f"""
    CREATE FUNCTION audit_entry_write({SAID}) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE number bigint := nextval('audit_entry_id_seq'); xid xid8 := pg_current_xact_id();
    BEGIN
        INSERT INTO audit_entry (id, xid, at, actor_kind, actor, person_id, subject_id,
            institution_id, action, object_kind, object_id, reason, rule, payload_digest, digest)
        VALUES (number, xid, at, actor_kind, actor, person, subject, institution, action,
            object_kind, object_id, reason, rule, payload_digest,
            sha256(convert_to(format(form, number, object_id, xid), 'UTF8')));
        IF salt IS NOT NULL THEN
            INSERT INTO audit_payload (entry_id, salt, body) VALUES (number, salt, body);
        END IF;
        RETURN number;
    END $$
"""


class Migration(migrations.Migration):
    """After the tables of the record."""

    dependencies = [("audit", "0002_record")]
    operations = [
        migrations.RunSQL(
            [
                WRITE,
                "REVOKE ALL ON FUNCTION audit_entry_write FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION audit_entry_write TO {WEB}, {JOBS}",
            ]
        )
    ]
