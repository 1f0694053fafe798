"""The sandbox: drafts of changed packs, their thresholds, and what they decide in shadow."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from huoshui.kernel.errors import Refused
from huoshui.pipeline.requests import archived
from huoshui.policy.loader import digest_of
from huoshui.policy.pack import Pack
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on, read_pack
from huoshui.web.sources.actions import candidates as drafting
from huoshui.web.sources.actions.comparing import difference_ask
from huoshui.web.sources.actions.publishing import pack_publish
from huoshui.web.sources.actions.shadowing import shadow_begin, shadow_end
from huoshui.web.sources.forms.candidates import above, day_said, edit_fields, edit_said
from huoshui.web.sources.models import Candidate
from huoshui.web.sources.pages.packs import MARKS
from huoshui.web.sources.queries import candidates as queries
from huoshui.web.sources.queries import thresholds
from huoshui.web.sources.rules.sandbox import EDITABLE, LIVING

STATES = {
    "drafted": {"zh": "起草中", "en": "Drafted"},
    "compared": {"zh": "已比较", "en": "Compared"},
    "shadow": {"zh": "影子运行中", "en": "In shadow"},
    "published": {"zh": "已发布", "en": "Published"},
    "dropped": {"zh": "已放弃", "en": "Dropped"},
}


@door("pack.draft")
def sandbox(request: Any) -> HttpResponse:
    """List the drafts, say what is in force, and begin a draft."""
    pack = pack_on(request.today)
    context = {
        "drafts": [{"draft": c, "state": STATES[c.state]} for c in queries.candidates()],
        "pack": pack,
        "latest": queries.latest(),
        "folders_differ": _folders_differ(pack),
        "name": request.POST.get("name", ""),
    }
    return render(request, "sources/candidates.html", context)


def _folders_differ(pack: Pack) -> bool:
    """Say whether the platform's own folders hold other packs than those in force."""
    from django.conf import settings

    try:
        return digest_of(settings.HUOSHUI_PACKS) != pack.digest
    except Refused:
        return False  # somebody is half way through editing them


@door("pack.draft", methods=("POST",), again=sandbox)
def draft(request: Any) -> HttpResponse:
    """Begin a draft."""
    made = drafting.candidate_draft(
        request.actor,
        at=request.at,
        today=request.today,
        name=request.POST.get("name", ""),
        of_folders=request.POST.get("of") == "folders",
    )
    return redirect("sources:candidate", made.id)


def _pack_of(draft: Candidate, request: Any) -> Pack:
    from django.conf import settings

    return read_pack(tuple(archived(settings.HUOSHUI_HOME, draft.digest)), request.today)


@door("pack.draft")
def candidate(request: Any, candidate: UUID) -> HttpResponse:
    """Show a draft: its changes, what it was compared with, and what can be done with it."""
    found = get_object_or_404(Candidate, id=candidate)
    pack, latest = _pack_of(found, request), queries.latest()
    base = latest.digest if latest else pack_on(request.today).digest
    text = request.GET.get("q", "")
    hits, total = thresholds.found(pack, text) if text.strip() else ([], 0)
    now = queries.difference_now(found, base)
    context = {
        "draft": found,
        "state": STATES[found.state],
        "edits": _edits(pack, found),
        "may_edit": found.state in EDITABLE and found.origin == "edits",
        "is_editable": found.state in EDITABLE,
        "is_alive": found.state in LIVING,
        "is_base_old": found.base != base and found.state in LIVING,
        "is_same": found.digest == base,
        "differences": queries.differences_of(found),
        "now": now,
        "seen": now is not None and queries.has_seen(request.actor.person, now),
        "day": request.POST.get("day") or queries.day_of(found, request.today).isoformat(),
        "later": queries.day_of(found, request.today) > request.today,
        "may_publish": request.actor.may("pack.publish"),
        "may_shadow": request.actor.may("pack.shadow"),
        "counts": queries.cases_asked(found) if found.shadow_since else None,
        "q": text,
        "hits": hits,
        "more": total - len(hits),
    }
    return render(request, "sources/candidate.html", context)


