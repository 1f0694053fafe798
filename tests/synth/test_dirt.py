"""Dirt on purpose: each kind at its stated rate, where the truth says, and nowhere else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from huoshui.kernel import ids, money, period
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.synth import Dirt, MadeSummary, make
from tests.synth.reading import Row, rows_of

DAY = dt.date(2026, 11, 20)
CELLS = 400  # at most so many columns draw a rounding of their own
SET_ASIDE = ("wrong_check_digits", "impossible_days", "vague_amounts", "unknown_words")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeSummary:
    """A region large enough to count rates in."""
    return make(tmp_path_factory.mktemp("dirt"), firms=600, seed=3, asof=DAY)


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path]) -> Pack:
    """The packs of the fictional region."""
    return load(demo_packs, asof=DAY)


Dirty = dict[tuple[str, str], dict[str, list[tuple[int, str | None]]]]


@pytest.fixture(scope="module")
def dirty(made: MadeSummary) -> Dirty:
    """(delivery, feed) -> kind of dirt -> rows, from 1, and headings."""
    found: Dirty = defaultdict(lambda: defaultdict(list))
    for r in pq.read_table(made.folder / "truth" / "dirty.parquet").to_pylist():
        found[r["delivery"], r["feed"]][r["kind"]].append((r["row"], r["heading"]))
    return found


@pytest.fixture(scope="module")
def raw(made: MadeSummary) -> dict[tuple[str, str], list[Row]]:
    """(delivery, feed) -> rows."""
    files = (path for path in (made.folder / "raw").rglob("*") if path.is_file())
    return {(path.parent.name, path.stem): rows_of(path) for path in files}


@pytest.fixture(scope="module")
def entities(made: MadeSummary) -> dict[str, dict[str, Any]]:
    """The truth about each entity."""
    table = pq.read_table(made.folder / "truth" / "entities.parquet")
    return {e["entity"]: e for e in table.to_pylist()}


@pytest.mark.parametrize("kind", [f.name for f in dataclasses.fields(Dirt)])
def test_every_kind_of_dirt_occurs_at_its_stated_rate(made: MadeSummary, kind: str) -> None:
    counted = pq.read_table(made.folder / "truth" / "dirt.parquet").to_pylist()
    found = {r["kind"]: r for r in counted}[kind]
    expected = getattr(Dirt(), kind) * found["eligible"]
    # each table, or each column of it, rounds its number up or down by chance
    assert abs(found["made"] - expected) <= 4 * 0.5 * math.sqrt(CELLS)
    assert found["made"] > 0


def test_another_rate_makes_another_share(tmp_path: Path) -> None:
    clean = Dirt(**{f.name: 0.0 for f in dataclasses.fields(Dirt)})
    none = make(tmp_path / "none", firms=200, seed=3, asof=DAY, dirt=clean)
    assert set(none.dirt.values()) == {0}
    assert not any(path.name == "2-later" for path in (none.folder / "raw").iterdir())
    much = dataclasses.replace(clean, duplicate_rows=0.2)
    doubled = make(tmp_path / "much", firms=200, seed=3, asof=DAY, dirt=much)
    assert doubled.raw_rows == pytest.approx(1.2 * none.raw_rows, rel=0.01)


def test_codes_are_wrong_where_the_truth_says_and_right_elsewhere(
    pack: Pack, raw: dict[tuple[str, str], list[Row]], dirty: Dirty
) -> None:
    seen = 0
    for (delivery, feed), rows in raw.items():
        subject = pack.feeds[feed].subject
        if subject.code is None:
            continue
        scheme = ids.SCHEMES[subject.scheme]
        marked = dirty[delivery, feed]
        wrong = {row for row, _ in marked["wrong_check_digits"]}
        old = {row for row, _ in marked["legacy_codes"]}
        blank = {row for row, _ in marked["name_only"]}
        for nth, row in enumerate(rows, 1):
            code = row[subject.code]
            if nth in blank:
                assert code is None, (feed, nth)
                continue
            assert code is not None, (feed, nth)
            expected = ids.SCHEMES["registration_number"] if nth in old else scheme
            if nth in wrong:
                seen += 1
                with pytest.raises(ids.ValidationError):
                    expected.validate(code)
            else:
                assert expected.validate(code) == code, (feed, nth)
    assert seen > 20


def test_marked_cells_cannot_be_read_and_others_can(
    pack: Pack, raw: dict[tuple[str, str], list[Row]], dirty: Dirty
) -> None:
    for (delivery, feed), rows in raw.items():
        marked = dirty[delivery, feed]
        bad_days = set(marked["impossible_days"])
        vague = set(marked["vague_amounts"])
        columns = pack.feeds[feed].columns
        types = pack.items[pack.feeds[feed].item].columns
        for name, how in columns.items():
            if how.source is None or how.form or name not in types:
                continue
            kind = types[name].type
            for nth, row in enumerate(rows, 1):
                cell = row[how.source]
                if cell is None:
                    continue
                if kind == "day":
                    readable = period.parse_day(cell) is not None
                    assert readable == ((nth, how.source) not in bad_days), (feed, nth, cell)
                elif kind == "money" and (nth, how.source) in vague:
                    assert re.fullmatch(r"约\d+万", cell)
                    with pytest.raises(money.NotAnAmount):
                        money.parse(cell)
                elif kind == "money":
                    money.parse(cell, digits=6 if how.unit == "wan_yuan" else 2)


def test_names_differ_where_the_truth_says_and_only_there(
    made: MadeSummary,
    pack: Pack,
    raw: dict[tuple[str, str], list[Row]],
    dirty: Dirty,
    entities: dict[str, dict[str, Any]],
) -> None:
    about: dict[tuple[str, str], list[str]] = defaultdict(list)
    for r in pq.read_table(made.folder / "truth" / "rows.parquet").to_pylist():
        about[r["delivery"], r["feed"]].append(r["entity"])
    former = 0
    for key, rows in raw.items():
        name = pack.feeds[key[1]].subject.name
        if name is None:
            continue
        varied = {row for row, _ in dirty[key]["name_variants"]}
        for nth, (row, entity) in enumerate(zip(rows, about[key], strict=True), 1):
            true = entities[entity]
            if nth not in varied:
                assert row[name] == true["name"], (key, nth)
            former += row[name] is not None and row[name] == true["former_name"]
    assert former > 0


def test_a_duplicate_repeats_another_row_to_the_letter(
    raw: dict[tuple[str, str], list[Row]], dirty: Dirty
) -> None:
    checked = 0
    for key, rows in raw.items():
        copies = [row for row, _ in dirty[key]["duplicate_rows"]]
        many: dict[tuple[str | None, ...], int] = defaultdict(int)
        for row in rows:
            many[tuple(row.values())] += 1
        for nth in copies:
            assert many[tuple(rows[nth - 1].values())] >= 2, (key, nth)
            checked += 1
    assert checked > 20


def test_a_correction_gives_the_same_year_another_amount_in_the_later_delivery(
    raw: dict[tuple[str, str], list[Row]], dirty: Dirty
) -> None:
    first, later = ("1-initial", "rd_spending_tax"), ("2-later", "rd_spending_tax")
    before = {(r["纳税人识别号"], r["年度"]): r["研发费用"] for r in raw[first]}
    corrected = [raw[later][n - 1] for n, _ in dirty[later]["corrected_rows"]]
    pairs = [(before.get((r["纳税人识别号"], r["年度"])), r["研发费用"]) for r in corrected]
    known = [(old, new) for old, new in pairs if old is not None]
    assert known
    assert all(old != new for old, new in known)


def test_some_files_are_in_gbk_and_the_feeds_say_so(made: MadeSummary, pack: Pack) -> None:
    in_gbk = set()
    for path in (made.folder / "raw" / "1-initial").glob("*.csv"):
        try:
            path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            path.read_bytes().decode("gb18030")
            in_gbk.add(path.stem)
    declared = {f.id for f in pack.feeds.values() if "gb18030" in f.source.encodings}
    assert in_gbk == declared
    assert len(in_gbk) >= 3


def test_void_invoices_stay_and_red_ones_are_negative(
    raw: dict[tuple[str, str], list[Row]], dirty: Dirty
) -> None:
    key = ("1-initial", "vat_invoice_out")
    red = {row for row, _ in dirty[key]["red_invoices"]}
    void = {row for row, _ in dirty[key]["void_invoices"]}
    strange = {row for row, _ in dirty[key]["unknown_words"]}
    for nth, row in enumerate(raw[key], 1):
        amount = row["金额"]
        assert amount is not None
        assert amount.startswith("-") == (nth in red)
        if nth not in strange:
            expected = "红冲" if nth in red else "作废" if nth in void else "正常"
            assert row["发票状态"] == expected


def test_years_said_to_be_missing_are_not_delivered(
    made: MadeSummary, raw: dict[tuple[str, str], list[Row]], entities: dict[str, dict[str, Any]]
) -> None:
    missing = pq.read_table(made.folder / "truth" / "missing.parquet").to_pylist()
    there = {
        (r["纳税人识别号"], r["会计年度"])
        for delivery in ("1-initial", "2-later")
        for r in raw[delivery, "balance_tax"]
    }
    gone = [m for m in missing if m["feed"] == "balance_tax"]
    assert gone
    assert not {(entities[m["entity"]]["code"], m["year"]) for m in gone} & there
