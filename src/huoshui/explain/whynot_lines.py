"""Why-not reports as plain lines of text, for a terminal or a letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from huoshui.explain.numbers import Language
from huoshui.explain.reports import Report

_SIGN = {True: "✓", False: "✗", None: "?"}
_VERDICT = {
    "zh": {"yes": "满足", "no": "不满足", "unknown": "未知"},
    "en": {"yes": "yes", "no": "no", "unknown": "unknown"},
}
_HEAD = {
    "zh": {
        "nearest": "最近的路径",
        "effort": "用力",
        "earliest": "单靠时间",
        "unknown": "待证明",
        "from": "来自",
        "interval": "得分区间",
        "most": "影响最大",
        "row": "适用行",
        "approximate": "只逐项查看了部分组合，可能还有更近的路径",
    },
    "en": {
        "nearest": "nearest way",
        "effort": "effort",
        "earliest": "by time alone",
        "unknown": "to be shown",
        "from": "from",
        "interval": "score",
        "most": "moved most by",
        "row": "answered by",
        "approximate": "some combinations were looked at singly; a nearer way may exist",
    },
}


def whynot_lines(report: Report, language: Language) -> Iterator[str]:
    """Write a why-not report, a line each."""
    given: Any = report
    head, colon = _HEAD[language], "：" if language == "zh" else ": "
    verdict = _VERDICT[language][given["verdict"]]
    yield f"{given['label'][language]} ({given['definition']}){colon}{verdict}"
    if given["row"]:
        yield f"  {head['row']}{colon}{given['row']}"
    for clause in given["clauses"]:
        mark = clause["mark_label"][language]
        sentence = clause["sentence"][language]
        yield f"  {_SIGN[clause['verdict']]} {sentence} [{clause['cite']} · {mark}]"
        if clause["verdict"] is not True:
            for part in clause["parts"]:
                yield f"      {_SIGN[part['verdict']]} {part['sentence'][language]}"
    yield from _ways(given, language, head, colon)
    for missing in given["unknown"]:
        sources = [s["label"][language] for s in missing["from"]]
        owners = [s["owner"][language] for s in missing["from"]]
        told = ("、" if language == "zh" else ", ").join(dict.fromkeys((*sources, *owners)))
        line = f"  ? {head['unknown']}{colon}{missing['evidence'][language]}"
        yield f"{line} ({head['from']} {told})" if told else line
    for interval in given["intervals"]:
        yield f"  {head['interval']}{colon}{_interval(interval, language, head, colon)}"
        if interval["caution"]:
            yield f"    ※ {interval['caution'][language]}"


def _ways(given: Any, language: Language, head: dict[str, str], colon: str) -> Iterator[str]:
    if given["verdict"] == "yes" or given["nearest"] is None:
        return
    way = given["nearest"]
    told = f" ({head['effort']} {way['effort']})" if way["reached"] else ""
    yield f"  → {head['nearest']}{told}{colon}{way['sentence'][language]}"
    if not way["exact"]:
        yield f"    ※ {head['approximate']}"
    yield f"  → {head['earliest']}{colon}{given['earliest']['sentence'][language]}"


def _interval(interval: Any, language: Language, head: dict[str, str], colon: str) -> str:
    name = interval["label"][language]
    if interval["low"] is None:
        return name + (" 无法评分" if language == "zh" else " cannot be scored")
    is_one = interval["low"] == interval["high"]
    points = interval["low"] if is_one else f"{interval['low']}–{interval['high']}"
    most = interval["moves_most"]
    tail = f" ({head['most']}{colon}{most['label'][language]})" if most and not is_one else ""
    return f"{name} {points}{tail}"
