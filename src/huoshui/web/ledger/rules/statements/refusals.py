"""Why a bank's file is refused, the weightiest first; the file itself is kept all the same."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal

_AGAIN = "Ask the bank for a whole file and send that; nothing was taken from this one."
_AGAIN_ZH = "请向银行索取完整文件后重新提交；本文件未入任何数据。"
_MEND = "Have the bank correct it and send the corrected file; nothing was taken from this one."
_MEND_ZH = "请银行更正后重新提交；本文件未入任何数据。"


class StatementRefusal(Refusal):
    """Why a statement is not taken in."""

    EMPTY = (
        "The file {name} is empty.", _AGAIN,
        "文件 {name} 为空。", _AGAIN_ZH,
    )  # fmt: skip
    TOO_LARGE = (
        "The file {name} has {bytes} bytes; at most {most} are taken.",
        "Send a statement for each day.",
        "文件 {name} 有 {bytes} 字节，上限为 {most}。",
        "请按日分别提交对账单。",
    )
    FORBIDDEN = (
        "The file declares a document type or entities, which no statement needs.",
        "Send the plain ISO 20022 message; such declarations can be used to attack a reader.",
        "文件含有文档类型或实体声明，对账单不需要这些内容。",
        "请提交不含此类声明的 ISO 20022 报文；此类声明可被用于攻击。",
    )
    BROKEN = (
        "The file breaks off or is no well-formed XML: {detail}.", _AGAIN,
        "文件不完整，或不是合格的 XML。", _AGAIN_ZH,
    )  # fmt: skip
    NOT_A_STATEMENT = (
        "The file is no statement that can be read: {detail}.",
        "Send an ISO 20022 camt.053 message, or CSV with the columns of the guide on reconciling.",
        "文件不是可识别的对账单：{detail_zh}。",
        "请提交 ISO 20022 camt.053 报文，或按对账指南所列字段的 CSV。",
    )
    MISSING = (
        "{field} is missing.", _MEND,
        "缺少 {field}。", _MEND_ZH,
    )  # fmt: skip
    NOT_READABLE = (
        "{value} cannot be read as {field}.", _MEND,
        "“{value}”无法识别为 {field}。", _MEND_ZH,
    )  # fmt: skip
    CURRENCY = (
        "The amount is in {currency}; the account is kept in {wanted}.",
        "Send statements of accounts in {wanted}.",
        "金额币种为 {currency}，账户币种为 {wanted}。",
        "请提交 {wanted} 账户的对账单。",
    )
    DUPLICATE_LINE = (
        "The bank's reference {reference} stands on line {first} already.", _MEND,
        "银行流水号 {reference} 已见于第 {first} 行。", _MEND_ZH,
    )  # fmt: skip
    BAD_DETAILS = (
        "The parts of entry {reference} come to {parts_fen} fen, the entry to {whole_fen}.", _MEND,
        "流水 {reference} 的明细合计 {parts_fen} 分，与总额 {whole_fen} 分不符。", _MEND_ZH,
    )  # fmt: skip
    BAD_BALANCE = (
        "The balance is given as {given_fen} fen; the lines before it come to {wanted_fen}.", _MEND,
        "余额为 {given_fen} 分，按此前流水应为 {wanted_fen} 分。", _MEND_ZH,
    )  # fmt: skip
    BAD_SUM = (
        "The statement {ref} opens with {opening_fen} fen and moves {moved_fen}; it closes with "
        "{closing_fen}.", _MEND,
        "对账单 {ref} 期初 {opening_fen} 分，发生额 {moved_fen} 分，期末却为 {closing_fen} 分。",
        _MEND_ZH,
    )  # fmt: skip
    UNKNOWN_ACCOUNT = (
        "The account {account} is none of this institution's.",
        "Check the number; an account of its own is added first, by whoever releases payments.",
        "账号 {account} 不是本机构登记的账户。",
        "请核对账号；新账户须由有权放行付款的人员先登记。",
    )
    TAKEN_ALREADY = (
        "The statement {ref} was taken on {at}.",
        "Nothing is left to do; if the bank corrected it, have it numbered anew.",
        "对账单 {ref} 已于 {at} 入账。",
        "无需再办；如银行已更正，请其另行编号。",
    )
    LINE_TAKEN = (
        "The bank's reference {reference} was taken already, with statement {ref}.", _MEND,
        "银行流水号 {reference} 已随对账单 {ref} 入账。", _MEND_ZH,
    )  # fmt: skip
    GAP = (
        "The statement {ref} opens with {opening_fen} fen, but the account closed with "
        "{closing_fen} on {until}: a statement between them is missing.",
        "Send the statements in order, the missing one first.",
        "对账单 {ref} 期初为 {opening_fen} 分，而账户于 {until} 期末为 {closing_fen} 分："
        "中间缺少对账单。",
        "请按顺序提交，先补缺少的对账单。",
    )
    OUT_OF_ORDER = (
        "The statement {ref} ends on {until_on}; the account is known to {through_on} already.",
        "Send the statements in order.",
        "对账单 {ref} 止于 {until_on}，早于账户已对到的 {through_on}。",
        "请按顺序提交对账单。",
    )
    IN_THE_FUTURE = (
        "The statement {ref} ends on {until_on}, after {today}.", _MEND,
        "对账单 {ref} 止于 {until_on}，晚于今天 {today}。", _MEND_ZH,
    )  # fmt: skip
    ACCOUNT_THERE = (
        "The account {account} is registered already.",
        "Nothing is left to do.",
        "账号 {account} 已登记。",
        "无需再办。",
    )
    NOT_A_NUMBER = (
        "{number} is no account number.",
        "Give the digits or letters of the account, at most 34.",
        "“{number}”不是账号。",
        "请填写账号的数字或字母，最多 34 位。",
    )
    NO_SUCH_CODE = (
        "No posting rule moves cash on {code}.",
        "Choose the account of the chart that the bank's money is kept under.",
        "没有记账规则在科目 {code} 上收付现金。",
        "请选择核算银行存款的科目。",
    )
