"""Taking a large raw table in, beside DuckDB's plain copy of the same file to Parquet."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from huoshui.bench.timing import by_turns, circumstances
from huoshui.engines.duckdb import DuckDB
from huoshui.kernel.sql import literal
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.lake import Lake
from huoshui.policy.pack import Pack


def bench_ingest(pack: Pack, raw: Path, feed: str, *, rounds: int) -> dict[str, Any]:
    """Ingest one raw file through its feed into an empty lake, and copy it plainly, by turns."""
    with tempfile.TemporaryDirectory(prefix="huoshui-bench-") as scratch:
        lake, copied = Path(scratch) / "lake", Path(scratch) / "copied.parquet"
        rows = 0

        def ours() -> None:
            nonlocal rows
            shutil.rmtree(lake, ignore_errors=True)
            (result,) = ingest(Lake(lake), pack, raw, feeds=[feed])
            assert result.status == "ingested", result.problem
            rows = result.rows_in

        def plain() -> None:
            reader = "read_parquet" if raw.suffix == ".parquet" else "read_csv"
            with DuckDB() as engine:
                engine.write(f"SELECT * FROM {reader}({literal(str(raw))})", copied)

        timed = by_turns(ours, plain, rounds=rounds)
    return {
        "bench": "ingest",
        "file": raw.name,
        "rows": rows,
        **timed,
        "rows_per_second": int(rows / timed["seconds"]),
        "fraction_of_copy": timed["ratio"],
        "peer": "DuckDB's plain COPY of the same file to Parquet",
        **circumstances(),
    }
