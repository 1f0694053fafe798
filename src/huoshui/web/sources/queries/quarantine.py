"""Rows that were set aside: counted by feed and reason, listed, and one in full."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from huoshui.web.sources.models import Quarantined
from huoshui.web.sources.rules.reasons import label_of

SHOWN_MOST = 50


def reasons(*, feed: str | None = None) -> list[dict[str, Any]]:
    """Count the rows still set aside by feed and reason, the most first."""
    found = Quarantined.objects.filter(resolved_in=None)
    if feed:
        found = found.filter(feed=feed)
    counted = found.values("feed", "item", "reason").annotate(rows=Count("id"))
    return [
        {**each, "reason_label": label_of(each["reason"])}
        for each in counted.order_by("-rows", "feed", "reason")
    ]


def rows(
    *, feed: str | None, reason: str | None, after: tuple[int, int] | None = None
) -> list[Quarantined]:
    """Give rows still set aside in the order they came, one more than a page holds."""
    found = Quarantined.objects.filter(resolved_in=None)
    if feed:
        found = found.filter(feed=feed)
    if reason:
        found = found.filter(reason=reason)
    if after is not None:
        batch, row = after
        found = found.filter(Q(batch__gt=batch) | Q(batch=batch, source_row__gt=row))
    return list(found.order_by("batch", "source_row")[: SHOWN_MOST + 1])


def row(batch: int, source_row: int) -> Quarantined | None:
    """Give one row that was set aside, dealt with or not."""
    found: Quarantined | None = Quarantined.objects.filter(
        batch=batch, source_row=source_row
    ).first()
    return found


def open_count() -> int:
    """Count the rows still set aside."""
    return int(Quarantined.objects.filter(resolved_in=None).count())
