"""The growth path of one subject: titles held, the next ones, what each lacks and would open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from huoshui.explain.numbers import LANGUAGES, Language, shown
from huoshui.explain.reports import Report, citation_report, terms_report
from huoshui.explain.whynot import whynot_report
from huoshui.matching import Plan, compile
from huoshui.matching.growth import Rung, ladder
from huoshui.matching.moved import Rules
from huoshui.policy.pack import Pack

Row = Mapping[str, object]


def growth_report(
    pack: Pack,
    row: Row,
    asof: dt.date,
    *,
    rules: Rules | None = None,
    plan: Plan | None = None,
) -> Report:
    """Say where a subject stands on the ladder of titles and what is next.

    `rules` and `plan` (of the offerings) made once for the pack save making them again.
    """
    rules = rules or Rules(pack)
    plan = plan or compile(pack, asof=asof)
    rungs = ladder(rules, row, asof=asof, plan=plan)
    layers = [r.layer for r in rungs if r.held and r.layer is not None]
    return {
        "asof": asof.isoformat(),
        "held": [r.title for r in rungs if r.held],
        "layer": max(layers, default=None),
        "next": [r.title for r in rungs if r.is_next],
        "titles": [_rung(rules, rung, row, asof) for rung in rungs],
    }


def _rung(rules: Rules, rung: Rung, row: Row, asof: dt.date) -> Report:
    pack = rules.pack
    title = pack.titles[rung.title]
    subsidies = frozenset(n for n, o in pack.offerings.items() if o.kind == "subsidy")
    whynot = None
    if rung.is_next:
        whynot = whynot_report(pack, "titles", rung.title, row, asof, rules=rules)
    money = rung.subsidy_fen(subsidies)
    return {
        "title": rung.title,
        "label": {"zh": title.label.zh, "en": title.label.en},
        "layer": rung.layer,
        "after": list(title.after),
        "held": rung.held,
        "is_next": rung.is_next,
        "verdict": rung.verdict,
        "terms_are": title.terms_are,
        "whynot": whynot,
        "opens": [
            {
                "offering": offer.offering,
                "label": {
                    "zh": pack.offerings[offer.offering].label.zh,
                    "en": pack.offerings[offer.offering].label.en,
                },
                "kind": pack.offerings[offer.offering].kind,
                "terms_are": pack.offerings[offer.offering].terms_are,
                "terms": terms_report(pack, offer.terms),
            }
            for offer in rung.opens
        ],
        "subsidies_fen": money,
        "subsidies_shown": {x: shown(pack, money, "fen", x) for x in LANGUAGES},
        **citation_report(pack, title.cite),
    }


_WORDS = {
    "zh": {"held": "已有", "next": "下一步", "later": "以后", "opens": "将打开", "lacks": "尚缺"},
    "en": {
        "held": "held",
        "next": "next",
        "later": "later",
        "opens": "would open",
        "lacks": "lacks",
    },
}
_STANDS = {
    "zh": {"yes": "条件已满足", "no": "条件未满足", "unknown": "条件尚不能判断"},
    "en": {"yes": "conditions met", "no": "conditions not met", "unknown": "not decided yet"},
}


def growth_lines(report: Report, language: Language) -> Iterator[str]:
    """Write a growth path, a few lines a title."""
    given: Any = report
    words, zh = _WORDS[language], language == "zh"
    colon, comma = ("：", "、") if zh else (": ", ", ")
    for rung in given["titles"]:
        word = "held" if rung["held"] else "next" if rung["is_next"] else "later"
        stands = _STANDS[language][rung["verdict"]]
        layer = "" if rung["layer"] is None else f"{rung['layer']} "
        yield f"{layer}[{words[word]}] {rung['label'][language]}{colon}{stands}"
        whynot = rung["whynot"]
        if whynot is not None and whynot["verdict"] != "yes":
            lacking = [c["say"][language] for c in whynot["clauses"] if c["verdict"] is not True]
            yield f"    {words['lacks']}{colon}{comma.join(lacking)}"
            yield f"    → {whynot['nearest']['sentence'][language]}"
            yield f"    → {whynot['earliest']['sentence'][language]}"
        if rung["opens"]:
            names = comma.join(o["label"][language] for o in rung["opens"])
            yield f"    {words['opens']}{colon}{names}"
        if any(o["kind"] == "subsidy" for o in rung["opens"]):
            yield f"    {words['subsidies']}{colon}{rung['subsidies_shown'][language]}"
