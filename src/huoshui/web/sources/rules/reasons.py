"""What the reasons for setting a row aside are called, and what to do about each, in Chinese too.

The lake keeps the sentence in English, with what fills it; the label and the remedy are said here.

>>> label_of("feed.not_a_day")["zh"], label_of("feed.unheard_of")["zh"]
('不是有效日期', 'feed.unheard_of')
>>> chinese("feed.not_a_day", "2026-02-30")
('“2026-02-30”不是有效日期。', '请更正日期后重新提交。')
"""

from __future__ import annotations

from collections.abc import Mapping

_SPLIT = "请把各字段填入对应列，清空 unsplit_row 后重新提交。"
_CODE = "请对照证照更正代码后重新提交。"

_REASONS: Mapping[str, tuple[str, str, str]] = {
    "feed.ragged_row": ("列数与表头不符", "fields do not match the heading", _SPLIT),
    "feed.not_json": ("不是 JSON 对象", "no JSON object", _SPLIT),
    "feed.no_subject": (
        "没有主体代码或名称",
        "says nobody it is about",
        "请填写代码或名称后重新提交。",
    ),
    "feed.missing_value": ("必填项为空", "a required value is missing", "请填写后重新提交。"),
    "feed.not_a_code": ("代码格式不对", "a code of the wrong form", _CODE),
    "feed.wrong_check_digit": ("代码校验位不对", "a code with a wrong check digit", _CODE),
    "feed.not_a_day": ("不是有效日期", "no day", "请更正日期后重新提交。"),
    "feed.not_an_amount": (
        "不是确定的金额",
        "no certain amount",
        "请写明确切金额和单位后重新提交。",
    ),
    "feed.finer_than_a_fen": (
        "金额小于一分",
        "finer than a fen",
        "请按来源自身的规则舍入后重新提交。",
    ),
    "feed.foreign_currency": (
        "是外币金额",
        "in a foreign currency",
        "请按来源自身的汇率折算成人民币后重新提交。",
    ),
    "feed.not_a_number": ("不是数字", "no number", "请更正后重新提交。"),
    "feed.not_whole": ("不是整数", "no whole number", "请更正后重新提交。"),
    "feed.not_a_word": (
        "不在词表中",
        "no word of the vocabulary",
        "请更正用词，或在数据源的 map 中补充对照后重新提交。",
    ),
    "feed.not_a_flag": ("不是“是”或“否”", "neither yes nor no", "请填写“是”或“否”后重新提交。"),
    "feed.out_of_range": ("超出允许范围", "out of range", "请更正后重新提交。"),
}


def label_of(reason: str) -> dict[str, str]:
    """Give the words for a reason; one we have no words for is called by its code."""
    zh, en, _ = _REASONS.get(reason, (reason, reason, ""))
    return {"zh": zh, "en": en}


def chinese(reason: str, value: str | None) -> tuple[str, str] | None:
    """Say in Chinese what is wrong with a value and what to do; None where we have no words."""
    if reason not in _REASONS:
        return None
    label, _, remedy = _REASONS[reason]
    return (f"“{value}”{label}。" if value else f"{label}。"), remedy
