"""A job is asked in one's own name only; an operator may put back what failed, and nothing else."""

from django.db import migrations

from huoshui.web.audit.rules.security import ANYONE, OPERATOR, WEB

POLICIES = [
    "DROP POLICY adding ON delivery_job",
    f"CREATE POLICY adding ON delivery_job FOR INSERT WITH CHECK ({ANYONE} "
    "AND asked_by IS NOT DISTINCT FROM actor_person() AND status = 'asked' AND attempts = 0)",
    f"CREATE POLICY retrying ON delivery_job FOR UPDATE "
    f"USING ({OPERATOR} AND status IN ('failed', 'dead')) "
    f"WITH CHECK ({OPERATOR} AND status = 'asked' AND attempts = 0)",
    "GRANT UPDATE (status, attempts, problem, what, done, total, started_at, ended_at) "
    f"ON delivery_job TO {WEB}",
    f"CREATE POLICY retrying ON delivery_outgoing FOR UPDATE "
    f"USING ({OPERATOR} AND dead_at IS NOT NULL) "
    f"WITH CHECK ({OPERATOR} AND dead_at IS NULL AND sent_at IS NULL)",
    f"GRANT UPDATE (attempts, next_at, dead_at) ON delivery_outgoing TO {WEB}",
]


class Migration(migrations.Migration):
    """After the policies."""

    dependencies = [("delivery", "0002_security")]
    operations = [migrations.RunSQL(POLICIES)]
