"""A draft is its subject's own: institutions see a case from the moment it first waits for one."""

from django.db import migrations, models

from huoshui.web.audit.rules.security import OWN_INSTITUTION, OWN_SUBJECT, WEB

SHOWN = (
    "EXISTS (SELECT 1 FROM cases_caseparty p WHERE p.case_id = cases_case.id "
    "AND p.institution_id IN (SELECT actor_institutions()))"
)
SEEN = f"({OWN_SUBJECT} OR (shown_at IS NOT NULL AND ({OWN_INSTITUTION} OR {SHOWN})))"

POLICIES = [
    "DROP POLICY reading ON cases_case",
    "DROP POLICY changing ON cases_case",
    f"CREATE POLICY reading ON cases_case FOR SELECT USING ({SEEN})",
    f"CREATE POLICY changing ON cases_case FOR UPDATE USING ({SEEN})",
    f"GRANT UPDATE (shown_at) ON cases_case TO {WEB}",
]


class Migration(migrations.Migration):
    """The columns, then the policies that read one of them."""

    dependencies = [("cases", "0002_security")]
    operations = [
        migrations.AddField("case", "shown_at", models.DateTimeField(null=True)),
        migrations.AddField("decision", "on", models.DateField()),
        migrations.RunSQL(POLICIES),
    ]
