"""Take a published snapshot over: copied into a partition of its own, then attached at once.

Readers have the old snapshot until the new one is whole, and never half of it.  Loading the same
snapshot again changes nothing but which one is in use; what a killed load left behind is removed
by the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.db import OperationalError, connection

from huoshui import matching
from huoshui.pipeline.requests import Snapshot as Published
from huoshui.pipeline.requests import snapshot_files
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.insights.actions.resembling import resemblance_copy
from huoshui.web.insights.models import Count, Paid, Snapshot, Unasked
from huoshui.web.insights.queries.policy import policy_at
from huoshui.web.insights.rules import copying
from huoshui.web.insights.rules.behind import items_of
from huoshui.web.insights.rules.refusals import InsightRefusal
from huoshui.web.insights.rules.rows import ARRAYS, ELEMENTS, ENTITY, array_of, placed
from huoshui.web.insights.rules.sorting import sort_key

Tell = Callable[[str, int, int], None]

KEPT = 3
"""Attached snapshots that are kept; the older ones are only needed where somebody still reads."""

CHUNK = 20_000
"""Rows that are encoded and sent together."""

LOCK = 7_108_266_001
"""The advisory lock that keeps two loads apart; it ends with its connection."""

PATIENCE = "2s"
"""How long removing an old partition waits for its readers, before it is left for the next load."""

HEAD = (
    "kind",
    "code",
    "legacy_code",
    "name",
    "region_code",
    "industry_code",
    "status",
    "established_on",
)
"""Columns of the relation `entity` that every profile carries as they are."""

SIDES = ("yes", "no")

PROFILE = ("snapshot_id", ENTITY, "sort_key", *HEAD, *ARRAYS, *SIDES)

EVIDENCE = (
    "snapshot_id",
    "entity",
    "item",
    "feed",
    "facts",
    "newest_true_on",
    "oldest_true_on",
    "last_batch",
    "source_file",
    "source_row",
)


def snapshot_load(folder: Path, *, at: dt.datetime, tell: Tell = lambda *_: None) -> Snapshot:
    """Put a published snapshot in use; only the jobs role may."""
    published = snapshot_files(folder)
    with _alone():
        held = _held(published.name, at=at)
        if held is not None:
            return held
        pack = policy_at(published.pack_digest, published.asof).pack
        snapshot = _begin(published, pack, at=at)
        _copy_profile(snapshot, published, tell)
        _copy_evidence(snapshot, published, tell)
        _copy_subsidies(snapshot, published)
        resemblance_copy(snapshot, published)
        _attach(snapshot, published, pack, at=at)
        _remove_retired()
    return snapshot


@contextmanager
def _alone() -> Iterator[None]:
    """Let one load run at a time; the lock of a killed one is gone with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _held(name: str, *, at: dt.datetime) -> Snapshot | None:
    """Give the snapshot if it is here already, in use from now on; clean up unfinished loads."""
    with acting(SYSTEM), connection.cursor() as cursor:
        for left in Snapshot.objects.filter(status="loading"):
            cursor.execute("SELECT insights_partition_drop(%s)", [left.id])
            left.delete()
        found = Snapshot.objects.filter(name=name).first()
        if found is None:
            return None
        if found.status == "retired":
            cursor.execute("SELECT insights_partition_drop(%s)", [found.id])
            found.delete()
            return None
        cursor.execute("SELECT insights_latest()")
        if cursor.fetchone() != (found.id,):
            found.attached_at = at
            found.save(update_fields=["attached_at"])
            _record(found, at=at, action="snapshot.used_again")
        return found


def _begin(published: Published, pack: Pack, *, at: dt.datetime) -> Snapshot:
    schema = published.schema("profile")
    with acting(SYSTEM), connection.cursor() as cursor:
        snapshot = Snapshot.objects.create(
            name=published.name,
            known=published.known,
            asof=published.asof,
            pack_digest=published.pack_digest,
            columns=placed(schema, lambda names: items_of(pack, names)),
            items={item.id: item.consent for item in pack.items.values()},
            offerings=[
                {"id": name, "institution": pack.offerings[name].institution}
                for name in published.offerings
            ],
            newest=_newest(published),
            manifest=published.manifest,
            asked_at=at,
        )
        cursor.execute("SELECT insights_partition_make(%s)", [snapshot.id])
    return snapshot


def _newest(published: Published) -> dict[str, dict[str, str]]:
    """Give the day of each feed's newest fact: how new the feed is, whoever the fact is about."""
    keys, day = ["item", "feed"], "newest_true_on"
    each = [
        part.group_by(keys).aggregate([(day, "max")])
        for part in published.parts("evidence", columns=[*keys, day])
    ]
    if not each:
        return {}
    days = pa.concat_tables(each).group_by(keys).aggregate([(f"{day}_max", "max")])
    held: dict[str, dict[str, str]] = {}
    for row in days.sort_by([(key, "ascending") for key in keys]).to_pylist():
        held.setdefault(row["item"], {})[row["feed"]] = row[f"{day}_max_max"].isoformat()
    return held


def _copy_profile(snapshot: Snapshot, published: Published, tell: Tell) -> None:
    """Copy the profile, each part encoded while the one before it is sent."""
    sql = copying.statement(f"insights_profile_{snapshot.id}", PROFILE)
    total, done = published.rows("profile"), 0
    for rows, data in _ahead(_profile_data(snapshot.id, published)):
        _copy(sql, data)
        done += rows
        tell("insights.profile", done, total)


