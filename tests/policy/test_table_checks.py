"""A decision table that cannot work is refused where it stands: every fault is planted."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.policy.check.expressions import RuleRefusal
from huoshui.policy.check.tables import TableRefusal, unreached
from huoshui.policy.expression import Column, Scope, Type, check, evaluate_row, parse
from huoshui.policy.loader import load
from tests.given import pack_folder
from tests.policy.test_deciding import DAY, TABLE

NAME = "tables/judged.yaml"


def faults(tmp_path: Path, old: str, new: str) -> list[tuple[str, int | None]]:
    text = TABLE[NAME]
    assert old in text
    with pytest.raises(Refused) as refused:
        load([pack_folder(tmp_path, {**TABLE, NAME: text.replace(old, new, 1)})], asof=DAY)
    assert all(
        p.where and p.where.file == "common/tables/judged.yaml" for p in refused.value.problems
    )
    assert all(p.fix for p in refused.value.problems)
    return [(p.code, p.where.line if p.where else None) for p in refused.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("          late: {", "          most: {", TableRefusal.NAME_TAKEN, 4),
        ("          left: {", "          late: {", TableRefusal.NAME_TAKEN, 10),
        ("type: number, unit: month }\n          is_told", "type: number }\n          is_told",
         TableRefusal.NEEDS_UNIT, 4),
        ("unit: month }\n          is_told", "unit: moon }\n          is_told",
         TableRefusal.NO_SUCH, 4),
        ("vocabulary: class }\n          left", "vocabulary: c }\n          left",
         TableRefusal.NO_SUCH, 9),
        ("type: flag }", "type: flag, vocabulary: class }", TableRefusal.NOT_TEXT, 5),
        ("id: untold", "id: too_late", TableRefusal.ROW_TWICE, 17),
        ("            when: late > most\n", "", TableRefusal.NO_CONDITION, 12),
        ("\"'bad'\", left: null", "\"'bad'\"", TableRefusal.NOT_SAID, 19),
        ("left: \"0\" }", "left: \"0\", right: \"0\" }", TableRefusal.NO_OUTPUT, 14),
        ("\"'good'\"", "\"'fair'\"", TableRefusal.NOT_A_WORD, 23),
        ("late > most", "late > 7", RuleRefusal.UNCITED_NUMBER, 13),
        ("most - late }", "most - late - 2 }", RuleRefusal.UNCITED_NUMBER, 23),
        ("late > most", "late + most", RuleRefusal.NOT_A_CONDITION, 13),
        ("left: most - late", "left: \"'six'\"", RuleRefusal.NOT_AN_AMOUNT, 23),
        ("Above {most}.", "Above {mist}.", RuleRefusal.NAMES_NOTHING, 15),
    ],
)  # fmt: skip
def test_a_planted_fault_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, code: TableRefusal | RuleRefusal, line: int
):
    found = faults(tmp_path, old, new)
    assert (code.code, line) in found


def test_a_table_without_rows_is_refused(tmp_path: Path):
    text = TABLE[NAME]
    rows = text[text.index("        rows:") : text.index("        values:")]
    assert (TableRefusal.NO_ROWS.code, 11) in faults(tmp_path, rows, "        rows: []\n")


def test_a_row_below_one_that_says_the_same_is_never_reached(tmp_path: Path):
    found = faults(tmp_path, "not is_told or seen_on > asof or said = 'bad'", "late > most")
    assert found == [(TableRefusal.NEVER_REACHED.code, 17)]


SCOPE = Scope(
    columns={
        "x": Column(Type.NUMBER),
        "f": Column(Type.FLAG),
        "t": Column(Type.TEXT),
    }
)
ATOMS = st.sampled_from(
    ["x > 1", "x >= 1", "x < 2", "x = 2", "f", "not f", "t = 'a'", "starts_with(t, 'ab')"]
)
CONDITIONS = st.one_of(
    ATOMS,
    st.builds("({} and {})".format, ATOMS, ATOMS),
    st.builds("({} or {})".format, ATOMS, ATOMS),
    st.builds("not ({} and {})".format, ATOMS, ATOMS),
)


@given(texts=st.lists(CONDITIONS, min_size=1, max_size=5), has_rest=st.booleans())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_unreached_rows_are_those_that_no_value_of_a_fine_grid_reaches(
    texts: list[str], has_rest: bool
):
    whens = [check(parse(text), SCOPE) for text in texts]
    reached = set()
    for x, f, t in itertools.product((0, 1, 1.5, 2, 3), (True, False), ("a", "ab", "abc", "b")):
        row = {"x": x, "f": f, "t": t}
        holds = [evaluate_row(w, row, asof=dt.date(2026, 1, 1)).value is True for w in whens]
        reached.add(holds.index(True) if True in holds else len(whens))
    rows = [*whens, None] if has_rest else whens
    expected = [n for n in range(len(rows)) if n not in reached]
    assert unreached(rows, asof=dt.date(2026, 1, 1)) == expected


def test_a_row_whose_limit_is_not_yet_known_is_let_pass(tmp_path: Path):
    made = pack_folder(tmp_path, TABLE)
    assert "judged" in load([made], asof=dt.date(2019, 12, 31)).tables
