"""Payment instructions: what is asked of a bank, as an ISO 20022 message, and how far it got.

The platform holds nobody's money and pays nobody.  It tells the bank whom to pay, under an
end-to-end id that the bank gives back with the movement, so that the two are matched by name.

>>> end_to_end_of("HS-2026-000123", 4)
'HS-2026-000123-4'
>>> may_become("asked", "accepted"), may_become("released", "accepted")
(False, True)
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from xml.etree import ElementTree

from huoshui.kernel.errors import Problem, Refusal, Where

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
CLEARING = "CNAPS"
"""China's payment system in the standard's list of clearing systems; its members have 12 digits."""

_ID = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 \-]{3,33}")
_LONGEST_NAME, _LONGEST_TEXT, _LONGEST_ID = 140, 140, 35

STATES: Mapping[str, dict[str, str]] = {
    "asked": {"zh": "待放行", "en": "asked, to be released"},
    "released": {"zh": "已放行", "en": "released to the bank"},
    "accepted": {"zh": "银行已受理", "en": "accepted by the bank"},
    "settled": {"zh": "已付款", "en": "paid, as a statement shows"},
    "rejected": {"zh": "被拒绝", "en": "rejected"},
}
"""How far an instruction got."""

WAYS: Mapping[str, tuple[str, ...]] = {
    "asked": ("released", "rejected", "settled"),
    "released": ("accepted", "rejected", "settled"),
    "accepted": ("settled", "rejected"),
    "settled": (),
    "rejected": ("settled",),  # it was paid all the same: the bank's books decide
}
"""What each state may become; only a statement's line settles."""


class PaymentRefusal(Refusal):
    """Why a payment is not instructed or not released, the weightiest first."""

    UNKNOWN = (
        "There is no such payment instruction, or it is not yours to see.",
        "Go back to the list of instructions.",
        "没有这条付款指令，或您无权查看。",
        "请返回付款指令列表。",
    )
    NOTHING_TO_PAY = (
        "Nothing was booked that is still to be paid: {what}.",
        "Book the draw or the refund first; each is instructed once.",
        "没有待付款的记账：{what}。",
        "请先放款或退款记账；每笔只指令一次。",
    )
    KEY_OF_OTHER = (
        "The key {key} was used for another payment.",
        "Use a key of its own for each payment.",
        "业务号 {key} 已用于另一笔付款。",
        "每笔付款请使用各自的业务号。",
    )
    FOUR_EYES = (
        "{name} asked for this payment; another person releases it.",
        "Ask a colleague who may release payments.",
        "该付款由{name}发起，须由他人放行。",
        "请由有放行权限的同事办理。",
    )
    NOT_NOW = (
        "An instruction that is {state} does not become {wanted}.",
        "See how far it got.",
        "状态为“{state}”的付款指令不能变为“{wanted}”。",
        "请查看其进展。",
    )
    NOT_A_PAYEE = (
        "{value} cannot stand as the {field} of a payment.",
        "Give the name and the account as the payee's bank writes them.",
        "“{value}”不能作为付款的{field}。",
        "请按收款银行登记的户名和账号填写。",
    )


@dataclass(frozen=True)
class Payee:
    """Who is paid: a name, an account, and the bank's number in the clearing system."""

    name: str
    account: str
    bank: str = ""


@dataclass(frozen=True)
class Payment:
    """What a bank is asked to pay, from which of our accounts."""

    end_to_end: str
    message: str
    amount_fen: int
    currency: str
    payer_name: str
    payer_account: str
    payer_bank: str
    payee: Payee
    execute_on: dt.date
    text: str
    at: dt.datetime


def may_become(state: str, wanted: str) -> bool:
    """Say whether an instruction may go from one state to another."""
    return wanted in WAYS.get(state, ())


def end_to_end_of(agreement: str, event: int) -> str:
    """Name a payment after what it is for; a name that a bank would not carry is hashed."""
    name = f"{agreement}-{event}"
    if _ID.fullmatch(name):
        return name
    return "E" + sha256(name.encode()).hexdigest()[: _LONGEST_ID - 1].upper()


def payee_problems(payee: Payee) -> Iterator[Problem]:
    """Yield what is wrong with a payee."""
    wrong = (
        ("name", payee.name, 0 < len(payee.name) <= _LONGEST_NAME and payee.name.isprintable()),
        ("account", payee.account, bool(ACCOUNT.fullmatch(payee.account))),
        ("bank", payee.bank, not payee.bank or bool(re.fullmatch(r"\d{12}", payee.bank))),
    )
    for field, value, fits in wrong:
        if not fits:
            yield PaymentRefusal.NOT_A_PAYEE.problem(
                where=Where(field=f"payee_{field}"), value=value, field=field
            )


def message_of(payment: Payment) -> bytes:
    """Write one payment as a customer credit transfer initiation (pain.001)."""
    ElementTree.register_namespace("", PAIN)
    root = ElementTree.Element(f"{{{PAIN}}}Document")
    message = _put(root, "CstmrCdtTrfInitn")
    amount = f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02d}"
    head = _put(message, "GrpHdr")
    _put(head, "MsgId", payment.message)
    _put(head, "CreDtTm", payment.at.replace(microsecond=0).isoformat())
    _put(head, "NbOfTxs", "1")
    _put(head, "CtrlSum", amount)
    _put(head, "InitgPty/Nm", payment.payer_name)
    block = _put(message, "PmtInf")
    _put(block, "PmtInfId", payment.message)
    _put(block, "PmtMtd", "TRF")
    _put(block, "NbOfTxs", "1")
    _put(block, "CtrlSum", amount)
    _put(block, "ReqdExctnDt/Dt", payment.execute_on.isoformat())
    _put(block, "Dbtr/Nm", payment.payer_name)
    _put(block, "DbtrAcct/Id/Othr/Id", payment.payer_account)
    _agent(_put(block, "DbtrAgt/FinInstnId"), payment.payer_bank)
    one = _put(block, "CdtTrfTxInf")
    ids = _put(one, "PmtId")
    _put(ids, "InstrId", payment.end_to_end)
    _put(ids, "EndToEndId", payment.end_to_end)
    _put(one, "Amt/InstdAmt", amount).set("Ccy", payment.currency)
    if payment.payee.bank:
        _agent(_put(one, "CdtrAgt/FinInstnId"), payment.payee.bank)
    _put(one, "Cdtr/Nm", payment.payee.name)
    _put(one, "CdtrAcct/Id/Othr/Id", payment.payee.account)
    if payment.text:
        _put(one, "RmtInf/Ustrd", payment.text[:_LONGEST_TEXT])
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _agent(node: ElementTree.Element, code: str) -> None:
    """Name a bank by its number in the clearing system; one without is not provided."""
    if code:
        member = _put(node, "ClrSysMmbId")
        _put(member, "ClrSysId/Cd", CLEARING)
        _put(member, "MmbId", code)
    else:
        _put(node, "Othr/Id", "NOTPROVIDED")


def _put(node: ElementTree.Element, path: str, text: str | None = None) -> ElementTree.Element:
    """Add elements, one in another, and give the last."""
    for name in path.split("/"):
        node = ElementTree.SubElement(node, f"{{{PAIN}}}{name}")
    node.text = text
    return node
