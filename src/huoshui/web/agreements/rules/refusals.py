"""Why something about an agreement is refused, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class AgreementRefusal(Refusal):
    """Why an agreement is not shown or not changed."""

    UNKNOWN = (
        "There is no such agreement, or it is not yours to see.",
        "Go back to the list of agreements.",
        "没有这份协议，或您无权查看。",
        "请返回协议列表。",
    )
    KEY_OF_OTHER = (
        "The key {key} was sent before with something else, event {n} of {ref}.",
        "Send each thing under a key of its own.",
        "业务流水号 {key} 已用于 {ref} 的第 {n} 号事件，内容不同。",
        "每笔业务请使用自己的流水号。",
    )
    NOT_A_LOAN = (
        "The agreement {ref} has no terms of a loan.",
        "Only a loan whose rate, term and conditions are fixed is drawn and repaid.",
        "协议 {ref} 没有贷款条款。",
        "只有利率、期限和还款条件已确定的贷款可以放款、还款。",
    )
    EXTENDED_TOO_FAR = (
        "All extensions together may last {most} months at most; this makes {months}.",
        "Agree an earlier day, or a new contract.",
        "展期累计最长 {most} 个月；本次累计为 {months} 个月。",
        "请约定更早的到期日，或另签合同。",
    )
    MAY_NOT_RENEW = (
        "The rules do not let this loan be renewed without repayment ({row}).",
        "See the decision table renewal_without_repayment for what is missing.",
        "按规定该笔贷款不能无还本续贷（{row}）。",
        "请对照决策表 renewal_without_repayment 补足条件。",
    )
    NO_SUCH_CONDITION = (
        "The agreement has no condition {code}.",
        "Choose one of its conditions.",
        "该协议没有条件 {code}。",
        "请从协议的条件中选择。",
    )
    ALREADY_MET = (
        "The condition was met at {met_at} already.",
        "Nothing is left to do.",
        "该条件已于 {met_at} 满足。",
        "无需再办。",
    )
