"""A rating told as a rule: groups, every tier with its points, grades and lines."""

from __future__ import annotations

from decimal import Decimal

from huoshui.explain.numbers import (
    LANGUAGES,
    Language,
    column_unit,
    plain_number,
    shown,
)
from huoshui.explain.reports import Report, citation_report
from huoshui.explain.rules.words import Teller, Words, both
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Band, Criterion, Group, Rating, Tier
from huoshui.policy.values import resolved


def rating_rule(pack: Pack, rating: Rating) -> Report:
    """Tell what earns points, what is asked beside, and what a score comes to."""
    teller = Teller(pack, rating.values)
    return {
        "caution": both(rating.caution) if rating.caution else None,
        "full_marks": points(rating.full_marks or rating.most),
        "fitted": rating.fitted,
        "applies_when": teller.formula(rating.applies_when) if rating.applies_when else None,
        "groups": [_group(pack, teller, group) for group in rating.groups],
        "hard": [teller.clause(clause) for clause in rating.hard],
        "bonus": [{**teller.clause(b), "points": points(b.points)} for b in rating.bonus],
        "bands": [_band(pack, band) for band in rating.bands],
        "values": [teller.timeline(name) for name in rating.values],
    }


def points(number: Decimal | None) -> str | None:
    """Write points; None is unknown."""
    return None if number is None else plain_number(number, 6)


def _group(pack: Pack, teller: Teller, group: Group) -> Report:
    return {
        "id": group.id,
        "label": both(group.label),
        "when": teller.formula(group.when) if group.when else None,
        "take": group.take,
        "cap": points(group.cap),
        "weight": points(group.weight),
        "criteria": [_criterion(pack, criterion) for criterion in group.criteria],
    }


def _criterion(pack: Pack, criterion: Criterion) -> Report:
    indicator = pack.indicators[criterion.indicator]
    return {
        "id": criterion.id,
        "label": both(criterion.label or indicator.label),
        "column": criterion.indicator,
        "measures": both(indicator.label),
        "meaning": indicator.meaning,
        "weight": points(criterion.weight or _most(criterion)),
        "missing": points(criterion.missing),
        "tiers": _tiers(pack, criterion) if criterion.tiers else _cases(pack, criterion),
        **citation_report(pack, criterion.cite),
    }


def _most(criterion: Criterion) -> Decimal | None:
    given = [t.points_most or t.points for t in criterion.tiers] or list(criterion.cases.values())
    known = [p for p in given if p is not None]
    return max(known) if known and len(known) == len(given) else None


def _tiers(pack: Pack, criterion: Criterion) -> list[Report]:
    told = []
    unit = column_unit(pack, criterion.indicator)
    for tier, after in zip(criterion.tiers, (*criterion.tiers[1:], None), strict=True):
        told.append(
            {
                "range": {x: _range(pack, tier, after, unit, x) for x in LANGUAGES},
                "points": points(tier.points),
                "points_most": points(tier.points_most),
                "note": tier.note,
            }
        )
    return told


def _range(pack: Pack, tier: Tier, after: Tier | None, unit: str | None, language: Language) -> str:
    """Write from where to where a tier goes, ends included or not as the rule has them."""
    zh = language == "zh"
    parts = []
    if tier.at_least is not None:
        start = shown(pack, tier.at_least, unit, language)
        parts.append(f"≥ {start}" if zh else f"at least {start}")
    if tier.above is not None:
        start = shown(pack, tier.above, unit, language)
        parts.append(f"> {start}" if zh else f"above {start}")
    if after is not None and after.at_least is not None:
        end = shown(pack, after.at_least, unit, language)
        parts.append(f"< {end}" if zh else f"below {end}")
    if after is not None and after.above is not None:
        end = shown(pack, after.above, unit, language)
        parts.append(f"≤ {end}" if zh else f"at most {end}")
    if not parts:
        return "任何值" if zh else "any value"
    return "，".join(parts) if zh else ", ".join(parts)


def _cases(pack: Pack, criterion: Criterion) -> list[Report]:
    told = [
        {"range": _word(pack, criterion.indicator, word), "points": points(given)}
        for word, given in criterion.cases.items()
    ]
    if criterion.otherwise is not None:
        other: Words = {"zh": "其他", "en": "anything else"}
        told.append({"range": other, "points": points(criterion.otherwise)})
    return [{**one, "points_most": None, "note": None} for one in told]


def _word(pack: Pack, column: str, word: str) -> Words:
    vocabulary = pack.indicators[column].vocabulary
    if vocabulary and word in pack.vocabularies[vocabulary].entries:
        return both(pack.vocabularies[vocabulary].entries[word])
    if word in ("true", "false"):
        return {x: shown(pack, word == "true", None, x) for x in LANGUAGES}
    return dict.fromkeys(LANGUAGES, word)


def _band(pack: Pack, band: Band) -> Report:
    line = resolved(band.line, pack.asof) if band.line else None
    told: Words = {x: shown(pack, line.value if line else None, _unit(line), x) for x in LANGUAGES}
    return {
        "grade": band.grade,
        "label": both(band.label),
        "at_least": points(band.at_least),
        "line": told if band.line else None,
        "line_cite": citation_report(pack, line.cite) if line else None,
        **citation_report(pack, band.cite),
    }


def _unit(line: object) -> str | None:
    return getattr(line, "unit", None) or "fen"
