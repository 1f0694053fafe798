"""Accounts, vouchers and their transfers; all of them are only appended to.

A transfer debits one account and credits another with one amount, so every row balances by its
form.  What belongs together stands in one voucher, which carries the key it was asked under, its
value day and its batch: the number of the database transaction that wrote it.  That number is
the ledger's knowledge time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huoshui.web.parties.models import Institution

KINDS = ("posted", "pending", "post", "void")
"""A transfer moves money at once, holds it, posts what was held, or lets it go."""

BOOKS = ("book", "cash")
"""Whether a transfer is an entry in the books alone, or says that money moved at a bank."""


class Account(models.Model):
    """What an institution keeps under one word of the chart, for one agreement or for itself."""

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, models.PROTECT, db_index=False)
    code = models.TextField()  # a word of a chart in the packs
    agreement = models.TextField(null=True)  # the agreement's reference; none: its own
    currency = models.TextField(default="CNY")
    side = models.TextField()  # debit or credit: on which side it normally stands
    floor_fen = models.BigIntegerField(null=True)  # it must not fall below; none: no limit
    opening = models.BigIntegerField()  # accounts opened together, which one entry tells of
    batch = models.BigIntegerField()  # which transaction opened it; the database says
    digest = models.BinaryField()

    class Meta:
        """One account for a name; found by its agreement too."""

        constraints = [
            models.UniqueConstraint(
                name="account_once",
                fields=["institution", "code", "agreement", "currency"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="account_side", condition=Q(side__in=("debit", "credit"))),
        ]
        indexes = [
            models.Index(fields=["agreement"], name="accounts_by_agreement",
                         condition=Q(agreement__isnull=False)),
        ]  # fmt: skip


class Voucher(models.Model):
    """Transfers that were posted together, or not at all, for one reason."""

    id = models.BigAutoField(primary_key=True)
    # No key: its transfers are between accounts of the institution, which have one.
    institution = models.ForeignKey(
        Institution, models.PROTECT, db_index=False, db_constraint=False
    )
    key = models.TextField()  # the asker's own; it never expires
    kind = models.TextField()  # the event that was posted: draw, accrue, reverse ...
    effective_on = models.DateField()  # the value day
    at = models.DateTimeField()
    why = models.TextField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    rule = models.TextField(null=True)  # the posting rule, and the digest of its pack
    legs = models.IntegerField()  # how many transfers it has
    batch = models.BigIntegerField()  # the transaction that wrote it; the database says
    body_digest = models.BinaryField()  # of what was asked: the same key, the same body
    digest = models.BinaryField()  # of all the above and the transfers' digests, in order

    class Meta:
        """A key is used once; a voucher is reversed once."""

        constraints = [
            models.UniqueConstraint(name="key_once", fields=["institution", "key"]),
            models.UniqueConstraint(
                name="reversed_once", fields=["corrects"],
                condition=Q(kind="reverse", corrects__isnull=False),
            ),
            models.CheckConstraint(name="voucher_of_something", condition=Q(legs__gt=0)),
        ]  # fmt: skip


class Transfer(models.Model):
    """One line of a voucher: so much from the credited to the debited account."""

    pk = models.CompositePrimaryKey("voucher", "n")
    # The trigger that looks at all new rows at once takes the place of foreign keys, which
    # would look at a million accounts one by one.
    voucher = models.ForeignKey(Voucher, models.DO_NOTHING, db_index=False, db_constraint=False)
    n = models.IntegerField()
    institution_id = models.UUIDField()
    debit = models.ForeignKey(
        Account, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="debited"
    )
    credit = models.ForeignKey(
        Account, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="credited"
    )
    amount_fen = models.BigIntegerField()
    effective_on = models.DateField()
    batch = models.BigIntegerField()
    kind = models.TextField()  # a word of KINDS
    book = models.TextField()  # a word of BOOKS
    hold_id = models.BigIntegerField(null=True)  # the voucher and line that is posted or let go
    hold_n = models.IntegerField(null=True)
    digest = models.BinaryField()

    class Meta:
        """Above nothing, between two accounts; found by account in the order of batches."""

        constraints = [
            models.CheckConstraint(name="transfer_above_nothing", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="transfer_between_two", condition=~Q(debit=models.F("credit"))
            ),
            models.CheckConstraint(name="transfer_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="transfer_book", condition=Q(book__in=BOOKS)),
            models.CheckConstraint(
                name="transfer_of_hold",
                condition=Q(kind__in=("posted", "pending"), hold_id__isnull=True,
                            hold_n__isnull=True)
                | Q(kind__in=("post", "void"), hold_id__isnull=False, hold_n__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["debit", "batch"], name="transfers_by_debit",
                         include=["effective_on", "amount_fen", "kind"]),
            models.Index(fields=["credit", "batch"], name="transfers_by_credit",
                         include=["effective_on", "amount_fen", "kind"]),
            models.Index(fields=["hold_id", "hold_n"], name="transfers_by_hold",
                         condition=Q(hold_id__isnull=False)),
        ]  # fmt: skip


class Checkpoint(models.Model):
    """All that had moved on an account by a batch, so that nobody adds it up again."""

    pk = models.CompositePrimaryKey("account", "through")
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    through = models.BigIntegerField()  # the last batch counted; all up to it have ended
    institution_id = models.UUIDField()
    since = models.BigIntegerField()  # the checkpoint before
    legs = models.IntegerField()  # so many since the one before
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    debit_held_fen = models.BigIntegerField()
    credit_held_fen = models.BigIntegerField()


class CheckpointDay(models.Model):
    """What moved on an account between two checkpoints, by value day."""

    pk = models.CompositePrimaryKey("account", "through", "day")
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    through = models.BigIntegerField()
    day = models.DateField()
    institution_id = models.UUIDField()
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    debit_held_fen = models.BigIntegerField()
    credit_held_fen = models.BigIntegerField()


class Due(models.Model):
    """An account on which much may have moved since its last checkpoint."""

    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    institution_id = models.UUIDField()
