"""Say of each batch how new its facts are; take the same bytes once; let operators publish."""

from django.db import migrations, models

from huoshui.web.audit.rules.security import JOBS, OPERATOR, WEB

POLICIES = [
    f"CREATE POLICY publishing ON sources_packpublication FOR INSERT WITH CHECK ({OPERATOR})",
    f"GRANT INSERT ON sources_packpublication TO {WEB}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {JOBS}",
]


class Migration(migrations.Migration):
    """After the policies."""

    dependencies = [("sources", "0002_security")]
    operations = [
        migrations.AddField("batch", "newest_true_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "upload", models.UniqueConstraint(fields=("feed", "sha256"), name="upload_once")
        ),
        migrations.RunSQL(POLICIES),
    ]
