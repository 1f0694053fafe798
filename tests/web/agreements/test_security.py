"""Security stands once its register has entered it, where the law makes the entry the security."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.web.agreements.rules.security import (
    Ended,
    Given,
    Registered,
    SecurityAct,
    SecurityEvent,
    SecurityRefusal,
    SecurityState,
    Valued,
    fold_security,
    may_draw_on,
    may_register,
    register_of,
)

DAY = dt.date(2026, 3, 1)
GIVEN = Given(value_fen=500_000_00, secures_fen=300_000_00)
ENTERED = Registered("cnipa", "Y2026980000001")


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path], asof: dt.date) -> Pack:
    return load(demo_packs, asof=asof)


def state(pack: Pack, asset: str, *acts: SecurityAct, after: int = 0) -> SecurityState:
    _, said = register_of(pack, asset, region="430100")
    events = [SecurityEvent(n, DAY, act) for n, act in enumerate(acts, start=1)]
    asof = DAY + dt.timedelta(after)
    return fold_security(events, ref="P-1", asset=asset, said=said, asof=asof)


@pytest.mark.parametrize(
    ("asset", "register"),
    [
        ("patent", "cnipa"),
        ("trademark", "cnipa"),
        ("copyright", "copyright_centre"),
        ("receivable", "movables"),
        ("equipment", "movables"),
        ("emission_right", "environment_office"),
        ("equity", "market_regulation"),
        ("real_estate", "real_estate"),
    ],
)
def test_each_kind_of_asset_has_its_register(pack: Pack, asset: str, register: str) -> None:
    assert register_of(pack, asset, region="430100")[0].id == register


def test_a_patent_secures_nothing_before_its_entry_and_equipment_does(pack: Pack) -> None:
    patent, equipment = state(pack, "patent", GIVEN), state(pack, "equipment", GIVEN)
    assert (patent.stands, patent.covers_fen) == (False, 0)
    assert (equipment.stands, equipment.holds_against_others) == (True, False)
    assert equipment.covers_fen == 300_000_00
    register, _ = register_of(pack, "patent", region="430100")
    (problem,) = may_draw_on([(patent, register)])
    assert problem.code == SecurityRefusal.NOT_REGISTERED.code
    entered = state(pack, "patent", GIVEN, ENTERED)
    assert entered.holds_against_others
    assert may_draw_on([(entered, register)]) == []


def test_it_covers_no_more_than_its_worth_and_what_nobody_valued_is_unknown(pack: Pack) -> None:
    assert state(pack, "patent", GIVEN, ENTERED, Valued(20_00)).covers_fen == 20_00
    assert state(pack, "patent", GIVEN, ENTERED, Ended("released")).covers_fen == 0


def test_an_entry_that_ran_out_is_none(pack: Pack) -> None:
    brief = Registered("movables", "0123", until=DAY + dt.timedelta(30))
    assert state(pack, "receivable", GIVEN, brief, after=29).stands
    assert not state(pack, "receivable", GIVEN, brief, after=30).stands


@pytest.mark.parametrize(
    ("acts", "entry", "expected"),
    [
        ((), ENTERED, SecurityRefusal.NOT_GIVEN),
        ((GIVEN, Ended("lost")), ENTERED, SecurityRefusal.ENDED),
        ((GIVEN,), Registered("movables", "1"), SecurityRefusal.OTHER_REGISTER),
        ((GIVEN,), Registered("cnipa", " "), SecurityRefusal.NO_PROOF),
    ],
)
def test_an_entry_is_refused(
    pack: Pack, acts: tuple[SecurityAct, ...], entry: Registered, expected: SecurityRefusal
) -> None:
    register, _ = register_of(pack, "patent", region="430100")
    found = may_register(state(pack, "patent", *acts), entry, register=register)
    assert [each.code for each in found] == [expected.code]
    assert may_register(state(pack, "patent", GIVEN), ENTERED, register=register) == []


def test_an_asset_that_no_register_enters_is_refused(pack: Pack) -> None:
    with pytest.raises(Refused) as refused:
        register_of(pack, "goodwill", region="430100")
    assert refused.value.problems[0].code == SecurityRefusal.NO_REGISTER.code
