"""Traces as plain dictionaries in a fixed order, for --json, the API and pages.

Every rule stands with its citation, the source's title and how sure we are of it; a house term is
said to be one.  Points and prices are text or whole numbers, never a rounding of our own.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

from huoshui.explain.evidence import Wanting, evidence_sentence
from huoshui.explain.numbers import (
    LANGUAGES,
    Language,
    column_label,
    column_value,
    plain_number,
    shown,
)
from huoshui.explain.once import cite_key, clause_key, once
from huoshui.explain.sentences import (
    clause_sentence,
    said,
    terms_sentence,
    value_shown,
    verdict_sentence,
)
from huoshui.kernel.citation import Certainty, Citation
from huoshui.matching import ClauseTrace, Fit, Offer, OfferingTrace, Terms
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Label
from huoshui.ratings import ConditionTrace, CriterionTrace, RatingTrace

Report = dict[str, object]

MARKS: Mapping[Certainty, Label] = {
    Certainty.LAW: Label(zh="法律条文", en="read in the statute"),
    Certainty.SEEN: Label(zh="已查原页", en="read on an official or news page"),
    Certainty.SECONDARY: Label(zh="转述", en="read on an agency's page"),
    Certainty.DERIVED: Label(zh="推算", en="derived"),
    Certainty.MEMORY: Label(zh="记忆", en="remembered, not read"),
    Certainty.HOUSE: Label(zh="本平台自定", en="the house's own"),
    Certainty.UNKNOWN: Label(zh="未知", en="unknown"),
}


def citation_report(pack: Pack, cite: Citation) -> Report:
    """Give a citation with its source's title and how sure we are of it."""
    source = pack.sources.get(cite.source)
    place = source.places.get(cite.place) if source else None
    mark = place.mark if place else Certainty.UNKNOWN
    return {
        "cite": str(cite),
        "mark": mark.value,
        "mark_label": _both(MARKS[mark]),
        "source": _both(source.title) if source else None,
        "says": place.says if place else None,
    }


def offering_report(
    pack: Pack, trace: OfferingTrace, row: Mapping[str, object], *, terms: Terms | None = None
) -> Report:
    """Give one subject's verdict for one offering with every clause behind it."""
    offering = pack.offerings[trace.offering]
    institution = pack.institutions.get(offering.institution)
    return {
        "offering": offering.id,
        "label": _both(offering.label),
        "kind": offering.kind,
        "institution": offering.institution,
        "institution_label": _both(institution.label) if institution else None,
        "terms_are": offering.terms_are,
        "verdict": trace.verdict,
        "sentence": {x: verdict_sentence(pack, trace, row, x) for x in LANGUAGES},
        "terms": terms_report(pack, terms) if terms else None,
        "clauses": [clause_report(pack, clause, row) for clause in trace.clauses],
        **citation_report(pack, offering.cite),
    }


def clause_report(pack: Pack, clause: ClauseTrace, row: Mapping[str, object]) -> Report:
    """Give one clause: what it asks, what it found, what it compared with, on what authority."""
    wanting = Wanting.of(pack, clause.columns, row) if clause.verdict is None else None
    # Kept as bytes: each asker gets a report of his own, and the collector nothing to walk over.
    kept = once(
        pack,
        "clause_report",
        (
            clause.id,
            clause.implied,
            cite_key(clause.cite),
            wanting and wanting.key,
            clause_key(clause),
        ),
        lambda: pickle.dumps(_clause_report(pack, clause, row, wanting), pickle.HIGHEST_PROTOCOL),
    )  # fmt: skip
    return cast(Report, pickle.loads(kept))


def _clause_report(
    pack: Pack, clause: ClauseTrace, row: Mapping[str, object], wanting: Wanting | None
) -> Report:
    return {
        "clause": clause.id,
        "verdict": clause.verdict,
        "implied": clause.implied,
        "say": {x: said(pack, clause.say, clause.columns, clause.values, x) for x in LANGUAGES},
        "sentence": {x: clause_sentence(pack, clause, row, x, wanting=wanting) for x in LANGUAGES},
        "found": [column_report(pack, n, v) for n, v in clause.columns.items()],
        "compared_with": [
            _value_report(pack, name, cited, clause.columns)
            for name, cited in clause.values.items()
        ],
        "missing": list(wanting.columns) if wanting else [],
        "evidence": list(wanting.items) if wanting else [],
        **citation_report(pack, clause.cite),
    }


def column_report(pack: Pack, column: str, value: object) -> Report:
    """Give a column of the profile with its value as people read it."""
    return {
        "column": column,
        "label": {x: column_label(pack, column, x) for x in LANGUAGES},
        "value": _plain(value),
        "shown": {x: column_value(pack, column, value, x) for x in LANGUAGES},
    }


