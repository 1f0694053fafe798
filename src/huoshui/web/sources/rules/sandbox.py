"""Why a candidate is not changed, compared, published or run in shadow, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal

EDITABLE = ("drafted", "compared")
"""States in which a candidate may still be changed."""

LIVING = (*EDITABLE, "shadow")
"""States of a candidate that may still come into force."""


class CandidateRefusal(Refusal):
    """Why a candidate is not changed."""

    NO_NAME = (
        "The draft has no name.",
        "Say in a few words what it is to change.",
        "草案没有名称。",
        "请用几个字说明要改什么。",
    )
    NO_REASON = (
        "Nobody said why this is changed.",
        "Give the reason; it is kept with the change.",
        "没有说明修改理由。",
        "请填写理由，理由会与修改一并留存。",
    )
    NOT_A_DAY = (
        "{text} is no day.",
        "Write it as 2026-12-01.",
        "{text} 不是有效日期。",
        "请写成 2026-12-01 的形式。",
    )
    ENDED = (
        "This draft is {state} and changes no more.",
        "Begin another draft.",
        "该草案已{state_zh}，不能再修改。",
        "请新建草案。",
    )
    IN_SHADOW = (
        "This draft runs beside the packs in force and must stay as it is meanwhile.",
        "Take it out of shadow first.",
        "该草案正在影子运行，其间不能修改。",
        "请先停止影子运行。",
    )
    NO_SUCH_EDIT = (
        "The draft has no change number {nth}.",
        "Choose one of those listed.",
        "草案中没有第 {nth} 项修改。",
        "请从列表中选择。",
    )
    SAME_AS_IN_FORCE = (
        "The draft says what the packs in force say.",
        "Change a threshold first.",
        "草案与现行政策包没有差别。",
        "请先修改一项阈值。",
    )
    OTHER_IN_SHADOW = (
        "Another draft runs in shadow already: {name}.",
        "Take that one out of shadow first; one runs at a time.",
        "已有草案正在影子运行：{name}。",
        "请先停止该草案；同一时间只运行一个。",
    )
    NOT_IN_SHADOW = (
        "This draft does not run in shadow.",
        "Nothing is left to do.",
        "该草案没有在影子运行。",
        "无须再操作。",
    )


class PublishRefusal(Refusal):
    """Why a candidate is not put in force."""

    NEWER = (
        "{who} published other packs at {when}, after this draft was compared.",
        "Compare the draft anew with what is in force now, and look at the difference.",
        "{who} 已于 {when} 发布了其他政策包，晚于本草案的比较。",
        "请与现行政策包重新比较，并查看差异。",
    )
    NOT_COMPARED = (
        "What this draft would change has not been worked out as it stands now.",
        "Ask for the difference, and look at it.",
        "尚未计算本草案当前内容带来的差异。",
        "请先发起比较，并查看差异。",
    )
    NOT_SEEN = (
        "{name} has not looked at the difference that is to be published.",
        "Open the page of the difference first; each person who publishes looks for themselves.",
        "{name}尚未查看将要发布的差异。",
        "请先打开差异页面；谁发布谁须亲自查看。",
    )
    PAST = (
        "Packs are not put in force from {day}, which is past.",
        "Take today or a later day.",
        "不能从已过去的 {day} 起施行。",
        "请选择今天或以后的日期。",
    )
    BEFORE_LATEST = (
        "Packs published before this are to hold from {latest} on, which is after {day}.",
        "Take that day or a later one.",
        "此前发布的政策包自 {latest} 起施行，晚于 {day}。",
        "请选择该日或更晚的日期。",
    )


STATES_ZH = {"published": "发布", "dropped": "放弃"}
