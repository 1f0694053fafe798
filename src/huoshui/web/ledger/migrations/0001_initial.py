"""Accounts, vouchers, transfers, checkpoints and what is due of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0002_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("agreement", models.TextField(null=True)),
                ("currency", models.TextField(default="CNY")),
                ("side", models.TextField()),
                ("floor_fen", models.BigIntegerField(null=True)),
                ("opening", models.BigIntegerField()),
                ("batch", models.BigIntegerField()),
                ("digest", models.BinaryField()),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("agreement__isnull", False)),
                        fields=["agreement"],
                        name="accounts_by_agreement",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "code", "agreement", "currency"),
                        name="account_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ("debit", "credit"))), name="account_side"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account",
                        "through",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("through", models.BigIntegerField()),
                ("institution_id", models.UUIDField()),
                ("since", models.BigIntegerField()),
                ("legs", models.IntegerField()),
                ("debit_fen", models.BigIntegerField()),
                ("credit_fen", models.BigIntegerField()),
                ("debit_held_fen", models.BigIntegerField()),
                ("credit_held_fen", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CheckpointDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account",
                        "through",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("through", models.BigIntegerField()),
                ("day", models.DateField()),
                ("institution_id", models.UUIDField()),
                ("debit_fen", models.BigIntegerField()),
                ("credit_fen", models.BigIntegerField()),
                ("debit_held_fen", models.BigIntegerField()),
                ("credit_held_fen", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("institution_id", models.UUIDField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("kind", models.TextField()),
                ("effective_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("why", models.TextField()),
                ("rule", models.TextField(null=True)),
                ("legs", models.IntegerField()),
                ("batch", models.BigIntegerField()),
                ("body_digest", models.BinaryField()),
                ("digest", models.BinaryField()),
                (
                    "corrects",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="ledger.voucher",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="parties.institution",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "key"), name="key_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("corrects__isnull", False), ("kind", "reverse")),
                        fields=("corrects",),
                        name="reversed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("legs__gt", 0)), name="voucher_of_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "voucher",
                        "n",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("n", models.IntegerField()),
                ("institution_id", models.UUIDField()),
                ("amount_fen", models.BigIntegerField()),
                ("effective_on", models.DateField()),
                ("batch", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("book", models.TextField()),
                ("hold_id", models.BigIntegerField(null=True)),
                ("hold_n", models.IntegerField(null=True)),
                ("digest", models.BinaryField()),
                (
                    "credit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="credited",
                        to="ledger.account",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="debited",
                        to="ledger.account",
                    ),
                ),
                (
                    "voucher",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="ledger.voucher",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["debit", "batch"],
                        include=("effective_on", "amount_fen", "kind"),
                        name="transfers_by_debit",
                    ),
                    models.Index(
                        fields=["credit", "batch"],
                        include=("effective_on", "amount_fen", "kind"),
                        name="transfers_by_credit",
                    ),
                    models.Index(
                        condition=models.Q(("hold_id__isnull", False)),
                        fields=["hold_id", "hold_n"],
                        name="transfers_by_hold",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="transfer_above_nothing"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="transfer_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("posted", "pending", "post", "void"))),
                        name="transfer_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("book__in", ("book", "cash"))), name="transfer_book"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("hold_id__isnull", True),
                                ("hold_n__isnull", True),
                                ("kind__in", ("posted", "pending")),
                            ),
                            models.Q(
                                ("hold_id__isnull", False),
                                ("hold_n__isnull", False),
                                ("kind__in", ("post", "void")),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_of_hold",
                    ),
                ],
            },
        ),
    ]
