"""What a day's batches change of a published snapshot: the entities touched, and no other.

A profile, its verdicts and what is told beside them depend on nothing but the entity's own facts,
the pack, the day, and which registers hold any fact at all.  So whoever got no new fact, and whose
records still lead to the same entities, stays as published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import huoshui
from huoshui.engines.engine import Engine
from huoshui.facts.schema import arrow_schema
from huoshui.kernel.errors import Refused
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import FORM, Snapshot, snapshot_files, snapshot_folders
from huoshui.policy.pack import Pack

TOUCHED = "touched"
"""The relation of the entities touched, those included that are no more."""

MOST_SHARE = 4
"""Where more than one entity in so many is touched, everything is made anew: it costs no more."""

_MAKERS = ("kernel", "policy", "facts", "entities", "indicators", "ratings", "matching", "pipeline")
_WRITERS = ("pyarrow", "numpy", "duckdb", "opencc", "sqlglot")


@cache
def made_with() -> str:
    """Give a digest of the code that results are a function of beside facts, packs and day.

    What another version published is no start for this one.
    """
    root = Path(huoshui.__file__).parent
    digest = hashlib.sha256()
    for folder in _MAKERS:
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update("".join(f"{name} {version(name)}\n" for name in _WRITERS).encode())
    return digest.hexdigest()


def published_before(home: Path, lake: Lake, pack: Pack, known: int | None) -> Snapshot | None:
    """Find the newest snapshot of the same rules, day and code that knows fewer batches."""
    last = lake.last_batch if known is None else known
    for folder in reversed(snapshot_folders(home)):
        if not 0 < int(folder.name.split("-", 1)[0]) < last:
            continue
        try:
            snapshot = snapshot_files(folder)
        except Refused:  # altered or half removed: it is as if it were not there
            continue
        about = (snapshot.manifest.get("form"), snapshot.manifest.get("made_with"))
        is_same = (snapshot.pack_digest, snapshot.asof) == (pack.digest, pack.asof)
        if is_same and about == (FORM, made_with()):
            return snapshot
    return None


def touched(engine: Engine, lake: Lake, pack: Pack, since: Snapshot, *, known: int) -> bool:
    """Make `touched` after `subject_entity` and `entity`; say whether it is worth using.

    It is not where an item has its first fact: from then on its register is known to be there, and
    whoever does not stand in it has none.
    """
    later = [b for b in lake.batches(known, since=since.known) if b.rows_new]
    before = {b.item for b in lake.batches(since.known) if b.rows_new}
    if any(b.item not in before for b in later if b.item in pack.items):
        return False
    items = sorted({b.item for b in later} & set(pack.items))
    for item in items:
        paths = [path for b in later if b.item == item for path in lake.facts(b)]
        engine.parquet(f"since_{item}", paths, arrow_schema(pack.items[item]))
    for name in ("subject_entity", "entity"):
        engine.parquet(f"{name}_before", since.paths(name), since.schema(name))
    engine.table(TOUCHED, _touched(items))
    count = f"SELECT (SELECT count(*) FROM {TOUCHED}) AS n, (SELECT count(*) FROM entity) AS m"
    row = engine.query(count).to_pylist()[0]
    return bool(row["n"] * MOST_SHARE <= row["m"])


def _touched(items: Iterable[str]) -> str:
    """Find whom new facts are about, whose records lead elsewhere, and who is new or gone."""
    links = "subject_code, subject_name, entity, how"
    parts = [
        *_differing(links, "subject_entity"),
        *_differing("entity", "entity"),
    ]
    named = " UNION ALL ".join(f"SELECT subject_code, subject_name FROM since_{i}" for i in items)
    if named:
        parts.append(
            f"SELECT s.entity FROM (SELECT DISTINCT subject_code, subject_name FROM ({named}) AS n)"
            " AS f JOIN subject_entity AS s ON s.subject_code IS NOT DISTINCT FROM f.subject_code"
            " AND s.subject_name IS NOT DISTINCT FROM f.subject_name"
        )
    return f"SELECT DISTINCT entity FROM ({' UNION ALL '.join(parts)}) AS found"


def _differing(columns: str, name: str) -> list[str]:
    """Give the entities of rows that stand now and did not, and the other way round."""
    now, before = f"SELECT {columns} FROM {name}", f"SELECT {columns} FROM {name}_before"
    return [
        f"SELECT entity FROM ({one} EXCEPT {other}) AS differing"
        for one, other in ((now, before), (before, now))
    ]