def _profile_data(snapshot: int, published: Published) -> Iterator[tuple[int, bytes]]:
    """Give the rows of each part: the profile's, the entity's head and its verdicts."""
    names = ("profile", "entity", "verdicts")
    for parts in zip(*(published.parts(name, CHUNK) for name in names), strict=True):
        profile, heads, verdicts = (part.combine_chunks() for part in parts)
        for other in (heads, verdicts):
            if not profile[ENTITY].equals(other[ENTITY]):
                raise InsightRefusal.TORN.refuse(snapshot=published.name)
        yield profile.num_rows, _profile_rows(snapshot, profile, heads, verdicts)


def _ahead(made: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Make the next while one is used: the database reads while we write for it."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, made, None)
        while (one := waiting.result()) is not None:
            waiting = pool.submit(next, made, None)
            yield one


def _profile_rows(snapshot: int, profile: pa.Table, heads: pa.Table, verdicts: pa.Table) -> bytes:
    rows = profile.num_rows
    grouped: dict[str, list[pa.ChunkedArray]] = {name: [] for name in ARRAYS}
    for field in profile.schema:
        if field.name != ENTITY:
            grouped[array_of(field.type)].append(profile[field.name])
    words = {
        side: [verdicts[n] for n in verdicts.column_names if n.startswith(f"{side}_")]
        for side in SIDES
    }
    held = {
        "snapshot_id": pa.array(np.full(rows, snapshot)),
        ENTITY: copying.whole(profile[ENTITY]),
        "sort_key": pa.array(map(sort_key, heads["name"].to_pylist()), pa.string()),
        **{name: copying.whole(heads[name]) for name in HEAD},
        **{name: copying.lists_of(grouped[name], ELEMENTS[name], rows) for name in ARRAYS},
        **{side: copying.lists_of(words[side], pa.int64(), rows) for side in SIDES},
    }
    return copying.rows_of({name: held[name] for name in PROFILE})


def _copy_evidence(snapshot: Snapshot, published: Published, tell: Tell) -> None:
    sql = copying.statement(f"insights_evidence_{snapshot.id}", EVIDENCE)
    total, done = published.rows("evidence"), 0
    for rows, data in _ahead(_evidence_data(snapshot.id, published)):
        _copy(sql, data)
        done += rows
        tell("insights.evidence", done, total)


def _evidence_data(snapshot: int, published: Published) -> Iterator[tuple[int, bytes]]:
    for table in published.parts("evidence", CHUNK * 5):
        part = table.combine_chunks()
        named = {"snapshot_id": pa.array(np.full(part.num_rows, snapshot))}
        held = {name: copying.whole(part[name]) for name in EVIDENCE[1:]}
        yield part.num_rows, copying.rows_of(named | held)


def _copy_subsidies(snapshot: Snapshot, published: Published) -> None:
    """Take over what was paid and what is due unasked; no reader asks before the attaching."""
    for model, name in ((Paid, "paid"), (Unasked, "unasked")):
        for part in published.parts(name, CHUNK):
            with acting(SYSTEM):
                model.objects.bulk_create(
                    model(snapshot=snapshot, **row) for row in part.to_pylist()
                )


def _copy(sql: str, data: bytes) -> None:
    with acting(SYSTEM), connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write(data)


def _attach(snapshot: Snapshot, published: Published, pack: Pack, *, at: dt.datetime) -> None:
    counted = matching.counts(published.table("verdicts"), published.offerings)
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT insights_partition_attach(%s)", [snapshot.id])
        Count.objects.bulk_create(
            Count(
                snapshot=snapshot,
                offering=each.offering,
                institution=pack.offerings[each.offering].institution,
                yes=each.yes,
                no=each.no,
                unknown=each.unknown,
            )
            for each in counted
        )
        snapshot.rows = published.rows("profile")
        snapshot.status, snapshot.attached_at = "attached", at
        snapshot.save(update_fields=["rows", "status", "attached_at"])
        attached = Snapshot.objects.filter(status="attached").order_by("-attached_at", "-id")
        for old in list(attached[KEPT:]):
            old.status = "retired"
            old.save(update_fields=["status"])
        _record(snapshot, at=at, action="snapshot.attached")


def _record(snapshot: Snapshot, *, at: dt.datetime, action: str) -> None:
    entry_add(
        SYSTEM,
        at=at,
        action=action,
        object_kind="snapshot",
        object_id=snapshot.name,
        rule=snapshot.pack_digest,
        payload={
            "known": snapshot.known,
            "asof": snapshot.asof.isoformat(),
            "rows": snapshot.rows,
            "files": snapshot.manifest["files"],
        },
    )


def _remove_retired() -> None:
    """Remove what retired snapshots held, unless somebody is reading; the next load tries again."""
    with acting(SYSTEM):
        retired = list(Snapshot.objects.filter(status="retired").values_list("id", flat=True))
    for number in retired:
        try:
            with acting(SYSTEM), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
                cursor.execute("SELECT to_regclass(%s)", [f"insights_profile_{number}"])
                if cursor.fetchone() != (None,):
                    cursor.execute("SELECT insights_partition_drop(%s)", [number])
                for model in (Paid, Unasked):
                    model.objects.filter(snapshot_id=number).delete()
        except OperationalError:
            continue
