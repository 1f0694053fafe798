"""A subject's profile: every category, its items with source and age, its figures; rows behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.rules.charts import Chart
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.delivery.queries.jobs import job as job_found
from huoshui.web.insights.pages.standing import nothing_known, standing
from huoshui.web.insights.queries.policy import pack_of, policy_of
from huoshui.web.insights.queries.profile import evidence
from huoshui.web.insights.queries.snapshots import snapshot_latest
from huoshui.web.insights.rules.facts import ROWS_MOST
from huoshui.web.insights.rules.sheet import CategorySheet, sheet

SHOWN = {
    "": {"zh": "全部", "en": "All"},
    "known": {"zh": "有数据", "en": "Known"},
    "late": {"zh": "数据超期", "en": "Late"},
    "missing": {"zh": "缺数据", "en": "Missing"},
}
"""What the list of items may be narrowed to."""

FACTS = "insights.facts"


@door("profile.read")
def profile(request: Any) -> HttpResponse:
    """Show everything that is known of the subject, and what is not, with where it comes from."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    pack = pack_of(known.snapshot)
    told = evidence(request.actor, known.entity, snapshot=known.snapshot)
    sheets = sheet(pack, known.row, told, known.snapshot.newest, today=request.today)
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    totals = {
        "items": sum(len(s.items) for s in sheets),
        "known": sum(s.known for s in sheets),
        "late": sum(s.count("late") for s in sheets),
        "none": sum(s.count("none") for s in sheets),
        "missing": sum(s.count("missing") for s in sheets),
        "figures": sum(len(s.figures) for s in sheets),
        "figures_known": sum(s.figures_known for s in sheets),
    }
    context = {
        "known": known,
        "who": _who(pack, known.who),
        "sheets": [_narrowed(s, show) for s in sheets],
        "totals": totals,
        "chart": _coverage(sheets, totals),
        "show": show,
        "choices": SHOWN,
        "kept": ROWS_MOST,
        "wide": request.GET.get("open") == "all" or bool(show),
    }
    return render(request, "insights/profile.html", context)


def _who(pack: Any, who: Any) -> dict[str, Any]:
    kinds = pack.vocabularies["subject_kind"].entries
    states = pack.vocabularies["registration_status"].entries
    return {
        **who,
        "kind_label": kinds.get(who["kind"]),
        "status_label": states.get(who["status"]),
    }


def _narrowed(of: CategorySheet, show: str) -> dict[str, Any]:
    wanted = {"": None, "known": ("fresh", "late"), "late": ("late",), "missing": ("missing",)}
    states = wanted[show]
    items = [i for i in of.items if states is None or i.state in states]
    figures = of.figures if show == "" else [f for f in of.figures if f.known is (show == "known")]
    if show == "late":
        figures = []
    return {"sheet": of, "items": items, "figures": figures}


def _coverage(sheets: list[CategorySheet], totals: dict[str, int]) -> Chart:
    return Chart(
        "coverage",
        {"zh": "各类数据的齐备情况", "en": "How complete each category is"},
        {
            "zh": f"共 {totals['items']} 类数据，{totals['known']} 类有记录，其中 {totals['late']} "
            f"类超过更新期限；{totals['missing']} 类缺失。",
            "en": f"Of {totals['items']} kinds of record {totals['known']} are known, "
            f"{totals['late']} of them late; {totals['missing']} are missing.",
        },
        (
            {"zh": "类别", "en": "Category"},
            {"zh": "按期", "en": "In time"},
            {"zh": "超期", "en": "Late"},
            {"zh": "无记录即为无", "en": "No record means none"},
            {"zh": "缺失", "en": "Missing"},
        ),
        tuple(
            (
                {"zh": s.label.zh, "en": s.label.en},
                s.count("fresh"),
                s.count("late"),
                s.count("none"),
                s.count("missing"),
            )
            for s in sheets
        ),
        kind="stack",
    )


@door("profile.read", methods=("POST",))
def rows_ask(request: Any) -> HttpResponse:
    """Ask for the rows behind an item's figures; a job looks them up in the facts."""
    known = standing(request)
    item = request.POST.get("item", "")
    if known is None or item not in pack_of(known.snapshot).items:
        raise Http404
    job = job_ask(
        request.actor,
        at=request.at,
        task=FACTS,
        args={"item": item},
        key=f"{known.snapshot.name} {item} {request.actor.subject}",
        subject=request.actor.subject,
    )
    return redirect(reverse("insights:rows", args=[job.id]))


@door("profile.read")
def rows(request: Any, job_id: UUID) -> HttpResponse:
    """Show the rows behind an item's figures, or how far looking for them is."""
    job = job_found(request.actor, job_id)
    if job is None or job.task != FACTS or job.subject_id != request.actor.subject:
        raise Http404
    pack = policy_of(snapshot_latest()).pack
    result = job.result or {}
    item = pack.items.get(job.args["item"])
    context = {
        "job": job,
        "url": reverse("insights:rows", args=[job.id]),
        "item": item,
        "result": result,
        "columns": [_column(item, name) for name in result.get("columns", ())],
        "facts": [_fact(pack, result["columns"], fact) for fact in result.get("facts", ())],
    }
    return render(request, "insights/rows.html", context)


def _column(item: Any, name: str) -> Any:
    column = item.columns.get(name) if item else None
    return column.label if column else {"zh": name, "en": name}


def _fact(pack: Any, columns: list[str], fact: dict[str, Any]) -> dict[str, Any]:
    feed = pack.feeds.get(fact["feed"])
    return {
        **fact,
        "feed_label": feed.label if feed else {"zh": fact["feed"], "en": fact["feed"]},
        "cells": [fact.get(name) for name in columns],
        "made": [pack.indicators[n].label for n in fact["figures"] if n in pack.indicators],
    }
