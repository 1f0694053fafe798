"""Taking large raw tables in, beside DuckDB's plain copy of the same files to Parquet.

Ours are rows checked, typed, told from repeated and known ones and safely on disk; the copy is only
the same cells in another file.  Sizes grow, so that what a city's whole history takes can be said.
"""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from huoshui.bench import wide_table
from huoshui.bench.timing import circumstances
from huoshui.engines.duckdb import DuckDB
from huoshui.kernel.sql import literal
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.policy.pack import Pack

CITY_ROWS = 2_090_000_000
PEER = "DuckDB's plain COPY of the same file to Parquet, its own compression"
PLAIN = "COMPRESSION snappy"


def bench_ingest(
    pack: Pack, folder: Path, *, sizes: Sequence[int], seed: int, memory: str | None
) -> dict[str, Any]:
    """Ingest a made table of each size into an empty lake and copy it, by turns; then a CSV."""
    pack = wide_table.widened(pack)
    measured = []
    for rows in sorted(sizes):
        raw = _made(folder, rows, seed)
        measured.append({"rows": rows} | _both(pack, raw, memory))
    smallest, largest = measured[0], measured[-1]
    text = folder / f"invoices-{smallest['rows']}-{seed}.csv"
    if not text.is_file():
        wide_table.as_csv(_made(folder, smallest["rows"], seed), text)
    csv = _both(_of_text(pack), text, memory)
    exponent = _exponent([m["rows"] for m in measured], [m["seconds"] for m in measured])
    grown = (CITY_ROWS / largest["rows"]) ** exponent
    return {
        "bench": "ingest",
        **largest,
        "peer": PEER,
        "rows_per_second": int(largest["rows"] / largest["seconds"]),
        "exponent": round(exponent, 3),
        "hours_for_2_09e9": round(largest["seconds"] * grown / 3600, 2),
        "csv_rows": smallest["rows"],
        **{f"csv_{key}": value for key, value in csv.items()},
        "sizes": measured,
        **circumstances(),
    }


def _made(folder: Path, rows: int, seed: int) -> Path:
    path = folder / f"invoices-{rows}-{seed}.parquet"
    if not path.is_file():
        wide_table.make(path, rows=rows, seed=seed)
    return path


def _of_text(pack: Pack) -> Pack:
    """Give the pack with the feed reading the same columns from separated text."""
    feed = pack.feeds[wide_table.FEED]
    source = feed.source.model_copy(update={"format": "csv", "path": "*.csv"})
    changed = feed.model_copy(update={"source": source})
    return replace(pack, feeds={**pack.feeds, wide_table.FEED: changed})


def _both(pack: Pack, raw: Path, memory: str | None) -> dict[str, Any]:
    """Take a file in and copy it; processor time too, which a busy machine stretches less."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=raw.parent) as scratch:
        lake, copied = Path(scratch) / "lake", Path(scratch) / "copied.parquet"
        counts: dict[str, object] = {}

        def ours() -> None:
            (result,) = ingest(Lake(lake), pack, raw, feeds=[wide_table.FEED], memory_limit=memory)
            assert result.status == "ingested", result.problem
            counts.update({k: v for k, v in result.to_dict().items() if k.startswith("rows_")})

        def plain() -> None:
            reader = "read_parquet" if raw.suffix == ".parquet" else "read_csv"
            with DuckDB(memory_limit=memory, spill=Path(scratch)) as engine:
                sql = f"SELECT * FROM {reader}({literal(str(raw))})"
                engine.write(sql, copied, form=PLAIN)

        seconds, cpu_seconds = _timed(ours)
        shutil.rmtree(lake)
        copy_seconds, copy_cpu_seconds = _timed(plain)
    return {
        "seconds": round(seconds, 2),
        "copy_seconds": round(copy_seconds, 2),
        "fraction": round(copy_seconds / seconds, 3),
        "cpu_seconds": round(cpu_seconds, 2),
        "copy_cpu_seconds": round(copy_cpu_seconds, 2),
        "cpu_fraction": round(copy_cpu_seconds / cpu_seconds, 3),
        **counts,
    }


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    started, cpu_started = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - cpu_started


def _exponent(rows: Sequence[int], seconds: Sequence[float]) -> float:
    """Fit the power of the rows that the seconds grow by."""
    if len(rows) < 2:
        return math.nan
    slope, _ = np.polyfit(np.log(rows), np.log(seconds), 1)
    return float(slope)
