"""What is called how on a job's page: the kinds of work that tell of themselves, and results.

>>> said("indicators"), said("unheard of")
({'zh': '计算指标', 'en': 'indicators'}, 'unheard of')
"""

from __future__ import annotations

_CHINESE = {
    "ingest": "接入",
    "run": "计算",
    "facts": "事实",
    "entities": "主体",
    "settle": "裁定冲突",
    "settlement": "裁定冲突",
    "packs": "读取政策包",
    "explain": "说明理由",
    "difference": "比较政策包",
    "indicators": "计算指标",
    "ratings": "评分",
    "rate": "评分",
    "match": "匹配产品",
    "offerings": "产品与政策",
    "publish": "发布快照",
    "load": "载入",
    "verify": "核验",
    "snapshot": "快照",
    "rows": "行数",
    "decision": "审批决定",
    "outcome": "结果",
    "moved": "已处理",
    "attempt": "尝试次数",
}


def said(word: str) -> dict[str, str] | str:
    """Give a word in both languages, or as it is where we have no Chinese for it."""
    return {"zh": _CHINESE[word], "en": word} if word in _CHINESE else word
