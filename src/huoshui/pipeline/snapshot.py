"""A published run: Parquet files and a manifest that says what they are a function of.

The manifest names the batch, the digest of the packs, the day, and the hash of every file; it
holds no clock time, so that the same inputs publish the same bytes.  A snapshot appears whole, by
one rename, under a name made of its inputs; publishing the same inputs again must give the same
bytes, and if it does not, something in the core has read what it should not have.

Above a number of entities, tables about entities are a file for each division.  A run that was
limited to the entities touched since an earlier snapshot is published whole: what it did not touch
is taken over from there, by a link to the same file where all of a division is untouched.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from huoshui.kernel.errors import Refusal, Where
from huoshui.pipeline.divided import linked
from huoshui.pipeline.fresh import made_with
from huoshui.pipeline.published import FORM, MANIFEST, SNAPSHOTS, Snapshot, sha256
from huoshui.pipeline.run import Work
from huoshui.pipeline.summary import definition_counts
from huoshui.pipeline.tables import Tables

__all__ = ["DIVIDED_ABOVE", "FORM", "SnapshotRefusal", "publish"]

DIVIDED_ABOVE = 200_000
"""Above so many entities a table about entities is a file for each division."""


class SnapshotRefusal(Refusal):
    """Why a snapshot is not published."""

    DIFFERS = (
        "The same facts, packs and day gave other bytes than before, in {files}.",
        "Keep both folders ({folder} and {staged}) and report it: a result must replay.",
    )


def publish(work: Work, home: Path, *, divided_above: int = DIVIDED_ABOVE) -> Snapshot:
    """Write what a run made under a home's snapshots, whole or not at all."""
    folder = home / SNAPSHOTS
    name = f"{work.known:08d}-{work.asof}-{work.pack.digest[:12]}"
    staged, final = folder / f".{name}.{os.getpid()}", folder / name
    _sweep(folder)
    staged.mkdir(parents=True)
    tables = Tables(work, staged, is_divided=work.rows("entity") > divided_above)
    rows = tables.write()
    files = {file: _entry(work.since, staged, file, count) for file, count in sorted(rows.items())}
    _read_from(work, staged, files)
    manifest = _manifest(work, files)
    (staged / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    if final.is_dir():
        _same(final, staged, manifest)
    if staged.is_dir():
        os.replace(staged, final)
    _read_from(work, final, files)
    return Snapshot(final, manifest)


def _entry(since: Snapshot | None, staged: Path, file: str, rows: int) -> dict[str, Any]:
    """Describe a file; one that is as it was before becomes a link to what is there already."""
    path = staged / file
    entry = {"rows": rows, "sha256": sha256(path)}
    if (
        since is not None
        and since.manifest["files"].get(file) == entry
        and path.stat().st_nlink < 2
    ):
        path.unlink()
        linked(since.folder / file, path)
    return entry


def _read_from(work: Work, folder: Path, files: dict[str, dict[str, Any]]) -> None:
    """Where the run made only a part, read the profile and verdicts from what is published."""
    assert work.evaluation is not None, "a run that is published has been evaluated"
    if work.since is None:
        return
    whole = Snapshot(folder, {"files": files})
    for name in work.evaluation.tables:
        work.engine.parquet(name, whole.paths(name), work.evaluation.table_schema(name))


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


def _manifest(work: Work, files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "form": FORM,
        "made_with": made_with(),
        "known": work.known,
        "asof": work.asof.isoformat(),
        "pack_digest": work.pack.digest,
        "packs": [root.name for root in work.pack.roots],
        "offerings": list(work.pack.offerings),  # in the order of their bits
        "titles": list(work.pack.titles),  # likewise
        "counts": definition_counts(work),
        "files": files,
    }


def _same(final: Path, staged: Path, manifest: dict[str, Any]) -> None:
    """Leave what was published if it is the same, take it away if its form is older, or refuse."""
    before = json.loads((final / MANIFEST).read_text("utf-8"))
    if before.get("form") != FORM:
        shutil.rmtree(final)
        return
    differing = [
        name
        for name in sorted({*manifest["files"], *before["files"]})
        if before["files"].get(name) != manifest["files"].get(name)
    ]
    if differing:
        raise SnapshotRefusal.DIFFERS.refuse(
            where=Where(str(final)), files=", ".join(differing), folder=final, staged=staged
        )
    shutil.rmtree(staged)
