"""The engine's plain reading and Python's full reading of a text give the same answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.engines.duckdb import DuckDB
from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops import OPS, Reader, Reading
from huoshui.facts.ops.code import subject_reading
from huoshui.facts.ops.text import name_reading
from huoshui.kernel import ids
from huoshui.policy.schema import FeedColumn, ItemColumn
from tests.pipeline import taxes

ENGINE = DuckDB(threads=1)
PACK = taxes.pack()


def reading(type_: str, kept: str | None = None, **feed: object) -> Reading:
    """Give how a column of a type is read."""
    words = {"vocabulary": "tax_kind"} if type_ == "choice" else {}
    words |= {"scheme": "uscc"} if type_ == "code" else {}
    label = {"zh": "栏", "en": "column"}
    column = ItemColumn.model_validate({"type": type_, "unit": kept, "label": label, **words})
    return OPS[column.type](Reader("c", column, FeedColumn.model_validate(feed), PACK))


def plainly(how: Reading, texts: Sequence[str]) -> list[object]:
    """Read texts in the engine."""
    assert how.plain is not None
    nths = list(range(len(texts)))
    ENGINE.arrow("texts", pa.table({"nth": nths, "t": pa.array(texts, pa.string())}))
    found = ENGINE.query(f"SELECT {how.plain('t')} AS v FROM texts ORDER BY nth")
    return found["v"].to_pylist()


PLAIN = {
    "text": reading("text"),
    "name": name_reading(),
    "day": reading("day"),
    "whole": reading("whole", "person"),
    "decimal": reading("decimal", "percent"),
    "money in yuan": reading("money", "fen", unit="yuan"),
    "money in fen": reading("money", "fen", unit="fen"),
    "money in ten thousand yuan": reading("money", "fen", unit="wan_yuan"),
}
NUMBERS = st.from_regex(r"[+-]?[0-9]{0,20}(,[0-9]{3}){0,7}(\.[0-9]{0,8})?", fullmatch=True)
DAYLIKE = st.from_regex(r"[0-9]{3,4}[-/年]?[0-9]{1,2}[-/月]?[0-9]{1,2}日?", fullmatch=True)
ISO = st.from_regex(r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]", fullmatch=True)
OTHER = st.text("0123456789-/.,年月日 万元　\tA湘", max_size=10)
ABSENT = st.sampled_from(["", " ", "-", "NULL", "\\N", "—"])


@pytest.mark.parametrize("name", PLAIN)
@settings(max_examples=25)
@given(texts=st.lists(st.one_of(NUMBERS, DAYLIKE, ISO, OTHER, ABSENT), min_size=50, max_size=60))
def test_what_the_engine_reads_plainly_python_reads_the_same(name: str, texts: list[str]) -> None:
    how = PLAIN[name]
    for text, value in zip(texts, plainly(how, texts), strict=True):
        if value is not None:
            assert how.read(text) == value, repr(text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("text", "湘江 科技", "湘江 科技"),
        ("day", "2024-02-29", dt.date(2024, 2, 29)),
        ("whole", "-12", -12),
        ("decimal", "12.345678", Decimal("12.345678")),
        ("money in yuan", "1,234,567.8", 123456780),
        ("money in yuan", "99999999999999.99", 9999999999999999),
        ("money in fen", "123456789012345678", 123456789012345678),
        ("money in ten thousand yuan", "5118.0001", 5118000100),
    ],
)
def test_the_usual_spelling_is_plain(name: str, text: str, value: object) -> None:
    assert plainly(PLAIN[name], [text]) == [value]
    assert PLAIN[name].read(text) == value


@pytest.mark.parametrize(
    ("how", "text", "value"),
    [
        (reading("text"), " 湘江　", "湘江"),
        (reading("text", map={"甲": "乙"}), "甲", "乙"),
        (name_reading(), "湘江（长沙）ＡＢ　", "湘江(长沙)AB"),
        (reading("day", form="yyyymm"), "2024年2月", dt.date(2024, 2, 29)),
        (reading("day", form="yyyy"), "2024年度", dt.date(2024, 12, 31)),
        (reading("whole", "year"), "2024年度", 2024),
        (reading("whole", "person"), "1,234", 1234),
        (reading("whole", "person"), "12.0", 12),
        (reading("decimal", "percent"), "12.5%", Decimal("12.5")),
        (reading("decimal", "percent", unit="ratio"), "0.125", Decimal("12.5")),
        (reading("decimal", "ratio"), "12.5％", Decimal("0.125")),
        (reading("decimal", "ratio"), "1e-05", Decimal("0.00001")),
        (reading("decimal", "ratio"), "0.3333333333333333", Decimal("0.333333")),
        (reading("money", "fen", unit="wan_yuan"), "500元", 50000),
        (reading("choice", map={"VAT": "vat"}), "vat", "vat"),
        (reading("choice"), "增值税款", "vat"),
        (reading("choice", map={"10*": "vat", "1*": "income"}), "1013", "vat"),
        (reading("choice", map={"-": "income"}), "-", "income"),
        (reading("flag"), "Ｙ", True),
        (reading("flag", map={"审计": "true"}), "审计", True),
        (reading("code"), "430000000000011", "430000000000011"),
        (reading("code"), f"{taxes.code(1)[:8]} {taxes.code(1)[8:].lower()}", taxes.code(1)),
    ],
)
def test_other_spellings_are_read_too(how: Reading, text: str, value: object) -> None:
    assert how.read(text) == value


@pytest.mark.parametrize("how", [*PLAIN.values(), *map(reading, ("choice", "code", "flag"))])
@pytest.mark.parametrize("text", ["", " ", "-", "　", "NULL", "/", "N/A", "\\N"])
def test_what_stands_for_nothing_is_unknown_and_never_zero(how: Reading, text: str) -> None:
    assert how.read(text) is None


@pytest.mark.parametrize(
    ("how", "text", "reason"),
    [
        (reading("money", "fen"), "1" * 18, FeedRefusal.OUT_OF_RANGE),
        (reading("whole", "person"), "9" * 18 + "e3", FeedRefusal.OUT_OF_RANGE),
        (reading("decimal", "ratio"), "9999999999999", FeedRefusal.OUT_OF_RANGE),
        (reading("whole", "person"), "12%", FeedRefusal.NOT_A_NUMBER),
        (reading("decimal", "person"), "12%", FeedRefusal.NOT_A_NUMBER),
        (reading("code"), "430000000000012", FeedRefusal.WRONG_CHECK_DIGIT),
    ],
)
def test_what_cannot_be_kept_is_a_fault(how: Reading, text: str, reason: FeedRefusal) -> None:
    found = how.read(text)
    assert isinstance(found, Fault)
    assert found.reason is reason


SOUND = {
    "uscc": taxes.code,
    "registration_number": lambda nth: _checked(ids.registration_number, f"{nth:014d}"),
    "person_ref": lambda nth: _checked(ids.person_ref, f"P{nth:015X}"),
    "project_ref": lambda nth: _checked(ids.project_ref, f"X{nth:015X}"),
}


def _checked(scheme: Any, body: str) -> str:
    return body + scheme.calc_check_digit(body)


@pytest.mark.parametrize("scheme", SOUND)
@given(
    nths=st.lists(st.integers(0, 10**9 - 1), max_size=20),
    other=st.text(max_size=20),
    place=st.integers(0, 14),
)
def test_codes_told_at_once_are_those_told_one_by_one(
    scheme: str, nths: list[int], other: str, place: int
) -> None:
    good = [SOUND[scheme](nth) for nth in nths]
    other_kinds = [SOUND[kind](nth) for kind in SOUND for nth in nths]
    changed = [code[:-1] + "0" for code in good] + [code.lower() for code in good]
    letters = [code[:place] + letter + code[place + 1 :] for code in good for letter in "QG0é"]
    texts = [
        *good,
        *other_kinds,
        *changed,
        *letters,
        other,
        "",
        good[0] + "X" if good else "I" * 18,
    ]
    how = subject_reading(scheme)
    assert how.as_is is not None
    for text, stands in zip(texts, how.as_is(pa.array(texts)), strict=True):
        assert stands == (how.read(text) == text)
    assert all(how.as_is(pa.array(good, pa.string())))
