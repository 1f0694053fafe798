"""Bank accounts, files, statements, matches, breaks and payment instructions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_books"),
        ("parties", "0002_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("institution_id", models.UUIDField()),
                ("rule", models.TextField()),
                ("at", models.DateTimeField()),
                ("by_name", models.TextField()),
                ("why", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.TextField()),
                ("bank", models.TextField()),
                ("bank_code", models.TextField(default="")),
                ("code", models.TextField()),
                ("opened_fen", models.BigIntegerField(null=True)),
                ("stands_fen", models.BigIntegerField(null=True)),
                ("through_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parties.institution",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "number"), name="bank_account_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("sha256", models.TextField()),
                ("body", models.BinaryField()),
                ("bytes_count", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by_name", models.TextField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("told", models.JSONField(null=True)),
                ("problems", models.JSONField(null=True)),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.institution"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Break",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("side", models.TextField()),
                ("kind", models.TextField()),
                ("code", models.TextField(default="")),
                ("n", models.IntegerField(null=True)),
                ("agreement", models.TextField(null=True)),
                ("amount_fen", models.BigIntegerField(null=True)),
                ("ours", models.TextField(default="")),
                ("theirs", models.TextField(default="")),
                ("since", models.DateField()),
                ("found_at", models.DateTimeField()),
                ("state", models.TextField()),
                ("assignee", models.UUIDField(null=True)),
                ("assignee_name", models.TextField(default="")),
                ("explanation", models.TextField(default="")),
                ("proposal", models.JSONField(null=True)),
                ("proposed_by", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="parties.institution"
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.voucher",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BreakDeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution_id", models.UUIDField()),
                ("deed", models.TextField()),
                ("at", models.DateTimeField()),
                ("by_name", models.TextField()),
                ("said", models.JSONField(default=dict)),
                (
                    "about",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deeds",
                        to="ledger.break",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("end_to_end", models.TextField()),
                ("purpose", models.TextField()),
                ("agreement", models.TextField(null=True)),
                ("n", models.IntegerField()),
                ("amount_fen", models.BigIntegerField()),
                ("currency", models.TextField()),
                ("payee_name", models.TextField()),
                ("payee_account", models.TextField()),
                ("payee_bank", models.TextField(default="")),
                ("execute_on", models.DateField()),
                ("text", models.TextField(default="")),
                ("state", models.TextField()),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField()),
                ("by_name", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.bankaccount",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parties.institution",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.voucher",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "key"), name="instructed_once"),
                    models.UniqueConstraint(
                        fields=("institution", "end_to_end"), name="end_to_end_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "rejected"), _negated=True),
                        fields=("voucher", "n"),
                        name="transfer_instructed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="instruction_of_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InstructionDeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution_id", models.UUIDField()),
                ("state", models.TextField()),
                ("at", models.DateTimeField()),
                ("by_name", models.TextField()),
                ("why", models.TextField(default="")),
                (
                    "instruction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deeds",
                        to="ledger.instruction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("institution_id", models.UUIDField()),
                ("ref", models.TextField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("opening_fen", models.BigIntegerField()),
                ("closing_fen", models.BigIntegerField()),
                ("lines_count", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="ledger.bankaccount"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.bankfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "ref"), name="statement_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("institution_id", models.UUIDField()),
                ("n", models.IntegerField()),
                ("place", models.IntegerField()),
                ("bank_ref", models.TextField()),
                ("end_to_end", models.TextField(default="")),
                ("reference", models.TextField(default="")),
                ("amount_fen", models.BigIntegerField()),
                ("booked_on", models.DateField()),
                ("value_on", models.DateField()),
                ("party_name", models.TextField(default="")),
                ("party_account", models.TextField(default="")),
                ("text", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.bankaccount",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.statement",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "bank_ref"), name="line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True),
                        name="line_of_something",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="break",
            name="line",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="ledger.statementline",
            ),
        ),
        migrations.CreateModel(
            name="CashReference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution_id", models.UUIDField()),
                ("n", models.IntegerField()),
                ("reference", models.TextField()),
                ("is_deed", models.BooleanField()),
                (
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.voucher",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("voucher", "n", "reference"), name="cash_named_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.TextField()),
                ("through", models.BigIntegerField(default=0)),
                (
                    "institution",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parties.institution",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "code"), name="reconciled_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution_id", models.UUIDField()),
                ("n", models.IntegerField(null=True)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="ledger.match",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.voucher",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.statementline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("line__isnull", False),
                                ("n__isnull", True),
                                ("voucher__isnull", True),
                            ),
                            models.Q(
                                ("line__isnull", True),
                                ("n__isnull", False),
                                ("voucher__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="match_of_one",
                    ),
                    models.UniqueConstraint(fields=("line",), name="line_matched_once"),
                    models.UniqueConstraint(fields=("voucher", "n"), name="cash_matched_once"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="break",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["institution", "since", "id"],
                name="breaks_to_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("line__isnull", False), ("side", "bank"), ("voucher__isnull", True)),
                    models.Q(
                        ("line__isnull", True),
                        ("n__isnull", False),
                        ("side", "book"),
                        ("voucher__isnull", False),
                    ),
                    models.Q(
                        ("agreement__isnull", False),
                        ("line__isnull", True),
                        ("side", "core"),
                        ("voucher__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="break_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.UniqueConstraint(
                condition=models.Q(("side", "bank")), fields=("line",), name="line_broken_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.UniqueConstraint(
                condition=models.Q(("side", "book")),
                fields=("voucher", "n"),
                name="cash_broken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="break",
            constraint=models.UniqueConstraint(
                condition=models.Q(("side", "core"), models.Q(("state", "closed"), _negated=True)),
                fields=("institution", "agreement", "kind"),
                name="core_broken_once",
            ),
        ),
    ]
