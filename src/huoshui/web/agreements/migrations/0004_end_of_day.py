"""End of day: parts of the book, and what time alone does to each loan."""

import django.db.models.deletion
from django.db import migrations, models

from huoshui.web.audit.rules.security import OWN_INSTITUTION, protect

PROTECTION = [
    # An action opens a part for a loan that is drawn; only the jobs process books its nights.
    *protect("agreements_bookpart", read=OWN_INSTITUTION, insert=OWN_INSTITUTION),
    *protect(
        "agreements_loanoutlook",
        read=OWN_INSTITUTION,
        insert=OWN_INSTITUTION,
        update=OWN_INSTITUTION,
        delete=OWN_INSTITUTION,
    ),
]


def _line(name: str) -> list[tuple[str, models.Field]]:
    return [
        (f"{name}_since", models.DateField(null=True)),
        *(
            (f"{name}_{part}", models.DecimalField(decimal_places=0, max_digits=1000, null=True))
            for part in ("base", "slope", "den")
        ),
    ]


class Migration(migrations.Migration):
    """The tables, then who sees them."""

    dependencies = [("agreements", "0003_loans"), ("parties", "0002_security")]
    operations = [
        migrations.CreateModel(
            name="BookPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("n", models.IntegerField()),
                ("booked_until", models.DateField()),
                ("is_open", models.BooleanField(default=True)),
                ("rules", models.TextField(default="")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.institution"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoanOutlook",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("institution_id", models.UUIDField()),
                ("ref", models.TextField()),
                ("held", models.JSONField(null=True)),
                ("class_name", models.TextField(null=True)),
                ("looked_on", models.DateField()),
                ("is_accruing", models.BooleanField()),
                ("day_count", models.TextField()),
                *_line("interest"),
                *_line("penalty"),
                *_line("compound"),
                *_line("next"),
                ("turns_on", models.DateField(null=True)),
                ("turn_fen", models.BigIntegerField(null=True)),
                ("wakes_on", models.DateField(null=True)),
                (
                    "agreement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlook",
                        to="agreements.agreement",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="agreements.bookpart",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "bookpart",
            models.UniqueConstraint(fields=["institution", "n"], name="book_part_once"),
        ),
        migrations.RunSQL(PROTECTION),
    ]
