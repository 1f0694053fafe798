"""Why something about a case is refused, beside what its workflow says; the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class CaseRefusal(Refusal):
    """Why a case is not shown, opened or moved."""

    NOT_FOR_THIS_INSTITUTION = (
        "{workflow} is not opened by an institution of this kind ({name} acts for one).",
        "Act for an institution that may propose.",
        "本机构（{name}）不属于可以发起“{workflow_zh}”的机构类型。",
        "请以可以申报的机构身份办理。",
    )
    UNKNOWN = (
        "There is no such case, or it is not yours to see.",
        "Go back to the list.",
        "没有这个事项，或您无权查看。",
        "请返回列表。",
    )
    NO_SUCH_OFFERING = (
        "There is no offering {offering} in force on {today}.",
        "Choose one that is in force.",
        "{today} 没有有效的产品 {offering}。",
        "请选择仍有效的产品。",
    )
    NO_SUCH_INSTITUTION = (
        "{institution} is not admitted to the platform.",
        "Choose an offering of an institution that is.",
        "{institution} 尚未接入平台。",
        "请选择已接入机构的产品。",
    )
    NOT_FOR_THIS_KIND = (
        "The offering is for {applicants}, and {name} is none of them.",
        "Choose an offering for subjects of this kind.",
        "该产品面向{applicants_zh}，{name}不在其列。",
        "请选择面向本类主体的产品。",
    )
    NO_PROFILE = (
        "Nothing is known of {name} yet: no published profile is linked to it.",
        "Ask the operator to link the subject, or wait for the next run.",
        "尚无{name}的画像数据。",
        "请联系平台关联主体，或等待下一次计算。",
    )
    NO_ANSWER = (
        "{institution} has not answered this need with {offering}.",
        "Choose one of the answers.",
        "{institution}没有以 {offering} 响应该需求。",
        "请从响应中选择。",
    )


class AmountRefusal(Refusal):
    """Why what was typed is no amount, rate or number."""

    NOT_AN_AMOUNT = (
        "{label}: {value} is not a certain amount of money.",
        "Write a number of 10,000 yuan, such as 300, or one with its unit, such as 3000000元.",
        "{label_zh}：“{value}”不是确定的金额。",
        "请填写以万元计的数字（如 300），或带单位的数字（如 3000000元）。",
    )
    FINER_THAN_FEN = (
        "{label}: {value} has a fraction of a fen.",
        "Leave out what is smaller than a fen.",
        "{label_zh}：“{value}”小于一分。",
        "请精确到分。",
    )
    NOT_YUAN = (
        "{label}: {value} is not in yuan.",
        "Write the amount in yuan.",
        "{label_zh}：“{value}”不是人民币金额。",
        "请以人民币填写。",
    )
    NOT_A_RATE = (
        "{label}: {value} is not a rate in per cent with at most two decimals.",
        "Write it as 3.45.",
        "{label_zh}：“{value}”不是最多两位小数的百分数。",
        "请写成 3.45 的样子。",
    )


class ProposalRefusal(Refusal):
    """Why a product is not proposed."""

    NO_OFFICE = (
        "{office} keeps no list of products here.",
        "Choose the office from the form.",
        "{office} 不是本平台产品库的列入单位。",
        "请从表单中选择列入单位。",
    )


class DocumentRefusal(Refusal):
    """Why a file is not taken, the weightiest first."""

    NO_SUCH_KIND = (
        "There is no kind of document {kind}.",
        "Choose from the list.",
        "没有“{kind}”这类材料。",
        "请从列表中选择。",
    )
    EMPTY = (
        "{name} is empty.",
        "Choose the right file.",
        "{name} 是空文件。",
        "请选择正确的文件。",
    )
    TOO_LARGE = (
        "{name} has {bytes} bytes, more than {most}.",
        "Make it smaller, or give it in parts.",
        "{name} 大小 {bytes} 字节，超过 {most} 字节。",
        "请压缩，或分开上传。",
    )
    WRONG_KIND = (
        "{name} is {found} by its content, which is none of: {known}.",
        "Save it as one of these and upload that.",
        "{name} 的内容是 {found}，不属于：{known}。",
        "请另存为上述格式后上传。",
    )
    NOT_NOW = (
        "Documents cannot be added while the case is {state}.",
        "Look at the case again.",
        "当前为“{state_zh}”，不能添加材料。",
        "请刷新后再看。",
    )
    NOT_THERE = (
        "There is no such document, or it is not yours to see.",
        "Go back to the case.",
        "没有这份材料，或您无权查看。",
        "请返回事项页面。",
    )


class QuotaRefusal(Refusal):
    """Why a quota is not set, or nothing is taken from it."""

    NOT_OWN = (
        "{offering} is not an offering of this institution.",
        "Choose one of its own.",
        "{offering} 不是本机构的产品。",
        "请选择本机构的产品。",
    )
    BELOW_TAKEN = (
        "{total} yuan is less than the {taken} yuan taken already.",
        "Set at least what is taken.",
        "额度 {total} 元低于已占用的 {taken} 元。",
        "请不低于已占用额度。",
    )
    NEGATIVE = (
        "A quota of {total} yuan is below nothing.",
        "Set nothing or more.",
        "额度 {total} 元为负数。",
        "请填写不小于零的数。",
    )
    USED_UP = (
        "{offering} has {left} yuan of its quota left for {year}, less than {wanted}.",
        "Grant less, or ask whoever sets the quota for more.",
        "{offering} {year} 年剩余额度 {left} 元，不足 {wanted} 元。",
        "请降低金额，或请负责人增加额度。",
    )


class DecisionRefusal(Refusal):
    """Why a decision cannot be decided again."""

    NO_DECISION = (
        "There is no decision {decision}, or it is not yours to see.",
        "Go back to the case.",
        "没有审批决定 {decision}，或您无权查看。",
        "请返回事项页面。",
    )
    NO_EVIDENCE = (
        "Decision {decision} rested on no profile, as no consent was in force; nothing to replay.",
        "See the moves of the case for its reasons.",
        "审批决定 {decision} 作出时没有有效授权，未依据画像数据，无可重演。",
        "请查看办理记录中的原因。",
    )
