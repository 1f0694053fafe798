"""The offerings of the demo: of every kind, unlike each other, and as worked out by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from huoshui.kernel.citation import Certainty
from huoshui.matching import compile
from huoshui.pipeline.offering_examples import offering_examples
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering
from huoshui.policy.values import resolved

STAND_BY = {"park", "core_enterprise"}  # kinds of institution that need not offer anything
ZONES = (
    "smart_manufacturing",
    "big_health",
    "time_honoured",
    "youth",
    "first_loan",
    "srdi",
    "green",
)
ASKED_FOR = {
    "credit loans by points": {"innovation_points_loan", "digital_points_loan"},
    "knowledge value": {"knowledge_value_loan", "commercial_value_loan"},
    "patents and their pledge": {"patent_loan", "ip_pledge_loan", "ip_merger_loan"},
    "talents": {"talent_loan", "sci_tech_talent_loan", "research_talent_loan"},
    "quality": {"quality_loan"},
    "SRDI": {"srdi_loan", "industry_e_loan"},
    "gazelles and listings": {"gazelle_loan", "listing_loan"},
    "parks": {"park_guaranteed_loan"},
    "the supply chain": {"receivable_loan", "order_loan", "procurement_loan"},
    "emission rights": {"emission_right_loan"},
    "scenarios": {"medical_insurance_loan", "tobacco_loan", "village_credit"},
    "start-ups": {"youth_start_up_loan", "start_up_guaranteed_loan", "first_time_loan"},
    "pilot plants and mergers": {"pilot_plant_loan", "tech_merger_loan"},
    "banks' own names": {"easy_tech_loan", "good_tech_loan", "trust_easy_loan", "sci_tech_loan"},
    "shared losses": {"insured_tech_loan", "guaranteed_tech_loan", "risk_fund_loan"},
    "guarantees by stage": {"seedling_guarantee", "growth_guarantee", "acceleration_guarantee"},
    "batches": {"batch_guarantee"},
    "subsidies": {"loan_interest_subsidy", "guarantee_fee_subsidy", "first_loan_subsidy"},
    "insurance": {"research_insurance", "patent_insurance"},
    "equity": {"angel_equity", "aic_equity"},
    "leasing, securities and export": {"equipment_lease", "ip_securities", "export_loan"},
}


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path], asof: dt.date) -> Pack:
    return load(demo_packs, asof=asof)


def test_there_are_138_offerings_of_every_kind_asked_for(pack: Pack) -> None:
    assert len(pack.offerings) == 138
    missing = {kind: ids - set(pack.offerings) for kind, ids in ASKED_FOR.items()}
    assert not {kind: ids for kind, ids in missing.items() if ids}
    kinds = {offering.kind for offering in pack.offerings.values()}
    assert kinds == {"loan", "guarantee", "subsidy", "insurance", "equity", "lease", "securities"}


def test_clauses_are_of_many_kinds_and_not_few_that_recur(pack: Pack) -> None:
    uses = [" ".join(c.when.split()) for o in pack.offerings.values() for c in o.clauses]
    assert len(set(uses)) >= 300
    assert len(uses) >= 900


def test_every_zone_that_the_region_speaks_of_has_offerings(pack: Pack) -> None:
    zones = Counter(zone for offering in pack.offerings.values() for zone in offering.zones)
    assert {zone: zones[zone] for zone in ZONES if zones[zone] < 4} == {}


def test_two_policy_products_and_41_tailored_by_banks_are_listed(pack: Pack) -> None:
    listed = [o for o in pack.offerings.values() if o.listing is not None]
    kinds = Counter(o.listing.kind for o in listed if o.listing is not None)
    assert kinds == {"policy": 2, "tailored": 41}
    for offering in listed:
        assert pack.institutions[offering.institution].kind == "bank", offering.id


def test_each_clause_of_each_offering_has_an_example_that_it_fails(pack: Pack) -> None:
    documents = pack.examples("offerings")
    lacking = {}
    for name, offering in pack.offerings.items():
        behind = {
            clause
            for example in documents[name].content
            if example["expect"] in ("no", False)
            for clause in example.get("because", ())
        }
        missing = {clause.id for clause in offering.clauses} - behind
        if missing and offering.kind != "subsidy":
            lacking[name] = missing
    assert lacking == {}


def test_offerings_stand_in_the_order_of_the_bits_of_their_verdicts(pack: Pack) -> None:
    assert tuple(pack.offerings) == compile(pack, asof=pack.asof).offerings


def test_every_kind_of_subject_may_apply_for_something(pack: Pack) -> None:
    able = {word for offering in pack.offerings.values() for word in offering.applicants}
    assert able == {"firm", "individual_business", "cooperative", "person", "project"}


def test_every_worked_example_comes_out_as_written(pack: Pack) -> None:
    problems = offering_examples(pack)
    assert not problems, "\n".join(map(str, problems))


def test_no_two_offerings_differ_only_in_numbers(pack: Pack) -> None:
    shapes = defaultdict(list)
    for name, offering in pack.offerings.items():
        shapes[_shape(offering, pack)].append(name)
    alike = [names for names in shapes.values() if len(names) > 1]
    assert not alike, f"the same clauses but for numbers: {alike}"


def test_the_shape_of_an_offering_forgets_numbers_and_nothing_else(pack: Pack) -> None:
    offering = pack.offerings["srdi_loan"]
    renamed = {f"other_{name}": dated for name, dated in offering.values.items()}
    clauses = tuple(
        clause.model_copy(update={"when": _renamed(clause.when, offering)})
        for clause in offering.clauses
    )
    twin = offering.model_copy(update={"clauses": clauses, "values": renamed})
    assert twin.clauses != offering.clauses
    assert _shape(twin, pack) == _shape(offering, pack)
    without = offering.model_copy(update={"clauses": offering.clauses[1:]})
    assert _shape(without, pack) != _shape(offering, pack)


def test_clauses_are_three_to_nine_each_with_both_languages(pack: Pack) -> None:
    for name, offering in pack.offerings.items():
        assert 3 <= len(offering.clauses) <= 9, name
        for clause in offering.clauses:
            assert re.search(r"[一-鿿]", clause.say.zh), (name, clause.id)
            assert re.search(r"[a-z]{2}", clause.say.en), (name, clause.id)
            zh, en = (set(re.findall(r"\{\w+\}", s)) for s in (clause.say.zh, clause.say.en))
            assert zh == en, (name, clause.id)


def test_an_offering_says_whose_terms_it_has(pack: Pack) -> None:
    for name, offering in pack.offerings.items():
        cites = [cited.cite for dated in offering.values.values() for cited in dated.values()]
        cites += [clause.cite for clause in offering.clauses] + [offering.cite]
        outside = {cite for cite in cites if cite.source != "house"}
        assert offering.handbook is not None, name
        said = "ours" in offering.handbook.en and "本项目" in offering.handbook.zh
        assert said == (offering.terms_are != "cited"), name
        if offering.terms_are == "house":
            assert all(
                c.cite.source == "house" for v in offering.values.values() for c in v.values()
            )
        else:
            assert outside, (
                f"{name} says its terms are {offering.terms_are} and cites only the house"
            )


def test_a_value_from_outside_is_said_at_the_place_it_cites(pack: Pack) -> None:
    for name, offering in pack.offerings.items():
        for value_name, dated in offering.values.items():
            for cited in dated.values():
                if cited.cite.source == "house":
                    continue
                place = pack.sources[cited.cite.source].places[cited.cite.place]
                if cited.value is None:
                    assert place.mark is Certainty.UNKNOWN, (name, value_name)
                    continue
                spellings = _spellings(cited.value, cited.unit)
                assert any(
                    re.search(rf"(?<![\d.]){s}(?!\w)", place.says, re.I) for s in spellings
                ), f"{name}.{value_name}: {cited.value} {cited.unit} is not in: {place.says}"


def test_every_value_is_in_force_on_the_day_and_named(pack: Pack) -> None:
    for name, offering in pack.offerings.items():
        texts: list[str | None] = [f"{c.when} {c.say.en}" for c in offering.clauses]
        texts += [offering.amount, offering.rate, offering.fee, offering.relief]
        if offering.term is not None:
            texts += [offering.term.least, offering.term.most]
        rule = offering.automatic
        if rule is not None:
            texts += [f"{c.when} {c.say.en}" for c in rule.clauses]
            texts += [rule.amount, rule.rate, rule.months, rule.subject_most, rule.day_most]
        texts.append(offering.quota_fen)
        if offering.subsidy is not None and offering.subsidy.stacking is not None:
            texts.append(offering.subsidy.stacking.most)
        named = set(re.findall(r"\w+", " ".join(text for text in texts if text)))
        for value_name, dated in offering.values.items():
            assert resolved(dated, pack.asof) is not None, (name, value_name)
            assert value_name in named, f"{name} never uses {value_name}"


def test_all_institutions_are_fictional_and_each_offers_something(pack: Pack) -> None:
    assert len(pack.institutions) >= 40
    assert all(institution.fictional for institution in pack.institutions.values())
    offering = {o.institution for o in pack.offerings.values()}
    stands_by = {i.id for i in pack.institutions.values() if i.branch_of or i.kind in STAND_BY}
    assert set(pack.institutions) - stands_by <= offering


def test_every_loan_says_what_comes_before_a_draw_and_some_decide_at_once(pack: Pack) -> None:
    loans = [o for o in pack.offerings.values() if o.kind == "loan"]
    assert [o.id for o in loans if not o.conditions] == []
    by_rule = [o for o in loans if o.automatic is not None]
    assert len(by_rule) >= 15
    for offering in by_rule:
        assert offering.automatic is not None
        assert offering.quota_fen is not None, offering.id
        assert offering.automatic.subject_most is not None, offering.id
        assert offering.automatic.day_most is not None, offering.id


def _shape(offering: Offering, pack: Pack) -> frozenset[str]:
    """Give the clauses as a set of expressions with every number, word and value taken out."""
    values = {*offering.values, *pack.constants}
    made = set()
    for clause in offering.clauses:
        text = re.sub(r"'[^']*'|(?<![\w.])\d+(\.\d+)?", "?", clause.when)
        text = re.sub(r"\w+", lambda m: "?" if m.group() in values else m.group(), text)
        made.add(re.sub(r"\?(\s*,\s*\?)+", "?", " ".join(text.split())))
    return frozenset(made)


def _renamed(text: str, offering: Offering) -> str:
    return re.sub(
        r"\w+", lambda m: f"other_{m.group()}" if m.group() in offering.values else m.group(), text
    )


_WORDS = {1: "one", 2: "two", 3: "three", 5: "five"}


def _spellings(value: object, unit: str | None) -> set[str]:
    """Give the ways in which a figure may stand in our sentence about a source."""
    number = float(str(value))
    if unit == "wan_yuan":
        return {f"{number / 100:g} (million|to at most \\d+ million)", f"{number / 100:g} to"}
    if unit == "month":
        years = number / 12
        return {f"{_WORDS.get(int(years), '?')} years?", f"{number:g} months"}
    if unit == "bp":
        return {f"{number:g} basis points", f"{number / 100:g} %"}
    if unit == "ratio":
        return {f"{number * 100:g} %", f"{number:.2f} times"}
    return {f"{number:g}"}
