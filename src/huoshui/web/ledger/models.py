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


class BankAccount(models.Model):
    """An account that the institution has at a bank, and how far its statements reach."""

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, models.PROTECT, db_index=False)
    number = models.TextField()
    bank = models.TextField()  # whose name, as people write it
    bank_code = models.TextField(default="")  # of the clearing system, where it has one
    code = models.TextField()  # the word of the chart that its money is kept under
    opened_fen = models.BigIntegerField(null=True)  # before its first statement; none yet: null
    stands_fen = models.BigIntegerField(null=True)  # where the last statement closed
    through_on = models.DateField(null=True)  # the last day that statements tell of
    at = models.DateTimeField()

    class Meta:
        """A number is registered once."""

        constraints = [
            models.UniqueConstraint(name="bank_account_once", fields=["institution", "number"])
        ]


class BankFile(models.Model):
    """A file that came from a bank, byte for byte, whether it could be taken or not."""

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, models.PROTECT)
    kind = models.TextField()  # statement or core
    name = models.TextField()
    sha256 = models.TextField()
    body = models.BinaryField()
    bytes_count = models.BigIntegerField()
    at = models.DateTimeField()
    by_name = models.TextField()
    taken_at = models.DateTimeField(null=True)
    told = models.JSONField(null=True)  # what was taken from it
    problems = models.JSONField(null=True)  # why it was not taken


class Statement(models.Model):
    """An account's lines between two balances, as the bank sent them."""

    id = models.BigAutoField(primary_key=True)
    institution_id = models.UUIDField()
    account = models.ForeignKey(BankAccount, models.PROTECT)
    file = models.ForeignKey(BankFile, models.PROTECT, db_index=False)
    ref = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField()
    opening_fen = models.BigIntegerField()
    closing_fen = models.BigIntegerField()
    lines_count = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        """The bank's number is used once."""

        constraints = [
            models.UniqueConstraint(name="statement_once", fields=["account", "ref"]),
        ]


class StatementLine(models.Model):
    """One movement that a bank tells of: above nothing it came in, below it went out."""

    id = models.BigAutoField(primary_key=True)
    institution_id = models.UUIDField()
    account = models.ForeignKey(BankAccount, models.PROTECT, db_index=False)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    n = models.IntegerField()
    place = models.IntegerField()  # the line of the file
    bank_ref = models.TextField()
    end_to_end = models.TextField(default="")
    reference = models.TextField(default="")
    amount_fen = models.BigIntegerField()
    booked_on = models.DateField()
    value_on = models.DateField()
    party_name = models.TextField(default="")
    party_account = models.TextField(default="")
    text = models.TextField(default="")

    class Meta:
        """The bank's reference of a movement is used once; nothing moves nothing."""

        constraints = [
            models.UniqueConstraint(name="line_once", fields=["account", "bank_ref"]),
            models.CheckConstraint(name="line_of_something", condition=~Q(amount_fen=0)),
        ]
        indexes = [
            models.Index(name="line_by_end_to_end", fields=["institution_id", "end_to_end"]),
            models.Index(name="line_by_reference", fields=["institution_id", "reference"]),
            models.Index(name="line_by_bank_ref", fields=["institution_id", "bank_ref"]),
        ]


class CashReference(models.Model):
    """What a transfer at a bank is known by: the id it was instructed under, or its receipt.

    The name of the deed that made it stands last: who takes a deed back gives the same name.
    """

    institution_id = models.UUIDField()
    voucher = models.ForeignKey(Voucher, models.PROTECT, db_index=False)
    n = models.IntegerField()
    reference = models.TextField()
    is_deed = models.BooleanField()

    class Meta:
        """A name is said once of a transfer."""

        constraints = [
            models.UniqueConstraint(name="cash_named_once", fields=["voucher", "n", "reference"])
        ]
        indexes = [models.Index(name="cash_by_name", fields=["institution_id", "reference"])]


class Reconciling(models.Model):
    """How far an account of the books is reconciled; who holds the row does it."""

    institution = models.ForeignKey(Institution, models.PROTECT, db_index=False)
    code = models.TextField()
    through = models.BigIntegerField(default=0)  # all transfers up to this batch were looked at

    class Meta:
        """Once for an institution's account."""

        constraints = [
            models.UniqueConstraint(name="reconciled_once", fields=["institution", "code"])
        ]


class Match(models.Model):
    """Lines and transfers that tell of the same money, and by which rule."""

    id = models.BigAutoField(primary_key=True)
    institution_id = models.UUIDField()
    rule = models.TextField()
    at = models.DateTimeField()
    by_name = models.TextField()
    why = models.TextField(default="")


