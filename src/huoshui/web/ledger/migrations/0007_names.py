"""Lines and transfers are found by what they are named: a name goes before amount and day."""

from django.db import migrations, models

LINE = {
    "line_by_end_to_end": "end_to_end",
    "line_by_reference": "reference",
    "line_by_bank_ref": "bank_ref",
}


class Migration(migrations.Migration):
    """After all tables."""

    dependencies = [("ledger", "0006_many_vouchers")]
    operations = [
        *(
            migrations.AddIndex(
                "statementline", models.Index(name=name, fields=["institution_id", column])
            )
            for name, column in LINE.items()
        ),
        migrations.AddIndex(
            "cashreference",
            models.Index(name="cash_by_name", fields=["institution_id", "reference"]),
        ),
    ]
