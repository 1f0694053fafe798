"""Why something about a loan is refused, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class LoanEventRefusal(Refusal):
    """Why an event is not taken into a loan's stream."""

    NO_SUCH_KIND = (
        "Nothing of the kind {kind} can happen to a loan.",
        "Use a kind of event that there is.",
        "贷款没有 {kind} 这种事件。",
        "请使用已有的事件种类。",
    )
    NOT_READABLE = (
        "{value!r} cannot be read as the {name} of {kind}.",
        "Correct it and send it again.",
        "{kind} 的 {name} 无法识别：{value!r}。",
        "请更正后重新提交。",
    )
    SENT_TWICE = (
        "The receipt {receipt} was taken already, as event {n}.",
        "Nothing is left to do; if it is another payment, give its own number.",
        "回单 {receipt} 已作为第 {n} 号事件入账。",
        "无需再办；如确为另一笔款项，请填写其自己的回单号。",
    )
    CURRENCY = (
        "The amount is in {currency}; the loan is in {wanted}.",
        "Send it in {wanted}.",
        "金额币种为 {currency}，贷款币种为 {wanted}。",
        "请以 {wanted} 提交。",
    )
    NOT_AN_AMOUNT = (
        "{amount} yuan is no amount.",
        "Give an amount above nothing.",
        "{amount} 元不是有效金额。",
        "请填写大于零的金额。",
    )
    IN_THE_FUTURE = (
        "The value day {on} is after {today}.",
        "Enter it on its day.",
        "起息日 {on} 晚于今天 {today}。",
        "请到当日再录入。",
    )
    CONDITIONS_OPEN = (
        "The conditions before a draw are not met on {on}: {conditions}.",
        "Have them confirmed first.",
        "截至 {on} 放款前提条件尚未满足：{conditions_zh}。",
        "请先逐项确认。",
    )
    DRAWN_TWICE = (
        "The loan was drawn on {drawn_on} already.",
        "A further draw is a loan of its own under the same facility.",
        "该笔贷款已于 {drawn_on} 放款。",
        "再次提款请在同一授信下另立借据。",
    )
    ABOVE_AGREED = (
        "{amount} yuan is more than the {most} yuan agreed.",
        "Draw at most what was agreed.",
        "提款 {amount} 元超过约定的 {most} 元。",
        "提款不得超过约定金额。",
    )
    OUT_OF_TERM = (
        "{on} is outside the term of the contract, {start} to {end}.",
        "Give a day within the term.",
        "{on} 不在合同期限 {start} 至 {end} 之内。",
        "请填写期限内的日期。",
    )
    PLAN_OUT_OF_ORDER = (
        "The plan's days do not follow one another.",
        "Give each day once, the earliest first.",
        "还本计划的日期没有依次递增。",
        "每个日期只写一次，按先后排列。",
    )
    NO_PLAN_WANTED = (
        "The loan is repaid by {method}; it takes no plan.",
        "Leave the plan empty.",
        "该笔贷款按 {method} 还款，不需要还本计划。",
        "请不要填写还本计划。",
    )
    BEFORE_DRAW = (
        "{on} is before the draw; nothing was owed then.",
        "Correct the value day; a payment counts from the draw on.",
        "{on} 早于放款，当时没有欠款。",
        "请更正起息日；还款须在放款日及以后。",
    )
    ABOVE_OWED = (
        "{amount} yuan is more than all that is owed on {on}, {owed} yuan.",
        "Take in what is owed and send the rest back.",
        "{amount} 元超过 {on} 的全部欠款 {owed} 元。",
        "请按欠款入账，余额退回。",
    )
    ABOVE_DUE = (
        "{amount} yuan is more than what is due on {on}, {due} yuan.",
        "Take it as a prepayment, or as money in advance for the next instalment.",
        "还款 {amount} 元超过 {on} 的应还金额 {due} 元。",
        "请作为提前还款，或作为下期预存款入账。",
    )
    PAID_LATER = (
        "With what was paid after {on}, {amount} yuan is {over} yuan more than is owed.",
        "Reverse the later payment first if this one was made instead of it.",
        "连同 {on} 以后已入账的还款，{amount} 元多出 {over} 元。",
        "如本笔代替后来的还款，请先冲正后者。",
    )
    CLOSED = (
        "Nothing is owed any more on {on}.",
        "A settled loan takes no more events; reverse one if it was wrong.",
        "截至 {on} 已无欠款。",
        "已结清的贷款不再受理；如有误请冲正原事件。",
    )
    WRITTEN_OFF = (
        "The loan is written off on {on}.",
        "Money that still comes in is a recovery.",
        "该笔贷款在 {on} 已核销。",
        "此后收到的款项请作为收回登记。",
    )
    NOT_WRITTEN_OFF = (
        "The loan is not written off on {on}.",
        "Money that comes in is a payment.",
        "该笔贷款在 {on} 未核销。",
        "收到的款项请作为还款登记。",
    )
    NOT_LATER = (
        "{until} is not after {than}.",
        "Give a later day.",
        "{until} 不晚于 {than}。",
        "请填写更晚的日期。",
    )
    MATURED = (
        "The loan matured on {matures_on}.",
        "Relief is agreed before maturity; what is overdue is restructured by a new contract.",
        "该笔贷款已于 {matures_on} 到期。",
        "纾困须在到期前约定；逾期的须另签合同重组。",
    )
    RESTS_TO_THE_END = (
        "The holiday to {until} leaves no instalment before maturity on {matures_on}.",
        "Agree a later maturity with it.",
        "延期至 {until}，到期日 {matures_on} 之前没有可还的期次。",
        "请同时约定更晚的到期日。",
    )
    RATE = (
        "A rate of {annual_rate} is not possible here; it stands at {present}.",
        "Give a rate of at least nothing; a cut is below the present rate.",
        "利率 {annual_rate} 不合适；现行利率为 {present}。",
        "利率不得为负；降息须低于现行利率。",
    )
    NO_CLASS = (
        "There is no class {name}.",
        "Give one of: {names}.",
        "没有 {name} 这一分类。",
        "请从中选择：{names}。",
    )
    NOTHING_OPEN = (
        "Only {open} yuan of it is open on {on}.",
        "Give at most what is open.",
        "{on} 该项仅有 {open} 元未清。",
        "不得超过未清金额。",
    )
    NO_CHANGE = (
        "The loan is in that state already on {on}.",
        "Nothing is left to do.",
        "该笔贷款在 {on} 已处于该状态。",
        "无需再办。",
    )
    STOPPED_BY_DAYS = (
        "The loan stopped accruing because it was too late; it is {days} days late.",
        "It accrues again by itself once what is late is paid.",
        "该笔贷款因逾期过久停止计提，现逾期 {days} 天。",
        "逾期款项还清后自动恢复计提。",
    )
    NOT_REVERSIBLE = (
        "The event {n} cannot be reversed: {why}.",
        "Name an event that stands, and record again what was right.",
        "第 {n} 号事件不能冲正：{why}。",
        "请指定有效的事件；正确的事项请重新登记。",
    )
