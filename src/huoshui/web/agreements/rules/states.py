"""What an agreement's events come to: its state, folded from what happened and nothing else.

>>> folded([Happened("made", None)], conditions={"papers"})
'waiting_conditions'
>>> folded([Happened("made", None), Happened("condition_met", "papers")], conditions={"papers"})
'ready'
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

MADE, CONDITION_MET, CLASSED = "made", "condition_met", "classed"
RATE_TAKEN = "rate_taken"
"""Kinds of event that there are so far."""

WAITING, READY = "waiting_conditions", "ready"
"""States: conditions before a draw are open, or all met."""

STANDING = ("open", "overdue", "closed", "written_off")
"""States of a loan that is drawn: how its fold says that it stands."""

STATES = {
    WAITING: {"zh": "待满足放款条件", "en": "waiting for its conditions"},
    READY: {"zh": "可以放款", "en": "ready to be drawn"},
    "open": {"zh": "正常还款", "en": "drawn and in time"},
    "overdue": {"zh": "逾期", "en": "overdue"},
    "closed": {"zh": "已结清", "en": "settled"},
    "written_off": {"zh": "已核销", "en": "written off"},
    "frozen": {"zh": "额度冻结", "en": "frozen"},
    "ended": {"zh": "额度终止", "en": "ended"},
}
"""What pages call the states."""

EVENTS = {
    MADE: {"zh": "协议成立", "en": "was made"},
    CONDITION_MET: {"zh": "放款条件已满足", "en": "a condition was met"},
    "draw": {"zh": "放款", "en": "was drawn"},
    "fee": {"zh": "代垫费用", "en": "a cost was charged"},
    "rate_reset": {"zh": "利率调整", "en": "the rate was set"},
    RATE_TAKEN: {"zh": "利率重定价", "en": "its rate was reset"},
    "cut_rate": {"zh": "降息", "en": "the rate was cut"},
    "extend": {"zh": "展期", "en": "was extended"},
    "holiday": {"zh": "延期还本付息", "en": "a payment holiday was agreed"},
    "judge": {"zh": "风险判断", "en": "was judged"},
    CLASSED: {"zh": "分类变动", "en": "changed its class"},
    "class_set": {"zh": "调整分类", "en": "was put into a class"},
    "stop_accrual": {"zh": "停止计提", "en": "stopped accruing"},
    "resume_accrual": {"zh": "恢复计提", "en": "accrues again"},
    "waive": {"zh": "减免", "en": "a claim was waived"},
    "pay": {"zh": "还款", "en": "a payment came in"},
    "prepay": {"zh": "提前还款", "en": "was prepaid"},
    "renew": {"zh": "无还本续贷", "en": "was renewed"},
    "refund": {"zh": "退款", "en": "a surplus went back"},
    "write_off": {"zh": "核销", "en": "was written off"},
    "recover": {"zh": "核销后收回", "en": "something was recovered"},
    "security_given": {"zh": "设定担保", "en": "security was given"},
    "security_valued": {"zh": "担保物重估", "en": "security was valued"},
    "security_registered": {"zh": "担保登记", "en": "security was registered"},
    "security_ended": {"zh": "担保终止", "en": "security ended"},
    "reverse": {"zh": "冲正", "en": "an event was reversed"},
    "granted": {"zh": "给予授信额度", "en": "a limit was granted"},
    "limit_set": {"zh": "调整额度", "en": "the limit was set"},
    "frozen": {"zh": "冻结额度", "en": "was frozen"},
    "released": {"zh": "解除冻结", "en": "was released"},
    "cancelled": {"zh": "取消额度", "en": "was cancelled"},
}
"""What pages call the events."""


@dataclass(frozen=True)
class Happened:
    """An event, as far as the state depends on it."""

    kind: str
    condition: str | None


def folded(events: Iterable[Happened], *, conditions: Collection[str]) -> str:
    """Give the state that events lead to."""
    left = set(conditions)
    for event in events:
        if event.kind == CONDITION_MET:
            left.discard(event.condition or "")
    return WAITING if left else READY
