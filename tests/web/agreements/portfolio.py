"""Makers of a book of loans in the database, and those that the ledger holds otherwise."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from huoshui.policy.pack import Pack
from huoshui.simulation.deeds.checking import held
from huoshui.web.agreements.models import Agreement, AgreementEvent, BookPart
from huoshui.web.agreements.queries.loans import Loan, loan_of
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.classing import CLASSES
from huoshui.web.agreements.rules.terms import terms_of
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import SYSTEM
from tests.web.given import AT, DAY, subject
from tests.web.ledger.given import lender

SIGNED = dt.date(2025, 11, 20)
METHODS = ("level_payment", "level_principal", "interest_first", "quarterly_interest",
           "at_maturity")  # fmt: skip

FLOATING = [
    {"reference": "lpr_5y", "reset": reset, "reference_bp": "350", "margin_bp": "25.5"}
    for reset in ("anniversary", "new_year")
]


class Portfolio:
    """A lender's loans, each of other terms and another life, as they were entered by a day."""

    def __init__(self, seed: int, *, loans: int, parts: int = 1) -> None:
        self.chance = random.Random(seed)
        self.pack: Pack = pack_on(DAY)
        self.bank = lender().id
        self.firm = subject("Firm", "91430100MA4L00000X").id
        self.offering = next(each for each in self.pack.offerings if terms_of(self.pack, each))
        with acting(SYSTEM):
            for n in range(parts):
                BookPart.objects.create(
                    institution_id=self.bank, n=n + 1, booked_until=DAY - dt.timedelta(1),
                    is_open=n == parts - 1,
                )  # fmt: skip
            for n in range(loans):
                self._loan(f"L-{n}")

    def _loan(self, ref: str, **terms: Any) -> UUID:
        chance = self.chance
        signed = SIGNED + dt.timedelta(chance.randint(0, 300))
        months = chance.choice([3, 6, 12, 24])
        made = Agreement.objects.create(
            ref=ref, kind="loan", offering=self.offering, institution_id=self.bank,
            subject_id=self.firm, subject_name="Firm", case_id=uuid4(),
            amount_fen=chance.randint(1, 500) * 1_000_00 + chance.randint(0, 99),
            rate_bp=Decimal(chance.randint(200, 900)), months=months, pack_digest="", state="open",
            made_at=AT,
        )  # fmt: skip
        said = {
            **(terms_of(self.pack, self.offering) or {}),
            "method": chance.choice(METHODS),
            "day_count": chance.choice(["A360", "A365", "30E360", "months_and_days", "AA"]),
            "grace_days": chance.choice([0, 0, 3]),
            "compounds": chance.random() < 0.8,
            "floating": chance.choice([None, *FLOATING]),
            **terms,
        }
        self._add(made, "made", signed, {"loan": said, "conditions": []})
        for on, act in self._life(made, signed):
            self._add(made, ev.Event(0, on, act).kind, on, ev.body_of(act))
        return made.id  # type: ignore[no-any-return]

    def _life(self, made: Agreement, signed: dt.date) -> Iterable[tuple[dt.date, ev.Act]]:
        chance = self.chance
        yield signed, ev.Draw(made.amount_fen)
        if chance.random() < 0.8:
            yield signed, ev.Judge(self.sound())
        for _ in range(chance.randint(0, 6)):
            on = signed + dt.timedelta(chance.randint(0, max(0, (DAY - signed).days - 1)))
            part = chance.randint(1, made.amount_fen // 4 + 1)
            yield on, chance.choice([
                ev.Pay(part), ev.Pay(part), ev.Pay(part // 20 + 1, is_advance=True),
                ev.Prepay(part, "lower"), ev.CutRate(Decimal("0.0215"), on + dt.timedelta(400)),
                ev.Holiday(on + dt.timedelta(70)), ev.Fee(1234), ev.StopAccrual(),
                ev.ResumeAccrual(),
            ])  # fmt: skip

    def _add(self, made: Agreement, kind: str, on: dt.date, body: dict[str, Any]) -> None:
        AgreementEvent.objects.create(
            agreement=made, subject_id=self.firm, institution_id=self.bank,
            n=AgreementEvent.objects.filter(agreement=made).count() + 1, kind=kind, at=AT, on=on,
            by="a test", body=body,
        )  # fmt: skip

    def sound(self) -> dict[str, bool | str | None]:
        """Judge that nothing speaks against a loan but its days."""
        inputs = self.pack.tables[CLASSES].inputs
        return {
            name: False if said.type == "flag" else "0"
            for name, said in inputs.items()
            if name != "overdue_days" and "borrowing" not in name and "renewal" not in name
        }

    def loan(self, ref: str, today: dt.date) -> Loan:
        """Give a loan as it was entered by now."""
        found = loan_of(SYSTEM, Agreement.objects.get(ref=ref), today=today)
        assert found is not None
        return found

    def wrong(self, on: dt.date, *, today: dt.date) -> dict[str, Any]:
        """Give the loans that the ledger holds otherwise, as of a day, than their folds do."""
        with acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute(_BALANCES, [on])
            books: dict[str, dict[str, int]] = {}
            for ref, code, fen in cursor.fetchall():
                books.setdefault(ref, {})[code] = fen
            refs = Agreement.objects.values_list("ref", flat=True)
            folds = {ref: held(self.loan(ref, today).state(on)) for ref in refs}
        return {
            ref: (wanted, books.get(ref, {}))
            for ref, wanted in folds.items()
            if wanted != books.get(ref, {})
        }


_BALANCES = """
    SELECT agreement, code, CASE side WHEN 'debit' THEN fen ELSE -fen END FROM (
        SELECT a.agreement, a.code, a.side, sum(
            CASE WHEN t.debit_id = a.id THEN t.amount_fen ELSE -t.amount_fen END)::bigint AS fen
        FROM ledger_account a JOIN ledger_transfer t ON a.id IN (t.debit_id, t.credit_id)
        WHERE a.agreement IS NOT NULL AND t.effective_on <= %s GROUP BY 1, 2, 3
    ) b WHERE fen <> 0
"""
