"""What does not agree between a bank and the books: its kinds, sides and states, and refusals."""

from __future__ import annotations

from collections.abc import Mapping

from huoshui.kernel.errors import Refusal

Words = dict[str, str]

TAKEN_APART = "taken_apart"
"""The kind of what was matched wrongly: no rule matches it again, only people do."""

WAITING, OPEN, CLOSED = "waiting", "open", "closed"
"""States: no statement tells of its day yet; to be worked off; settled."""

SIDES: Mapping[str, Words] = {
    "bank": {"zh": "银行有、账上无", "en": "at the bank, not in the books"},
    "book": {"zh": "账上有、银行无", "en": "in the books, not at the bank"},
    "core": {"zh": "与银行核心系统不符", "en": "the bank's core differs"},
}

KINDS: Mapping[str, Words] = {
    "no_counterpart": {"zh": "无对应分录", "en": "no transfer answers it"},
    "ambiguous": {"zh": "可对应多笔", "en": "several could answer it"},
    "amount_differs": {"zh": "金额不符", "en": "the amounts differ"},
    "not_at_bank": {"zh": "对账单中没有", "en": "no statement has it"},
    "waiting": {"zh": "等待对账单", "en": "waits for a statement"},
    TAKEN_APART: {"zh": "曾误勾，待人工勾对", "en": "was matched wrongly; by hand only"},
    "principal": {"zh": "本金不符", "en": "principal differs"},
    "interest_due": {"zh": "应还利息不符", "en": "interest due differs"},
    "next_due_on": {"zh": "下一还款日不符", "en": "the next due day differs"},
    "class": {"zh": "分类不符", "en": "the class differs"},
    "unknown_here": {"zh": "平台没有该协议", "en": "the platform has no such agreement"},
    "missing_there": {"zh": "核心系统没有该协议", "en": "the core has no such agreement"},
}
"""Why something does not agree; the first six of movements, the rest of loans."""

RULES: Mapping[str, Words] = {
    "end_to_end": {"zh": "端到端标识一致", "en": "by the end-to-end id"},
    "reference": {"zh": "流水号一致", "en": "by the reference"},
    "amount_day": {"zh": "金额与日期唯一对应", "en": "by amount and day, the only ones"},
    "contra": {"zh": "未到银行、账内冲销", "en": "taken back before it reached the bank"},
    "by_hand": {"zh": "人工勾对", "en": "by hand, confirmed by a second person"},
}
"""The rules that matches are found by."""

DEEDS: Mapping[str, Words] = {
    "found": {"zh": "发现差异", "en": "was found"},
    "taken": {"zh": "认领", "en": "was taken on"},
    "assigned": {"zh": "指派", "en": "was given to a colleague"},
    "let_go": {"zh": "放回", "en": "was put back"},
    "explained": {"zh": "说明原因", "en": "was explained"},
    "proposed": {"zh": "提出处理", "en": "a way to settle it was proposed"},
    "declined": {"zh": "退回处理", "en": "the proposal was declined"},
    "confirmed": {"zh": "复核通过", "en": "the proposal was confirmed"},
    "matched": {"zh": "已对平", "en": "was matched"},
    "agrees": {"zh": "再次比对一致", "en": "agrees when compared again"},
    "closed": {"zh": "关闭", "en": "was closed"},
    "reopened": {"zh": "重新打开", "en": "was opened again"},
    "changed": {"zh": "差异有变化", "en": "changed"},
}
"""What is done about a break."""

PROPOSALS: Mapping[str, Words] = {
    "match": {"zh": "人工勾对", "en": "match by hand"},
    "allocate": {"zh": "入账到贷款", "en": "take it in as a payment of a loan"},
    "charge": {"zh": "入账为银行收费或付息", "en": "book it as what the bank took or paid"},
    "close": {"zh": "关闭差异", "en": "close it as explained"},
    "undo": {"zh": "撤销勾对", "en": "take the match apart"},
}
"""What a second person is asked to confirm."""


class BreakRefusal(Refusal):
    """Why a break is not worked off as was asked."""

    UNKNOWN = (
        "There is no such break, or it is not yours to see.",
        "Go back to the list of breaks.",
        "没有这条差异，或您无权查看。",
        "请返回差异列表。",
    )
    CLOSED = (
        "The break is closed.",
        "Nothing is left to do.",
        "该差异已关闭。",
        "无需再办。",
    )
    NOT_A_COLLEAGUE = (
        "The person chosen does not work breaks off here.",
        "Choose a colleague from the list.",
        "所选人员不是本机构处理差异的人员。",
        "请从列表中选择同事。",
    )
    FOUR_EYES = (
        "{name} proposed this; another person confirms it.",
        "Ask a colleague who may confirm.",
        "该处理由{name}提出，须由他人复核。",
        "请由有复核权限的同事办理。",
    )
    PROPOSED_ALREADY = (
        "Something is proposed already and waits to be confirmed.",
        "Have it confirmed or declined first.",
        "已有处理方案待复核。",
        "请先复核或退回。",
    )
    NOTHING_PROPOSED = (
        "Nothing is proposed that could be confirmed.",
        "Propose how to settle it first.",
        "没有待复核的处理方案。",
        "请先提出处理方案。",
    )
    NO_WORDS = (
        "The explanation is empty.",
        "Say what happened and what follows.",
        "说明为空。",
        "请写明原因和处理意见。",
    )
    STILL_APART = (
        "The money is still on one side only; a break like this ends by being matched.",
        "Match it, take it in as a payment, or explain it and leave it open.",
        "款项仍只在一方账上，此类差异须对平后才能结束。",
        "请勾对、入账，或说明原因后保持打开。",
    )
    SUMS_DIFFER = (
        "The lines come to {lines_fen} fen, the transfers to {cash_fen}.",
        "Choose what comes to the same on both sides.",
        "对账单一方合计 {lines_fen} 分，账面一方合计 {cash_fen} 分。",
        "请选择两边合计相同的项目。",
    )
    NOT_TO_MATCH = (
        "{what} is not there to be matched: it is matched already, or not yours.",
        "Choose among what is open.",
        "{what} 不可勾对：已对平或不属于您。",
        "请在未对平的项目中选择。",
    )
    NOT_A_RECEIPT = (
        "Only money that came in at the bank is taken in as a payment.",
        "Match what went out with the transfer that booked it.",
        "只有银行收到的款项可以入账为还款。",
        "支出请与相应的记账分录勾对。",
    )
    NOT_A_CHARGE = (
        "No posting rule books a line like this as what the bank took or paid of its own accord.",
        "Choose one of those offered, match it, or take it in as a payment.",
        "没有记账规则可将该笔入账为银行收费或付息。",
        "请从所列项目中选择，或勾对、入账为还款。",
    )
    NOT_MATCHED = (
        "The item is not matched.",
        "Nothing is left to take apart.",
        "该项目未对平。",
        "无需撤销。",
    )
