"""The functions that every policy asks: who acts in this transaction."""

from django.db import migrations

from huoshui.web.audit.rules.security import ACTOR_FUNCTIONS


class Migration(migrations.Migration):
    """Before any table."""

    initial = True
    dependencies = []
    operations = [migrations.RunSQL(ACTOR_FUNCTIONS)]
