"""What limits and rates are held to finds what is wrong with them, and nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from huoshui.cashflow.rates import Rates
from huoshui.policy.loader import load
from huoshui.simulation.rates import Charged, rate_faults, value_on
from huoshui.simulation.region import rates_move
from huoshui.simulation.undrawn import limit_faults

DAY = dt.date(2027, 6, 1)
LINE: dict[str, Any] = {
    "ref": "F", "agreed_fen": 1_000, "until": "2027-12-01", "loans": ["F.1", "F.2"],
    "limits": [["2027-01-01", 1_000], ["2027-05-01", 600]], "taken_back_fen": 0,
}  # fmt: skip
REFS = {"F.1": "one", "F.2": "two"}


def faults(undrawn: int, *, day: dt.date = DAY, owed: int = 200, late: int = 100) -> list[str]:
    books = {"one": {"loan_principal": owed}, "two": {"overdue_principal": late}}
    books["F"] = {"undrawn_commitment": undrawn}
    return list(limit_faults(LINE, day, books, REFS, 0))


@pytest.mark.parametrize(
    ("day", "wanted"),
    [(DAY, 300), (dt.date(2027, 4, 30), 700), (dt.date(2027, 12, 2), 0),
     (dt.date(2026, 12, 31), 0)],
)  # fmt: skip
def test_what_is_undrawn_is_the_limit_of_the_day_less_what_is_used(
    day: dt.date, wanted: int
) -> None:
    assert faults(wanted, day=day) == []
    (fault,) = faults(wanted + 1, day=day)
    assert f"limit less drawn is {wanted}" in fault


def test_more_drawn_than_was_agreed_is_found_but_for_what_was_taken_back() -> None:
    (fault,) = faults(0, owed=950)
    assert "1050 fen are drawn" in fault
    books = {"one": {"loan_principal": 1_050}}
    assert list(limit_faults({**LINE, "taken_back_fen": 50}, DAY, books, REFS, 0)) == []
    assert list(limit_faults(LINE, DAY, {}, REFS, lost_fen=1_001))


SAID = {"rate_bp": "430", "signed_on": "2026-12-01", "drawn_on": "2026-12-15", "is_changed": False}
VALUES = {"2026-01-20": 350, "2027-10-20": 330}
RESET = dt.date(2027, 12, 15)


@pytest.mark.parametrize(
    ("rate", "taken", "today", "count"),
    [
        ("0.043", [], RESET - dt.timedelta(1), 0),
        ("0.041", [RESET], RESET, 0),
        ("0.043", [RESET], RESET, 1),
        ("0.041", [], RESET, 1),
        ("0.041", [RESET, RESET], RESET, 1),
    ],
)
def test_a_rate_is_as_far_above_its_reference_as_it_was_signed(
    rate: str, taken: list[dt.date], today: dt.date, count: int
) -> None:
    charged = Charged("open", Decimal(rate), taken)
    assert len(list(rate_faults(SAID, charged, VALUES, today))) == count


def test_packs_of_a_region_say_what_its_prime_rate_comes_to(
    demo_packs: list[Path], tmp_path: Path
) -> None:
    roots, moves = rates_move(tuple(demo_packs), tmp_path)
    assert moves
    for reference, values in moves.items():
        assert len(set(values.values())) > 2
        for day in map(dt.date.fromisoformat, list(values)[-2:]):
            rate = Rates.of(load(roots, asof=day)).on(reference, day)
            assert rate * 10_000 == value_on(values, day) == values[str(day)]
