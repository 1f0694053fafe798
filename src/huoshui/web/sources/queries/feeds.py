"""Feeds and batches: what came through each, how fresh it is, and how its columns are read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from huoshui.policy.pack import Pack
from huoshui.web.sources.models import Batch, FeedState, Upload
from huoshui.web.sources.rules.freshness import State, state_of

SHOWN_MOST = 50


@dataclass(frozen=True)
class Standing:
    """A feed and how it stands on a day."""

    feed: FeedState
    state: State


def feeds(*, today: dt.date, state: str | None = None, search: str = "") -> list[Standing]:
    """Give the feeds, those that need looking at first; of one state or holding some text."""
    order = {"late": 0, "never": 1, "fresh": 2}
    found = [
        Standing(each, state_of(each.newest_true_on, each.fresh_days, today))
        for each in FeedState.objects.all()
    ]
    wanted = search.strip().lower()
    kept = [
        each
        for each in found
        if state in (None, "", each.state) and (not wanted or wanted in _text(each.feed))
    ]
    return sorted(kept, key=lambda each: (order[each.state], each.feed.item, each.feed.feed))


def _text(feed: FeedState) -> str:
    labels = (feed.label, feed.item_label, feed.owner)
    said = [str(word) for label in labels for word in label.values()]
    return " ".join([feed.feed, feed.item, *said]).lower()


def columns_of(pack: Pack, feed: str) -> list[dict[str, Any]]:
    """Say for each column of a feed's item where it comes from and what it must be."""
    definition = pack.feeds[feed]
    item = pack.items[definition.item]
    rows = []
    for name, column in item.columns.items():
        read = definition.columns.get(name)
        rows.append(
            {
                "name": name,
                "label": column.label,
                "type": str(column.type),
                "unit": (read.unit if read else None) or column.unit,
                "source": read.source if read else None,
                "value": read.value if read else None,
                "required": column.required,
                "personal": column.personal,
                "words": len(read.map) if read and read.map else 0,
            }
        )
    return rows


def batches(*, feed: str | None = None, before: int | None = None) -> list[Batch]:
    """Give the latest batches, or those before one of them, one more than a page holds."""
    found = Batch.objects.order_by("-number")
    if feed:
        found = found.filter(feed=feed)
    if before is not None:
        found = found.filter(number__lt=before)
    return list(found[: SHOWN_MOST + 1])


def last_batch() -> Batch | None:
    """Give the batch that came last."""
    found: Batch | None = Batch.objects.order_by("-number").first()
    return found


def uploads(feed: str) -> list[Upload]:
    """Give the files that were sent for a feed, the latest first."""
    return list(Upload.objects.filter(feed=feed).order_by("-at")[:20])
