"""The thresholds of packs as a form shows them: what each is called, what it is, on what ground."""

from __future__ import annotations

from typing import Any

from huoshui.policy.editing import Threshold, thresholds_of
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Rating

KINDS = (
    ("offerings", {"zh": "产品与政策", "en": "Offerings"}),
    ("titles", {"zh": "资质称号", "en": "Titles"}),
    ("ratings", {"zh": "评分卡", "en": "Ratings"}),
    ("indicators", {"zh": "指标", "en": "Indicators"}),
    ("tables", {"zh": "对照表", "en": "Tables"}),
    ("constants", {"zh": "常数", "en": "Constants"}),
)
"""Kinds of definitions that have thresholds, and what pages call them."""

SHOWN_MOST = 40

_PARTS = {
    "value": {"zh": "数值", "en": "value"},
    "tier": {"zh": "分档起点", "en": "start of a tier"},
    "points": {"zh": "分值", "en": "points"},
    "band": {"zh": "等级下限", "en": "floor of a grade"},
}


def label_of_kind(kind: str) -> dict[str, str]:
    """Say what a kind of definitions is called."""
    return next((dict(label) for name, label in KINDS if name == kind), {"zh": kind, "en": kind})


def label_of(pack: Pack, kind: str, id: str) -> object:
    """Give a definition's label, or its id where it has none."""
    label = getattr(pack.definitions(kind).get(id), "label", None)
    return id if label is None else label.model_dump()


def found(pack: Pack, text: str) -> tuple[list[dict[str, Any]], int]:
    """Find definitions with thresholds by words of their labels or ids; give some, and how many."""
    wanted = text.strip().lower()
    hits = []
    for kind, kind_label in KINDS:
        for id, definition in pack.definitions(kind).items():
            if not (getattr(definition, "values", None) or isinstance(definition, Rating)):
                continue
            label = getattr(definition, "label", None)
            said = f"{id} {label.zh if label else ''} {label.en if label else ''}".lower()
            if wanted in said:
                hits.append(
                    {"kind": kind, "kind_label": kind_label, "id": id, "label": label or id}
                )
    return hits[:SHOWN_MOST], len(hits)


def rows_of(pack: Pack, kind: str, id: str) -> list[dict[str, Any]]:
    """Give every threshold of a definition as a row of a table."""
    return [_row(pack, kind, id, each) for each in thresholds_of(pack, kind, id)]


def _row(pack: Pack, kind: str, id: str, each: Threshold) -> dict[str, Any]:
    what, _, spot = each.part.partition(":")
    place = pack.where(kind, id) if each.where is None else each.where
    return {
        "part": each.part,
        "what": _PARTS[what],
        "spot": spot,
        "of": _of(pack, kind, id, what, spot),
        "value": each.value,
        "unit": unit_label(pack, each.unit),
        "since": each.since,
        "cite": each.cite,
        "mark": each.mark,
        "where": f"{place.file}:{place.line}",
    }


def unit_label(pack: Pack, unit: str | None) -> object:
    """Give what a unit is called, or its word where the packs have no other."""
    if unit is None:
        return None
    label = getattr(pack.units.get(unit), "label", None)
    return unit if label is None else label.model_dump()


def _of(pack: Pack, kind: str, id: str, what: str, spot: str) -> object:
    """Say of a rating's criterion or grade what it is called."""
    definition = pack.definitions(kind)[id]
    if not isinstance(definition, Rating) or what == "value":
        return None
    if what == "band":
        label = next((getattr(b, "label", None) for b in definition.bands if b.grade == spot), None)
        return label.model_dump() if label else None
    group, criterion, _ = spot.split("/")
    for one in definition.groups:
        for each in one.criteria:
            if (one.id, each.id) == (group, criterion):
                named = getattr(each, "label", None) or getattr(
                    pack.indicators.get(each.indicator), "label", None
                )
                return named.model_dump() if named else None
    return None
