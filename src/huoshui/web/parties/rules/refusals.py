"""Why something about parties, sign-in or consent is refused, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class SignInRefusal(Refusal):
    """Why somebody is not signed in; it never says whether a name exists."""

    TOO_MANY = (
        "Too many attempts have failed.",
        "Wait {minutes} minutes and try again, or ask whoever admitted you for a new password.",
        "登录失败次数过多。",
        "请 {minutes} 分钟后再试，或请管理员重置密码。",
    )
    WRONG = (
        "The name or the password is wrong.",
        "Check both and try again.",
        "用户名或密码不正确。",
        "请核对后重试。",
    )
    NO_SUCH_ROLE = (
        "You have no such role.",
        "Choose one of the roles in the list.",
        "您没有该身份。",
        "请从列表中选择身份。",
    )


class ConsentRefusal(Refusal):
    """Why a consent is not given, or a read under one is not made."""

    PERSONAL = (
        "A firm cannot consent for a person: {items} tell of people.",
        "Ask the person whom they tell of; they consent on a page of their own.",
        "企业不能代替个人授权：{items}涉及个人信息。",
        "请由本人在自己的页面授权。",
    )
    NOT_PERSONAL = (
        "A person consents for their own data only: {items} are the firm's.",
        "Let the firm consent to those.",
        "个人只能授权本人信息：{items}属于企业。",
        "请由企业授权。",
    )
    NOTHING = (
        "No items are named.",
        "Choose the items that may be read.",
        "没有选择授权内容。",
        "请选择允许查询的内容。",
    )
    NO_SUCH_ITEM = (
        "There is no item {item}.",
        "Choose from the list.",
        "没有“{item}”这一数据项。",
        "请从列表中选择。",
    )
    NO_SUCH_PURPOSE = (
        "There is no purpose {purpose}.",
        "Choose one of: {known}.",
        "没有“{purpose}”这一用途。",
        "请选择：{known}。",
    )
    ALREADY_OVER = (
        "The consent would end on {until}, before it begins.",
        "Choose a later day.",
        "授权截止日 {until} 早于开始时间。",
        "请选择更晚的日期。",
    )
    NOT_IN_FORCE = (
        "No consent in force allows {reader} to read this.",
        "Ask the subject for consent; a consent that ended or was withdrawn allows nothing.",
        "没有有效授权允许{reader}查询。",
        "请先取得授权；已到期或撤回的授权无效。",
    )
    ENDED = (
        "The consent has ended or was withdrawn already.",
        "Nothing is left to do.",
        "该授权已到期或已撤回。",
        "无需再办理。",
    )
    ANSWERED = (
        "The request was answered already.",
        "See your consents.",
        "该请求已答复。",
        "请查看您的授权记录。",
    )


class AdmissionRefusal(Refusal):
    """Why somebody is not admitted."""

    NAME_TAKEN = (
        "The sign-in name {name} is taken or empty.",
        "Choose another.",
        "登录名“{name}”为空或已被使用。",
        "请换一个。",
    )
    PASSWORD_SHORT = (
        "The password is shorter than {least} characters.",
        "Choose a longer one.",
        "密码少于 {least} 位。",
        "请使用更长的密码。",
    )
