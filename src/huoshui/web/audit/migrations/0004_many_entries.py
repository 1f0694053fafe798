"""Many entries of the record are written by one statement, as `audit_entry_write` writes each."""

from django.db import migrations

from huoshui.web.audit.rules.security import JOBS, WEB

SAID = (
    "forms json, at timestamptz, actor_kind text, actor text, person uuid, subject uuid, "
    "institution uuid, action text, object_kind text, object_ids bigint[], reasons text[], "
    "rules text[], payload_digests bytea[], salts bytea[], bodies jsonb"
)
"""What is said of entries that one actor writes at one moment; lists have a place for each."""

# A form is hashed as it was written, which `json` keeps to the byte.  What has no number of its
# own was not done, and is not told of.
WRITE = f"""
    CREATE FUNCTION audit_entries_write({SAID}) RETURNS void LANGUAGE plpgsql AS $$
    #variable_conflict use_variable
    DECLARE xid xid8 := pg_current_xact_id();
    BEGIN
        WITH said AS MATERIALIZED (
            SELECT nextval('audit_entry_id_seq') AS id, s.* FROM ROWS FROM (
                json_array_elements(forms),
                unnest(object_ids, reasons, rules, payload_digests, salts),
                jsonb_array_elements(bodies)
            ) AS s (form, object_id, reason, rule, payload_digest, salt, body)
            WHERE s.object_id IS NOT NULL
        ), entries AS (
            INSERT INTO audit_entry (id, xid, at, actor_kind, actor, person_id, subject_id,
                institution_id, action, object_kind, object_id, reason, rule, payload_digest,
                digest)
            SELECT s.id, xid, at, actor_kind, actor, person, subject, institution, action,
                object_kind, s.object_id, s.reason, s.rule, s.payload_digest,
                sha256(convert_to(format(s.form::text, s.id, s.object_id, xid), 'UTF8'))
            FROM said s
        )
        INSERT INTO audit_payload (entry_id, salt, body)
        SELECT s.id, s.salt, s.body FROM said s WHERE s.salt IS NOT NULL;
    END $$
"""


class Migration(migrations.Migration):
    """After the function that writes one."""

    dependencies = [("audit", "0003_one_statement")]
    operations = [
        migrations.RunSQL(
            [
                WRITE,
                "REVOKE ALL ON FUNCTION audit_entries_write FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION audit_entries_write TO {WEB}, {JOBS}",
            ]
        )
    ]
