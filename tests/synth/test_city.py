"""The city: 188 tables as their feeds read them, the same however large, apart from its truth."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huoshui.facts.checks import columns_wanted
from huoshui.kernel.errors import Refused
from huoshui.pipeline.ingest import find_sources
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.synth.city import CitySummary, make_city
from huoshui.synth.city.making import SHARES, TABLES
from huoshui.synth.city.offices import OFFICES
from huoshui.synth.city.streams import Stream
from huoshui.synth.soiling import WAYS
from tests.synth.reading import digests

DAY = dt.date(2026, 11, 20)
PART = 2_000  # market entities of a neighbourhood


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path]) -> Pack:
    """The packs of the fictional region."""
    return load(demo_packs, asof=DAY)


def _made(folder: Path, pack: Pack, *, entities: int = PART, dirt: float = 1.0) -> CitySummary:
    return make_city(
        folder,
        entities=entities,
        seed=5,
        asof=DAY,
        feeds=pack.feeds,
        dirt=dirt,
        neighbourhood=PART,
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> CitySummary:
    """A city of two neighbourhoods."""
    return _made(tmp_path_factory.mktemp("city"), pack, entities=2 * PART)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> CitySummary:
    """The first neighbourhood alone, with nothing dirty in it."""
    return _made(tmp_path_factory.mktemp("clean"), pack, dirt=0.0)


def _files(city: CitySummary) -> Iterator[Path]:
    yield from sorted((city.folder / "raw").rglob("*.parquet"))


def _subjects(city: CitySummary) -> pa.Table:
    return pq.read_table(city.folder / "truth" / "subjects.parquet")


def test_every_table_of_the_catalogue_has_rows_that_its_feed_reads(
    city: CitySummary, pack: Pack
) -> None:
    told = {name for name, feed in pack.feeds.items() if pack.items[feed.item].about == "subject"}
    assert set(city.rows) == told
    assert len(told) == TABLES
    assert {office.feed for office in OFFICES} < told
    for path in _files(city):
        names = set(pq.read_schema(path).names)
        assert names == set(columns_wanted(pack.feeds[path.stem], pack)), path.name


def test_files_are_claimed_by_their_own_feeds_and_the_truth_by_none(
    city: CitySummary, pack: Pack
) -> None:
    sources, unclaimed = find_sources(pack, city.folder, None, has_address=False)
    assert {(s.feed.id, s.name) for s in sources} == {
        (p.stem, p.relative_to(city.folder).as_posix()) for p in _files(city)
    }
    assert set(unclaimed) == {"manifest.json", "truth/dirt.parquet", "truth/subjects.parquet"}


def test_a_larger_city_begins_with_the_records_of_a_smaller(
    city: CitySummary, pack: Pack, tmp_path: Path
) -> None:
    alone = _made(tmp_path, pack)
    for path in _files(alone):
        mine = pq.read_table(path)
        larger = pq.read_table(city.folder / path.relative_to(alone.folder))
        assert larger.slice(0, len(mine)).equals(mine), path.name
    assert _subjects(city).slice(0, len(_subjects(alone))).equals(_subjects(alone))
    again = _made(tmp_path / "again", pack)
    assert digests(again.folder) == {
        name: digest for name, digest in digests(alone.folder).items() if "again" not in name
    }


def test_codes_and_running_numbers_are_never_given_twice(city: CitySummary) -> None:
    people = _subjects(city)
    assert pc.count_distinct(people["code"]).as_py() == len(people)
    assert pc.count_distinct(people["entity"]).as_py() == len(people)
    invoices = pq.read_table(city.folder / "raw" / "1-initial" / "vat_invoice_out.parquet")
    twice = [n for n, c in Counter(invoices["发票号码"].to_pylist()).items() if c > 1]
    copies = pq.read_table(city.folder / "truth" / "dirt.parquet").to_pylist()
    copied = [r for r in copies if (r["feed"], r["kind"]) == ("vat_invoice_out", "duplicate_rows")]
    assert len(twice) <= len(copied)


def test_kinds_of_subjects_have_their_shares_and_few_firms_leave_most_records(
    city: CitySummary,
) -> None:
    people = _subjects(city)
    kinds = Counter(people["kind"].to_pylist())
    assert kinds["individual_business"] == round(city.entities * SHARES["individual_business"])
    assert kinds["firm"] == round(city.entities * 0.38)
    assert kinds["cooperative"] == round(city.entities * 0.03)
    assert 15 < city.raw_rows / city.entities < 40
    sales = np.sort(people["sales_fen"].to_numpy())[::-1]
    assert sales[: len(sales) // 10].sum() > sales.sum() * 0.5


def test_who_defaults_was_pressed_before(city: CitySummary) -> None:
    people = _subjects(city)
    stress, fails = people["stress"].to_numpy(), people["defaulted"].to_numpy(zero_copy_only=False)
    small = np.array([e != "firm" for e in people["kind"].to_pylist()])
    for group in (small, ~small):
        assert stress[group & fails].mean() > stress[group & ~fails].mean() + 0.5


def test_a_pressed_shop_pays_less_tax_than_one_at_ease(clean: CitySummary) -> None:
    people = _subjects(clean).to_pydict()
    stress = dict(zip(people["code"], people["stress"], strict=True))
    paid = pq.read_table(clean.folder / "raw" / "1-initial" / "tax_individuals.parquet")
    payers = [stress[code] for code in set(paid["纳税人识别号"].to_pylist())]
    shops = [s for s, k in zip(people["stress"], people["kind"], strict=True) if k[0] == "i"]
    assert np.mean(payers) < np.mean(shops) - 0.1


def test_a_city_without_dirt_has_none_and_says_whom_each_row_is_about(
    clean: CitySummary, pack: Pack
) -> None:
    assert set(clean.dirt.values()) == {0}
    assert not (clean.folder / "raw" / "2-later").exists()
    people = _subjects(clean).to_pydict()
    names = dict(zip(people["code"], people["name"], strict=True))
    for path in _files(clean):
        subject = pack.feeds[path.stem].subject
        if subject.code and subject.name:
            table = pq.read_table(path, columns=[subject.code, subject.name]).to_pydict()
            for code, name in set(zip(table[subject.code], table[subject.name], strict=True)):
                assert names[code] == name, path.name


def test_dirt_is_where_the_truth_says(city: CitySummary, pack: Pack) -> None:
    people = _subjects(city).to_pydict()
    code = dict(zip(people["entity"], people["code"], strict=True))
    name = dict(zip(people["entity"], people["name"], strict=True))
    checked: Counter[str] = Counter()
    dirt = pq.read_table(city.folder / "truth" / "dirt.parquet").to_pylist()
    tables = {p.relative_to(city.folder).as_posix(): pq.read_table(p) for p in _files(city)}
    for row in dirt:
        subject, table = pack.feeds[row["feed"]].subject, tables[row["file"]]
        if row["kind"] in WAYS:
            written = table[subject.name][row["row"] - 1].as_py()
            assert written != name[row["entity"]]
        elif row["kind"] == "name_only":
            assert table[subject.code][row["row"] - 1].as_py() is None
        elif row["kind"] == "wrong_check_digits":
            written = table[subject.code][row["row"] - 1].as_py()
            assert written[:-1] == code[row["entity"]][:-1]
            assert written != code[row["entity"]]
        elif row["kind"] == "late_rows":
            assert row["file"].startswith("raw/2-later/")
        checked[row["kind"]] += 1
    assert {*WAYS, "name_only", "wrong_check_digits", "late_rows", "corrected_rows"} <= set(checked)


def test_the_manifest_counts_the_rows_of_each_file(city: CitySummary) -> None:
    told = json.loads((city.folder / "manifest.json").read_text("utf-8"))
    for path in _files(city):
        name = path.relative_to(city.folder).as_posix()
        assert told["files"][name] == pq.read_metadata(path).num_rows
    assert told["subjects"] == city.subjects
    assert 0.02 < told["made"]["late_rows"] / told["eligible"]["late_rows"] < 0.04


def test_a_city_too_small_for_its_tables_is_refused(tmp_path: Path, pack: Pack) -> None:
    with pytest.raises(Refused) as refused:
        _made(tmp_path, pack, entities=1_999)
    assert refused.value.problems[0].code == "city.too_small"


def test_a_file_is_the_same_in_many_parts_or_few(tmp_path: Path) -> None:
    rows = pa.table({"n": np.arange(1000), "t": [f"第{n}行" for n in range(1000)]})
    for name, waiting in (("much", 10**9), ("little", 1)):
        stream = Stream(tmp_path / f"{name}.parquet", waiting)
        assert [stream.add(rows.slice(at, 100)) for at in range(0, 1000, 100)] == list(
            range(0, 1000, 100)
        )
        stream.close()
    assert pq.read_table(tmp_path / "little.parquet").equals(rows)
    assert pq.read_table(tmp_path / "much.parquet").equals(rows)
    assert pq.read_metadata(tmp_path / "much.parquet").num_row_groups == 1
    assert pq.read_metadata(tmp_path / "little.parquet").num_row_groups == 10
