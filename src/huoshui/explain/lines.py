"""The same reports as plain lines of text, for a terminal or a letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from huoshui.explain.numbers import Language
from huoshui.explain.reports import Report

_SIGN = {True: "✓", False: "✗", None: "?"}
_HOUSE = {
    "zh": {"house": "条款为本平台自定的示范条款", "mixed": "条款部分为本平台自定"},
    "en": {"house": "the terms are the house's own", "mixed": "some terms are the house's own"},
}


def offering_lines(report: Report, language: Language, *, clauses: bool = True) -> Iterator[str]:
    """Write an offering's verdict, terms and clauses, a line each."""
    given: Any = report
    yield given["sentence"][language]
    if given["terms"]:
        yield "  " + given["terms"]["sentence"][language]
    if given["terms_are"] in _HOUSE[language]:
        yield f"  ※ {_HOUSE[language][given['terms_are']]}"
    if not clauses:
        return
    for clause in given["clauses"]:
        mark = clause["mark_label"][language]
        sentence = clause["sentence"][language]
        yield f"  {_SIGN[clause['verdict']]} {sentence} [{clause['cite']} · {mark}]"


def rating_lines(report: Report, language: Language) -> Iterator[str]:
    """Write a score, its criteria and what is missing, a line each."""
    given: Any = report
    zh = language == "zh"
    yield f"{given['label'][language]}{'：' if zh else ': '}{_score(given, zh)}"
    if given["caution"]:
        yield f"  ※ {given['caution'][language]}"
    for c in given["criteria"]:
        points = c["points"] if c["points"] is not None else f"{c['low']}–{c['high']}"
        sign = "?" if c["missing"] else "·"
        label, value = c["label"][language], c["shown"][language]
        yield f"  {sign} {label} {value}: {points} / {c['possible']} [{c['cite']}]"
    for c in (*given["hard"], *given["bonus"]):
        yield f"  {_SIGN[c['verdict']]} {c['say'][language]} [{c['cite']}]"
    for m in given["missing"]:
        span = f"{given['low']}→{m['rises_to']}, {given['high']}→{m['falls_to']}"
        yield f"  ? {m['sentence'][language]} ({span})"


def _score(given: Any, zh: bool) -> str:
    if given["applies"] is not True:
        return "不适用" if zh else "does not apply"
    if given["low"] is None:
        return "无法评分" if zh else "cannot be scored"
    points = given["score"] or f"{given['low']}–{given['high']}"
    parts = [f"{points} 分" if zh else f"{points} points"]
    if given["grade"] is not None:
        parts.append(f"等级 {given['grade']}" if zh else f"grade {given['grade']}")
    if given["line_shown"] is not None:
        line = given["line_shown"]["zh" if zh else "en"]
        parts.append(f"建议额度 {line}" if zh else f"line {line}")
    return ("，" if zh else ", ").join(parts)


def offers_lines(reports: Iterable[Report], language: Language) -> Iterator[str]:
    """Write what is open, ranked, without the clauses."""
    for report in reports:
        lines = list(offering_lines(report, language, clauses=False))
        yield f"{report['rank']}. {lines[0]}"
        yield from ("   " + line.strip() for line in lines[1:])
