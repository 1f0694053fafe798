"""The home page of each kind of actor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.pages.jobs import job_row
from huoshui.web.desk.queries import home as asked

FIGURES = (
    ("feeds", "个数据源", "feeds", "sources:feeds", "feed.read"),
    ("late", "个数据源已超期", "feeds are late", "sources:feeds", "feed.read"),
    ("never", "个数据源从未到数", "feeds never came", "sources:feeds", "feed.read"),
    ("set_aside", "行数据被隔离", "rows in quarantine", "sources:quarantine", "quarantine.read"),
    ("institutions", "家机构", "institutions", "parties:institutions", "institution.admit"),
    ("dead", "个任务已停止重试", "jobs were given up", "delivery:dead", "jobs.retry"),
)
"""What an operator counts: the number, its words, and the page behind it for those who may."""


def figure(
    actor: Actor, found: Mapping[str, Any], name: str, zh: str, en: str, place: str, permission: str
) -> dict[str, Any]:
    """Give a number with its words, and where it leads whoever is permitted."""
    url = reverse(place) if actor.may(permission) else None
    return {"count": found[name], "label": {"zh": zh, "en": en}, "url": url}


@door(signed_in=True)
def home(request: Any) -> HttpResponse:
    """Show what waits for whoever is signed in, in the role they act in."""
    actor, today = request.actor, request.today
    if actor.kind == "subject":
        found = asked.subject_home(actor, today=today)
    elif actor.kind == "institution":
        found = asked.institution_home(actor, at=request.at, today=today)
    elif actor.kind == "operator":
        found = asked.operator_home(actor, today=today)
        found["jobs"] = [job_row(each) for each in found["jobs"]]
        found["figures"] = [figure(actor, found, *each) for each in FIGURES]
    else:
        found = asked.person_home(actor)
    return render(request, f"desk/home_{actor.kind}.html", found)