def _value_report(
    pack: Pack, name: str, cited: Cited | None, columns: Mapping[str, object]
) -> Report:
    return {
        "value_name": name,
        "value": None if cited is None or cited.value is None else str(cited.value),
        "unit": cited.unit if cited else None,
        "shown": {x: value_shown(pack, cited, columns, x) for x in LANGUAGES},
        **(citation_report(pack, cited.cite) if cited else {}),
    }


def terms_report(pack: Pack, terms: Terms) -> Report:
    """Give what an offering gives one subject."""
    return {
        "amount_fen": terms.amount_fen,
        "rate_bp": terms.rate_bp,
        "fee_bp": terms.fee_bp,
        "relief_bp": terms.relief_bp,
        "cost_bp": terms.cost_bp,
        "months_least": terms.months_least,
        "months_most": terms.months_most,
        "stated": list(terms.stated),
        "sentence": {x: terms_sentence(pack, terms, x) for x in LANGUAGES},
    }


def offers_report(pack: Pack, offers: Iterable[Offer], row: Mapping[str, object]) -> list[Report]:
    """Give what is open to a subject, in its rank."""
    return [
        {"rank": rank, **offering_report(pack, offer.trace, row, terms=offer.terms)}
        for rank, offer in enumerate(offers, 1)
    ]


def fits_report(pack: Pack, fits: Iterable[Fit], row: Mapping[str, object]) -> list[Report]:
    """Give what answers a need, in its rank."""
    return [
        {
            "rank": rank,
            "cover": fit.cover,
            "months_unknown": fit.months_unknown,
            **offering_report(pack, fit.trace, row, terms=fit.terms),
        }
        for rank, fit in enumerate(fits, 1)
    ]


def rating_report(pack: Pack, trace: RatingTrace, row: Mapping[str, object]) -> Report:
    """Give one subject's score, criterion by criterion, and what is missing, farthest first."""
    groups = {g.id: g.label for g in pack.ratings[trace.rating].groups}
    line = trace.line_fen
    return {
        "rating": trace.rating,
        "label": _both(trace.label),
        "caution": _both(trace.caution) if trace.caution else None,
        "applies": trace.applies,
        "score": _points(trace.score),
        "low": _points(trace.low),
        "high": _points(trace.high),
        "most": _points(trace.most),
        "grade": trace.grade,
        "line_fen": trace.line_fen,
        "line_shown": None if line is None else {x: shown(pack, line, "fen", x) for x in LANGUAGES},
        "criteria": [
            _criterion_report(pack, c, groups[c.group])
            for c in trace.criteria
            if c.counts is not False
        ],
        "hard": [_condition_report(pack, c, row) for c in trace.hard],
        "bonus": [_condition_report(pack, c, row) for c in trace.bonus],
        "missing": [
            {
                "id": m.id,
                "label": _both(m.label),
                "columns": list(m.columns),
                "rises_to": _points(m.rises_to),
                "falls_to": _points(m.falls_to),
                "moves": _points(m.moves),
                "sentence": {x: evidence_sentence(pack, m.columns, row, x) for x in LANGUAGES},
            }
            for m in trace.missing
        ],
        **citation_report(pack, trace.cite),
    }


def _criterion_report(pack: Pack, c: CriterionTrace, group: Label) -> Report:
    return {
        "criterion": c.id,
        "group": c.group,
        "group_label": _both(group),
        "label": _both(c.label),
        "indicator": c.indicator,
        "value": _plain(c.value),
        "shown": {x: column_value(pack, c.indicator, c.value, x) for x in LANGUAGES},
        "tier": c.tier,
        "points": None if c.open else _points(c.low) if c.low == c.high else None,
        "low": None if c.open else _points(c.low),
        "high": None if c.open else _points(c.high),
        "possible": _points(c.possible),
        "missing": c.missing,
        "counts": c.counts,
        **citation_report(pack, c.cite),
    }


def _condition_report(pack: Pack, c: ConditionTrace, row: Mapping[str, object]) -> Report:
    wants = {x: evidence_sentence(pack, c.columns, row, x) for x in LANGUAGES}
    return {
        "clause": c.id,
        "verdict": c.verdict,
        "points": _points(c.points),
        "say": {x: said(pack, c.say, c.columns, c.values, x) for x in LANGUAGES},
        "found": [column_report(pack, n, v) for n, v in c.columns.items()],
        "wants": wants if c.verdict is None else None,
        **citation_report(pack, c.cite),
    }


def _both(label: Label) -> dict[Language, str]:
    return {"zh": label.zh, "en": label.en}


def _plain(value: object) -> object:
    """Give a value as JSON can hold it: days as text, a missing number as null."""
    if value is None or value != value:
        return None
    if isinstance(value, bool | int | float | str):
        return value
    return str(value)


def _points(points: Decimal | None) -> str | None:
    return None if points is None else plain_number(points, 6)
