"""Columns side by side become lists, row by row."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from huoshui.web.insights.rules.copying import lists_of

WIDEST, LONGEST = 4, 9


@given(st.data(), st.integers(0, WIDEST), st.integers(0, LONGEST))
def test_a_row_lists_its_value_of_every_column_and_null_where_it_has_none(
    data: st.DataObject, width: int, rows: int
) -> None:
    value = st.none() | st.text(max_size=3)
    column = st.lists(value, min_size=rows, max_size=rows)
    columns = data.draw(st.lists(column, min_size=width, max_size=width))
    made = lists_of([pa.array(each, pa.string()) for each in columns], pa.string(), rows)
    assert made.to_pylist() == [[each[row] for each in columns] for row in range(rows)]


def test_columns_in_pieces_and_of_a_narrower_type_are_taken_too() -> None:
    pieces = pa.chunked_array([[1], [None, 3]], pa.int32())
    made = lists_of([pieces, pa.array([4, 5, 6], pa.int64())], pa.int64(), 3)
    assert made.type == pa.list_(pa.int64())
    assert made.to_pylist() == [[1, 4], [None, 5], [3, 6]]
