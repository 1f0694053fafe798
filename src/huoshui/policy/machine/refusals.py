"""Why a move is not made, and what is wrong with what was said with it."""

from __future__ import annotations

from collections.abc import Mapping

from huoshui.kernel.errors import Refusal


class MoveRefusal(Refusal):
    """Why a move is not made, the weightiest first."""

    NO_SUCH = (
        "{workflow} has no move called {move}.",
        "Use one of: {known}.",
        "“{workflow_zh}”没有名为 {move} 的操作。",
        "可用的操作：{known}。",
    )
    ENDED = (
        "The case has ended ({state}); nothing more can be done with it.",
        "Open a new one.",
        "事项已结束（{state_zh}），不能再办理。",
        "请另行发起。",
    )
    NOT_FROM_HERE = (
        "“{label}” cannot be done while the case is {state}.",
        "Look at the case again; somebody may have moved it meanwhile.",
        "当前为“{state_zh}”，不能“{label_zh}”。",
        "请刷新后再看，可能已有他人办理。",
    )
    NOT_THIS_PARTY = (
        "“{label}” is for {party}, not for whom you act for.",
        "Switch to a membership of that party.",
        "“{label_zh}”应由{party_zh}办理。",
        "请切换身份。",
    )
    NOT_PERMITTED = (
        "“{label}” needs the permission {permission}, which this role does not have.",
        "Ask a colleague whose role has it.",
        "“{label_zh}”需要“{permission_zh}”权限，当前角色没有。",
        "请有相应角色的同事办理。",
    )
    PAST_DEADLINE = (
        "The time for this passed at {due_at}.",
        "Open a new one.",
        "办理期限已于 {due_at} 届满。",
        "请另行发起。",
    )
    NOT_YET_DUE = (
        "The time given has not passed; it ends at {due_at}.",
        "Wait until then.",
        "期限尚未届满，截止时间为 {due_at}。",
        "请届时再办。",
    )
    NO_CONSENT = (
        "The applicant's consent to the reading needed is not in force.",
        "The applicant gives consent, naming this institution and purpose.",
        "申请人尚未授权，或授权已失效。",
        "请申请人先就本机构与本用途授权。",
    )
    OFFERING_NOT_IN_FORCE = (
        "The offering is no longer in force.",
        "Choose one that is.",
        "该产品已不在有效期内。",
        "请选择仍有效的产品。",
    )
    OFFERING_NOT_OPEN = (
        "The offering is not open to the applicant as far as is known.",
        "See which condition fails or is unknown, and show the evidence.",
        "按已知数据，该产品未对申请人开放。",
        "请查看未满足或未知的条件，并补充证明。",
    )
    QUOTA_USED_UP = (
        "The offering has too little quota left.",
        "Ask the institution to set more, or ask for less.",
        "该产品剩余额度不足。",
        "请机构增加额度，或减少申请金额。",
    )
    NOT_OWN_OFFERING = (
        "The offering is not one of this institution's.",
        "Choose one of its own.",
        "所选不是本机构的产品。",
        "请选择本机构的产品。",
    )
    OTHER_OPEN = (
        "Another application for this offering is still open.",
        "Go on with that one, or withdraw it first.",
        "对该产品已有一件在办申请。",
        "请继续办理该申请，或先撤回。",
    )
    NOT_CLAIMABLE = (
        "The subsidy cannot be claimed by the applicant today.",
        "See its window, what was paid before, and which condition fails or is unknown.",
        "该补贴今日不能由申请人申领。",
        "请查看申领时间、已享受情况以及未满足或未知的条件。",
    )
    ABOVE_CLAIM = (
        "The sum is above what the subsidy's rule gives.",
        "Claim at most what the rule gives after caps and stacking.",
        "金额超过按规则核算的金额。",
        "请按封顶与叠加规则核算后的金额填报。",
    )
    EVIDENCE_LACKING = (
        "Not all the evidence is in hand.",
        "Let the applicant claim and bring what is missing.",
        "佐证数据尚未归集齐全。",
        "请由申请人申领并补充所缺材料。",
    )
    DOCUMENTS_MISSING = (
        "Documents are missing: {documents}.",
        "Upload them first.",
        "缺少材料：{documents_zh}。",
        "请先上传。",
    )
    SAME_PERSON = (
        "Whoever did “{other}” may not also do “{label}”.",
        "Another person must look at it.",
        "办理过“{other_zh}”的人不能再“{label_zh}”。",
        "请由另一人办理。",
    )
    NOT_MADE = (
        "“{other}” has not been done yet.",
        "Do that first.",
        "尚未“{other_zh}”。",
        "请先办理。",
    )
    ALREADY_MADE = (
        "“{other}” has been done already.",
        "Nothing is left to do here.",
        "已经“{other_zh}”。",
        "无需再办。",
    )
    ABOVE_LIMIT = (
        "{field} of {number} is above the limit of {limit}.",
        "Propose it to a second pair of eyes, or grant less.",
        "{field_zh} {number} 超过限额 {limit}。",
        "请提交复核，或降低金额。",
    )
    NOT_ABOVE_LIMIT = (
        "{field} of {number} is not above {limit}.",
        "Take the way meant for smaller sums.",
        "{field_zh} {number} 未超过 {limit}。",
        "请按小额方式办理。",
    )
    NOT_KNOWN = (
        "It is not known whether this holds: {holds}.",
        "Find it out first; an unknown never passes.",
        "尚不能判断：{holds_zh}。",
        "请先查明；不能判断的一律不予通过。",
    )