def _edits(pack: Pack, draft: Candidate) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "nth": nth,
            "label": thresholds.label_of(pack, each["kind"], each["id"]),
            "kind_label": thresholds.label_of_kind(each["kind"]),
            "unit_label": thresholds.unit_label(pack, each["unit"]),
        }
        for nth, each in enumerate(draft.edits)
    ]


@door("pack.draft")
def change(request: Any, candidate: UUID, kind: str, id: str) -> HttpResponse:
    """Show the thresholds of a definition, and a form to change one of them."""
    found = get_object_or_404(Candidate, id=candidate)
    pack = _pack_of(found, request)
    if kind not in dict(thresholds.KINDS) or id not in pack.definitions(kind):
        raise Http404
    rows = thresholds.rows_of(pack, kind, id)
    typed = request.POST if request.method == "POST" else {"part": request.GET.get("part", "")}
    context = {
        "draft": found,
        "kind": kind,
        "id": id,
        "label": thresholds.label_of(pack, kind, id),
        "kind_label": thresholds.label_of_kind(kind),
        "rows": [{**row, "mark_label": MARKS[row["mark"]]} for row in rows],
        "may_edit": found.state in EDITABLE and found.origin == "edits",
        "above": above(request.problems),
        "fields": edit_fields(
            rows,
            today=request.today,
            language=request.language,
            typed=typed,
            problems=request.problems,
        ),
    }
    return render(request, "sources/change.html", context)


@door("pack.draft", methods=("POST",), again=change)
def edit(request: Any, candidate: UUID, kind: str, id: str) -> HttpResponse:
    """Change a threshold of a draft."""
    get_object_or_404(Candidate, id=candidate)
    said = edit_said(request.POST, kind, id)
    drafting.edit_add(request.actor, at=request.at, candidate=candidate, edit=said)
    return redirect("sources:candidate", candidate)


@door("pack.draft", methods=("POST",), again=candidate)
def remove(request: Any, candidate: UUID) -> HttpResponse:
    """Take a change out of a draft."""
    get_object_or_404(Candidate, id=candidate)
    nth = request.POST.get("nth", "")
    number = int(nth) if nth.isdecimal() else -1
    drafting.edit_remove(request.actor, at=request.at, candidate=candidate, nth=number)
    return redirect("sources:candidate", candidate)


@door("pack.draft", methods=("POST",), again=candidate)
def drop(request: Any, candidate: UUID) -> HttpResponse:
    """Give a draft up."""
    get_object_or_404(Candidate, id=candidate)
    drafting.candidate_drop(request.actor, at=request.at, candidate=candidate)
    return redirect("sources:sandbox")


@door("pack.draft", methods=("POST",), again=candidate)
def compare(request: Any, candidate: UUID) -> HttpResponse:
    """Ask what a draft would change, and go where the answer will be."""
    get_object_or_404(Candidate, id=candidate)
    made, _ = difference_ask(
        request.actor,
        at=request.at,
        today=request.today,
        candidate=candidate,
        language=request.language,
    )
    return redirect("sources:difference", candidate, made.id)


@door("pack.publish", methods=("POST",), again=candidate)
def publish(request: Any, candidate: UUID) -> HttpResponse:
    """Put a draft in force from a day on."""
    get_object_or_404(Candidate, id=candidate)
    pack_publish(
        request.actor,
        at=request.at,
        today=request.today,
        candidate=candidate,
        day=day_said(request.POST.get("day", "")),
    )
    return redirect("sources:packs")


@door("pack.shadow", methods=("POST",), again=candidate)
def begin_shadow(request: Any, candidate: UUID) -> HttpResponse:
    """Let a draft run in shadow."""
    get_object_or_404(Candidate, id=candidate)
    shadow_begin(request.actor, at=request.at, today=request.today, candidate=candidate)
    return redirect("sources:disagreements", candidate)


@door("pack.shadow", methods=("POST",), again=candidate)
def end_shadow(request: Any, candidate: UUID) -> HttpResponse:
    """Take a draft out of shadow."""
    get_object_or_404(Candidate, id=candidate)
    shadow_end(request.actor, at=request.at, candidate=candidate)
    return redirect("sources:candidate", candidate)
