"""A large table gives the same facts, quarantine and counts as when all of it is read with care."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huoshui.pipeline import readers
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from tests.pipeline import taxes
from tests.pipeline.taxes import HEADING, facts, write_csv

ALL_WITH_CARE = 1 << 40
SPELLINGS: dict[str, tuple[str | None, ...]] = {
    "所属期": ("202401", "202401", "202402", "202403", "2024年1月", "2024-13", ""),
    "税种": ("增值税", "增值税", "income", "所得税", " 增值税 ", "烟叶税", ""),
    "金额": ("100", "100", "100.00", "1,250.5", "12元", "3万元", "约5万", "-3", ""),
    "人数": ("1", "2", "十", "", "3.5"),
    "税率": ("13", "13.0", "13%", "", "高"),
    "入库日期": ("2024-02-01", "2024-02-01", "2024/2/1", "2024-02-30", "—", ""),
    "更正": ("是", "否", "N", "", "也许"),
}


def rows(seed: int, count: int) -> list[list[str]]:
    """Make rows of few subjects, so that keys meet in every way; most cells are as usual."""
    rng = random.Random(seed)
    codes = [taxes.code(nth) for nth in range(count // 3)]
    made: list[list[str]] = []
    for _ in range(count):
        if made and rng.random() < 0.1:
            made.append(list(rng.choice(made)))
            continue
        code = rng.choice(codes)
        name = f"湘江{codes.index(code)}公司"
        if rng.random() < 0.1:
            code = rng.choice(["", code.lower(), code[:-1] + "0", f" {code}"])
        cells = (rng.choice(s) if rng.random() < 0.15 else s[0] for s in SPELLINGS.values())
        made.append([code, rng.choice([name, name, f"{name} ", ""]), *map(str, cells)])
    return made


def written(folder: Path, format: str, made: list[list[str]]) -> Path:
    """Write rows as a feed of the format reads them."""
    if format == "csv":
        return write_csv(folder / "a.csv", made)
    path = folder / "a.parquet"
    columns = [pa.array(cells, pa.string()) for cells in zip(*made, strict=True)]
    pq.write_table(pa.table(columns, names=list(HEADING)), path)
    return path


def outcome(lake: Lake, pack: Any) -> dict[str, Any]:
    """Give all that a lake says, whichever file of a batch says it."""
    found = facts(lake, pack)
    places = [("batch", "ascending"), ("source_row", "ascending")]
    aside = [pq.read_table(path) for b in lake.batches() if (path := lake.quarantine(b))]
    counts = [
        {k: v for k, v in vars(b).items() if k.startswith("rows_") and k != "rows_plain"}
        for b in lake.batches()
    ]
    return {
        "facts": found.take(pc.sort_indices(found, places)).to_pylist(),
        "aside": [row for table in aside for row in table.to_pylist()],
        "counts": counts,
    }


def test_a_large_text_file_is_staged_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = taxes.pack()
    made = rows(4, 200)
    lakes = Lake(tmp_path / "staged"), Lake(tmp_path / "held")
    for lake, least in zip(lakes, (0, 1 << 40), strict=True):
        monkeypatch.setattr(readers, "LARGE_BYTES", least)
        (result,) = ingest(lake, pack, write_csv(tmp_path / "a.csv", made))
        assert result.status == "ingested", result.problem
    assert outcome(lakes[0], pack) == outcome(lakes[1], pack)


@pytest.mark.parametrize("format", ["csv", "parquet"])
@pytest.mark.parametrize("seed", [1, 2])
def test_plain_rows_and_careful_ones_together_are_what_care_alone_gives(
    tmp_path: Path, format: str, seed: int
) -> None:
    pack = taxes.pack()
    large, careful = Lake(tmp_path / "large"), Lake(tmp_path / "careful")
    first, later = rows(seed, 400), rows(seed + 100, 200)
    for made in (first, [*first[:300], *later], first):
        source = written(tmp_path, format, made)
        (result,) = ingest(large, pack, source, large_rows=1)
        (expected,) = ingest(careful, pack, source, large_rows=ALL_WITH_CARE)
        assert result.to_dict() == expected.to_dict()
    assert outcome(large, pack) == outcome(careful, pack)
    batches = large.batches()
    assert 0 < batches[0].rows_plain < batches[0].rows_new, "some rows are plain, not all"
    assert all(batch.rows_plain == 0 for batch in careful.batches())


def test_rows_outside_where_are_counted_in_a_large_table_too(tmp_path: Path) -> None:
    pack = taxes.pack(taxes.feed(where="税种 = '增值税'"))
    source = write_csv(tmp_path / "a.csv", rows(3, 200))
    large, careful = Lake(tmp_path / "large"), Lake(tmp_path / "careful")
    (result,) = ingest(large, pack, source, large_rows=1)
    (expected,) = ingest(careful, pack, source, large_rows=ALL_WITH_CARE)
    assert result.to_dict() == expected.to_dict()
    assert result.rows_outside > 0
    assert outcome(large, pack) == outcome(careful, pack)


def test_a_table_without_a_fault_is_one_file_and_all_of_it_plain(tmp_path: Path) -> None:
    pack = taxes.pack()
    clean = [
        [taxes.code(nth), "湘江公司", "202401", "增值税", "100", "1", "13", "2024-02-01", "是"]
        for nth in range(50)
    ]
    lake = Lake(tmp_path / "lake")
    ingest(lake, pack, written(tmp_path, "parquet", clean), large_rows=1)
    (batch,) = lake.batches()
    assert (batch.rows_plain, batch.rows_new, len(lake.facts(batch))) == (50, 50, 1)
