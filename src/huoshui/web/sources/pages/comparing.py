"""What a draft would change, as a page and a list; and what it decided otherwise in shadow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from huoshui.explain import LANGUAGES, money
from huoshui.policy.pack import Pack
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.charts import Both, Chart
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.rules.words import said
from huoshui.web.sources.actions.comparing import difference_see, list_file
from huoshui.web.sources.models import Candidate, Difference
from huoshui.web.sources.pages.packs import MARKS
from huoshui.web.sources.pages.sandbox import STATES
from huoshui.web.sources.queries import candidates as queries
from huoshui.web.sources.queries import thresholds
from huoshui.web.sources.rules.sandbox import LIVING

DRAWN_MOST = 12
"""Counties or sections in a drawing, the largest change first; the table has all."""

VERDICTS = {
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "unknown": {"zh": "未知", "en": "unknown"},
    "absent": {"zh": "无此项", "en": "not there"},
}


@door("pack.draft")
def difference(request: Any, candidate: UUID, difference: UUID) -> HttpResponse:
    """Show what a draft would change, and write down that it was looked at."""
    found = get_object_or_404(Difference, id=difference, candidate_id=candidate)
    context: dict[str, Any] = {
        "found": found,
        "draft": found.candidate,
        "job": _job(found),
        "url": request.path,
        "report": found.result,
    }
    if found.result is not None:
        pack = pack_on(request.today)
        difference_see(request.actor, found, at=request.at)
        latest = queries.latest()
        base = latest.digest if latest else pack.digest
        context |= _shown(pack, found.result) | {
            "day": queries.day_of(found.candidate, request.today).isoformat(),
            "may_publish": request.actor.may("pack.publish")
            and found.candidate.state in LIVING
            and (found.base, found.digest) == (base, found.candidate.digest),
        }
    return render(request, "sources/difference.html", context)


def _shown(pack: Pack, report: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parts of a report as the page shows them."""
    sums = report["money"]
    return {
        "changes": [_change(pack, each, report) for each in report["definitions"]],
        "moved": [{**each, "examples": _examples(each)} for each in report["moved"]],
        "entered": sum(each["entered"] for each in report["moved"]),
        "left": sum(each["left"] for each in report["moved"]),
        "scores": [
            {**each, "label": thresholds.label_of(pack, "ratings", each["rating"])}
            for each in report["scores"]
        ],
        "assumptions": _assumptions(pack, sums["assumptions"]),
        "groups": [
            group
            for group in (
                _group(pack, "county", sums["by_county"]),
                _group(pack, "section", sums["by_section"]),
            )
            if group["rows"]
        ],
    }


def _change(pack: Pack, each: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """Give a change: what each version writes, and the values in force on the day."""
    same = [
        m for m in report["moved"] if (m["kind"], m["definition"]) == (each["kind"], each["id"])
    ]
    parts = [
        {
            **part,
            "mark": MARKS.get((part["after"] or part["before"])["mark"] or "unknown"),
        }
        for part in each["parts"]
    ]
    return {
        **each,
        "label": thresholds.label_of(pack, each["kind"], each["id"]),
        "kind_label": thresholds.label_of_kind(each["kind"]),
        "parts": parts,
        "values": same[0]["values"] if same else [],
    }


def _examples(each: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            **subject,
            "before": VERDICTS[subject["before"]],
            "after": VERDICTS[subject["after"]],
            "clauses": [clause["clause"] for clause in subject["clauses"]],
        }
        for subject in each["subjects"]
    ]


