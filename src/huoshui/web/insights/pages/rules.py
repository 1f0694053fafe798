"""A rule as people read it: words, tiers and versions, how many pass, and a try of one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huoshui.explain import RULE_KINDS, rule_report
from huoshui.explain.rules.build import marks_of
from huoshui.kernel.errors import Refused
from huoshui.matching.clauses import SUBJECT_KIND
from huoshui.matching.questions import DefinitionKind
from huoshui.policy.pack import Pack
from huoshui.policy.versions import Version
from huoshui.web.audit.pages.doors import door, is_htmx
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.insights.queries.profile import known_of
from huoshui.web.insights.queries.rules import counts_in_use, passing, rules_of, versions_of
from huoshui.web.insights.queries.snapshots import snapshot_in_use
from huoshui.web.insights.rules.trying import fields_of, read, tried

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
"""Days that a rule can be asked of; others are a slip of the hand."""


@door(signed_in=True)
def rules(request: Any) -> HttpResponse:
    """List the rules in force: of a kind, with a word in their name, resting on a mark."""
    pack = pack_on(request.today)
    kind = request.GET.get("kind", next(iter(RULE_KINDS)))
    word, mark = request.GET.get("word", "").strip(), request.GET.get("mark", "")
    counted = counts_in_use()
    counts = counted[1].get(kind, {}) if counted else {}
    shown = []
    for name, definition in pack.definitions(kind).items() if kind in RULE_KINDS else ():
        label = definition.label
        marks = marks_of(pack, definition)
        if word and word.lower() not in f"{label.zh} {label.en} {name}".lower():
            continue
        if mark and mark not in {m["mark"] for m in marks}:
            continue
        shown.append(
            {
                "label": label,
                "url": reverse("insights:rule", args=[kind, name]),
                "marks": marks,
                "checked_on": definition.checked_on,
                "counts": counts.get(name),
            }
        )
    context = {
        "kinds": [(k, label, len(pack.definitions(k))) for k, label in RULE_KINDS.items()],
        "kind": kind,
        "word": word,
        "mark": mark,
        "marks": _marks(pack),
        "rules": shown,
        "counted_on": counted[0] if counted else None,
    }
    return render(request, "insights/rules.html", context)


def _marks(pack: Pack) -> list[Any]:
    found = {}
    for kind in RULE_KINDS:
        for definition in pack.definitions(kind).values():
            found.update({m["mark"]: m["label"] for m in marks_of(pack, definition)})
    return sorted(found.items())


@door(signed_in=True)
def rule(request: Any, kind: str, name: str) -> HttpResponse:
    """Show one rule as on a day, and ask it of the values that somebody types."""
    day = _day(request.GET.get("on", "")) or request.today
    pack = pack_on(day)
    try:
        report = rule_report(pack, kind, name)
    except Refused as refused:
        return _not_in_force(request, refused, kind, name, day)
    rules = rules_of(pack)
    asked: DefinitionKind = cast(DefinitionKind, kind)
    is_tried = any(key.startswith("v_") for key in request.GET)
    own = {} if is_tried else _own_row(request, kind)
    fields = fields_of(rules, asked, name, own or _somebody(pack, kind, name))
    if is_tried:
        typed: Mapping[str, str] = request.GET
    else:
        typed = {field.name: field.value for field in fields}
    values, texts, problems = read(fields, typed, pack)
    context = {
        "rule": report,
        "day": day,
        "is_today": day == request.today,
        "versions": [_version(v, day) for v in versions_of(pack, kind, name)],
        "passing": passing(kind, name),
        "fields": [(field, texts[field.column]) for field in fields],
        "problems_tried": problems,
        "own": bool(own),
        "tried": tried(rules, asked, name, values),
        "url": reverse("insights:rule", args=[kind, name]),
    }
    if is_htmx(request):
        return render(request, "insights/rule_tried.html", context)
    return render(request, "insights/rule.html", context)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day < LAST_DAY else None


def _version(version: Version, day: dt.date) -> dict[str, Any]:
    return {
        "from": version.valid_from,
        "until": version.valid_until,
        "file": version.file,
        "in_force": version.is_in_force(day),
        "see": version.valid_from or version.valid_until,
    }


def _not_in_force(
    request: Any, refused: Refused, kind: str, name: str, day: dt.date
) -> HttpResponse:
    """Lead to the versions of a rule that is in force on other days only."""
    known = versions_of(pack_on(request.today), kind, name) if kind in RULE_KINDS else ()
    if not known:
        raise Http404 from refused
    context = {
        "label": known[-1].definition.label,
        "day": day,
        "versions": [_version(v, day) for v in known],
        "url": reverse("insights:rule", args=[kind, name]),
        "today": request.today,
    }
    return render(request, "insights/rule_other_days.html", context, status=404)


def _somebody(pack: Pack, kind: str, name: str) -> Mapping[str, object]:
    """Begin with the kind of subject that a rule is for, and nothing else known."""
    words = getattr(pack.definitions(kind)[name], "applicants", ())
    known = pack.vocabularies.get(SUBJECT_KIND)
    first = next(iter(words or (known.entries if known else ())), None)
    return {} if first is None else {SUBJECT_KIND: first}


def _own_row(request: Any, kind: str) -> Mapping[str, object]:
    """Give what is known of the subject that the actor acts for; nobody else's is ever shown."""
    if request.actor.kind != "subject" or not request.actor.may("profile.read") or kind == "tables":
        return {}
    snapshot = snapshot_in_use()
    if snapshot is None:
        return {}
    known = known_of(request.actor, subject=request.actor.subject, snapshot=snapshot)
    return {} if known is None else known.row