GUARD_REFUSALS: Mapping[str, MoveRefusal] = {
    "consent_given": MoveRefusal.NO_CONSENT,
    "offering_in_force": MoveRefusal.OFFERING_NOT_IN_FORCE,
    "offering_open": MoveRefusal.OFFERING_NOT_OPEN,
    "quota_left": MoveRefusal.QUOTA_USED_UP,
    "own_offering": MoveRefusal.NOT_OWN_OFFERING,
    "no_other_open": MoveRefusal.OTHER_OPEN,
    "subsidy_claimable": MoveRefusal.NOT_CLAIMABLE,
    "within_claim": MoveRefusal.ABOVE_CLAIM,
    "evidence_in_hand": MoveRefusal.EVIDENCE_LACKING,
}
"""What is said where a fact that a guard asks for is false."""


class FieldRefusal(Refusal):
    """What is wrong with something said with a move."""

    MISSING = (
        "{label} is not said.",
        "Say it.",
        "未填写{label_zh}。",
        "请填写。",
    )
    NOT_ASKED = (
        "Nothing called {name} is asked for here.",
        "Leave it out.",
        "此处不需要 {name}。",
        "请去掉。",
    )
    NOT_A_NUMBER = (
        "{label} is not a whole number: {value}.",
        "Give a whole number.",
        "{label_zh}不是整数：{value}。",
        "请填写整数。",
    )
    TOO_SMALL = (
        "{label} is {number}, less than {limit}.",
        "Give at least {limit}.",
        "{label_zh}为 {number}，低于下限 {limit}。",
        "请填写不低于 {limit} 的数。",
    )
    TOO_LARGE = (
        "{label} is {number}, more than {limit}.",
        "Give at most {limit}.",
        "{label_zh}为 {number}，超过上限 {limit}。",
        "请填写不超过 {limit} 的数。",
    )
    TOO_LONG = (
        "{label} has {number} characters, more than {limit}.",
        "Say it in fewer words.",
        "{label_zh}共 {number} 字，超过 {limit} 字。",
        "请缩短。",
    )
    NOT_A_WORD = (
        "{value} is none of the words for {label}.",
        "Choose from the list.",
        "{value} 不是{label_zh}的可选项。",
        "请从列表中选择。",
    )
    NOT_TEXT = (
        "{label} is not text.",
        "Write text.",
        "{label_zh}不是文字。",
        "请填写文字。",
    )
    NOT_A_DAY = (
        "{label} is not a day: {value}.",
        "Write it as 2026-11-20.",
        "{label_zh}不是日期：{value}。",
        "请写成 2026-11-20 的样子。",
    )
    NO_REASON = (
        "No reason is given for “{label}”.",
        "Choose at least one from the list.",
        "“{label_zh}”未说明原因。",
        "请至少选择一项。",
    )
    NOT_A_REASON = (
        "{value} is none of the reasons for “{label}”.",
        "Choose from the list.",
        "{value} 不是“{label_zh}”的可选原因。",
        "请从列表中选择。",
    )
