"""What the reasons for setting a row aside are called; the row's own sentence says the rest.

>>> label_of("feed.not_a_day")["zh"], label_of("feed.unheard_of")["zh"]
('不是有效日期', 'feed.unheard_of')
"""

from __future__ import annotations

from collections.abc import Mapping

_LABELS: Mapping[str, tuple[str, str]] = {
    "feed.ragged_row": ("列数与表头不符", "fields do not match the heading"),
    "feed.not_json": ("不是 JSON 对象", "no JSON object"),
    "feed.no_subject": ("没有主体代码或名称", "says nobody it is about"),
    "feed.missing_value": ("必填项为空", "a required value is missing"),
    "feed.not_a_code": ("代码格式不对", "a code of the wrong form"),
    "feed.wrong_check_digit": ("代码校验位不对", "a code with a wrong check digit"),
    "feed.not_a_day": ("不是有效日期", "no day"),
    "feed.not_an_amount": ("不是确定的金额", "no certain amount"),
    "feed.finer_than_a_fen": ("金额小于一分", "finer than a fen"),
    "feed.foreign_currency": ("外币金额", "in a foreign currency"),
    "feed.not_a_number": ("不是数字", "no number"),
    "feed.not_whole": ("不是整数", "no whole number"),
    "feed.not_a_word": ("不在词表中", "no word of the vocabulary"),
    "feed.not_a_flag": ("不是“是/否”", "neither yes nor no"),
    "feed.out_of_range": ("超出范围", "out of range"),
}


def label_of(reason: str) -> dict[str, str]:
    """Give the words for a reason; one we have no words for is called by its code."""
    zh, en = _LABELS.get(reason, (reason, reason))
    return {"zh": zh, "en": en}
