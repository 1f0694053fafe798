"""Offerings and titles told as rules: for whom, on what conditions, what they give."""

from __future__ import annotations

from collections.abc import Iterable

from huoshui.explain.numbers import LANGUAGES
from huoshui.explain.reports import Report, citation_report
from huoshui.explain.rules.words import Teller, Words, both
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label, Offering, Subsidy, Title

_TERMS: tuple[tuple[str, Label], ...] = (
    ("amount", Label(zh="额度", en="Amount")),
    ("rate", Label(zh="年利率", en="Rate a year")),
    ("fee", Label(zh="年费率", en="Fee a year")),
    ("relief", Label(zh="贴息贴费", en="Relief a year")),
    ("quota_fen", Label(zh="年度总额", en="Quota a year")),
)

_ONCE: dict[str, Words] = {
    "year": {"zh": "每年一次", "en": "once a year"},
    "ever": {"zh": "只享受一次", "en": "once only"},
    "case": {"zh": "按笔享受", "en": "once for each case"},
}
_PAID_TO: dict[str, Words] = {
    "subject": {"zh": "企业本身", "en": "the subject itself"},
    "investor": {"zh": "投资机构", "en": "the investor"},
    "fund_manager": {"zh": "基金管理机构", "en": "the fund manager"},
    "institution": {"zh": "金融机构", "en": "the institution"},
}
_STACKING: dict[str, Words] = {
    "one_of": {"zh": "同类政策就高不重复", "en": "only the largest of its group"},
    "up_to": {"zh": "同类政策合计不超过上限", "en": "its group together up to a cap"},
}


def offering_rule(pack: Pack, offering: Offering) -> Report:
    """Tell an offering: who gives it, to whom, on what conditions, and what."""
    teller = Teller(pack, offering.values)
    return {
        "offering_kind": offering.kind,
        "about": _about(pack, offering),
        "clauses": [teller.clause(clause) for clause in offering.clauses],
        "terms": _terms(teller, offering),
        "conditions": [
            {"label": both(c.label), **citation_report(pack, c.cite)} for c in offering.conditions
        ],
        "automatic": [teller.clause(c) for c in offering.automatic.clauses]
        if offering.automatic
        else [],
        "subsidy": _subsidy(pack, teller, offering.subsidy) if offering.subsidy else None,
        "sharing": offering.sharing,
        "values": [teller.timeline(name) for name in offering.values],
    }


def title_rule(pack: Pack, title: Title) -> Report:
    """Tell a title: who may hold it, what comes before it, and what it takes."""
    teller = Teller(pack, title.values)
    about = [
        _pair("适用主体", "For", _labels(pack, "subject_kind", title.applicants)),
    ]
    if title.after:
        before = [pack.titles[name].label for name in title.after]
        about.append(_pair("须先取得", "Held before, any one of", _joined(before)))
    if title.lasts:
        about.append({"label": {"zh": "有效期", "en": "Holds for"}, "value": _now(teller, title)})
    return {
        "about": about,
        "layer": title.layer,
        "after": list(title.after),
        "held": title.held,
        "clauses": [teller.clause(clause) for clause in title.clauses],
        "values": [teller.timeline(name) for name in title.values],
    }


def _now(teller: Teller, title: Title) -> Words:
    assert title.lasts is not None, "asked for titles that end"
    return {x: teller.value(teller.now[title.lasts], set(), x) for x in LANGUAGES}


def _about(pack: Pack, offering: Offering) -> list[Report]:
    institution = pack.institutions.get(offering.institution)
    about = []
    if institution:
        about.append(_pair("机构", "Institution", both(institution.label)))
    about += [
        _pair("适用主体", "For", _labels(pack, "subject_kind", offering.applicants)),
        _pair("用途", "Purpose", _labels(pack, "purpose", offering.purposes)),
    ]
    for zh, en, vocabulary, words in (
        ("担保方式（任一）", "Security, any one of", "security", offering.security),
        ("专区", "Zones", "zone", offering.zones),
        ("成长阶段", "Stages", "stage", offering.stages),
        ("还款方式", "Repayment", "repayment", offering.repayment),
    ):
        if words:
            about.append(_pair(zh, en, _labels(pack, vocabulary, words)))
    if offering.regions:
        codes = {"zh": "、".join(offering.regions), "en": ", ".join(offering.regions)}
        about.append(_pair("行政区划代码", "Region codes", codes))  # type: ignore[arg-type]
    if offering.listing:
        kinds: dict[str, Words] = {
            "policy": {"zh": "政策性产品", "en": "policy product"},
            "tailored": {"zh": "银行定制产品", "en": "bank-tailored product"},
        }
        about.append(_pair("“2+X”目录", "On the “2+X” list", kinds[offering.listing.kind]))
    return about


def _terms(teller: Teller, offering: Offering) -> list[Report]:
    told: list[Report] = [
        {"id": key, "label": both(label), "says": teller.formula(getattr(offering, key))}
        for key, label in _TERMS
        if getattr(offering, key) is not None
    ]
    if offering.term is not None:
        least, most = teller.formula(offering.term.least), teller.formula(offering.term.most)
        says = {x: least[x] if least == most else f"{least[x]} – {most[x]}" for x in LANGUAGES}
        told.append({"id": "term", "label": {"zh": "期限", "en": "Term"}, "says": says})
    return told


def _subsidy(pack: Pack, teller: Teller, subsidy: Subsidy) -> Report:
    stacking = subsidy.stacking
    most = None
    if stacking and stacking.most:
        held = teller.now[stacking.most]
        most = {x: teller.value(held, set(), x) for x in LANGUAGES}
    return {
        "once_per": _ONCE[subsidy.once_per],
        "opens": subsidy.opens,
        "closes": subsidy.closes,
        "stacking": {**_STACKING[stacking.rule]} if stacking else None,
        "stacking_most": most,
        "paid_to": _PAID_TO[subsidy.paid_to],
        "without_application": subsidy.without_application,
        "evidence": [both(pack.items[i].label) for i in subsidy.evidence if i in pack.items],
        **citation_report(pack, subsidy.cite),
    }


def _pair(zh: str, en: str, value: Words) -> Report:
    return {"label": {"zh": zh, "en": en}, "value": value}


def _labels(pack: Pack, vocabulary: str, words: Iterable[str]) -> Words:
    entries = pack.vocabularies[vocabulary].entries if vocabulary in pack.vocabularies else {}
    return _joined([entries.get(word, Label(zh=word, en=word)) for word in words])


def _joined(labels: list[Label]) -> Words:
    return {"zh": "、".join(x.zh for x in labels), "en": ", ".join(x.en for x in labels)}
