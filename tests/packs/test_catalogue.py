"""The catalogue of facts that the house ships: complete, typed, owned, and read by somebody."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

import pytest

from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, Item
from tests.given import ROOT

COMMON = ROOT / "packs" / "common"
ASOF = dt.date(2026, 11, 20)
FLAGS = ("is_", "has_", "owns_", "supports_")
NUMBERS = (ColumnType.WHOLE, ColumnType.DECIMAL, ColumnType.MONEY)
SUFFIXES = {"_fen": "fen", "_kwh": "kwh", "_m2": "square_metre", "_m3": "cubic_metre"} | {
    "_tonne": "tonne",
    "_percent": "percent",
    "_bp": "bp",
    "_days": "day_count",
}
REPORTED = ("social_insurance", "vat_invoice_out", "balance_sheet", "loan", "order_placed")
OWN = {"assessment", "identity"}  # of no office; entered on the platform itself
REGISTERS = ("judgment", "administrative_penalty", "title", "patent", "trademark")


@cache
def pack() -> Pack:
    return load([COMMON], asof=ASOF)


def items() -> list[Item]:
    return list(pack().items.values())


def test_the_catalogue_is_57_items_in_19_categories_and_none_is_empty():
    assert len([item for item in items() if item.category not in OWN]) == 57
    assert len(set(pack().categories) - OWN) == 19
    assert {item.category for item in items()} == set(pack().categories)


def test_beside_the_catalogue_the_platform_asks_firms_and_experts_itself():
    own = {item.id: item for item in items() if item.category in OWN}
    assert set(own) == {"declaration", "expert_assessment", "identity_decision"}
    assert {item.id for item in items() if item.about == "identity"} == {"identity_decision"}
    assert {item.absence for item in own.values()} == {"unknown"}
    assert {item.cite.source for item in own.values()} == {"house"}


def test_an_item_stands_in_the_folder_of_its_category():
    places = {p.stem: p.parent.name for p in (COMMON / "facts").rglob("*.yaml")}
    assert places == {item.id: item.category for item in items()}


def test_the_categories_are_numbered_without_a_gap():
    assert sorted(c.order for c in pack().categories.values()) == list(range(1, 22))


def test_every_item_is_read_by_an_indicator():
    read = {i.measure.item for i in pack().indicators.values() if i.measure}
    assert read == {item.id for item in items() if item.about == "subject"}


def test_what_tells_of_a_person_stands_only_where_persons_are_protected():
    for item in items():
        personal = [name for name, column in item.columns.items() if column.personal]
        guarded = item.consent == "person" or item.sensitivity == "personal"
        assert bool(personal) == guarded, (item.id, personal)


def test_what_is_not_public_needs_consent_and_what_is_public_needs_none():
    for item in items():
        assert (item.sensitivity == "public") == (item.consent == "none"), item.id


def test_a_unit_agrees_with_the_type_and_the_name_of_its_column():
    for item in items():
        for name, column in item.columns.items():
            spot = f"{item.id}.{name}"
            assert (column.unit is not None) == (column.type in NUMBERS), spot
            assert (column.type is ColumnType.MONEY) == name.endswith("_fen"), spot
            assert (column.type is ColumnType.FLAG) == name.startswith(FLAGS), spot
            for suffix, unit in SUFFIXES.items():
                if name.endswith(suffix):
                    assert column.unit == unit, spot
            if column.type is ColumnType.WHOLE:
                assert column.unit is not None, spot
                assert pack().units[column.unit].whole, spot
            if name.endswith("_on") or name == "month":
                assert column.type is ColumnType.DAY, spot


def test_a_key_is_always_given_but_for_an_unknown_counterparty():
    for item in items():
        for name in item.key:
            if name in ("true_from", "counterparty_code"):
                continue
            assert item.columns[name].required, f"{item.id}.{name}"
        assert item.columns[item.true_from].required, item.id


def test_every_word_list_is_used_and_every_choice_has_one():
    used = {c.vocabulary for i in items() for c in i.columns.values() if c.vocabulary}
    used |= {i.vocabulary for i in pack().indicators.values() if i.vocabulary}
    for table in pack().tables.values():
        used |= {c.vocabulary for c in (*table.inputs.values(), *table.outputs.values())} - {None}
    for flow in pack().workflows.values():
        used |= {f.vocabulary for f in flow.fields.values() if f.vocabulary}
        used |= {m.reasons for m in flow.moves.values() if m.reasons}
    used |= {"purpose", "security", "zone", "stage", "repayment", "subject_kind"}  # in offerings
    # classes of published standards, kept with their revisions for whoever names one in a clause
    used |= {"industry_division", "sci_tech_industry", "strategic_emerging_industry"}
    assert used <= set(pack().vocabularies)
    code = "".join(p.read_text("utf-8") for p in (ROOT / "src").rglob("*.py"))
    idle = [name for name in set(pack().vocabularies) - used if f'"{name}"' not in code]
    assert not idle, "neither a column nor the code reads these"


@pytest.mark.parametrize("name", REPORTED)
def test_what_somebody_must_report_is_unknown_where_nobody_did(name):
    assert pack().items[name].absence == "unknown"


@pytest.mark.parametrize("name", REGISTERS)
def test_a_complete_register_tells_that_there_is_none(name):
    assert pack().items[name].absence == "means_none"


def test_an_item_that_is_refreshed_keeps_its_promise():
    days = {"daily": 7, "weekly": 30, "monthly": 45, "quarterly": 120, "yearly": 400}
    for item in items():
        if item.refresh in days:
            assert item.fresh_days <= days[item.refresh], item.id


def test_both_languages_name_everything_and_no_two_things_alike():
    for kind in ("items", "indicators", "categories"):
        definitions = pack().definitions(kind).values()
        for definition in definitions:
            assert re.search(r"[\u4e00-\u9fff]", definition.label.zh), definition.id
            assert not re.search(r"[\u4e00-\u9fff]", definition.label.en), definition.id
        for language in ("zh", "en"):
            names = [getattr(d.label, language) for d in definitions]
            twice = {n for n in names if names.count(n) > 1}
            assert not twice, (kind, twice)


def test_the_glossary_names_every_item_category_and_indicator():
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    told = set(re.findall(r"`([a-z][a-z0-9_]*)`", text))
    for kind in ("items", "categories", "indicators", "vocabularies"):
        known = set(pack().definitions(kind))
        assert not known - told, (kind, sorted(known - told))
