"""A verdict in a sentence: open; closed, and by what; or unknown, and for want of what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from huoshui.explain.evidence import Wanting, wanting_sentence
from huoshui.explain.numbers import (
    Language,
    column_label,
    column_unit,
    column_value,
    plain_number,
    shown,
)
from huoshui.explain.once import clause_key, once
from huoshui.matching import ClauseTrace, Kind, OfferingTrace, Terms, Verdict
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Label

_HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_VERDICT: Mapping[Kind, Mapping[Language, Mapping[Verdict, str]]] = {
    "offerings": {
        "zh": {"yes": "可申请", "no": "不可申请", "unknown": "未知"},
        "en": {"yes": "Open", "no": "Not open", "unknown": "Unknown"},
    },
    "titles": {
        "zh": {"yes": "达到标准", "no": "未达标准", "unknown": "未知"},
        "en": {
            "yes": "Meets the standard",
            "no": "Does not meet the standard",
            "unknown": "Unknown",
        },
    },
}


def said(
    pack: Pack,
    say: Label,
    columns: Mapping[str, object],
    values: Mapping[str, Cited | None],
    language: Language,
) -> str:
    """Fill a clause's sentence: {name} is a value of its definition, a constant or a column."""

    def fill(hole: re.Match[str]) -> str:
        name = hole.group(1)
        if name in values:
            return value_shown(pack, values[name], columns, language)
        if name in pack.indicators or name in columns:
            return column_value(pack, name, columns.get(name), language)
        return constant_shown(pack, name, language)

    return _HOLE.sub(fill, getattr(say, language))


def value_shown(
    pack: Pack, cited: Cited | None, columns: Mapping[str, object], language: Language
) -> str:
    """Write a value of a definition; one without a unit has that of what it is compared with."""
    if cited is None or cited.value is None:
        return shown(pack, None, None, language)
    return shown(pack, cited.value, cited.unit or _shared_unit(pack, columns), language)


def constant_shown(pack: Pack, name: str, language: Language) -> str:
    """Write a constant of the pack as on its day."""
    constant = pack.constants.get(name)
    if constant is None:
        return f"{{{name}}}"
    started = [day for day in constant.values if day <= pack.asof]
    cited = constant.values[max(started)] if started else None
    return shown(pack, cited.value if cited else None, constant.unit, language)


def _shared_unit(pack: Pack, columns: Mapping[str, object]) -> str | None:
    units = {column_unit(pack, name) for name in columns}
    return units.pop() if len(units) == 1 else None


def clause_sentence(
    pack: Pack,
    clause: ClauseTrace,
    row: Mapping[str, object],
    language: Language,
    *,
    wanting: Wanting | None = None,
) -> str:
    """Say what a clause asks and what it found, or what it wants for (asked of the row if new)."""
    if clause.verdict is None and wanting is None:
        wanting = Wanting.of(pack, clause.columns, row)
    return once(
        pack,
        "clause_sentence",
        (language, wanting and wanting.key, clause_key(clause)),
        lambda: _clause_sentence(pack, clause, wanting, language),
    )


def _clause_sentence(
    pack: Pack, clause: ClauseTrace, wanting: Wanting | None, language: Language
) -> str:
    asks = said(pack, clause.say, clause.columns, clause.values, language)
    if clause.verdict is None:
        assert wanting is not None, "an open clause wants for something"
        wants = wanting_sentence(pack, wanting, language, given=clause.evidence)
        return f"{asks}（{wants}）" if language == "zh" else f"{asks} ({wants})"
    found = [
        f"{column_label(pack, name, language)} {column_value(pack, name, value, language)}"
        for name, value in clause.columns.items()
    ]
    if not found:
        return asks
    return f"{asks}（{'，'.join(found)}）" if language == "zh" else f"{asks} ({', '.join(found)})"


def verdict_sentence(
    pack: Pack, trace: OfferingTrace, row: Mapping[str, object], language: Language
) -> str:
    """Say a verdict and the clauses that it comes from."""
    word = _VERDICT[trace.kind][language][trace.verdict]
    name = getattr(pack.definitions(trace.kind)[trace.offering].label, language)
    if trace.verdict == "yes":
        count = len(trace.clauses)
        told = f"全部 {count} 项条件满足" if language == "zh" else f"all {count} conditions hold"
        return f"{word}：{name}，{told}" if language == "zh" else f"{word}: {name}; {told}"
    behind = trace.failing or trace.unknown
    parts = [clause_sentence(pack, c, row, language) for c in behind]
    if language == "zh":
        lead = "不满足：" if trace.verdict == "no" else "尚不能判断："
        return f"{word}：{name}，{lead}{'；'.join(parts)}"
    lead = "does not hold: " if trace.verdict == "no" else "cannot be decided: "
    return f"{word}: {name}; {lead}{'; '.join(parts)}"


def terms_sentence(pack: Pack, terms: Terms, language: Language) -> str:
    """Say what an offering gives: amount, price, term."""
    zh = language == "zh"
    parts = []
    if "amount" in terms.stated:
        amount = None if terms.amount_fen is None else Decimal(terms.amount_fen)
        parts.append(("最高额度 " if zh else "up to ") + shown(pack, amount, "fen", language))
    for key, zh_name, en_name in _PRICES:
        if key in terms.stated:
            price = shown(pack, getattr(terms, f"{key}_bp"), "bp", language)
            parts.append(f"{zh_name} {price}" if zh else f"{en_name} {price} a year")
    if terms.cost_bp is not None and len([k for k, _, _ in _PRICES if k in terms.stated]) > 1:
        cost = shown(pack, terms.cost_bp, "bp", language)
        parts.append(f"综合成本 {cost}" if zh else f"cost in all {cost} a year")
    if "term" in terms.stated:
        parts.append(_term(terms, language))
    return ("，" if zh else ", ").join(parts)


_PRICES = (("rate", "年利率", "rate"), ("fee", "年费率", "fee"), ("relief", "贴息贴费", "relief"))


def _term(terms: Terms, language: Language) -> str:
    ends = [
        "?" if end is None else plain_number(Decimal(str(end)))
        for end in (terms.months_least, terms.months_most)
    ]
    span = ends[1] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"
    return f"期限 {span} 个月" if language == "zh" else f"term {span} months"
