"""The handbook's own words in both languages: headings, warnings, names of its lists."""

from __future__ import annotations

from collections.abc import Mapping

from huoshui.pipeline.handbook.leaves import Words


def _w(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


SECTIONS: Mapping[str, Words] = {
    "titles": _w("称号认定", "Titles"),
    "offerings": _w("金融产品", "Financial offerings"),
    "subsidies": _w("补贴奖励", "Subsidies and rewards"),
    "ratings": _w("评分办法", "Ratings"),
    "guarantees": _w("担保与风险分担", "Guarantees and sharing of losses"),
    "tables": _w("判定表", "Decision tables"),
}
"""The chapters, in the order of a firm's way: what it may become, get, and how it is judged."""

BOOK = _w("惠企政策口袋书", "Pocket book of policies for firms")
CONTENTS = _w("目录", "Contents")
BY_KIND = _w("按类别", "By kind")
BY_ZONE = _w("按专区", "By zone")
BY_OFFICE = _w("按机构", "By office")
SOURCES = _w("依据文件", "Sources")
SEARCH = _w("搜索称号、产品、条款、文件", "Search titles, offerings, terms, sources")
NOTHING = _w("没有找到", "Nothing found")
MORE = _w("另有 {n} 项，请再具体些", "{n} more; please be more specific")
SKIP = _w("跳到正文", "Skip to the text")
OTHER_LANGUAGE = {"zh": "English", "en": "中文"}
PRINTED = _w("下载 PDF", "Download the PDF")
NO_ZONE = _w("未列入专区", "In no zone")
ENTRIES = _w("{n} 项", "{n} entries")
CITED_BY = _w("引用本文件的规则", "Rules that rest on it")
ISSUER = _w("发布", "Issued by")
NUMBER = _w("文号", "Number")
ISSUED = _w("发布日", "Issued on")
IN_FORCE = _w("施行", "In force")
UNTIL = _w("{a} 至 {b}", "{a} to {b}")
FROM = _w("自 {a} 起", "from {a}")
FOUND = _w("查阅处", "Where we read it")
CHECKED = _w("最近核对", "Last checked")
UNKNOWN = _w("未知", "unknown")
PLACE = _w("出处", "Place")
CERTAINTY = _w("确定程度", "How sure we are")
SAYS = _w("内容", "What it says")
BASIS = _w("依据", "Authority")
READ_WHERE = _w("本条依据", "What this rests on")
AS_OF = _w("截至 {day}", "As of {day}")
MADE_OF = _w(
    "由 {region} 的规则包生成，规则包摘要 {digest}。只收录 {day} 有效的规则。",
    "Made of the packs of {region}, digest {digest}. Only rules in force on {day} are in it.",
)
HOW_TO_READ = _w(
    "每条规则后标明依据与确定程度。“本平台自定”与“供演示”的内容不是任何机构的真实条款；"
    "“未知”表示文件未载明或本项目未查到，不等于零，也不等于没有要求。"
    "是否认定、是否放款，以主管部门和金融机构的决定为准。",
    "Every rule stands with its authority and with how sure we are of it. What is marked as the "
    "house's own or for demonstration is no institution's real term. “Unknown” means that the "
    "document does not say or that we did not find it: neither zero nor no requirement. Offices "
    "and institutions decide.",
)
CONDITIONS = _w("须同时满足", "All of these must hold")
ABOUT = _w("概况", "In short")
TERMS = _w("给什么", "What it gives")
AUTOMATIC = _w("免人工审批的条件", "Approved at once where")
BEFORE_DRAW = _w("用款前须办理", "To be done before money is drawn")
CLAIMING = _w("怎样申领", "How it is claimed")
NUMBERS = _w("数值与依据", "Numbers and their authority")
NUMBERS_LEAD = _w(
    "每个数值自所列日期起有效，直至下一行的日期。",
    "Each number holds from its day on, until the next row's.",
)
NAME, VALUE, SINCE = _w("名称", "Name"), _w("数值", "Value"), _w("自", "From")
NOW = _w("（现行）", " (in force)")
LOSS = _w("什么算损失", "What counts as the loss")
BEARERS = _w("谁承担多少", "Who bears what part")
FUNDERS = _w("资金来源", "Who pays in")
LIMITS = _w("限额、门槛与期限", "Caps, thresholds and deadlines")
CLAIMABLE = _w("逾期多久可申请", "Claimable after being overdue for")
REGION = _w("地区", "Region")
ROWS = _w("判定", "Rows")
WHERE = _w("情形", "Where")
GRADES = _w("等级与额度", "Grades and lines of credit")
GRADE, AT_LEAST = _w("等级", "Grade"), _w("最低分", "Points at least")
LINE = _w("额度", "Line of credit")
HARD = _w("必备条件", "Required beside the score")
BONUS = _w("加分", "Bonus")
MEASURE, TIER, POINTS = _w("指标", "Measure"), _w("取值", "Value"), _w("得分", "Points")
SCORE = _w("评分", "Score")
FULL_MARKS = _w("满分", "Full marks")
APPLIES = _w("适用于", "Applies where")
GROUP_CAP = _w("本组最高 {cap} 分", "at most {cap} points in this group")
GROUP_WEIGHT = _w("占 {weight}", "weight {weight}")
GROUP_BEST = _w("只取得分最高的一项", "only the criterion that earns most counts")
GROUP_WHEN = _w("适用情形：{when}", "counted where {when}")
MISSING = _w("无数据", "no data")
UP_TO = _w("0 至 {most}", "0 to {most}")
BONUS_POINTS = _w("{say}：加 {points} 分", "{say}: {points} more points")
RELATED = _w("相关规则", "See also")
CAUTION = _w("请注意：{text}", "Caution: {text}")
NO_LIKELIHOOD = _w(
    "得分只表示按本办法得了多少分，不表示获得认定、获批或违约的可能性。",
    "A score says how many points the scheme gives and nothing of how likely anything is.",
)
HOUSE_TERMS = _w(
    "条款由本平台自定，供演示，不是任何机构的真实条款。",
    "Demo terms: the house's own, no institution's real ones.",
)
MIXED_TERMS = _w(
    "注明出处的条件依所引文件；标为“本平台自定”的条款供演示，不是真实条款。",
    "Terms with a document behind them follow it; those marked as the house's own are for "
    "demonstration and not real.",
)
FICTIONAL = _w("机构为虚构，供演示，并不存在。", "The institution is fictional, for demonstration.")
HAS_HOUSE = _w(
    "含本平台自定的数值，见各处标注。",
    "Contains values of the house's own, marked where they stand.",
)
HAS_UNKNOWN = _w(
    "有数值未知，相应条件无法判定。",
    "Some values are unknown; what depends on them cannot be decided.",
)
IS_UNKNOWN = _w("数值未知，无法判定", "a value is unknown: cannot be decided")
LASTS_SINCE = _w("规则有效期", "Rule in force")
STACKED = _w("与同类政策的关系", "Beside others of its group")
STACKED_MOST = _w("合计上限", "Together at most")
HOW_OFTEN = _w("次数", "How often")
PAID_TO = _w("发给", "Paid to")
OPENS = _w("申报时间", "Open for claims")
EACH_YEAR = _w("每年 {a} 至 {b}", "{a} to {b} each year")
EVIDENCE = _w("证明材料", "Evidence")
UNASKED = _w("免申即享", "Paid without application")
YES = _w("是", "yes")
SHARED_BY = _w("损失分担办法", "How losses are shared")
HELD_BEFORE = _w("须先取得（任一）", "Held before, any one of")

INSTITUTIONS: Mapping[str, Words] = {
    "bank": _w("银行", "Banks"),
    "guarantor": _w("担保机构", "Guarantors"),
    "re_guarantor": _w("再担保机构", "Re-guarantors"),
    "insurer": _w("保险机构", "Insurers"),
    "lessor": _w("租赁公司", "Lessors"),
    "fund_manager": _w("基金管理机构", "Fund managers"),
    "exchange": _w("交易场所", "Exchanges"),
    "government": _w("政府部门", "Government offices"),
    "park": _w("园区", "Parks"),
    "core_enterprise": _w("核心企业", "Core enterprises"),
}
FORMS: Mapping[str, Words] = {
    "risk_compensation": _w("风险补偿", "Risk compensation"),
    "guarantee": _w("担保分险", "Guarantees"),
    "insurance": _w("保险分险", "Insurance"),
}
"""What shares a loss, as the chapter on sharing sets it apart."""
