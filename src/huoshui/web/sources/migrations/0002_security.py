"""Who sees what came in: freshness and batches everybody, raw rows the operator."""

from django.db import migrations

from huoshui.web.audit.rules.security import ANYONE, OPERATOR, protect

POLICIES = [
    *protect("sources_feedstate", read=ANYONE),
    *protect("sources_batch", read=ANYONE),
    *protect("sources_packpublication", read=ANYONE),
    *protect("sources_quarantined", read=OPERATOR),
    *protect("sources_upload", read=OPERATOR, insert=OPERATOR, update=OPERATOR, columns=["job"]),
]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("sources", "0001_initial"), ("parties", "0002_security")]
    operations = [migrations.RunSQL(POLICIES)]
