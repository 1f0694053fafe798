"""Formulas come after what they read, keep the type of their indicator, and are refused in time."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from huoshui import indicators
from huoshui.policy.schema import Indicator
from tests.indicators.worlds import measure_of, measures_pack

ASOF = dt.date(2026, 6, 30)


def formula_of(name: str, kind: str, unit: str | None, formula: str) -> Indicator:
    return Indicator.model_validate(
        {
            "id": name,
            "label": {"zh": name, "en": name},
            "type": kind,
            "unit": unit,
            "formula": formula,
            "cite": "house#adr-0001",
            "checked_on": "2026-11-20",
        }
    )


def test_a_formula_may_read_another_whatever_their_names() -> None:
    made = {
        "sold": measure_of("sold", "number", "fen", {"item": "sale", "op": "holding"}),
        "a_share": formula_of("a_share", "number", "ratio", "z_half / sold"),
        "z_half": formula_of("z_half", "number", "fen", "sold / 2"),
        "is_much": formula_of("is_much", "flag", None, "z_half > sold"),
    }
    pack = measures_pack(made)
    assert indicators.parts(pack, "a_share") == ("sold", "z_half")
    table = pa.table({"entity": ["A", "B", "C"], "sold": pa.array([7, None, 0], pa.int64())})
    profile = indicators.compute(pack, table, asof=ASOF)
    assert profile.schema == indicators.profile_schema(pack)
    assert profile.column("z_half").to_pylist() == [4, None, 0]  # 3.5 fen, away from zero
    assert profile.column("a_share").to_pylist() == [4 / 7, None, None]
    assert profile.column("is_much").to_pylist() == [False, None, False]


def test_a_profile_without_rows_keeps_its_columns() -> None:
    made = {
        "sold": measure_of("sold", "number", "fen", {"item": "sale", "op": "holding"}),
        "half": formula_of("half", "number", "fen", "sold / 2"),
    }
    pack = measures_pack(made)
    table = pa.table({"entity": pa.array([], pa.string()), "sold": pa.array([], pa.int64())})
    profile = indicators.compute(pack, table, asof=ASOF)
    assert profile.num_rows == 0
    assert profile.schema == indicators.profile_schema(pack)
