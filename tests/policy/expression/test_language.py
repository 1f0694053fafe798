"""What rules mean: three-valued logic, units and money, days, names, traces."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pytest

from huoshui.kernel.errors import Refused
from huoshui.kernel.trace import Trace
from huoshui.policy.expression import (
    Column,
    Scope,
    Type,
    Typed,
    Value,
    bin_codes,
    check,
    compile_table,
    cuts,
    evaluate_row,
    evaluate_table,
    names,
    parse,
    representatives,
    text_of,
    to_sql,
)
from tests.policy.expression.worlds import ASOF, SCOPE, UNITS

YES, NO, UNKNOWN = True, False, None


def typed(text: str, scope: Scope = SCOPE) -> Typed:
    return check(parse(text), scope)


def answer(text: str, **row: object) -> object:
    """Ask one row and the table of that row, which must agree."""
    expression = typed(text)
    value = evaluate_row(expression, row, asof=ASOF).value
    columns = {name: pa.array([cell], _kind(name)) for name, cell in row.items()}
    assert evaluate_table(expression, columns, asof=ASOF, rows=1).to_pylist() == [value]
    return value


def _kind(name: str) -> pa.DataType:
    type_ = SCOPE.columns[name].type
    kinds = {"number": pa.float64(), "flag": pa.bool_(), "day": pa.date32(), "text": pa.string()}
    return kinds[type_]


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (YES, YES, YES, YES),
        (YES, NO, NO, YES),
        (YES, UNKNOWN, UNKNOWN, YES),
        (NO, YES, NO, YES),
        (NO, NO, NO, NO),
        (NO, UNKNOWN, NO, UNKNOWN),
        (UNKNOWN, YES, UNKNOWN, YES),
        (UNKNOWN, NO, NO, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_and_and_or_follow_kleene(
    left: bool | None, right: bool | None, both: bool | None, either: bool | None
) -> None:
    assert answer("is_new and is_old", is_new=left, is_old=right) is both
    assert answer("is_new or is_old", is_new=left, is_old=right) is either


@pytest.mark.parametrize(("given", "turned"), [(YES, NO), (NO, YES), (UNKNOWN, UNKNOWN)])
def test_not_leaves_the_unknown_unknown(given: bool | None, turned: bool | None) -> None:
    assert answer("not is_new", is_new=given) is turned
    assert answer("is_new is null", is_new=given) is (given is None)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(60, 80, YES), (50, 70, UNKNOWN), (40, 59, NO), (None, 59, NO), (60, None, YES)],
)
def test_a_rating_reaches_a_floor_if_all_of_its_interval_does(
    low: float | None, high: float | None, verdict: bool | None
) -> None:
    assert answer("reaches(score, 60)", score_low=low, score_high=high) is verdict


@pytest.mark.parametrize("function", ["least", "greatest"])
def test_an_unknown_cap_is_not_a_cap_that_does_not_bind(function: str) -> None:
    assert answer(f"{function}(a, b)", a=1.0, b=None) is None


@pytest.mark.parametrize(
    ("text", "a", "value"),
    [
        ("round(a)", 2.5, 3.0),
        ("round(a)", -2.5, -3.0),
        ("round(a)", 0.49999999999999994, 0.0),
        ("round(a, 1)", 0.25, 0.3),
        ("round(a, -2)", 150.0, 200.0),
        ("floor(a)", -0.5, -1.0),
        ("ceil(a)", -0.5, 0.0),
        ("a / 0", 1.0, None),
        ("a * a", 1e200, None),
        ("-a", 2.0, -2.0),
        ("a - 1 - 1", 5.0, 3.0),
        ("a - (1 - 1)", 5.0, 5.0),
    ],
)
def test_numbers_are_rounded_away_from_zero_and_never_infinite(
    text: str, a: float, value: float | None
) -> None:
    assert answer(text, a=a) == value


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("began", "months", "then"),
    [
        ("2020-01-31", 1, "2020-02-29"),
        ("2021-01-31", 1, "2021-02-28"),
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-03-31", -1, "2020-02-29"),
        ("2020-03-15", -15, "2018-12-15"),
    ],
)
def test_a_month_after_the_last_day_is_a_last_day(began: str, months: int, then: str) -> None:
    assert answer(f"add_months(began_on, {months})", began_on=day(began)) == day(then)


@pytest.mark.parametrize(
    ("later", "earlier", "months"),
    [
        ("2020-02-29", "2020-01-31", 1),
        ("2020-02-28", "2020-01-31", 0),
        ("2021-02-28", "2020-02-29", 12),
        ("2020-02-14", "2020-01-15", 0),
        ("2020-01-15", "2020-02-14", 0),
        ("2020-01-15", "2020-02-15", -1),
        ("2026-11-20", "2023-11-20", 36),
    ],
)
def test_months_are_counted_as_they_are_added(later: str, earlier: str, months: int) -> None:
    text = "months_between(ended_on, began_on)"
    assert answer(text, ended_on=day(later), began_on=day(earlier)) == months


def test_the_year_and_the_days_are_the_calendars() -> None:
    assert answer("year(asof) - year(began_on)", began_on=day("2020-12-31")) == 6
    assert answer("days_between(asof, began_on)", began_on=day("2026-11-01")) == 19


def unit_of(text: str) -> str | None:
    unit = typed(text).unit
    return None if unit is None else unit.label.en


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("revenue_fen", "fen"),
        ("revenue_fen * 2", "fen"),
        ("2 * revenue_fen", "fen"),
        ("revenue_fen / 12", "fen"),
        ("revenue_fen / debt_fen", "ratio"),
        ("share * 2", "percent"),
        ("share / share", "ratio"),
        ("plain(share)", None),
        ("revenue_fen * plain(share)", "fen"),
        ("revenue_fen / score_low", "fen/count"),
        ("revenue_fen / score_low * score_high", "fen"),
        ("1 / score_low", "ratio/count"),
        ("yuan(5)", "fen"),
        ("yuan(a)", "fen"),
        ("cap", "fen"),
        ("least(cap, revenue_fen * 0.5)", "fen"),
        ("case when is_new then 0 else debt_fen end", "fen"),
        ("months_between(asof, began_on)", "month"),
        ("days_between(asof, began_on)", "day_count"),
        ("year(asof)", None),
        ("a + 1", None),
        ("five_percent", "percent"),
        ("-five_percent", "percent"),
        ("round(revenue_fen, -6)", "fen"),
    ],
)
def test_units_combine(text: str, unit: str | None) -> None:
    assert unit_of(text) == unit


def test_money_is_computed_in_fen_whatever_unit_its_value_was_written_in() -> None:
    assert answer("cap") == 2_500_000
    assert answer("wan_yuan(2.5) = cap") is True
    assert answer("revenue_fen >= cap", revenue_fen=2_500_000) is True
    assert answer("yuan(a)", a=0.5) == 50
    assert answer("revenue_fen > 0", revenue_fen=1) is True  # zero needs no unit
    without_fen = Scope(values={"cap": SCOPE.values["cap"]}, units={"wan_yuan": UNITS["wan_yuan"]})
    assert evaluate_row(typed("cap", without_fen), {}, asof=ASOF).value == 2_500_000


def test_a_percentage_meets_a_ratio_as_a_ratio() -> None:
    assert answer("revenue_fen / debt_fen >= five_percent", revenue_fen=5, debt_fen=100) is True
    assert answer("five_percent <= revenue_fen / debt_fen", revenue_fen=4, debt_fen=100) is False
    assert answer("share >= five_percent", share=5.0) is True
    assert answer("plain(five_percent) = 0.05") is True
    assert answer("plain(share)", share=7.0) == 0.07
    assert answer("plain(a)", a=7.0) == 7.0
    assert answer("plain(score_low)", score_low=7.0) == 7.0


def test_a_lone_value_is_said_in_the_unit_that_is_asked() -> None:
    asked = check(parse("five_percent"), SCOPE, type=Type.NUMBER, unit=UNITS["ratio"])
    assert evaluate_row(asked, {}, asof=ASOF).value == 0.05
    assert check(parse("30"), SCOPE, unit="count").unit == UNITS["count"]
    assert check(parse("0"), SCOPE, unit="fen").unit == UNITS["fen"]
    assert check(parse("debt_fen"), SCOPE, unit="fen").unit == UNITS["fen"]
    assert check(parse("is_new"), SCOPE, type="flag", unit="fen").unit is None
    assert check(parse("debt_fen"), SCOPE, unit="no_such_unit").unit == UNITS["fen"]


def test_an_unknown_value_makes_what_reads_it_unknown_and_nothing_else() -> None:
    assert answer("a > no_value", a=1.0) is None
    assert answer("no_value is null") is True
    assert answer("a > no_value or a > 0", a=1.0) is True
    scope = SCOPE.with_values({"no_value": Value(None, "wan_yuan"), "is_on": Value(True)})
    assert evaluate_row(typed("yuan(1) > no_value", scope), {}, asof=ASOF).value is None
    assert evaluate_row(typed("is_on", scope), {}, asof=ASOF).value is True
    assert evaluate_row(typed("plain(nothing)", unknown_share()), {}, asof=ASOF).value is None
    assert evaluate_row(typed("-nothing", unknown_share()), {}, asof=ASOF).value is None


def unknown_share() -> Scope:
    return Scope(values={"nothing": Value(None, "percent")}, units=UNITS)


def test_names_tells_columns_and_values_but_not_the_day() -> None:
    text = "a > cap and reaches(score, 3) and began_on < asof"
    assert names(parse(text)) == {"a", "cap", "score_low", "score_high", "began_on"}
    assert typed("a > floor_value and began_on < asof").columns == {"a", "began_on"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("NOT a IN (1,2)", "a not in (1, 2)"),
        ("not a is null", "a is not null"),
        ("not a between 1 and 2", "a not between 1 and 2"),
        ("a>=1 AND (b<2 or b is null)", "a >= 1 and (b < 2 or b is null)"),
        ("((a + 1)) * 2 > 3", "(a + 1) * 2 > 3"),
        ("not (a = 1 and b = 2)", "not (a = 1 and b = 2)"),
        ("(a = 1) = (b = 2)", "(a = 1) = (b = 2)"),
        ("- - a > 1", "-(-a) > 1"),
        ("word = 'it''s'", "word = 'it''s'"),
        ('"date" > 1', '"date" > 1'),
        ("\"企业 名\" = 'x'", "\"企业 名\" = 'x'"),
        ("发票状态 = '作废'", "发票状态 = '作废'"),
        ("case a when 1 then 2 end", "case when a = 1 then 2 end"),
        ("CASE WHEN f THEN true ELSE false END", "case when f then true else false end"),
        ("a > 1e30", "a > 1E+30"),
        ("x and y and (z and w)", "x and y and z and w"),
    ],
)
def test_text_is_written_in_one_way(text: str, written: str) -> None:
    assert text_of(parse(text).root) == written
    assert parse(written).root == parse(text).root


def test_a_trace_tells_each_part_with_its_value_and_citations() -> None:
    expression = typed("a >= floor_value and (began_on < asof or no_value > 1)")
    trace = evaluate_row(expression, {"a": 2, "began_on": dt.date(2020, 1, 1)}, asof=ASOF)
    assert trace.value is True
    assert trace.cites == ("house#floor", "house#gap")
    assert [part.text for part in trace.children] == [
        "a >= floor_value",
        "began_on < asof or no_value > 1",
    ]
    told = json.dumps(trace.to_dict(), sort_keys=True)
    assert '"value": "2020-01-01"' in told
    again = evaluate_row(expression, {"a": 2, "began_on": dt.date(2020, 1, 1)}, asof=ASOF)
    assert again == trace
    assert len(list(trace.walk())) == 11


def test_a_trace_tells_exact_numbers_and_days_as_text() -> None:
    told = Trace("x", Decimal("0.10"), "value", (Trace("d", ASOF, "asof"),)).to_dict()
    assert told["value"] == "0.10"
    assert told["children"] == [{"text": "d", "value": "2026-11-20", "operation": "asof"}]
    assert Trace("x", 2.5, "value").to_dict()["value"] == 2.5
    assert Trace("x", 1e300, "value").to_dict()["value"] == 1e300


def test_a_vocabulary_given_as_a_set_is_told_in_one_order() -> None:
    scope = Scope({"grade": Column("text", entries=frozenset("cab"))})
    with pytest.raises(Refused, match="The words are a, b, c"):
        typed("grade = 'zz'", scope)


def test_a_slice_of_a_column_is_read_from_where_it_starts() -> None:
    numbers = pa.array([1.0, None, 3.0, None, 5.0] * 5)[3:]
    assert evaluate_table(typed("a"), {"a": numbers}, asof=ASOF).to_pylist() == numbers.to_pylist()
    coded = pa.array(["x", None, "y"] * 5).dictionary_encode()[2:]
    found = evaluate_table(typed("word"), {"word": coded}, asof=ASOF).to_pylist()
    assert found == coded.to_pylist()


def test_many_rows_of_few_days_are_answered_as_few_rows_are() -> None:
    given = [dt.date(2020, 1, 31), None, dt.date(2020, 2, 29), dt.date(2020, 2, 28)] * 40
    for text in (
        "add_months(began_on, 1)",
        "months_between(date '2020-02-29', began_on)",
        "year(began_on)",
    ):
        expression = typed(text)
        found = evaluate_table(expression, {"began_on": pa.array(given, pa.date32())}, asof=ASOF)
        expected = [evaluate_row(expression, {"began_on": d}, asof=ASOF).value for d in given]
        assert found.to_pylist() == expected
        nobody = {"began_on": pa.array([], pa.date32())}
        assert evaluate_table(expression, nobody, asof=ASOF).to_pylist() == []


def test_a_row_may_hold_whatever_python_holds_a_cell_in() -> None:
    assert answer("a", a=1) == 1.0
    row = {"a": Decimal("0.1"), "began_on": dt.datetime(2020, 1, 1, 5), "is_new": 1}  # noqa: DTZ001
    assert evaluate_row(typed("a = 0.1"), row, asof=ASOF).value is True
    assert evaluate_row(typed("began_on"), row, asof=ASOF).value == dt.date(2020, 1, 1)
    assert evaluate_row(typed("is_new"), row, asof=ASOF).value is True


def test_a_column_may_come_in_chunks_dictionaries_and_other_arrow_types() -> None:
    words = pa.chunked_array([["a", None], ["b"]])
    assert evaluate_table(typed("word"), {"word": words}, asof=ASOF).to_pylist() == ["a", None, "b"]
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["a", None]))
    found = evaluate_table(typed("word = 'a'"), {"word": coded}, asof=ASOF).to_pylist()
    assert found == [True, None, None]
    empty = pa.array([None, None], pa.string())
    assert evaluate_table(typed("word"), {"word": empty}, asof=ASOF).to_pylist() == [None, None]
    for name in ("a", "word", "is_new", "began_on"):
        nothing = evaluate_table(typed(name), {name: pa.nulls(2)}, asof=ASOF)
        assert nothing.to_pylist() == [None, None]
    exact = pa.array([Decimal("0.1"), None], pa.decimal128(18, 6))
    found = evaluate_table(typed("a = 0.1"), {"a": exact}, asof=ASOF).to_pylist()
    assert found == [True, None]
    moments = pa.array([dt.datetime(2020, 1, 1)], pa.timestamp("us"))  # noqa: DTZ001
    found = evaluate_table(typed("began_on"), {"began_on": moments}, asof=ASOF).to_pylist()
    assert found == [dt.date(2020, 1, 1)]


def test_expressions_compiled_together_run_each_distinct_part_once() -> None:
    texts = ["a + b > 1", "a + b > 2", "not a + b > 1", "is_new", "a + b > 1"]
    program = compile_table([typed(t) for t in texts])
    written = [step.part.text for step in program.steps]
    assert written.count("a + b") == 1
    assert len(written) == 9  # a, b, a + b, 1, > 1, 2, > 2, not, is_new
    columns = {
        "a": pa.array([1.0, 2.0]),
        "b": pa.array([0.5, None]),
        "is_new": pa.array([True, None]),
    }
    results = [
        r.to_pylist() for r in program.run({n: pa.array(c) for n, c in columns.items()}, asof=ASOF)
    ]
    assert results == [[True, None], [False, None], [False, None], [True, None], [True, None]]


def test_a_table_without_columns_needs_its_number_of_rows() -> None:
    assert evaluate_table(typed("asof"), {}, asof=ASOF, rows=2).to_pylist() == [ASOF, ASOF]
    with pytest.raises(AssertionError, match="how many rows"):
        evaluate_table(typed("asof"), {}, asof=ASOF)


def test_sql_quotes_names_and_leaves_whole_columns_unguarded() -> None:
    scope = Scope({'odd "name': Column("number", "fen"), "x": Column("number")}, units=UNITS)
    assert to_sql(typed('"odd ""name" > 0', scope), asof=ASOF) == (
        '(CAST("odd ""name" AS DOUBLE) > 0e0)'
    )
    assert "NaN" in to_sql(typed("x > 0", scope), asof=ASOF)
    # DuckDB divides by zero without complaint; Spark in its strict mode does not.
    assert "/ nullif(CAST(" in to_sql(typed('"odd ""name" / "odd ""name"', scope), asof=ASOF)


@pytest.mark.parametrize(
    ("text", "column", "points"),
    [
        ("a >= 3 and a < 1", "a", (1.0, 3.0)),
        ("a >= 3 and b < 1", "b", (1.0,)),
        ("2 * 3 > a", "a", (6.0,)),
        ("coalesce(a, 0) > 2", "a", (2.0,)),
        ("nullif(a, 0) > 2", "a", (0.0, 2.0)),
        ("case when a > 3 then 1 when a > 2 then 2 end > 1", "a", (2.0, 3.0)),
        ("a > no_value", "a", ()),
        ("a is null", "a", ()),
        ("is_new = (a > 3)", "a", (3.0,)),
        ("is_new and a > 3", "is_new", ()),
        ("began_on < asof", "began_on", (ASOF,)),
        ("add_months(asof, -12) < began_on", "began_on", (dt.date(2025, 11, 20),)),
        ("revenue_fen > cap", "revenue_fen", (2_500_000.0,)),
        ("word in ('b', 'a') or 'c' = word", "word", ("a", "b", "c")),
        ("level = 'low'", "level", ("low",)),
    ],
)
def test_a_column_compared_with_constants_has_cuts(
    text: str, column: str, points: tuple[object, ...]
) -> None:
    found = cuts(typed(text), column, asof=ASOF)
    assert found is not None
    assert found.points == points


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a > b", "a"),
        ("a + 1 > 2", "a"),
        ("a > 1 and a + b > 1", "a"),
        ("a", "a"),
        ("a > 1", "b"),
        ("coalesce(a, b) > 1", "a"),
        ("nullif(a, b) > 1", "a"),
        ("a in (1, b)", "a"),
        ("starts_with(case when is_new then word end, 'a')", "word"),
        ("case when is_new then word else 'x' end is null", "word"),
    ],
)
def test_a_column_read_in_another_way_has_none(text: str, column: str) -> None:
    assert cuts(typed(text), column, asof=ASOF) is None


def test_without_a_day_a_comparison_with_the_day_has_no_cuts() -> None:
    assert cuts(typed("began_on < asof"), "began_on") is None
    assert cuts(typed("asof > date '2020-01-01' or began_on < first_day"), "began_on") is not None


def test_a_number_that_is_never_cut_has_one_piece_and_null() -> None:
    for text, column in (("a is null", "a"), ("began_on is null", "began_on")):
        found = cuts(typed(text), column)
        assert found is not None
        assert found.codes == 2
        assert len(representatives(found)) == 2
    codes = bin_codes(pa.array([5.0, None, float("nan")]), cuts(typed("a is null"), "a"))
    assert codes.tolist() == [0, 1, 1]


def test_codes_are_as_small_as_they_can_be() -> None:
    few = cuts(typed("a > 1"), "a")
    many = cuts(typed(" or ".join(f"a = {i}" for i in range(150))), "a")
    assert few is not None
    assert many is not None
    assert bin_codes(pa.array([1.0]), few).dtype == "uint8"
    assert bin_codes(pa.array([1.0]), many).dtype == "uint16"


def test_the_ends_of_the_number_line_and_the_calendar_are_their_own_neighbours() -> None:
    top = 1.7976931348623157e308
    ends = cuts(typed(f"a < {top!r} or a > -{top!r}"), "a")
    assert ends is not None
    assert representatives(ends).to_pylist() == [-top, -top, pytest.approx(top), top, top, None]
    days = cuts(typed("began_on > date '0001-01-01' or began_on < date '9999-12-31'"), "began_on")
    assert days is not None
    assert representatives(days).to_pylist()[0] == dt.date(1, 1, 1)
    assert representatives(days).to_pylist()[-2] == dt.date(9999, 12, 31)
