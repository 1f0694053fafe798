"""The record: what happened, one entry with what vouches for it, and the seals."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.actions.record import payload_erase
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries import record as queries
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.queries.seals import public_key_known, seals_listed, unsealed_count
from huoshui.web.audit.rules.digests import written
from huoshui.web.audit.rules.ladder import ladder
from huoshui.web.audit.rules.merkle import climb
from huoshui.web.audit.rules.words import action_label, thing_label

REGION = dt.timezone(dt.timedelta(hours=8))
FILTERS = ("action", "actor", "object_kind", "object_id", "since", "until")
NUMBER_MOST = 2**63 - 1


@door("record.read")
def record(request: Any) -> HttpResponse:
    """List the entries that the viewer may read, the newest first, narrowed as asked."""
    asked = {name: request.GET.get(name, "").strip()[:200] for name in FILTERS}
    wanted = queries.Wanted(
        **{name: asked[name].replace("\x00", "") for name in FILTERS[:4]},
        since=_start_of(asked["since"]),
        until=_start_of(asked["until"], days=1),
    )
    before = _number(request.GET.get("before"))
    found = queries.entries(request.actor, wanted, before=before)
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": [_row(each, request.today) for each in found.entries],
        "asked": asked,
        "narrowed": bool(kept),
        "kinds": [(kind, thing_label(kind)) for kind in queries.things_known()],
        "actions_known": [(each, _label(each, request.today)) for each in queries.actions_known()],
        "pager": {
            "first": _address(kept) if before else None,
            "next": _address({**kept, "before": found.before}) if found.before else None,
            "shown": len(found.entries),
            "total": None,
        },
    }
    return render(request, "audit/record.html", context)


def entry_page(request: Any, number: int) -> HttpResponse:
    """Show one entry: what was done, its payload, and the proof that it is sealed."""
    if number > NUMBER_MOST:
        raise Http404
    shown = queries.entry_shown(request.actor, number)
    if shown is None:
        raise Http404
    entry, payload = shown.entry, shown.entry.payload
    path = [step for _, step, _ in shown.steps]
    hashes = climb(entry.digest, path)
    context = {
        "shown": shown,
        "entry": entry,
        "label": _label(entry.action, request.today),
        "thing": thing_label(entry.object_kind),
        "rule": (entry.rule or "").split(),
        "body": _readable(payload.body) if payload and payload.salt is not None else None,
        "is_erased": payload is not None and payload.salt is None,
        "may_erase": request.actor.may("record.erase") and bool(payload and payload.salt),
        "at_exactly": written(entry.at),
        "digest": written(entry.digest),
        "payload_digest": written(entry.payload_digest),
        "root": written(shown.seal.root) if shown.seal else None,
        "place": None if shown.place is None else shown.place + 1,
        "drawn": ladder(hashes, path) if shown.place is not None else None,
        "steps": [
            {"own": own.hex(), "beside": step.hash.hex(), "is_left": step.is_left, "up": up.hex()}
            for own, step, up in shown.steps
        ],
        "problems": request.problems,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "audit/entry.html", context)


entry = door("record.read")(entry_page)


@door("record.erase", methods=("POST",), again=entry_page)
def erase(request: Any, number: int) -> HttpResponse:
    """Erase an entry's payload for good, for a reason."""
    if number > NUMBER_MOST:
        raise Http404
    payload_erase(
        request.actor, entry=number, at=request.at, reason=request.POST.get("reason", "")[:2000]
    )
    return redirect("audit:entry", number)


@door("record.read")
def seals(request: Any) -> HttpResponse:
    """List the seals, the newest first, and how much is not sealed yet."""
    before = _number(request.GET.get("before"))
    found, following = seals_listed(before=before)
    key = public_key_known(settings.HUOSHUI_HOME)
    verified = queries.entries(
        request.actor, queries.Wanted(action="record.verified"), limit=1
    ).entries
    context = {
        "seals": [
            {
                "n": seal.n,
                "sealed_at": seal.sealed_at,
                "entries": seal.entries,
                "root": bytes(seal.root).hex(),
                "hash": bytes(seal.hash).hex(),
                "signature": bytes(seal.signature).hex(),
            }
            for seal in found
        ],
        "key": key,
        "unsealed": unsealed_count() if request.actor.kind == "operator" else None,
        "verified": verified[0] if verified else None,
        "may_verify": request.actor.may("record.verify"),
        "pager": {
            "first": reverse("audit:seals") if before else None,
            "next": f"?before={following}" if following else None,
            "shown": len(found),
            "total": None,
        },
    }
    return render(request, "audit/seals.html", context)


def _label(action: str, today: dt.date) -> dict[str, str]:
    """Give the words for an action: for a move, its workflow's own."""
    thing, _, deed = action.partition(".")
    workflow = pack_on(today).workflows.get(thing)
    if workflow is None or deed not in workflow.moves:
        return action_label(action)
    words, move = workflow.label, workflow.moves[deed].label
    return {"zh": f"{words.zh} · {move.zh}", "en": f"{words.en} · {move.en}"}


def _row(entry: Any, today: dt.date) -> dict[str, Any]:
    return {
        "entry": entry,
        "label": _label(entry.action, today),
        "thing": thing_label(entry.object_kind),
        "is_refusal": entry.action == "refused",
    }


def _address(kept: dict[str, Any]) -> str:
    return reverse("audit:record") + (f"?{urlencode(kept)}" if kept else "")


def _number(text: str | None) -> int | None:
    is_number = text and text.isascii() and text.isdigit() and len(text) < len(str(NUMBER_MOST))
    return int(text) if text and is_number else None


def _start_of(text: str, *, days: int = 0) -> dt.datetime | None:
    """Read a day of the region; what is no day does not narrow."""
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return dt.datetime.combine(day, dt.time(), REGION)


def _readable(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2)
