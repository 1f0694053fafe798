"""A clause taken apart into conditions comes to what the clause itself does, for every answer."""

from __future__ import annotations

import datetime as dt
import random
from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from huoshui.matching.ops import bits, cells, diagrams
from huoshui.policy.expression import Column, Scope, Type, check, evaluate_table, parse

ASOF = dt.date(2026, 6, 30)
NAMES = ("a", "b", "c", "d")
SCOPE = Scope({name: Column(Type.FLAG) for name in NAMES})


def _rule(rng: random.Random, depth: int) -> str:
    if not depth:
        return rng.choice(NAMES)
    parts = [_rule(rng, depth - 1) for _ in range(3)]
    forms = (
        "({0} or {1} or {2})",
        "({0} and {1})",
        "(not {0})",
        "(case when {0} then {1} else {2} end)",
        "coalesce({0}, {1})",
        "({0} = {1})",
        "({0} is null or {1})",
    )
    return rng.choice(forms).format(*parts)


@pytest.mark.parametrize("seed", range(30))
def test_a_diagram_answers_as_the_rule_language_for_every_combination(seed: int) -> None:
    text = _rule(random.Random(seed), 3)
    clause = check(parse(text), SCOPE)
    every = list(product([False, True, None], repeat=len(NAMES)))
    columns = {n: pa.array([row[i] for row in every]) for i, n in enumerate(NAMES)}
    conditions = [check(parse(name), SCOPE) for name in NAMES]
    sides = np.zeros((2, len(NAMES), bits.length(len(every))), np.uint64)
    for i, name in enumerate(NAMES):
        cells.put_answer(columns[name], sides[:, i])
    out = np.empty((2, sides.shape[2]), np.uint64)
    made = diagrams.diagram(clause, conditions, asof=ASOF)
    diagrams.run(made, sides, range(len(NAMES)), out)
    told = evaluate_table(clause, columns, asof=ASOF).to_pylist()
    assert _flags(out[0], len(every)) == [answer is True for answer in told], text
    assert _flags(out[1], len(every)) == [answer is not False for answer in told], text


def test_what_leads_to_the_same_is_asked_once() -> None:
    clause = check(parse("a or b or c or d"), SCOPE)
    conditions = [check(parse(name), SCOPE) for name in NAMES]
    assert len(diagrams.diagram(clause, conditions, asof=ASOF).points) == 2 * len(NAMES)


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 200])
def test_rows_of_bits_turned_into_words_keep_every_bit(rows: int) -> None:
    flags = np.random.default_rng(rows).random((63, rows)) < 0.5
    turner = bits.Turner(rows)
    turner.square[:] = 0
    for place, row in enumerate(flags):
        turner.square[place] = bits.of_flags(row)
    words = np.empty(rows, np.int64)
    turner.write(words)
    for place, row in enumerate(flags):
        assert ((words >> place & 1) == row).all()


@pytest.mark.parametrize("offset", [0, 3, 8, 64])
def test_bits_of_a_column_that_starts_anywhere_are_its_own(offset: int) -> None:
    rng = np.random.default_rng(offset)
    column = pa.array(rng.random(300) < 0.5, mask=rng.random(300) < 0.2).slice(offset, 150)
    known, true = bits.known_bits(column), bits.true_bits(column)
    assert known is not None
    assert _flags(known, 150) == [value is not None for value in column.to_pylist()]
    assert _flags(known & true, 150) == [value is True for value in column.to_pylist()]


def _flags(packed: np.ndarray, rows: int) -> list[bool]:
    return np.unpackbits(packed.view(np.uint8), bitorder="little", count=rows).astype(bool).tolist()
