"""The fictional region: the same from the same seed, complete, and apart from its truth."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from huoshui.facts.checks import columns_wanted
from huoshui.kernel import ids, period
from huoshui.kernel.errors import Refused
from huoshui.pipeline.ingest import find_sources
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.synth import MadeSummary, make
from huoshui.synth.city.offices import OFFICES
from huoshui.synth.making import TABLES
from tests.synth.reading import digests, rows_of

DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeSummary:
    """A region of the least size."""
    return make(tmp_path_factory.mktemp("region"), firms=200, seed=11, asof=DAY)


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path]) -> Pack:
    """The packs of the fictional region."""
    return load(demo_packs, asof=DAY)


def _files(made: MadeSummary) -> list[Path]:
    return sorted(path for path in (made.folder / "raw").rglob("*") if path.is_file())


def test_the_same_seed_makes_the_same_bytes(made: MadeSummary, tmp_path: Path) -> None:
    again = make(tmp_path, firms=200, seed=11, asof=DAY)
    assert digests(again.folder) == digests(made.folder)


def test_another_seed_makes_other_records(made: MadeSummary, tmp_path: Path) -> None:
    other = digests(make(tmp_path, firms=200, seed=12, asof=DAY).folder)
    mine = digests(made.folder)
    same = {name for name in mine.keys() & other.keys() if mine[name] == other[name]}
    assert not same


def test_a_region_too_small_for_every_kind_of_dirt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        make(tmp_path, firms=199, seed=1, asof=DAY)
    assert refused.value.problems[0].code == "region.too_small"


def test_every_item_has_a_feed_and_every_feed_a_file(made: MadeSummary, pack: Pack) -> None:
    assert {feed.item for feed in pack.feeds.values()} == set(pack.items)
    stems = {path.stem for path in (made.folder / "raw" / "1-initial").iterdir()}
    decided = {feed.id for feed in pack.feeds.values() if pack.items[feed.item].about != "subject"}
    # The platform writes decisions itself; the further offices are a city's.
    of_the_city = {office.feed for office in OFFICES}
    assert of_the_city < set(pack.feeds)
    assert stems == set(made.rows) == set(pack.feeds) - decided - of_the_city
    assert len(stems) == TABLES
    assert all(count > 0 for count in made.rows.values())


def test_feeds_read_every_raw_column_and_nothing_of_the_truth(
    made: MadeSummary, pack: Pack
) -> None:
    sources, unclaimed = find_sources(pack, made.folder, None, has_address=False)
    assert {s.name.split("/")[0] for s in sources} == {"raw"}
    assert all(name.startswith("truth/") or name == "manifest.json" for name in unclaimed)
    for path in _files(made):
        wanted = set(columns_wanted(pack.feeds[path.stem], pack))
        assert set(rows_of(path)[0]) == wanted, path.name


def test_the_summary_counts_the_rows_of_the_files(made: MadeSummary) -> None:
    counted: Counter[str] = Counter()
    for path in _files(made):
        counted[path.stem] += len(rows_of(path))
    assert dict(counted) == made.rows
    # the region of the demo has a hundred times the firms and must pass a million rows
    assert made.raw_rows >= 80 * made.firms


def test_every_raw_row_is_about_an_entity_of_the_truth(made: MadeSummary) -> None:
    rows = pq.read_table(made.folder / "truth" / "rows.parquet").to_pylist()
    entities = set(pq.read_table(made.folder / "truth" / "entities.parquet")["entity"].to_pylist())
    per_file = Counter((r["delivery"], r["feed"]) for r in rows)
    for path in _files(made):
        assert per_file[path.parent.name, path.stem] == len(rows_of(path)), path.name
    assert {r["entity"] for r in rows} <= entities


def test_all_kinds_of_subjects_live_there_with_codes_of_their_scheme(made: MadeSummary) -> None:
    entities = pq.read_table(made.folder / "truth" / "entities.parquet").to_pylist()
    assert set(made.subjects) == {
        "firm",
        "individual_business",
        "cooperative",
        "person",
        "project",
        "branch",
    }
    assert len({e["code"] for e in entities}) == len(entities)
    schemes = {"person": "person_ref", "project": "project_ref"}
    for entity in entities:
        scheme = ids.SCHEMES[schemes.get(entity["kind"], "uscc")]
        assert scheme.validate(entity["code"]) == entity["code"]
        if entity["legacy_no"]:
            assert ids.registration_number.is_valid(entity["legacy_no"])
        assert (entity["branch_of"] is not None) == (entity["kind"] == "branch")
        if entity["kind"] not in ("person", "project"):
            assert entity["code"][2:6] == "4399", "a prefix that GB/T 2260 never gave out"


def test_no_fact_is_later_than_the_day(made: MadeSummary, pack: Pack) -> None:
    checked = 0
    for path in _files(made):
        feed = pack.feeds[path.stem]
        how = feed.columns[pack.items[feed.item].true_from]
        for row in rows_of(path):
            cell = row[how.source or ""]
            day = period.parse_month(cell or "") if how.form else period.parse_day(cell or "")
            if day is not None:
                assert day <= DAY, (path.name, cell)
                checked += 1
    assert checked > made.raw_rows // 2


def test_weak_firms_default_more_and_leave_worse_records(tmp_path: Path) -> None:
    folder = make(tmp_path, firms=1500, seed=5, asof=DAY).folder
    firms = pq.read_table(folder / "truth" / "entities.parquet").to_pylist()
    firms = [f for f in firms if f["kind"] == "firm"]
    quality = np.array([f["quality"] for f in firms])
    defaulted = np.array([f["defaulted"] for f in firms])
    assert 0.02 < defaulted.mean() < 0.10
    assert quality[defaulted].mean() < quality[~defaulted].mean() - 0.5
    rows = pq.read_table(
        folder / "truth" / "rows.parquet", filters=[("feed", "in", ["overdue_records", "awards"])]
    ).to_pylist()
    of = {f["entity"]: f["quality"] for f in firms}
    overdue = [
        of[r["entity"]] for r in rows if r["feed"] == "overdue_records" and r["entity"] in of
    ]
    awarded = [of[r["entity"]] for r in rows if r["feed"] == "awards" and r["entity"] in of]
    assert np.mean(overdue) < -0.3 < 0.2 < np.mean(awarded)
