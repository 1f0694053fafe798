"""Facilities: a loan may be drawn under one, and then has no case of its own."""

import django.db.models.deletion
from django.db import migrations, models

from huoshui.web.audit.rules.security import WEB

# The rows are agreements, protected as such; the day a limit wakes is written as it is booked.
POLICIES = [f"GRANT UPDATE (wakes_on) ON agreements_agreement TO {WEB}"]


class Migration(migrations.Migration):
    """The columns, then what the web may change of them."""

    dependencies = [("agreements", "0004_end_of_day")]
    operations = [
        migrations.AddField(
            "agreement",
            "facility",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="draws",
                to="agreements.agreement",
            ),
        ),
        migrations.AlterField("agreement", "case_id", models.UUIDField(unique=True, null=True)),
        migrations.AddField("agreement", "wakes_on", models.DateField(null=True)),
        migrations.AddIndex(
            "agreement",
            models.Index(
                name="facility_wakes",
                fields=["wakes_on"],
                condition=models.Q(wakes_on__isnull=False),
            ),
        ),
        migrations.RunSQL(POLICIES),
    ]
