"""Cases that are about an institution: both institutions see all of one, and nobody else."""

import django.db.models.deletion
from django.db import migrations, models

from huoshui.web.audit.rules.security import OWN_INSTITUTION, OWN_SUBJECT

SHOWN = (
    "EXISTS (SELECT 1 FROM cases_caseparty p WHERE p.case_id = cases_case.id "
    "AND p.institution_id IN (SELECT actor_institutions()))"
)
ABOUT = "(actor_kind() = 'institution' AND about_id IN (SELECT actor_institutions()))"
SEEN = f"({OWN_SUBJECT} OR {ABOUT} OR (shown_at IS NOT NULL AND ({OWN_INSTITUTION} OR {SHOWN})))"

PROPOSED = (
    "(actor_kind() = 'institution' AND subject_id IS NULL AND about_id = actor_institution())"
)

SEEN_CASE = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id)"
OF_PROPOSAL = "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id AND c.subject_id IS NULL)"
PART = (
    f"({OWN_SUBJECT} OR (({OWN_INSTITUTION} OR institution_id IS NULL) AND {SEEN_CASE}) "
    f"OR (subject_id IS NULL AND {OF_PROPOSAL}))"
)

POLICIES = [
    *(f"DROP POLICY {name} ON cases_case" for name in ("reading", "adding", "changing")),
    f"CREATE POLICY reading ON cases_case FOR SELECT USING ({SEEN})",
    f"CREATE POLICY changing ON cases_case FOR UPDATE USING ({SEEN})",
    "CREATE POLICY adding ON cases_case FOR INSERT WITH CHECK "
    f"((actor_kind() = 'subject' AND {OWN_SUBJECT}) OR {PROPOSED})",
    *(
        statement
        for table in ("cases_move", "cases_document")
        for statement in (
            f"DROP POLICY reading ON {table}",
            f"DROP POLICY adding ON {table}",
            f"CREATE POLICY reading ON {table} FOR SELECT USING ({PART})",
            f"CREATE POLICY adding ON {table} FOR INSERT WITH CHECK ({PART})",
        )
    ),
]


class Migration(migrations.Migration):
    """The columns, then the policies that read them."""

    dependencies = [("cases", "0003_shown"), ("parties", "0002_security")]
    operations = [
        migrations.AlterField(
            "case",
            "subject",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="parties.subject"
            ),
        ),
        migrations.AddField(
            "case",
            "about",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="parties.institution",
            ),
        ),
        migrations.AlterField("move", "subject_id", models.UUIDField(null=True)),
        migrations.AlterField("document", "subject_id", models.UUIDField(null=True)),
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(fields=("about", "key"), name="case_proposed_once"),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(("about__isnull", False), ("subject", None))
                | models.Q(("about", None), ("subject__isnull", False)),
                name="case_about_one_party",
            ),
        ),
        migrations.RunSQL(POLICIES),
    ]
