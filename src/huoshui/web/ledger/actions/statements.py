"""Take in what a bank sends: the file is kept first, whatever is in it, then its statements.

A file that is refused changes nothing else, so the good one may be sent again; why it was refused
stays beside it.  What is taken is matched with the ledger in the same transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from uuid import UUID

import psycopg
from django.db import IntegrityError, transaction

from huoshui.kernel.errors import Problem, Refused, Where
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.ledger.actions.matching import Reconciled, reconcile
from huoshui.web.ledger.models import BankAccount, BankFile, Statement, StatementLine
from huoshui.web.ledger.queries.cash import cash_codes
from huoshui.web.ledger.rules.payments import ACCOUNT
from huoshui.web.ledger.rules.statements.form import BankStatement
from huoshui.web.ledger.rules.statements.reading import read_statements
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal as No

TAKE, ADD = "statement.take", "payment.release"


@transaction.atomic(savepoint=False)
def bank_account_add(
    actor: Actor,
    *,
    at: dt.datetime,
    institution: UUID,
    number: str,
    bank: str,
    bank_code: str,
    code: str,
    pack: Pack,
) -> BankAccount:
    """Register an account that statements may come of and payments may go from."""
    actor.need(ADD)
    if not ACCOUNT.fullmatch(number):
        raise No.NOT_A_NUMBER.refuse(where=Where(field="number"), number=number)
    if code not in cash_codes(pack):
        raise No.NO_SUCH_CODE.refuse(where=Where(field="code"), code=code)
    made = BankAccount(
        institution_id=institution, number=number, bank=bank[:140], bank_code=bank_code, code=code,
        at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if not isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            raise
        raise No.ACCOUNT_THERE.refuse(where=Where(field="number"), account=number) from None
    entry_add(
        actor, at=at, action="bank_account.added", object_kind="bank_account", object_id=made.pk,
        institution=institution, payload={"number": number, "bank": bank, "code": code},
    )  # fmt: skip
    return made


def statement_receive(
    actor: Actor, *, at: dt.datetime, today: dt.date, institution: UUID, name: str, body: bytes
) -> tuple[BankFile, list[Reconciled]]:
    """Keep a file and take its statements in, in transactions of its own; or refuse, keeping it."""
    actor.need(TAKE)
    with acting(actor):
        kept = file_keep(
            actor, at=at, institution=institution, kind="statement", name=name, body=body
        )
    try:
        with acting(actor):
            found = statements_take(
                actor, at=at, today=today, file=kept, statements=read_statements(body, file=name)
            )
    except Refused as refused:
        with acting(actor):
            file_refuse(kept, refused.problems)
        raise
    return kept, found


@transaction.atomic(savepoint=False)
def file_keep(
    actor: Actor, *, at: dt.datetime, institution: UUID, kind: str, name: str, body: bytes
) -> BankFile:
    """Keep a file as it came."""
    digest = hashlib.sha256(body).hexdigest()
    made: BankFile = BankFile.objects.create(
        institution_id=institution, kind=kind, name=name, sha256=digest, body=body,
        bytes_count=len(body), at=at, by_name=actor.label,
    )  # fmt: skip
    entry_add(
        actor, at=at, action="bank_file.kept", object_kind="bank_file", object_id=made.pk,
        institution=institution,
        payload={"kind": kind, "name": name, "sha256": digest, "bytes": len(body)},
    )  # fmt: skip
    return made


@transaction.atomic(savepoint=False)
def file_refuse(kept: BankFile, problems: Sequence[Problem]) -> None:
    """Write beside a file why it was not taken."""
    kept.problems = [problem.to_dict() for problem in problems[:50]]
    kept.save(update_fields=["problems"])


@transaction.atomic(savepoint=False)
def statements_take(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    file: BankFile,
    statements: Sequence[BankStatement],
) -> list[Reconciled]:
    """Take statements in, in their order, all of them or none, and match them with the ledger."""
    found, told = [], []
    for each in statements:
        account = _account(file, each)
        Refused.raise_any(_series_problems(account, each, file=file.name, today=today))
        made = _write(actor, at=at, file=file, account=account, said=each)
        lines = StatementLine.objects.filter(statement=made).values_list("id", flat=True)
        found.append(
            reconcile(
                actor, at=at, institution=file.institution_id, code=account.code, lines=list(lines)
            )
        )
        told.append({"statement": made.pk, "ref": each.ref, "account": account.number,
                     "lines": len(each.lines), "until": each.until_on.isoformat()})  # fmt: skip
    file.taken_at, file.told = at, told
    file.save(update_fields=["taken_at", "told"])
    return found


def _account(file: BankFile, said: BankStatement) -> BankAccount:
    rows = BankAccount.objects.select_for_update(no_key=True)
    account = rows.filter(institution_id=file.institution_id, number=said.account).first()
    if account is None:
        raise No.UNKNOWN_ACCOUNT.refuse(
            where=Where(file.name, line=said.place, field="account"), account=said.account
        )
    return account  # type: ignore[no-any-return]


def _series_problems(
    account: BankAccount, said: BankStatement, *, file: str, today: dt.date
) -> Iterator[Problem]:
    """Yield why a statement does not follow what was taken of its account, or stop there."""
    where = Where(file, line=said.place)
    before = Statement.objects.filter(account=account, ref=said.ref).first()
    if before is not None:
        yield No.TAKEN_ALREADY.problem(where=where, ref=said.ref, at=f"{before.at:%Y-%m-%d %H:%M}")
        return
    places = {line.bank_ref: line.place for line in said.lines}
    taken = StatementLine.objects.filter(account=account, bank_ref__in=places)
    for ref, statement in taken.order_by("id").values_list("bank_ref", "statement__ref"):
        line = Where(file, line=places[ref], field="reference")
        yield No.LINE_TAKEN.problem(where=line, reference=ref, ref=statement)
    if account.stands_fen is not None and said.opening_fen != account.stands_fen:
        yield No.GAP.problem(
            where=Where(file, line=said.place, field="balance"), ref=said.ref,
            opening_fen=said.opening_fen, closing_fen=account.stands_fen, until=account.through_on,
        )  # fmt: skip
    if account.through_on is not None and said.until_on < account.through_on:
        yield No.OUT_OF_ORDER.problem(
            where=where, ref=said.ref, until_on=said.until_on, through_on=account.through_on
        )
    if said.until_on > today:
        yield No.IN_THE_FUTURE.problem(
            where=where, ref=said.ref, until_on=said.until_on, today=today
        )


def _write(
    actor: Actor, *, at: dt.datetime, file: BankFile, account: BankAccount, said: BankStatement
) -> Statement:
    institution = file.institution_id
    made: Statement = Statement.objects.create(
        institution_id=institution, account=account, file=file, ref=said.ref,
        from_on=said.from_on, until_on=said.until_on, opening_fen=said.opening_fen,
        closing_fen=said.closing_fen, lines_count=len(said.lines), at=at,
    )  # fmt: skip
    StatementLine.objects.bulk_create(
        StatementLine(
            institution_id=institution, account=account, statement=made, n=line.n,
            place=line.place, bank_ref=line.bank_ref, end_to_end=line.end_to_end,
            reference=line.reference, amount_fen=line.amount_fen, booked_on=line.booked_on,
            value_on=line.value_on, party_name=line.party_name,
            party_account=line.party_account, text=line.text,
        )
        for line in said.lines
    )  # fmt: skip
    if account.opened_fen is None:
        account.opened_fen = said.opening_fen
    account.stands_fen, account.through_on = said.closing_fen, said.until_on
    account.save(update_fields=["opened_fen", "stands_fen", "through_on"])
    entry_add(
        actor, at=at, action="statement.taken", object_kind="statement", object_id=made.pk,
        institution=institution,
        payload={"account": account.number, "ref": said.ref, "file": file.sha256,
                 "opening_fen": said.opening_fen, "closing_fen": said.closing_fen,
                 "lines": len(said.lines), "until": said.until_on},
    )  # fmt: skip
    return made
