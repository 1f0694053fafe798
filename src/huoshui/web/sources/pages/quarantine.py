"""Rows set aside: why, how many, and a form to repair each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.sources.actions.repairing import quarantine_repair
from huoshui.web.sources.models import FeedState, Quarantined
from huoshui.web.sources.queries import quarantine as queries
from huoshui.web.sources.rules.reasons import chinese, label_of

RAW = "raw:"
"""Before a raw column's name in the form, so that no column is taken for a field of ours."""


@door("quarantine.read")
def quarantine(request: Any) -> HttpResponse:
    """Count what is set aside by feed and reason."""
    labels = {each.feed: each.label for each in FeedState.objects.all()}
    rows = [{**each, "label": labels.get(each["feed"], each["feed"])} for each in queries.reasons()]
    context = {"rows": rows, "total": sum(each["rows"] for each in rows)}
    return render(request, "sources/quarantine.html", context)


@door("quarantine.read")
def rows(request: Any) -> HttpResponse:
    """List rows set aside, of one feed and reason or of all."""
    feed, reason = request.GET.get("feed", ""), request.GET.get("reason", "")
    after = _place(request.GET.get("after", ""))
    found = queries.rows(feed=feed or None, reason=reason or None, after=after)
    shown = found[: queries.SHOWN_MOST]
    kept = {name: value for name, value in (("feed", feed), ("reason", reason)) if value}
    last = shown[-1] if shown else None
    more = (
        {**kept, "after": f"{last.batch}-{last.source_row}"}
        if last is not None and len(found) > len(shown)
        else None
    )
    pager = {
        "first": f"{reverse('sources:quarantine_rows')}?{urlencode(kept)}" if after else None,
        "next": f"?{urlencode(more)}" if more else None,
        "shown": len(shown),
        "total": None,
    }
    context = {
        "rows": [{"row": each, "why": _why(each)} for each in shown],
        "pager": pager,
        "feed": feed,
        "reason": reason,
        "reason_label": label_of(reason),
    }
    return render(request, "sources/quarantine_rows.html", context)


def _place(text: str) -> tuple[int, int] | None:
    batch, _, row = text.partition("-")
    return (int(batch), int(row)) if batch.isdigit() and row.isdigit() else None


@door("quarantine.read")
def row(request: Any, batch: int, row: int) -> HttpResponse:
    """Show a row with its reason, and its raw columns in a form to be corrected."""
    found = queries.row(batch, row)
    if found is None:
        raise Http404
    context = {
        "row": found,
        "reason_label": label_of(found.reason),
        "why": _why(found),
        "fields": _fields(request, found),
        "may_repair": found.resolved_in is None and request.actor.may("quarantine.repair"),
    }
    return render(request, "sources/quarantine_row.html", context)


def _fields(request: Any, found: Quarantined) -> list[dict[str, Any]]:
    """Give a field for each raw column, the reason beside the one it is about."""
    why = _why(found)
    typed = request.POST if request.method == "POST" else {}
    return [
        {
            "name": RAW + column,
            "id": f"raw-{place}",
            "label": column,
            "is_raw": True,
            "kind": "textarea" if len(text or "") > 80 else "text",
            "value": typed.get(RAW + column, text),
            "problems": [why] if column == found.field else [],
        }
        for place, (column, text) in enumerate(_in_order(request, found))
    ]


def _why(found: Quarantined) -> dict[str, Any]:
    """Give the reason as a problem, in Chinese too where there are words for it."""
    zh = chinese(found.reason, found.raw.get(found.field))
    return {"code": found.reason, "message": found.message, "fix": found.fix, "zh": zh}


def _in_order(request: Any, found: Quarantined) -> list[tuple[str, str | None]]:
    """Give the raw columns as the feed names them, whom the row is about first."""
    feed = pack_on(request.today).feeds.get(found.feed)
    named = [feed.subject.code, feed.subject.name] if feed else []
    named += [column.source for column in feed.columns.values()] if feed else []
    order = {name: place for place, name in reversed(list(enumerate(named)))}
    return sorted(found.raw.items(), key=lambda pair: (order.get(pair[0], len(named)), pair[0]))


@door("quarantine.repair", methods=("POST",), again=row)
def repair(request: Any, batch: int, row: int) -> HttpResponse:
    """Send the corrected row in, and go to the job that does it."""
    raw = {
        name.removeprefix(RAW): value
        for name, value in request.POST.items()
        if name.startswith(RAW)
    }
    job = quarantine_repair(request.actor, at=request.at, batch=batch, row=row, raw=raw)
    return redirect("delivery:job", job.id)
