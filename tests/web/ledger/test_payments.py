"""A payment is written as the standard has it, and no payee that a bank could not read gets by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huoshui.web.ledger.rules.payments import (
    PAIN,
    STATES,
    WAYS,
    Payee,
    Payment,
    end_to_end_of,
    message_of,
    payee_problems,
)
from huoshui.web.ledger.rules.statements.xml_tree import tree_of
from tests.web.given import AT, DAY

PAYEE = Payee("武汉甲 & 乙科技有限公司", "6228480010099887766", "103521000012")
PAYMENT = Payment(
    end_to_end="HS-1-2", message="M1", amount_fen=1_234_507, currency="CNY", payer_name="城商行",
    payer_account="6217000010012345678", payer_bank="", payee=PAYEE, execute_on=DAY, text="放款",
    at=AT,
)  # fmt: skip


def test_a_message_says_whom_to_pay_how_much_and_under_which_id() -> None:
    root = tree_of(message_of(PAYMENT), file="pain.xml")
    assert root.space == PAIN
    said = {
        "GrpHdr/CtrlSum": "12345.07",
        "PmtInf/ReqdExctnDt/Dt": DAY.isoformat(),
        "PmtInf/DbtrAcct/Id/Othr/Id": PAYMENT.payer_account,
        "PmtInf/DbtrAgt/FinInstnId/Othr/Id": "NOTPROVIDED",
        "PmtInf/CdtTrfTxInf/PmtId/EndToEndId": "HS-1-2",
        "PmtInf/CdtTrfTxInf/Amt/InstdAmt": "12345.07",
        "PmtInf/CdtTrfTxInf/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId": PAYEE.bank,
        "PmtInf/CdtTrfTxInf/Cdtr/Nm": PAYEE.name,
        "PmtInf/CdtTrfTxInf/CdtrAcct/Id/Othr/Id": PAYEE.account,
        "PmtInf/CdtTrfTxInf/RmtInf/Ustrd": "放款",
    }
    assert {path: root.said(f"CstmrCdtTrfInitn/{path}") for path in said} == said
    names = [part.name for part in root.first("CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf").parts]  # type: ignore[union-attr]
    assert names == ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"]  # the schema's order
    bare = tree_of(message_of(replace(PAYMENT, payee=replace(PAYEE, bank=""), text="")), file="x")
    assert bare.first("CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/CdtrAgt") is None


@pytest.mark.parametrize(
    ("payee", "fields"),
    [
        (PAYEE, []),
        (replace(PAYEE, bank=""), []),
        (Payee("", "1", "12"), ["payee_name", "payee_account", "payee_bank"]),
        (replace(PAYEE, name="a\nb"), ["payee_name"]),
        (replace(PAYEE, account="62284800100998877667788990011223344"), ["payee_account"]),
    ],
)
def test_a_payee_that_a_bank_could_not_read_is_refused(payee: Payee, fields: list[str]) -> None:
    assert [p.where.field for p in payee_problems(payee) if p.where] == fields


def test_an_id_fits_what_banks_carry_whatever_the_agreement_is_called() -> None:
    long, chinese = end_to_end_of("A" * 60, 2), end_to_end_of("协议-1", 2)
    assert {len(long), len(chinese)} == {35}
    assert long != end_to_end_of("A" * 60, 3)


def test_only_a_statement_settles_and_what_is_settled_stays_so() -> None:
    assert set(WAYS) <= set(STATES)
    assert WAYS["settled"] == ()
    assert all("settled" in ways for state, ways in WAYS.items() if state != "settled")
