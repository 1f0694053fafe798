"""The five classes of a loan: by days, by judgement, by renewal, and out of the bad ones again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.policy.loader import load
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.classing import Classing, classed
from huoshui.web.agreements.rules.loan.folding import fold
from tests.web.agreements.lending import DRAWN, contract, stream

FEB = dt.date(2026, 2, 10)
SOUND: dict[str, bool | str | None] = {
    "is_technical_delay": False,
    "expected_loss_share": "0.01",
    "is_credit_impaired": False,
    "is_rating_sharply_down": False,
    "is_evading": False,
    "is_in_liquidation": False,
    "is_misused": False,
    "is_repaid_by_new_borrowing": False,
    "is_excepted_renewal": False,
    "is_retail": False,
    "has_bad_debt_elsewhere": False,
    "bad_share_here": "0",
    "has_recognised_enhancement": False,
    "overdue_share_all_banks": "0",
    "is_expected_to_perform": True,
    "has_impaired_here": False,
    "is_restructured": False,
}
JUDGED = (DRAWN, ev.Judge(SOUND))


@pytest.fixture(scope="module")
def classing(demo_packs: list[Path], asof: dt.date) -> Classing:
    """The tables of the packs."""
    return Classing.of(load(demo_packs, asof=asof))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "normal"),
        (1, "special_mention"),
        (90, "special_mention"),
        (91, "substandard"),
        (270, "substandard"),
        (271, "doubtful"),
        (360, "doubtful"),
        (361, "loss"),
    ],
)
def test_the_class_follows_the_days(classing: Classing, days: int, expected: str) -> None:
    state = fold(contract(), stream(JUDGED), asof=FEB + dt.timedelta(days))
    found = classed(state, classing)
    assert (found.name, found.by) == (expected, "table")
    assert found.is_bad == (days > 90)


def test_what_nobody_judged_leaves_the_class_unknown_unless_days_decide(
    classing: Classing,
) -> None:
    state = fold(contract(), stream(), asof=FEB)
    assert classed(state, classing).name is None
    assert "is_in_liquidation" in classed(state, classing).missing
    late = fold(contract(), stream(), asof=FEB + dt.timedelta(361))
    assert classed(late, classing).name == "loss"


def test_the_bank_may_put_it_lower_and_not_higher(classing: Classing) -> None:
    lower = stream(JUDGED, (FEB, ev.SetClass("doubtful")))
    found = classed(fold(contract(), lower, asof=FEB), classing)
    assert (found.name, found.is_bad, found.by) == ("doubtful", True, "bank")
    mention = stream(JUDGED, (FEB, ev.SetClass("special_mention")))
    found = classed(fold(contract(), mention, asof=FEB), classing)
    assert (found.name, found.is_bad, found.by) == ("special_mention", False, "bank")
    higher = stream(JUDGED, (FEB, ev.SetClass("normal")))
    late = fold(contract(), higher, asof=FEB + dt.timedelta(100))
    assert classed(late, classing).name == "substandard"


@pytest.mark.parametrize(
    ("keeps", "expected"), [(True, "normal"), (False, "special_mention"), (None, None)]
)
def test_a_renewal_alone_lowers_no_class_where_the_debtor_is_sound(
    classing: Classing, keeps: bool | None, expected: str | None
) -> None:
    events = stream(JUDGED, (FEB, ev.Pay(10_372_00)), (FEB, ev.Renew(1_000_00, "L-2", keeps)))
    assert classed(fold(contract(), events, asof=FEB), classing).name == expected


def test_once_bad_it_stays_so_for_two_periods_and_six_months(classing: Classing) -> None:
    agreed = contract("interest_first", matures_on=dt.date(2029, 1, 10))
    day = FEB + dt.timedelta(100)
    owed = fold(agreed, stream(JUDGED), asof=day).due_fen
    events = stream(JUDGED, (day, ev.Pay(owed)), (day, ev.Pay(5_000_00, is_advance=True)))
    after = fold(agreed, events, asof=day + dt.timedelta(1))
    found = classed(after, classing)
    assert after.overdue_days == 0
    assert (found.name, found.is_bad, found.by) == ("substandard", True, "history")
    soon = fold(agreed, events, asof=day + dt.timedelta(170))
    assert classed(soon, classing).by == "history"
    assert soon.overdue_days == 0
    then = fold(agreed, events, asof=day + dt.timedelta(190))
    assert then.overdue_days == 0
    assert (classed(then, classing).name, classed(then, classing).by) == ("normal", "table")
