"""Lines and transfers are matched by name, then amount and day; what could be several is none."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from huoshui.web.ledger.rules.matching import Cash, Line, Matching, Pair, match
from tests.web.given import DAY

NEXT = DAY + dt.timedelta(1)


def line(id: int, fen: int, on: dt.date = DAY, *, e2e: str = "", ref: str = "") -> Line:
    return Line(id, fen, (on,), (e2e,) if e2e else (), (ref,) if ref else ())


def cash(voucher: int, fen: int, on: dt.date = DAY, *names: str) -> Cash:
    return Cash((voucher, 1), fen, on, names)


def found(lines: list[Line], moved: list[Cash], through: dt.date | None = DAY) -> Matching:
    return match(lines, moved, through=through)


def test_a_name_goes_before_amount_and_day() -> None:
    got = found(
        [line(1, -5, NEXT, e2e="E1"), line(2, -5)], [cash(7, -5, DAY, "E1"), cash(8, -5, DAY)]
    )
    assert got.pairs == [Pair("end_to_end", (1,), ((7, 1),)), Pair("amount_day", (2,), ((8, 1),))]


def test_the_end_to_end_id_goes_before_a_reference() -> None:
    got = found([line(1, 5, e2e="E1", ref="R")], [cash(7, 5, DAY, "R"), cash(8, 5, DAY, "E1")])
    assert got.pairs == [Pair("end_to_end", (1,), ((8, 1),))]
    assert got.cash_breaks == {(7, 1): "not_at_bank"}


def test_what_is_named_but_differs_in_amount_is_a_break_and_is_given_to_no_other() -> None:
    got = found([line(1, 6, e2e="E1"), line(2, 6)], [cash(7, 5, DAY, "E1"), cash(8, 6)])
    assert got.line_breaks == {1: "amount_differs"}
    assert got.cash_breaks == {(7, 1): "amount_differs"}
    assert got.pairs == [Pair("amount_day", (2,), ((8, 1),))]


def test_two_of_an_amount_on_a_day_are_never_guessed() -> None:
    got = found([line(1, 5)], [cash(7, 5), cash(8, 5)])
    assert got.pairs == []
    assert got.line_breaks == {1: "ambiguous"}
    assert set(got.cash_breaks.values()) == {"ambiguous"}
    two = found([line(1, 5), line(2, 5)], [cash(7, 5)])
    assert set(two.line_breaks.values()) == {"ambiguous"}


def test_a_receipt_that_comes_twice_under_one_name_is_asked_about() -> None:
    got = found([line(1, 5, e2e="E1"), line(2, 5, e2e="E1")], [cash(7, 5, DAY, "E1")])
    assert got.pairs == []
    assert set(got.line_breaks.values()) == {"ambiguous"}


def test_a_deed_that_was_taken_back_answers_itself_only_if_it_never_reached_the_bank() -> None:
    moved = [cash(7, -5, DAY, "E1", "L 2"), cash(9, 5, DAY, "L 2")]
    assert found([], moved).pairs == [Pair("contra", (), ((7, 1), (9, 1)))]
    assert found([], moved, through=None).pairs == []  # its day is in no statement yet
    paid = found([line(1, -5, e2e="E1")], moved)
    assert paid.pairs == [Pair("end_to_end", (1,), ((7, 1),))]
    assert paid.cash_breaks == {(9, 1): "not_at_bank"}  # until the bank sends it back


def test_a_day_that_no_statement_tells_of_yet_is_waited_for() -> None:
    got = found([], [cash(7, 5, NEXT), cash(8, 5, DAY)])
    assert got.cash_breaks == {(7, 1): "waiting", (8, 1): "not_at_bank"}


fens = st.integers(-3, 3).filter(bool)
days = st.sampled_from([DAY, NEXT])
names = st.sampled_from(["", "A", "B", "C"])
some_lines = st.lists(st.tuples(fens, days, names, names), max_size=8)
some_cash = st.lists(st.tuples(fens, days, st.lists(names.filter(bool), max_size=2)), max_size=8)


def made(
    lines: list[tuple[int, dt.date, str, str]], moved: list[tuple[int, dt.date, list[str]]]
) -> tuple[list[Line], list[Cash]]:
    return (
        [line(n, fen, on, e2e=e, ref=r) for n, (fen, on, e, r) in enumerate(lines)],
        [cash(n, fen, on, *own) for n, (fen, on, own) in enumerate(moved)],
    )


@given(some_lines, some_cash, st.sampled_from([None, DAY, NEXT]))
def test_everything_ends_in_one_place_and_the_rest_explains_the_difference(
    lines: list[tuple[int, dt.date, str, str]],
    moved: list[tuple[int, dt.date, list[str]]],
    through: dt.date | None,
) -> None:
    left, right = made(lines, moved)
    got = match(left, right, through=through)
    matched = [key for pair in got.pairs for key in pair.lines]
    placed = [place for pair in got.pairs for place in pair.cash]
    assert sorted([*matched, *got.line_breaks]) == [each.id for each in left]
    assert sorted([*placed, *got.cash_breaks]) == [each.place for each in right]
    fen = {each.id: each.amount_fen for each in left}
    booked = {each.place: each.amount_fen for each in right}
    for pair in got.pairs:
        assert sum(fen[x] for x in pair.lines) == sum(booked[x] for x in pair.cash)
    difference = sum(fen.values()) - sum(booked.values())
    unmatched = sum(fen[x] for x in got.line_breaks) - sum(booked[x] for x in got.cash_breaks)
    assert difference == unmatched


@given(some_lines, some_cash, st.randoms())
def test_the_order_in_which_things_stand_changes_nothing(
    lines: list[tuple[int, dt.date, str, str]],
    moved: list[tuple[int, dt.date, list[str]]],
    chance: object,
) -> None:
    left, right = made(lines, moved)
    before = match(left, right, through=DAY)
    chance.shuffle(left)  # type: ignore[attr-defined]
    chance.shuffle(right)  # type: ignore[attr-defined]
    after = match(left, right, through=DAY)
    assert sorted(after.pairs, key=str) == sorted(before.pairs, key=str)
    assert (after.line_breaks, after.cash_breaks) == (before.line_breaks, before.cash_breaks)


@given(some_lines, some_cash)
def test_a_pair_by_amount_and_day_is_the_only_one_there_could_be(
    lines: list[tuple[int, dt.date, str, str]], moved: list[tuple[int, dt.date, list[str]]]
) -> None:
    left, right = made(lines, moved)
    got = match(left, right, through=NEXT)
    named = {key for pair in got.pairs if pair.rule != "amount_day" for key in pair.lines}
    taken = {x for pair in got.pairs if pair.rule in ("end_to_end", "reference") for x in pair.cash}
    for pair in got.pairs:
        if pair.rule != "amount_day":
            continue
        (key,), (place,) = pair.lines, pair.cash
        mine = next(each for each in left if each.id == key)
        others = [
            each
            for each in left
            if each.id not in named and each.amount_fen == mine.amount_fen
            and each.days == mine.days and got.line_breaks.get(each.id) != "amount_differs"
        ]  # fmt: skip
        moves = [
            each
            for each in right
            if each.place not in taken
            and (each.amount_fen, each.on) == (mine.amount_fen, *mine.days)
            and got.cash_breaks.get(each.place) != "amount_differs"
        ]  # fmt: skip
        assert [each.id for each in others] == [key]
        assert place in [each.place for each in moves]


def test_a_line_without_a_name_is_not_taken_where_a_named_one_may_be_meant() -> None:
    lines = [line(0, 1), line(1, 1, e2e="A"), line(2, 1, e2e="A")]
    got = found(lines, [cash(0, 1, DAY), cash(1, 1, DAY, "A")])
    assert got.pairs == []
    assert set(got.line_breaks.values()) == set(got.cash_breaks.values()) == {"ambiguous"}
