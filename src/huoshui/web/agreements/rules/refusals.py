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
