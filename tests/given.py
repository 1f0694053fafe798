"""Makers of what tests start from; small functions, no shared graph of fixtures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import yaml

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Indicator, Unit

ROOT = Path(__file__).resolve().parent.parent

UNITS = """
ratio: { label: { zh: 比率, en: ratio } }
fen: { label: { zh: 分钱, en: fen }, dimension: { money: 1 }, whole: true, bare: false }
yuan: { label: { zh: 元, en: yuan }, dimension: { money: 1 }, scale: 100, bare: false }
count: { label: { zh: 个, en: "" }, dimension: { count: 1 }, whole: true }
point: { label: { zh: 分, en: points }, dimension: { point: 1 } }
month: { label: { zh: 个月, en: months }, dimension: { month: 1 }, whole: true }
wan_yuan: { label: { zh: 万元, en: wan }, dimension: { money: 1 }, scale: 1000000, bare: false }
percent: { label: { zh: "%", en: "%" }, scale: "0.01" }
person: { label: { zh: 人, en: people }, dimension: { person: 1 }, whole: true }
"""

SOURCE = """
id: house
title: { zh: 本平台, en: the house }
issuer: Huoshui
places:
  adr-0001: { mark: house, says: our own judgement }
  gap: { mark: unknown, says: nobody here knows }
checked_on: 2026-11-20
"""

SETTLEMENT = """
id: settlement
label: { zh: 取舍规则, en: settlement rule }
rule: [authority, latest_true, latest_known]
cite: house#adr-0001
checked_on: 2026-11-20
"""


def pack_folder(root: Path, files: Mapping[str, str], *, name: str = "common") -> Path:
    """Write a small pack: units, one source and the settlement rule, and the files given."""
    folder = root / name
    content = {
        "units.yaml": UNITS,
        "sources/house.yaml": SOURCE,
        "entities/settlement.yaml": SETTLEMENT,
        **files,
    }
    for path, text in content.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip(), "utf-8")
    return folder


def pack_of(asof: dt.date, **kinds: Mapping[str, object]) -> Pack:
    """Make a pack of definitions already formed, without files; units are those above."""
    every = ("sources", "vocabularies", "constants", "categories", "items", "feeds", "indicators")
    every += ("ratings", "institutions", "offerings", "entities", "linkages")
    units = {name: Unit.model_validate(unit) for name, unit in _units().items()}
    made = {kind: kinds.get(kind, {}) for kind in every}
    return Pack(asof=asof, digest="made", units=units, documents={}, example_documents={}, **made)


def _units() -> Mapping[str, object]:
    return yaml.safe_load(UNITS)


def indicator_of(name: str, type: str, unit: str | None = None) -> Indicator:
    """Make an indicator by its column alone; what it is measured from does not matter."""
    return Indicator.model_validate(
        {
            "id": name,
            "label": {"zh": name, "en": name},
            "type": type,
            "unit": unit,
            "formula": "null",
            "cite": "house#adr-0001",
            "checked_on": "2026-11-20",
        }
    )
