"""What time alone does to a value is what measuring on that later day gives."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from huoshui.engines.duckdb import DuckDB
from huoshui.facts.schema import ORIGIN, arrow_schema, own_columns
from huoshui.indicators.build import build
from huoshui.policy.schema import ByTime, Indicator
from tests.packs.test_catalogue import ASOF, pack
from tests.packs.test_indicator_packs import examples, fact_of

MOVING = {i.id: i for i in pack().indicators.values() if i.by_time}


def measured(indicator: Indicator, example: dict[str, Any], asof: dt.date) -> dict[str, Any]:
    """Measure the indicator and the day it moves from, of one subject that an example gives."""
    assert indicator.by_time is not None
    assert indicator.measure is not None
    day = pack().indicators[indicator.by_time.day]
    item = pack().items[indicator.measure.item]
    rows = [fact_of(item, "S", n, row) for n, row in enumerate(example["given"][item.id])]
    schema = arrow_schema(item).insert(0, pa.field("entity", pa.string()))
    columns = ("entity", *own_columns(item), *ORIGIN)
    full = [{c: row.get(c) for c in columns} for row in rows]
    two = dataclasses.replace(pack(), indicators={i.id: i for i in (indicator, day)})
    with DuckDB(threads=1) as engine:
        engine.arrow("entity", pa.table({"entity": pa.array(["S"], pa.string())}))
        engine.arrow(f"fact_{item.id}", pa.Table.from_pylist(full, schema))
        engine.view(f"settled_{item.id}", f"SELECT * FROM fact_{item.id}")
        engine.steps(build(two, asof=asof))
        (row,) = engine.query("SELECT * FROM profile_measured").to_pylist()
    return dict(row)


def later(day: dt.date, months: int) -> dt.date:
    """Give the day of the month so many months on, or the month's last."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def turning(moving: ByTime, day: dt.date) -> dt.date:
    """Give the first day on which the value is another."""
    if moving.way == "ends":
        return day + dt.timedelta(days=1)
    if moving.way == "clears":
        return later(day, moving.months or 0)
    months = (ASOF.year - day.year) * 12 + ASOF.month - day.month
    return min(d for d in (later(day, months), later(day, months + 1)) if d > ASOF)


@pytest.mark.parametrize("name", sorted(MOVING))
def test_the_value_turns_on_the_day_that_its_rule_gives_and_not_before(name: str) -> None:
    indicator, moving = MOVING[name], MOVING[name].by_time
    assert moving is not None
    assert pack().indicators[moving.day].type == "day"
    checked = 0
    for example in examples(name):
        today = measured(indicator, example, ASOF)
        day = today[moving.day]
        if day is None or today[name] in (None, moving.to):
            continue
        turns = turning(moving, day)
        before = measured(indicator, example, turns - dt.timedelta(days=1))
        after = measured(indicator, example, turns)
        assert type(after[name]) is type(before[name])
        if moving.way == "months_since":
            assert (before[name], after[name]) == (today[name], today[name] + 1)
        else:
            assert before[name] != moving.to, "it turned too early"
            assert after[name] == moving.to, "it turned too late"
        checked += 1
        break
    assert checked, "no example has a value that time will move"


def test_every_change_says_how_and_how_hard_on_the_house_scale() -> None:
    changes = {i.id: i.change for i in pack().indicators.values() if i.change}
    assert len(changes) >= 80
    for name, change in changes.items():
        assert 1 <= change.effort <= 8, name
        assert str(change.cite) == "house#efforts", name
        assert change.how.zh, name
        assert change.how.en, name


def test_nobody_can_move_what_is_past_or_what_time_alone_moves() -> None:
    for indicator in pack().indicators.values():
        if indicator.id.endswith(("_prior_fen", "_prior2_fen", "_on", "_until")):
            assert indicator.change is None, indicator.id
        if indicator.by_time and indicator.by_time.way != "ends":
            assert indicator.change is None, indicator.id
