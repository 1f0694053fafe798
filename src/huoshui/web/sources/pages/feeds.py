"""Feeds with their freshness, one feed with its columns and an upload, and the batches."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.charts import Chart
from huoshui.web.sources.actions.uploading import upload_take
from huoshui.web.sources.models import FeedState
from huoshui.web.sources.queries import feeds as queries
from huoshui.web.sources.queries import quarantine
from huoshui.web.sources.rules.freshness import STATES, state_of
from huoshui.web.sources.rules.refusals import UploadRefusal
from huoshui.web.sources.rules.uploads import UPLOAD_BYTES_MOST

CHARTED_MOST = 15


@door("feed.read")
def feeds(request: Any) -> HttpResponse:
    """List the feeds: fresh, late, never came; filtered by state and text."""
    state, search = request.GET.get("state", ""), request.GET.get("q", "")[:100]
    every = queries.feeds(today=request.today)
    counted = Counter(each.state for each in every)
    wanted = state if state in STATES else None
    shown = queries.feeds(today=request.today, state=wanted, search=search)
    context = {
        "rows": [{"standing": each, "state_label": STATES[each.state]} for each in shown],
        "counts": [(name, words, counted[name]) for name, words in STATES.items()],
        "total": len(every),
        "state": wanted or "",
        "q": search,
        "chart": _rows_by_item(every),
    }
    return render(request, "sources/feeds.html", context)


def _rows_by_item(every: list[queries.Standing]) -> Chart | None:
    """Draw the items with the most facts, so that one which dwarfs or lacks shows at once."""
    counted: Counter[str] = Counter()
    labels = {}
    for each in every:
        counted[each.feed.item] += each.feed.rows
        labels[each.feed.item] = each.feed.item_label
    rows = [(labels[item], count) for item, count in counted.most_common(CHARTED_MOST) if count]
    if not rows:
        return None
    total = sum(counted.values())
    filled = sum(1 for count in counted.values() if count)
    return Chart(
        id="rows-by-item",
        title={"zh": "各数据项的事实数", "en": "Facts by item"},
        sentence={
            "zh": f"{len(counted)} 个数据项中有 {filled} 个已有事实，共 {total:,} 条；"
            f"图中为最多的 {len(rows)} 个。",
            "en": f"{filled} of {len(counted)} items have facts, {total:,} in all; "
            f"the {len(rows)} with the most are drawn.",
        },
        head=({"zh": "数据项", "en": "Item"}, {"zh": "事实", "en": "Facts"}),
        rows=tuple(rows),
        kind="lying",
    )


@door("feed.read")
def feed(request: Any, feed: str) -> HttpResponse:
    """Show a feed: its freshness, its columns, what came through it, what was set aside."""
    found = FeedState.objects.filter(feed=feed).first()
    pack = pack_on(request.today)
    definition = pack.feeds.get(feed)
    if found is None:
        raise Http404
    standing = queries.Standing(
        found, state_of(found.newest_true_on, found.fresh_days, request.today)
    )
    sent = queries.uploads(feed)
    context = {
        "feed": found,
        "state": standing.state,
        "state_label": STATES[standing.state],
        "definition": definition,
        "item": pack.items.get(found.item),
        "columns": queries.columns_of(pack, feed) if definition else [],
        "batches": queries.batches(feed=feed)[:20],
        "reasons": quarantine.reasons(feed=feed),
        "uploads": sent,
        "may_upload": definition is not None
        and definition.source.format != "postgresql"
        and request.actor.may("feed.upload"),
        "most_mb": UPLOAD_BYTES_MOST >> 20,
        "file_field": {
            "name": "file",
            "kind": "file",
            "required": True,
            "label": {"zh": "文件", "en": "File"},
        },
    }
    return render(request, "sources/feed.html", context)


@door("feed.upload", methods=("POST",), again=feed)
def upload(request: Any, feed: str) -> HttpResponse:
    """Take a file for a feed, and go to the job that takes its rows in."""
    file = request.FILES.get("file")
    if file is None:
        raise UploadRefusal.NO_FILE.refuse()
    _, job = upload_take(
        request.actor,
        at=request.at,
        today=request.today,
        feed=feed,
        name=file.name,
        chunks=file.chunks(),
    )
    return redirect("delivery:job", job.id)


@door("feed.read")
def batches(request: Any) -> HttpResponse:
    """List the batches, the latest first."""
    wanted = request.GET.get("feed", "")
    before = request.GET.get("before", "")
    number = int(before) if before.isdigit() and len(before) < 18 else None
    found = queries.batches(feed=wanted or None, before=number)
    shown = found[: queries.SHOWN_MOST]
    kept = {"feed": wanted} if wanted else {}
    more = {**kept, "before": shown[-1].number} if len(found) > len(shown) else None
    pager = {
        "first": f"{reverse('sources:batches')}?{urlencode(kept)}" if number else None,
        "next": f"?{urlencode(more)}" if more else None,
        "shown": len(shown),
        "total": None,
    }
    labels = {each.feed: each.label for each in FeedState.objects.all()}
    rows = [{"batch": each, "label": labels.get(each.feed, each.feed)} for each in shown]
    context = {"rows": rows, "pager": pager, "wanted": wanted, "labels": sorted(labels.items())}
    return render(request, "sources/batches.html", context)