class MatchItem(models.Model):
    """A line or a transfer of a match, with the sign it moves the account by."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="items")
    institution_id = models.UUIDField()
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, db_index=False)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, db_index=False)
    n = models.IntegerField(null=True)
    amount_fen = models.BigIntegerField()

    class Meta:
        """Either a line or a transfer; each is matched once."""

        constraints = [
            models.CheckConstraint(
                name="match_of_one",
                condition=Q(line__isnull=False, voucher__isnull=True, n__isnull=True)
                | Q(line__isnull=True, voucher__isnull=False, n__isnull=False),
            ),
            models.UniqueConstraint(name="line_matched_once", fields=["line"]),
            models.UniqueConstraint(name="cash_matched_once", fields=["voucher", "n"]),
        ]


class Break(models.Model):
    """What does not agree: a line, a transfer, or a loan; worked off until it is closed."""

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey(Institution, models.PROTECT)
    side = models.TextField()  # bank, book or core
    kind = models.TextField()
    code = models.TextField(default="")  # the account of the books; of a loan: none
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, db_index=False)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, db_index=False)
    n = models.IntegerField(null=True)
    agreement = models.TextField(null=True)  # the agreement's reference, where it is known
    amount_fen = models.BigIntegerField(null=True)  # as it moves the account
    ours = models.TextField(default="")  # of a loan: what the platform says
    theirs = models.TextField(default="")  # and what the bank's core says
    since = models.DateField()
    found_at = models.DateTimeField()
    state = models.TextField()  # waiting, open or closed
    assignee = models.UUIDField(null=True)
    assignee_name = models.TextField(default="")
    explanation = models.TextField(default="")
    proposal = models.JSONField(null=True)  # what a second person is asked to confirm
    proposed_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Of one thing there is one break at a time."""

        constraints = [
            models.CheckConstraint(
                name="break_of_one",
                condition=Q(side="bank", line__isnull=False, voucher__isnull=True)
                | Q(side="book", line__isnull=True, voucher__isnull=False, n__isnull=False)
                | Q(side="core", line__isnull=True, voucher__isnull=True, agreement__isnull=False),
            ),
            models.UniqueConstraint(
                name="line_broken_once", fields=["line"], condition=Q(side="bank")
            ),
            models.UniqueConstraint(
                name="cash_broken_once", fields=["voucher", "n"], condition=Q(side="book")
            ),
            models.UniqueConstraint(
                name="core_broken_once", fields=["institution", "agreement", "kind"],
                condition=Q(side="core") & ~Q(state="closed"),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["institution", "since", "id"], name="breaks_to_work",
                         condition=~Q(state="closed")),
        ]  # fmt: skip


class BreakDeed(models.Model):
    """What was done about a break, by whom; only appended to."""

    about = models.ForeignKey(Break, models.PROTECT, related_name="deeds")
    institution_id = models.UUIDField()
    deed = models.TextField()
    at = models.DateTimeField()
    by_name = models.TextField()
    said = models.JSONField(default=dict)


class Instruction(models.Model):
    """A payment that a bank is asked for; the platform itself pays nobody."""

    id = models.UUIDField(primary_key=True)
    institution = models.ForeignKey(Institution, models.PROTECT, db_index=False)
    key = models.TextField()
    end_to_end = models.TextField()
    account = models.ForeignKey(BankAccount, models.PROTECT, db_index=False)
    purpose = models.TextField()  # draw or refund: the kind of the transfer's event
    agreement = models.TextField(null=True)
    voucher = models.ForeignKey(Voucher, models.PROTECT, db_index=False)
    n = models.IntegerField()  # the transfer that books it
    amount_fen = models.BigIntegerField()
    currency = models.TextField()
    payee_name = models.TextField()
    payee_account = models.TextField()
    payee_bank = models.TextField(default="")
    execute_on = models.DateField()
    text = models.TextField(default="")
    state = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField()
    by_name = models.TextField()

    class Meta:
        """A key, an id and a transfer are instructed once; an amount is above nothing."""

        constraints = [
            models.UniqueConstraint(name="instructed_once", fields=["institution", "key"]),
            models.UniqueConstraint(name="end_to_end_once", fields=["institution", "end_to_end"]),
            models.UniqueConstraint(
                name="transfer_instructed_once", fields=["voucher", "n"],
                condition=~Q(state="rejected"),
            ),
            models.CheckConstraint(name="instruction_of_something", condition=Q(amount_fen__gt=0)),
        ]  # fmt: skip


class InstructionDeed(models.Model):
    """How an instruction got to where it stands; only appended to."""

    instruction = models.ForeignKey(Instruction, models.PROTECT, related_name="deeds")
    institution_id = models.UUIDField()
    state = models.TextField()
    at = models.DateTimeField()
    by_name = models.TextField()
    why = models.TextField(default="")
