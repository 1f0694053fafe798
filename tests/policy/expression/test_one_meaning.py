"""One text, one meaning: whole table, one row, the engine's SQL and the codes always agree."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import duckdb
import hypothesis.strategies as st
import pyarrow as pa
import pytest
from hypothesis import given, seed, settings

from huoshui.policy.expression import (
    Type,
    Typed,
    bin_codes,
    check,
    cuts,
    evaluate_row,
    evaluate_table,
    parse,
    representatives,
    text_of,
    to_sql,
)
from huoshui.policy.expression.nodes import Node
from tests.policy.expression.worlds import (
    ASOF,
    DAYS,
    EDGES,
    HUGE,
    SCOPE,
    WORDS,
    clauses_about,
    days,
    flags,
    monies,
    numbers,
    rows,
    table,
    texts,
)

SEED = 20_261_120  # hypothesis prints a failing example and how to repeat it
KINDS = {"flags": flags, "numbers": numbers, "monies": monies, "days": days, "texts": texts}


def typed(node: Node) -> Typed:
    """Check a node through its text, as a pack would give it."""
    return check(parse(text_of(node)), SCOPE)


def by_row(expression: Typed, given_rows: list[dict[str, Any]]) -> list[object]:
    return [evaluate_row(expression, row, asof=ASOF).value for row in given_rows]


def by_engine(connection: duckdb.DuckDBPyConnection, sql: str, rows: pa.Table) -> list[object]:
    connection.register("given", rows)
    found = connection.execute(f"SELECT {sql} FROM given").fetchall()
    return [row[0] for row in found]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("SET threads = 1")
    return made


@pytest.mark.parametrize("kind", KINDS)
@seed(SEED)
@settings(max_examples=50, database=None)
@given(data=st.data())
def test_table_row_and_engine_agree(
    kind: str, connection: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    node = data.draw(KINDS[kind](2), label="node")
    given_rows = data.draw(rows(), label="rows")
    expression = typed(node)
    sql = to_sql(expression, asof=ASOF)
    relation = table(given_rows)
    columns = {name: relation[name] for name in relation.column_names}
    expected = by_row(expression, given_rows)
    assert evaluate_table(expression, columns, asof=ASOF).to_pylist() == expected
    assert by_engine(connection, sql, relation) == expected


SIGNS = ("=", "<>", "<", "<=", ">", ">=")
EVERY_OPERATION = [
    *(f"a {sign} b" for sign in (*SIGNS, "+", "-", "*", "/")),
    *(f"began_on {sign} ended_on" for sign in SIGNS),
    *(
        f"{x} {sign} {y}"
        for x, y in (("word", "other"), ("is_new", "is_old"))
        for sign in SIGNS[:2]
    ),
    *(f"{name}(a)" for name in ("abs", "floor", "ceil", "round", "plain", "least", "yuan")),
    "sqrt(a)",
    "sqrt(abs(a))",
    *(f"round(a, {n})" for n in (-4, -1, 0, 2, 12)),
    *(f"{name}(a, b)" for name in ("least", "greatest", "coalesce", "nullif")),
    *(f"{name}(a, b, 1)" for name in ("least", "greatest", "coalesce")),
    *(f"{name}(began_on, ended_on)" for name in ("least", "greatest", "coalesce", "nullif")),
    *(f"{name}(word, other)" for name in ("coalesce", "nullif")),
    *(f"{name}(is_new, is_old)" for name in ("coalesce", "nullif")),
    *(f"add_months(began_on, {n})" for n in (-12000, -13, -1, 0, 1, 12, 12000, "no_value")),
    *(f"{n}_between(began_on, ended_on)" for n in ("months", "days")),
    "-a",
    "year(began_on)",
    "plain(share)",
    "is_new and is_old",
    "began_on < asof",
    "word = 'ab'",
    "word <> ''",
    "'ab' = word",
    "word = no_word",
    "is_new or is_old",
    "not is_new",
    "a between b and 2",
    "began_on between first_day and ended_on",
    "a in (b, 1, no_value)",
    "a in (b, 1)",
    "is_new in (is_old)",
    "word in (other, 'ab')",
    "word in ('', 'ab', '中')",
    "began_on in (ended_on, first_day)",
    "starts_with(word, 'a')",
    "starts_with(word, '')",
    "starts_with(word, no_word)",
    "word in (no_word, 'a')",
    "coalesce(no_word, word)",
    "starts_with(word, '中')",
    "a is null",
    "word is not null",
    "case when a > b then a when is_new then b end",
    "case when is_new then word else other end",
    "case when is_new then null else is_old end",
    "case word when 'a' then began_on when other then ended_on end",
    "reaches(score, 3)",
    "reaches(score, no_value)",
]


def on_every_pair_of_edges() -> list[dict[str, Any]]:
    """Pair every edge of each type with every other."""
    edges: dict[Type, list[Any]] = {
        Type.NUMBER: [None, *EDGES, *HUGE, float("nan"), float("-inf")],
        Type.FLAG: [None, False, True],
        Type.DAY: [None, *DAYS],
        Type.TEXT: [None, *WORDS],
    }
    pairs = {t: list(itertools.product(e, e)) for t, e in edges.items()}
    whole = list(itertools.product([None, -3, 2, 3, 4, 10**15], repeat=2))
    given_rows = []
    for i in range(max(map(len, pairs.values()))):
        row = {}
        for name, column in SCOPE.columns.items():
            second = name in ("b", "is_old", "ended_on", "other", "score_high", "debt_fen")
            if name.endswith(("_fen", "_low", "_high")):
                row[name] = whole[i % len(whole)][second]
            elif column.entries:
                row[name] = (None, *column.entries)[i % 4]
            else:
                row[name] = pairs[Type(column.type)][i % len(pairs[Type(column.type)])][second]
        given_rows.append(row)
    return given_rows


@pytest.mark.parametrize("text", EVERY_OPERATION)
def test_every_operation_agrees_on_every_pair_of_edges(
    text: str, connection: duckdb.DuckDBPyConnection
) -> None:
    given_rows = on_every_pair_of_edges()
    expression = check(parse(text), SCOPE)
    relation = table(given_rows)
    columns = {name: relation[name] for name in relation.column_names}
    expected = by_row(expression, given_rows)
    assert evaluate_table(expression, columns, asof=ASOF).to_pylist() == expected
    assert by_engine(connection, to_sql(expression, asof=ASOF), relation) == expected


@seed(SEED)
@settings(max_examples=60, database=None)
@given(node=flags(3))
def test_a_text_written_from_a_tree_reads_back_as_that_tree(node: Node) -> None:
    text = text_of(parse(text_of(node)).root)
    assert parse(text).root == parse(text_of(node)).root
    assert text == text_of(node) or "and" in text or "or" in text  # chains are joined


COLUMNS = ("a", "began_on", "is_new", "word")


@pytest.mark.parametrize("column", COLUMNS)
@seed(SEED)
@settings(max_examples=60, database=None)
@given(data=st.data())
def test_a_code_and_its_representative_answer_for_every_value(
    column: str, data: st.DataObject
) -> None:
    expression = typed(data.draw(clauses_about(column), label="clause"))
    second = typed(data.draw(clauses_about(column), label="another clause"))
    given_rows = data.draw(rows(), label="rows")
    found, more = (cuts(e, column, asof=ASOF) for e in (expression, second))
    if column not in expression.columns or column not in second.columns:
        return
    assert found is not None
    assert more is not None
    both = found | more
    pieces = representatives(both)
    assert len(pieces) == both.codes
    codes = bin_codes(table(given_rows)[column], both)
    for asked in (expression, second):
        answers = evaluate_table(asked, {column: pieces}, asof=ASOF).to_pylist()
        assert answers == by_row(asked, [{column: p} for p in pieces.to_pylist()])
        assert [answers[code] for code in codes] == by_row(asked, given_rows)


@pytest.mark.parametrize("column", COLUMNS)
def test_every_reachable_code_is_its_representatives_own(column: str) -> None:
    texts = {
        "a": "a >= 3 or a in (1, 2.5) or a < -1",
        "began_on": "began_on < date '2020-02-29' or began_on > asof",
        "is_new": "is_new",
        "word": "word in ('ab', 'b') or starts_with(word, 'a') or starts_with(word, 'ab')",
    }
    cut = cuts(check(parse(texts[column]), SCOPE), column, asof=ASOF)
    assert cut is not None
    assert bin_codes(representatives(cut), cut).tolist() == list(range(cut.codes))


def test_a_day_between_neighbouring_days_has_no_piece_of_its_own() -> None:
    text = "began_on in (date '2020-01-01', date '2020-01-02')"
    cut = cuts(check(parse(text), SCOPE), "began_on")
    assert cut is not None
    assert cut.points == (dt.date(2020, 1, 1), dt.date(2020, 1, 2))
    assert representatives(cut).to_pylist()[2] == dt.date(2020, 1, 1)
    days = pa.array([dt.date(2019, 1, 1), dt.date(2020, 1, 2), dt.date(2021, 1, 1), None])
    assert bin_codes(days, cut).tolist() == [0, 3, 4, 5]
