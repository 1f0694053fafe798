"""Loans live: events are sent under keys, and it is known to which day each loan is booked."""

from django.db import migrations, models

from huoshui.web.audit.rules.security import WEB

KEYED = models.UniqueConstraint(
    name="event_key_once",
    fields=["institution_id", "key"],
    condition=~models.Q(key=""),
)
POLICIES = [f"GRANT UPDATE (booked_until) ON agreements_agreement TO {WEB}"]


class Migration(migrations.Migration):
    """The columns, then what the web may change of them."""

    dependencies = [("agreements", "0002_security")]
    operations = [
        migrations.AddField("agreement", "booked_until", models.DateField(null=True)),
        migrations.AddField("agreementevent", "key", models.TextField(default="")),
        migrations.AddConstraint("agreementevent", KEYED),
        migrations.RunSQL(POLICIES),
    ]
