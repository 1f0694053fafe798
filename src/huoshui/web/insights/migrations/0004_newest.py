"""How new each feed is, beside what it tells of anybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the counts."""

    dependencies = [("insights", "0003_counts_and_masks")]
    operations = [migrations.AddField("snapshot", "newest", models.JSONField(default=dict))]