def _assumptions(pack: Pack, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the house's assumptions, and whether the draft changes one of them."""
    made = []
    for name, after in given["after"].items():
        mark = _mark(pack, after["cite"])
        made.append(
            {
                "label": thresholds.label_of(pack, "constants", name),
                "before": given["before"][name]["value"],
                "after": after["value"],
                "cite": {"cite": after["cite"], "mark": mark, "mark_label": MARKS[mark]},
            }
        )
    return made


def _mark(pack: Pack, cite: str | None) -> str:
    source, _, place = (cite or "").partition("#")
    known = pack.sources.get(source)
    return known.places[place].mark.value if known and place in known.places else "unknown"


_GROUPS: dict[str, tuple[Both, Both, tuple[str, ...]]] = {
    "county": (
        {"zh": "按区县", "en": "By county"},
        {"zh": "区县", "en": "County"},
        ("region", "demo_region"),
    ),
    "section": (
        {"zh": "按行业门类", "en": "By section of industry"},
        {"zh": "门类", "en": "Section"},
        ("industry_section",),
    ),
}
"""Groups of the money: title, what one is called, and the lists that name them."""


def _group(pack: Pack, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the money by the words of a list, as a table and as drawings of what changes most."""
    title, head, lists = _GROUPS[name]
    entries = {
        word: label
        for each in lists
        if each in pack.vocabularies
        for word, label in pack.vocabularies[each].entries.items()
    }
    rows = []
    for word, sums in given.items():
        label = entries[word].model_dump() if word in entries else {"zh": word, "en": word}
        label = label if word else {"zh": "未知", "en": "unknown"}
        loss = sums["expected_loss_fen"]
        high = {when: one["high"] for when, one in loss.items() if one is not None}
        rows.append({"label": label, "budget": sums["budget_fen"], "loss": loss, "high": high})
    charts = [
        _chart(f"{what}-{name}", title, head, rows, what)
        for what in _DRAWN
        if any(_moved(row[what]) for row in rows)
    ]
    return {"title": title, "head": head, "rows": rows, "charts": charts}


_DRAWN: dict[str, Both] = {
    "budget": {"zh": "补贴预算", "en": "Subsidy budget"},
    "high": {"zh": "财政承担的预期损失（上限）", "en": "Expected loss of public funds, at most"},
}


def _chart(id: str, title: Both, head: Both, rows: Sequence[Mapping[str, Any]], what: str) -> Chart:
    """Draw what changes most, before and after."""
    changed = [row for row in rows if _moved(row[what])]
    drawn = sorted(changed, key=lambda row: -abs(_moved(row[what])))[:DRAWN_MOST]
    total = sum(_moved(row[what]) for row in rows)
    grows = ("增加", "grows by") if total > 0 else ("减少", "shrinks by")
    by = [money(Decimal(abs(total)), language) for language in LANGUAGES]
    name = _DRAWN[what]
    return Chart(
        id=id,
        title={"zh": f"{name['zh']}：{title['zh']}", "en": f"{name['en']}: {title['en'].lower()}"},
        sentence={
            "zh": f"{len(changed)} 个{head['zh']}有变化，合计{grows[0]} {by[0]}。",
            "en": f"{len(changed)} change; in all it {grows[1]} {by[1]}.",
        },
        head=(head, {"zh": "变更前", "en": "Before"}, {"zh": "变更后", "en": "After"}),
        rows=tuple((r["label"], r[what].get("before"), r[what].get("after")) for r in drawn),
        kind="lying",
        unit="fen",
    )


def _moved(sums: Mapping[str, int]) -> int:
    return sums.get("after", 0) - sums.get("before", 0)


@door("pack.draft")
def everybody(request: Any, candidate: UUID, difference: UUID) -> FileResponse:
    """Give the list of everybody who enters or leaves something."""
    found = get_object_or_404(Difference, id=difference, candidate_id=candidate)
    place = list_file(settings.HUOSHUI_HOME, found.id)
    if found.made_at is None or not place.is_file():
        raise Http404
    name = f"{found.asof:%Y%m%d}-{found.digest[:12]}.csv"
    return FileResponse(
        place.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


@door("pack.shadow")
def disagreements(request: Any, candidate: UUID) -> HttpResponse:
    """List what a draft decides otherwise: matches of the latest run, and steps of cases."""
    found = get_object_or_404(Candidate, id=candidate)
    pack = pack_on(request.today)
    kind = "case" if request.GET.get("kind") == "case" else "match"
    definition = request.GET.get("of", "")
    listed = queries.disagreements(
        found, kind=kind, definition=definition, after=_place(request.GET.get("after", ""))
    )
    shown = listed[: queries.LISTED_MOST]
    kept = {"kind": kind, **({"of": definition} if definition else {})}
    path = reverse("sources:disagreements", args=[found.id])
    is_more = len(listed) > len(shown)
    context = {
        "draft": found,
        "state": STATES[found.state],
        "later": queries.day_of(found, request.today) > request.today,
        "cases": queries.cases_asked(found),
        "counted": [
            {
                **each,
                **_said(pack, each["of"], each["definition"], each["in_force"], each["verdict"]),
            }
            for each in queries.disagreements_counted(found)
        ],
        "kind": kind,
        "of": definition,
        "rows": [
            {"row": row, **_said(pack, row.of, row.definition, row.in_force, row.verdict)}
            for row in shown
        ],
        "pager": {
            "first": f"{path}?{urlencode(kept)}" if request.GET.get("after") else None,
            "next": f"?{urlencode({**kept, 'after': str(shown[-1].id)})}" if is_more else None,
            "shown": len(shown),
            "total": None,
        },
    }
    return render(request, "sources/disagreements.html", context)


def _said(pack: Pack, of: str, definition: str, before: str, after: str) -> dict[str, Any]:
    return {
        "label": thresholds.label_of(pack, of, definition),
        "before": VERDICTS[before],
        "after": VERDICTS[after],
    }


def _place(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _job(found: Difference) -> Job | None:
    """Give the job of a comparison, what it does said for the page; the row keeps the word."""
    job = Job.objects.filter(id=found.job).first()
    if job is not None:
        job.what = said(job.what)
    return job
