"""Who bears which part of a loss: parts add up, and what nobody knows stays unknown."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.policy.check.expressions import RuleRefusal
from huoshui.policy.check.sharing import SharingRefusal
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.scope import profile_scope
from huoshui.policy.shares import shares_of
from tests.given import ROOT, pack_folder

DAY = dt.date(2026, 11, 20)
NAME = "sharing/pool.yaml"
POOL = """
id: pool
label: { zh: 资金池, en: pool }
form: risk_compensation
funders:
  - { id: city, label: { zh: 市, en: city }, share: city_part, cite: house#adr-0001 }
  - { id: county, label: { zh: 县, en: county }, share: county_part, cite: house#adr-0001 }
loss:
  bad_principal: { counts: true, cite: house#adr-0001 }
  overdue_principal: { counts: null, cite: house#gap }
  interest: { counts: false, cite: house#adr-0001 }
  claimable_after_days: days
  say: { zh: 不良本金, en: bad principal }
bearers:
  - { id: bank, label: { zh: 银行, en: bank }, share: bank_part, cite: house#adr-0001 }
  - { id: fund, label: { zh: 基金, en: fund }, share: fund_part, cite: house#adr-0001 }
limits:
  - { id: stop, kind: suspension, value: stop, say: { zh: 停, en: "{stop}" }, cite: house#adr-0001 }
values:
  city_part: { 2020-01-01: { value: "0.4", unit: ratio, cite: house#adr-0001 } }
  county_part: { 2020-01-01: { value: "0.6", unit: ratio, cite: house#adr-0001 } }
  bank_part: { 2020-01-01: { value: "0.2", unit: ratio, cite: house#adr-0001 } }
  fund_part: { 2020-01-01: { value: "0.8", unit: ratio, cite: house#adr-0001 } }
  stop: { 2020-01-01: { value: "0.08", unit: ratio, cite: house#adr-0001 } }
  days: { 2020-01-01: { value: null, unit: day_count, cite: house#gap } }
cite: house#adr-0001
checked_on: 2026-11-20
"""
DAYS = "day_count: { label: { zh: 天, en: days }, dimension: { day: 1 }, whole: true }\n"


def folder(tmp_path: Path, text: str = POOL) -> Path:
    made = pack_folder(tmp_path, {NAME: text})
    units = made / "units.yaml"
    units.write_text(units.read_text("utf-8") + DAYS, "utf-8")
    return made


def faults(tmp_path: Path, old: str, new: str) -> list[str]:
    assert old in POOL
    with pytest.raises(Refused) as refused:
        load([folder(tmp_path, POOL.replace(old, new, 1))], asof=DAY)
    for problem in refused.value.problems:
        assert problem.fix
        assert problem.where
        assert problem.where.file == "common/sharing/pool.yaml"
        assert problem.where.line
    return [problem.code for problem in refused.value.problems]


def test_funding_and_loss_are_told_apart(tmp_path: Path):
    shares = shares_of(load([folder(tmp_path)], asof=DAY), "pool", {}, asof=DAY)
    assert {p.id: p.share for p in shares.funders} == {
        "city": Decimal("0.4"),
        "county": Decimal("0.6"),
    }
    assert {p.id: p.share for p in shares.bearers} == {
        "bank": Decimal("0.2"),
        "fund": Decimal("0.8"),
    }
    assert (shares.is_in_scope, shares.is_known, shares.total) == ("yes", True, 1)


def test_a_part_that_nobody_knows_leaves_the_remainder_unknown(tmp_path: Path):
    unused = POOL[POOL.index("  bank_part:") : POOL.index("  fund_part:")]
    text = POOL.replace("share: bank_part", "bound: remainder").replace(unused, "")
    known = shares_of(load([folder(tmp_path, text)], asof=DAY), "pool", {}, asof=DAY)
    assert known.total == 1
    unknown = text.replace('value: "0.8"', "value: null")
    shares = shares_of(load([folder(tmp_path / "2", unknown)], asof=DAY), "pool", {}, asof=DAY)
    assert [part.share for part in shares.bearers] == [None, None]
    assert (shares.is_known, shares.total) == (False, None)


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("id: fund", "id: bank", SharingRefusal.TWICE),
        ("value: stop", "value: halt", SharingRefusal.NO_VALUE),
        ("claimable_after_days: days", "claimable_after_days: week", SharingRefusal.NO_VALUE),
        ("claimable_after_days: days", "claimable_after_days: stop", SharingRefusal.NOT_DAYS),
        ("share: bank_part", "bound: remainder, share: bank_part", SharingRefusal.REMAINDER_SHARE),
        ('value: "0.2"', 'value: "1.2"', SharingRefusal.NOT_A_PART),
        ('value: "0.2"', 'value: "0.3"', SharingRefusal.TOO_MUCH),
        ('value: "0.2"', 'value: "0.1"', SharingRefusal.TOO_LITTLE),
        ("share: fund_part", "bound: at_most, share: bank_part", SharingRefusal.TOO_LITTLE),
        ("share: fund_part", "bound: at_least, share: '1'", SharingRefusal.TOO_MUCH),
        ('value: "0.6"', 'value: "0.5"', SharingRefusal.FUNDED),
        ("share: bank_part", "share: bank_part > 0", RuleRefusal.NOT_AN_AMOUNT),
        ("share: bank_part", "share: bank_part + 3", RuleRefusal.UNCITED_NUMBER),
        ('en: "{stop}"', 'en: "{start}"', RuleRefusal.NAMES_NOTHING),
    ],
)
def test_a_planted_fault_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, refusal: SharingRefusal | RuleRefusal
):
    assert refusal.code in faults(tmp_path, old, new)


def test_a_loss_that_nobody_bears_and_one_with_two_remainders_are_refused(tmp_path: Path):
    bearers = POOL[POOL.index("bearers:") : POOL.index("limits:")]
    assert SharingRefusal.NO_BEARER.code in faults(tmp_path, bearers, "bearers: []\n")
    two = bearers.replace("share: bank_part", "bound: remainder")
    two = two.replace("share: fund_part", "bound: remainder")
    assert SharingRefusal.REMAINDERS.code in faults(tmp_path / "2", bearers, two)


@cache
def common() -> Pack:
    return load([ROOT / "packs" / "common"], asof=DAY)


TITLES = ("is_little_giant", "is_srdi", "is_high_tech", "is_sme_tech", "is_innovative_sme")


@given(flags=st.tuples(*[st.sampled_from([True, False, None])] * len(TITLES)))
@settings(max_examples=243, deadline=None, derandomize=True)
def test_the_guarantee_plan_adds_up_for_every_set_of_titles(flags: tuple[bool | None, ...]):
    row = dict.fromkeys(profile_scope(common()).columns) | dict(zip(TITLES, flags, strict=True))
    shares = shares_of(common(), "tech_guarantee_2024", row, asof=DAY)
    giant, srdi, high, sme, innovative = flags
    assert (shares.is_in_scope == "yes") is (True in flags)
    assert (shares.is_in_scope == "no") is all(flag is False for flag in flags)
    by_id = {part.id: part.share for part in shares.bearers}
    expected = None
    if giant or srdi:
        expected = Decimal("0.40")
    elif giant is False and srdi is False and high:
        expected = Decimal("0.35")
    elif giant is False and srdi is False and high is False and (sme or innovative):
        expected = Decimal("0.30")
    assert by_id["national_fund"] == expected
    assert shares.total == (None if expected is None else 1)


def test_every_arrangement_of_every_region_adds_up_or_says_what_it_does_not_know():
    for region in ("demo", "hunan", "hubei", "chongqing", "wuhan"):
        pack = load([ROOT / "packs" / "common", ROOT / "packs" / region], asof=DAY)
        row = dict.fromkeys(profile_scope(pack).columns)
        assert pack.sharings
        for name in pack.sharings:
            shares = shares_of(pack, name, row, asof=DAY)
            assert shares.total in (1, None), name
            if not shares.is_known:
                assert any(
                    pack.certainty(bearer.cite) == "unknown" or bearer.share
                    for bearer in pack.sharings[name].bearers
                )
