"""A published run: Parquet files and a manifest that says what they are a function of.

The manifest names the batch, the digest of the packs, the day, and the hash of every file; it
holds no clock time, so that the same inputs publish the same bytes.  A snapshot appears whole, by
one rename, under a name made of its inputs; publishing the same inputs again must give the same
bytes, and if it does not, something in the core has read what it should not have.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.kernel.errors import Refusal, Where
from huoshui.pipeline.evidence import evidence
from huoshui.pipeline.published import MANIFEST, SNAPSHOTS, Snapshot, sha256
from huoshui.pipeline.run import Work
from huoshui.pipeline.subsidy_tables import paid_table, unasked_table
from huoshui.pipeline.summary import definition_counts

RELATIONS = ("entity", "branch_link", "unlinked")
"""Relations of the entities stage that are published beside profile and verdicts."""

FORM = 4
"""Counts the forms of a snapshot: raised when files are added, so that older ones give way."""


class SnapshotRefusal(Refusal):
    """Why a snapshot is not published."""

    DIFFERS = (
        "The same facts, packs and day gave other bytes than before, in {files}.",
        "Keep both folders ({folder} and {staged}) and report it: a result must replay.",
    )


def publish(work: Work, home: Path) -> Snapshot:
    """Write what a run made under a home's snapshots, whole or not at all."""
    assert work.evaluation is not None
    folder = home / SNAPSHOTS
    tables = {str(name): work.made(name) for name in work.evaluation.tables}
    for name in RELATIONS:
        tables[name] = work.engine.query(f'SELECT * FROM "{name}" ORDER BY ALL')
    tables["evidence"] = evidence(work.engine, work.pack, asof=work.asof)
    tables["paid"], tables["unasked"] = paid_table(work), unasked_table(work)
    name = f"{work.known:08d}-{work.asof}-{work.pack.digest[:12]}"
    staged, final = folder / f".{name}.{os.getpid()}", folder / name
    _sweep(folder)
    staged.mkdir(parents=True)
    for table_name, table in tables.items():
        pq.write_table(table, staged / f"{table_name}.parquet", compression="zstd")
    manifest = _manifest(work, staged, tables)
    (staged / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    if final.is_dir():
        _same(final, staged, manifest)
    if staged.is_dir():
        os.replace(staged, final)
    return Snapshot(final, manifest)


def _sweep(folder: Path) -> None:
    """Remove what killed runs had staged, and what this process staged before."""
    for staged in folder.glob(".*.*"):
        owner = staged.name.rsplit(".", 1)[-1]
        if owner.isdigit() and (int(owner) == os.getpid() or not _is_running(int(owner))):
            shutil.rmtree(staged, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _manifest(work: Work, staged: Path, tables: dict[str, pa.Table]) -> dict[str, Any]:
    return {
        "form": FORM,
        "known": work.known,
        "asof": work.asof.isoformat(),
        "pack_digest": work.pack.digest,
        "packs": [root.name for root in work.pack.roots],
        "offerings": list(work.pack.offerings),  # in the order of their bits
        "titles": list(work.pack.titles),  # likewise
        "counts": definition_counts(work),
        "files": {
            f"{name}.parquet": {
                "rows": table.num_rows,
                "sha256": sha256(staged / f"{name}.parquet"),
            }
            for name, table in tables.items()
        },
    }


def _same(final: Path, staged: Path, manifest: dict[str, Any]) -> None:
    """Leave what was published if it is the same, take it away if its form is older, or refuse."""
    before = json.loads((final / MANIFEST).read_text("utf-8"))
    if before.get("form") != FORM:
        shutil.rmtree(final)
        return
    differing = [
        name
        for name, entry in manifest["files"].items()
        if before["files"].get(name, {}).get("sha256") != entry["sha256"]
    ]
    if differing:
        raise SnapshotRefusal.DIFFERS.refuse(
            where=Where(str(final)), files=", ".join(differing), folder=final, staged=staged
        )
    shutil.rmtree(staged)
