"""Thresholds are edited in the text of packs: the rest stays to the byte, and bad edits are
refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.policy.editing import (
    copied,
    thresholds_of,
    with_band,
    with_tier,
    with_value,
)
from huoshui.policy.loader import contents, load
from huoshui.policy.values import resolved
from tests.given import pack_folder

DAY = dt.date(2026, 11, 20)
NEXT_YEAR = dt.date(2027, 1, 1)

FILES = {
    "vocabularies/subject_kind.yaml": """
        id: subject_kind
        label: { zh: 主体, en: subject }
        entries:
          firm: { zh: 企业, en: firm }
        checked_on: 2026-11-20
        """,
    "constants/going_rate.yaml": """
        id: going_rate
        label: { zh: 利率, en: rate }
        unit: percent
        values:
          2025-01-01: { value: "3.0", cite: house#adr-0001 }  # as told by telephone

        # the end
        checked_on: 2026-11-20
        """,
    "indicators/staff.yaml": """
        id: staff
        label: { zh: 人数, en: staff }
        type: number
        unit: person
        formula: floor
        values:
          # counted at the door
          floor:
            2024-01-01:
              value: 5
              unit: person
              cite: house#adr-0001
              note: >-
                as many as
                were there
            # nobody counted in 2025

            2026-01-01: { value: 7, unit: person, cite: house#adr-0001 }  # counted again

          # the last remark
        cite: house#adr-0001
        checked_on: 2026-11-20
        """,
    "indicators/flow.yaml": """
        id: flow
        label: { zh: 数, en: flow }
        type: number
        unit: person
        formula: floor
        values: { floor: { 2024-01-01: { value: 5, unit: person, cite: house#adr-0001 } } }
        cite: house#adr-0001
        checked_on: 2026-11-20
        """,
    "ratings/score.yaml": """
        # a scheme of one criterion
        id: score
        label: { zh: 评分, en: score }
        meaning: >-
          One criterion,
          two grades.
        kind: policy
        base: 0
        groups:
          - id: people
            label: { zh: 人, en: people }
            criteria:
              - id: staff
                indicator: staff
                tiers:
                  - { points: 0 }
                  - { at_least: 10, points: 4 }  # ten is the edge
                  - { at_least: 20, points: "6.5" }
                cite: house#adr-0001
        bands:
          - { grade: A, at_least: 4, label: { zh: 甲, en: A }, cite: house#adr-0001 }
          - { grade: B, label: { zh: 乙, en: B }, cite: house#adr-0001 }
        cite: house#adr-0001
        checked_on: 2026-11-20
        """,
}


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    """A small pack, read without faults."""
    found = [pack_folder(tmp_path / "packs", FILES)]
    load(found, asof=DAY)
    return found


def refused(roots: list[Path], **given: object) -> str:
    """Give the code by which a new value of the staff's floor is refused."""
    arguments: dict[str, object] = {
        "kind": "indicators",
        "id": "staff",
        "value_name": "floor",
        "day": NEXT_YEAR,
        "value": 9,
        "unit": "person",
        "cite": "house#adr-0001",
    }
    with pytest.raises(Refused) as found:
        with_value(roots, **{**arguments, **given})  # type: ignore[arg-type]
    return found.value.problems[0].code


def value_on(folders: list[Path], kind: str, id: str, name: str | None, day: dt.date) -> object:
    definition = load(folders, asof=day).definitions(kind)[id]
    values = definition.values  # type: ignore[attr-defined]
    return resolved(values if name is None else values[name], day)


def test_a_value_gets_an_entry_more_and_nothing_else_moves(
    roots: list[Path], tmp_path: Path
) -> None:
    edits = with_value(
        roots, "indicators", "staff", "floor",
        day=NEXT_YEAR, value=9, unit="person", cite="house#adr-0001",
    )  # fmt: skip
    (name,) = edits
    assert name == "common/indicators/staff.yaml"
    before = contents(roots)[name].read_text("utf-8").splitlines()
    after = edits[name].splitlines()
    fresh = "    2027-01-01: { value: 9, unit: person, cite: house#adr-0001 }"
    place = next(i for i, line in enumerate(before) if "counted again" in line)
    assert after == [*before[: place + 1], fresh, *before[place + 1 :]]
    folders = copied(roots, edits, tmp_path / "changed")
    assert value_on(folders, "indicators", "staff", "floor", DAY).value == 7  # type: ignore
    assert value_on(folders, "indicators", "staff", "floor", NEXT_YEAR).value == 9  # type: ignore


def test_an_entry_in_the_past_stands_between_its_neighbours_and_after_a_block_of_text(
    roots: list[Path], tmp_path: Path
) -> None:
    day = dt.date(2025, 1, 1)
    edits = with_value(
        roots, "indicators", "staff", "floor",
        day=day, value=6, unit=None, cite="house#adr-0001", in_the_past=True,
    )  # fmt: skip
    lines = edits["common/indicators/staff.yaml"].splitlines()
    place = lines.index("    2025-01-01: { value: 6, unit: person, cite: house#adr-0001 }")
    assert lines[place - 1].strip() == "were there"
    assert lines[place + 1].strip() == "# nobody counted in 2025"
    folders = copied(roots, edits, tmp_path / "changed")
    for when, wanted in ((dt.date(2024, 12, 31), 5), (day, 6), (DAY, 7)):
        assert value_on(folders, "indicators", "staff", "floor", when).value == wanted  # type: ignore


def test_an_entry_before_all_others_comes_first(roots: list[Path]) -> None:
    edits = with_value(
        roots, "indicators", "staff", "floor",
        day=dt.date(2020, 1, 1), value=None, unit=None, cite="house#gap", in_the_past=True,
    )  # fmt: skip
    text = edits["common/indicators/staff.yaml"]
    fresh = "2020-01-01: { value: null, unit: person, cite: house#gap }\n    2024-01-01:\n"
    assert f"  floor:\n    {fresh}" in text


def test_a_value_on_one_line_grows_on_that_line(roots: list[Path]) -> None:
    edits = with_value(
        roots, "indicators", "flow", "floor",
        day=NEXT_YEAR, value=9, unit=None, cite="house#adr-0001",
    )  # fmt: skip
    line = (
        "values: { floor: { 2024-01-01: { value: 5, unit: person, cite: house#adr-0001 }, "
        "2027-01-01: { value: 9, unit: person, cite: house#adr-0001 } } }"
    )
    assert line in edits["common/indicators/flow.yaml"].splitlines()


def test_a_constant_keeps_the_remark_behind_its_last_entry(roots: list[Path]) -> None:
    edits = with_value(
        roots, "constants", "going_rate", None,
        day=NEXT_YEAR, value="2.75", unit=None, cite="house#adr-0001",
    )  # fmt: skip
    assert edits["common/constants/going_rate.yaml"].splitlines()[4:8] == [
        '  2025-01-01: { value: "3.0", cite: house#adr-0001 }  # as told by telephone',
        '  2027-01-01: { value: "2.75", cite: house#adr-0001 }',
        "",
        "# the end",
    ]


def test_lines_that_end_as_on_windows_go_on_so(roots: list[Path]) -> None:
    path = roots[0] / "indicators/staff.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    edits = with_value(
        roots, "indicators", "staff", "floor",
        day=NEXT_YEAR, value=9, unit=None, cite="house#adr-0001",
    )  # fmt: skip
    text = edits["common/indicators/staff.yaml"]
    assert "cite: house#adr-0001 }\r\n\r\n  # the last remark\r\n" in text
    assert text.count("\n") == text.count("\r\n")


def test_bad_values_are_refused_by_their_weightiest_fault(roots: list[Path]) -> None:
    assert refused(roots, id="nobody") == "edit.no_definition"
    assert refused(roots, kind="nothing") == "edit.no_definition"
    assert refused(roots, value_name="ceiling") == "edit.no_part"
    assert refused(roots, cite="") == "edit.no_citation"
    assert refused(roots, cite=None) == "edit.no_citation"
    assert refused(roots, cite="house#nowhere") == "edit.cited_nowhere"
    assert refused(roots, cite="nobody#adr-0001") == "edit.cited_nowhere"
    assert refused(roots, value="nine") == "edit.not_a_number"
    assert refused(roots, value="1e400") == "edit.not_a_number"
    assert refused(roots, day=dt.date(2026, 1, 1)) == "edit.day_taken"
    assert refused(roots, day=dt.date(2025, 1, 1)) == "edit.in_the_past"
    assert refused(roots, value=7) == "edit.same"
    assert refused(roots, value="7.0") == "edit.same"


def test_an_edit_that_the_checks_refuse_is_refused_as_they_refuse_it(roots: list[Path]) -> None:
    assert refused(roots, unit="no_such_unit") == "timeline.dimension_changes"
    assert refused(roots, cite="house#gap") == "citation.unknown_with_value"


def test_a_tier_moves_in_a_new_version_and_the_older_one_ends(
    roots: list[Path], tmp_path: Path
) -> None:
    edits = with_tier(
        roots, "score", group="people", criterion="staff", nth=1,
        day=NEXT_YEAR, start=12, points="4.5", cite="house#adr-0001",
    )  # fmt: skip
    older = edits["common/ratings/score.yaml"]
    newer = edits["common/ratings/score@2027-01-01.yaml"]
    text = contents(roots)["common/ratings/score.yaml"].read_text("utf-8")
    assert older == text.replace("kind: policy", "valid_until: 2027-01-01\nkind: policy")
    assert newer == text.replace("kind: policy", "valid_from: 2027-01-01\nkind: policy").replace(
        "{ at_least: 10, points: 4 }  # ten", '{ at_least: 12, points: "4.5" }  # ten'
    )
    folders = copied(roots, edits, tmp_path / "changed")
    for day, start in ((DAY, 10), (NEXT_YEAR, 12)):
        (group,) = load(folders, asof=day).ratings["score"].groups
        assert group.criteria[0].tiers[1].at_least == start


def test_a_grade_moves_twice_and_each_version_holds_in_its_time(
    roots: list[Path], tmp_path: Path
) -> None:
    first = with_band(
        roots, "score", grade="A", day=NEXT_YEAR, at_least="4.5", cite="house#adr-0001"
    )
    folders = copied(roots, first, tmp_path / "once")
    later = dt.date(2028, 1, 1)
    second = with_band(folders, "score", grade="A", day=later, at_least=5, cite="house#adr-0001")
    folders = copied(folders, second, tmp_path / "twice")
    for day, floor in ((DAY, "4"), (NEXT_YEAR, "4.5"), (later, "5")):
        assert load(folders, asof=day).ratings["score"].bands[0].at_least == Decimal(floor)


def test_bad_changes_of_a_rating_are_refused(roots: list[Path]) -> None:
    def code(**given: object) -> str:
        arguments: dict[str, object] = {
            "group": "people",
            "criterion": "staff",
            "nth": 1,
            "day": NEXT_YEAR,
            "start": 12,
            "cite": "house#adr-0001",
        }
        with pytest.raises(Refused) as found:
            with_tier(roots, "score", **{**arguments, **given})  # type: ignore[arg-type]
        return found.value.problems[0].code

    assert code(group="nobody") == "edit.no_part"
    assert code(nth=3) == "edit.no_part"
    assert code(nth=-1) == "edit.no_part"
    assert code(nth=0) == "edit.no_part"  # the first tier has no start
    assert code(start=10) == "edit.same"
    assert code(start=None) == "edit.same"
    assert code(cite=None) == "edit.no_citation"
    with pytest.raises(Refused, match=r"edit\.no_part"):
        with_band(roots, "score", grade="B", day=NEXT_YEAR, at_least=1, cite="house#adr-0001")
    with pytest.raises(Refused, match=r"edit\.no_definition"):
        with_band(roots, "none", grade="B", day=NEXT_YEAR, at_least=1, cite="house#adr-0001")


def test_the_thresholds_that_may_be_edited_are_listed_with_mark_and_place(
    roots: list[Path],
) -> None:
    pack = load(roots, asof=DAY)
    (floor,) = thresholds_of(pack, "indicators", "staff")
    assert (floor.part, floor.value, floor.unit) == ("value:floor", 7, "person")
    assert (floor.since, floor.mark) == (dt.date(2026, 1, 1), "house")
    lines = contents(roots)["common/indicators/staff.yaml"].read_text("utf-8").splitlines()
    assert lines[(floor.where.line or 0) - 1].strip().startswith("2026-01-01")
    found = {t.part: t.value for t in thresholds_of(pack, "ratings", "score")}
    assert found == {
        "points:people/staff/0": 0,
        "tier:people/staff/1": 10,
        "points:people/staff/1": 4,
        "tier:people/staff/2": 20,
        "points:people/staff/2": Decimal("6.5"),
        "band:A": 4,
    }
    (rate,) = thresholds_of(pack, "constants", "going_rate")
    assert (rate.part, rate.value, rate.unit) == ("value", 3, "percent")


def test_copies_share_nothing_with_the_packs_in_force(roots: list[Path], tmp_path: Path) -> None:
    (copy,) = copied(roots, {}, tmp_path / "copy")
    for name, path in contents(roots).items():
        twin = tmp_path / "copy" / name
        assert twin.read_bytes() == path.read_bytes()
        assert not twin.samefile(path)
    assert load([copy], asof=DAY).digest == load(roots, asof=DAY).digest


@settings(max_examples=25)
@given(
    value=st.decimals(min_value=0, max_value=10**9, places=4),
    days=st.integers(min_value=1, max_value=20_000),
)
def test_any_number_from_any_later_day_on_is_read_back_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, value: Decimal, days: int
) -> None:
    roots = [pack_folder(tmp_path_factory.mktemp("any"), {"constants/going_rate.yaml": FILES[
        "constants/going_rate.yaml"]})]  # fmt: skip
    day = dt.date(2025, 1, 1) + dt.timedelta(days=days)
    if value == 3:
        return
    edits = with_value(
        roots, "constants", "going_rate", None,
        day=day, value=value, unit=None, cite="house#adr-0001",
    )  # fmt: skip
    folders = copied(roots, edits, tmp_path_factory.mktemp("changed"))
    assert value_on(folders, "constants", "going_rate", None, day).value == value  # type: ignore
    before = value_on(folders, "constants", "going_rate", None, day - dt.timedelta(days=1))
    assert before.value == 3  # type: ignore
