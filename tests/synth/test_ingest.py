"""The fictional region through the pipeline: what is set aside is what was soiled so, no more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from huoshui.pipeline.lake import Lake

SET_ASIDE = {
    "wrong_check_digits": "feed.wrong_check_digit",
    "impossible_days": "feed.not_a_day",
    "vague_amounts": "feed.not_an_amount",
    "unknown_words": "feed.not_a_word",
}


def test_quarantine_holds_the_soiled_rows_and_no_others(
    small_region: tuple[Path, dict[str, Any]],
) -> None:
    home, report = small_region
    (region,) = home.glob("region-*")
    marked: dict[tuple[str, int], set[str]] = {}
    for row in pq.read_table(region / "truth" / "dirty.parquet").to_pylist():
        if row["kind"] in SET_ASIDE:
            key = (f"{row['delivery']}/{row['feed']}", row["row"])
            marked.setdefault(key, set()).add(SET_ASIDE[row["kind"]])
    lake = Lake(home / "lake")
    found: dict[tuple[str, int], str] = {}
    for batch in lake.batches():
        path = lake.quarantine(batch)
        for row in pq.read_table(path).to_pylist() if path else []:
            place = row["source_file"].removeprefix("raw/").rsplit(".", 1)[0]
            found[place, row["source_row"]] = row["reason"]
    assert found.keys() == marked.keys()
    assert all(reason in marked[key] for key, reason in found.items())
    assert set(found.values()) == set(SET_ASIDE.values())
    assert not report["refused_files"]


def test_every_item_gets_facts_and_every_raw_row_is_accounted_for(
    small_region: tuple[Path, dict[str, Any]],
) -> None:
    home, _ = small_region
    (region,) = home.glob("region-*")
    lake = Lake(home / "lake")
    batches = lake.batches()
    by_item: Counter[str] = Counter()
    for batch in batches:
        by_item[batch.item] += batch.rows_new
    assert len(by_item) == 57 + 2  # of the catalogue, and of the platform itself
    assert min(by_item.values()) > 0
    rows = pq.read_metadata(region / "truth" / "rows.parquet").num_rows
    kept = sum(b.rows_new + b.rows_known + b.rows_quarantined + b.rows_outside for b in batches)
    assert kept == rows
