"""Who sees which agreements: their two sides."""

from django.db import migrations

from huoshui.web.audit.rules.security import OWN_INSTITUTION, OWN_SUBJECT, append_only, protect

SIDES = f"({OWN_SUBJECT} OR {OWN_INSTITUTION})"

POLICIES = [
    *protect("agreements_agreement", read=SIDES, insert=SIDES, update=SIDES, columns=["state"]),
    *protect("agreements_agreementevent", read=SIDES, insert=SIDES),
    *append_only("agreements_agreementevent"),
    *protect(
        "agreements_condition",
        read=SIDES,
        insert=SIDES,
        update=OWN_INSTITUTION,
        columns=["met_at", "met_by"],
    ),
]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("agreements", "0001_initial"), ("parties", "0002_security")]
    operations = [migrations.RunSQL(POLICIES)]
