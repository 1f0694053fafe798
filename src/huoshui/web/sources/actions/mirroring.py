"""The lake's records and the packs' feeds, mirrored into tables so that pages can ask them.

The lake is the truth; the mirror can be thrown away and made again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connection

from huoshui.pipeline import requests
from huoshui.pipeline.requests import Batch as Record
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.sources.actions.publishing import folders_register
from huoshui.web.sources.models import Batch, FeedState, Quarantined

_DESCRIBED = ["item", "label", "item_label", "owner", "refresh", "fresh_days"]
_MIRRORING = 0x6C616B65  # the number of the lock: one mirrors at a time
_ROWS_AT_ONCE = 2000

_FEEDS_SUMMED = """
UPDATE sources_feedstate f SET
    last_batch = b.last_batch, last_known_at = b.last_known_at, rows = coalesce(b.rows, 0),
    newest_true_on = b.newest_true_on, quarantined = coalesce(q.rows, 0)
FROM sources_feedstate own
LEFT JOIN (
    SELECT feed, max(number) AS last_batch, max(recorded_at) AS last_known_at,
           sum(rows_new) AS rows, max(newest_true_on) AS newest_true_on
    FROM sources_batch GROUP BY feed) b ON b.feed = own.feed
LEFT JOIN (
    SELECT feed, count(*) AS rows FROM sources_quarantined
    WHERE resolved_in IS NULL GROUP BY feed) q ON q.feed = own.feed
WHERE f.feed = own.feed
"""

_RESOLVED = """
UPDATE sources_quarantined q SET resolved_in = r.later
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS r(batch, source_row, later)
WHERE q.batch = r.batch AND q.source_row = r.source_row AND q.resolved_in IS DISTINCT FROM r.later
"""


def feeds_mirror(*, at: dt.datetime, today: dt.date) -> int:
    """Register the packs of a first start, mirror the feeds of those in force, and count feeds.

    A feed that the packs no longer have stays for as long as batches came through it.
    """
    folders = load(settings.HUOSHUI_PACKS, asof=today)  # as they are now
    with acting(SYSTEM):
        folders_register(folders, at=at, today=today)
        pack = pack_on(today)
        FeedState.objects.bulk_create(
            _states(pack),
            update_conflicts=True,
            unique_fields=["feed"],
            update_fields=_DESCRIBED,
        )
        gone = FeedState.objects.exclude(feed__in=list(pack.feeds))
        gone.filter(last_batch=None).delete()
    return len(pack.feeds)


def _states(pack: Pack) -> list[FeedState]:
    made = []
    for feed in pack.feeds.values():
        item = pack.items[feed.item]
        made.append(
            FeedState(
                feed=feed.id,
                item=item.id,
                label=feed.label.model_dump(),
                item_label=item.label.model_dump(),
                owner=feed.owner.model_dump(),
                refresh=item.refresh,
                fresh_days=item.fresh_days,
            )
        )
    return made


def batches_mirror(home: Path, *, at: dt.datetime) -> int:
    """Mirror the batches that the lake has and the tables have not; give how many those were."""
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MIRRORING])
        since = _mirrored_until(home)
        records = requests.batches(home, since=since)
        Batch.objects.bulk_create(
            [_batch(home, record) for record in records], batch_size=_ROWS_AT_ONCE
        )
        table = requests.quarantine_rows(home, since=since, open_only=False)
        for part in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
            Quarantined.objects.bulk_create(map(_quarantined, part.to_pylist()))
        _resolve(records)
        cursor.execute(_FEEDS_SUMMED)
    return len(records)


def _mirrored_until(home: Path) -> int:
    """Give the last batch mirrored; 0, with all forgotten, where the lake is another one now."""
    last = Batch.objects.order_by("-number").first()
    if last is None:
        return 0
    own = requests.batches(home, since=last.number - 1)
    if own and (own[0].batch, own[0].sha256) == (last.number, last.sha256):
        return int(last.number)
    Batch.objects.all().delete()
    Quarantined.objects.all().delete()
    return 0


def _batch(home: Path, record: Record) -> Batch:
    recorded = record.recorded_at
    return Batch(
        number=record.batch,
        feed=record.feed,
        item=record.item,
        source_file=record.source_file,
        sha256=record.sha256,
        rows_in=record.rows_in,
        rows_new=record.rows_new,
        rows_known=record.rows_known,
        rows_quarantined=record.rows_quarantined,
        rows_outside=record.rows_outside,
        is_repair=record.is_repair,
        recorded_at=_moment(recorded) if recorded else None,
        newest_true_on=requests.newest_true_on(home, record),
    )


def _moment(text: str) -> dt.datetime | None:
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)


def _quarantined(row: dict[str, object]) -> Quarantined:
    names = ("batch", "source_row", "feed", "item", "source_file", "reason", "message", "fix")
    kept = {name: row[name] for name in names}
    return Quarantined(**kept, field=row["field"] or "", raw=json.loads(str(row["raw"])))


def _resolve(records: Iterable[Record]) -> None:
    found = requests.resolved(records)
    if not found:
        return
    batches = [batch for batch, _ in found]
    rows = [row for _, row in found]
    with connection.cursor() as cursor:
        cursor.execute(_RESOLVED, [batches, rows, list(found.values())])
