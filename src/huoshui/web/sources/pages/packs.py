"""Runs, and the packs in force."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from huoshui.policy.schema import PERMISSIONS
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.charts import Both, Chart
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.running import RUN, run_ask
from huoshui.web.sources.queries import packs as queries
from huoshui.web.sources.queries.feeds import last_batch

MARKS: dict[str, Both] = {
    "law": {"zh": "法规原文", "en": "read in the law"},
    "seen": {"zh": "官方或新闻页面", "en": "seen on an official or news page"},
    "secondary": {"zh": "中介页面", "en": "an agency's page"},
    "derived": {"zh": "推算", "en": "derived"},
    "memory": {"zh": "凭记忆，待核实", "en": "from memory, to be checked"},
    "house": {"zh": "平台自定", "en": "the house's own judgement"},
    "unknown": {"zh": "未知", "en": "unknown"},
}


@door("run.ask")
def runs(request: Any) -> HttpResponse:
    """Show what a run would rest on now, the runs asked for, and ask for one."""
    context = {
        "last": last_batch(),
        "pack": pack_on(request.today),
        "jobs": list(Job.objects.filter(task=RUN).order_by("-asked_at")[:20]),
    }
    return render(request, "sources/runs.html", context)


@door("run.ask", methods=("POST",), again=runs)
def ask_run(request: Any) -> HttpResponse:
    """Ask for a run, and go to its job."""
    job = run_ask(request.actor, at=request.at, today=request.today)
    return redirect("delivery:job", job.id)


PARTIES = {
    "subject": {"zh": "企业等主体", "en": "Subjects"},
    "institution": {"zh": "机构", "en": "Institutions"},
    "operator": {"zh": "平台", "en": "The platform"},
    "person": {"zh": "个人", "en": "Persons"},
}
"""Whom a role acts for."""


@door("pack.read")
def packs(request: Any) -> HttpResponse:
    """Show the packs in force: what they hold, and how sure we are of their sources."""
    pack = pack_on(request.today)
    counts = queries.counts_of(pack)
    context = {
        "pack": pack,
        "roots": [root.name for root in pack.roots],
        "kinds": [(zh, en, counts[kind]) for kind, zh, en in queries.KINDS],
        "files": counts["files"],
        "folders": queries.files_by_folder(pack),
        "roles": [
            {
                "label": role.label,
                "party": PARTIES[role.party],
                "may": [PERMISSIONS[word].label for word in role.may],
            }
            for role in pack.roles.values()
        ],
        "workflows": pack.workflows.values(),
        "chart": _chart(queries.marks_of(pack)),
        "terms": queries.terms_of(pack),
        "publications": queries.publications(),
        "may_draft": request.actor.may("pack.draft"),
    }
    return render(request, "sources/packs.html", context)


def _chart(marks: dict[str, int]) -> Chart | None:
    if not marks:
        return None
    total = sum(marks.values())
    sure = marks.get("law", 0) + marks.get("seen", 0)
    return Chart(
        id="offerings-by-mark",
        title={"zh": "产品与政策按依据的可靠程度", "en": "Offerings by how sure their source is"},
        sentence={
            "zh": f"{total} 项产品与政策中，{sure} 项的依据见于法规原文或官方、新闻页面。",
            "en": f"Of {total} offerings, {sure} rest on the law or an official or news page.",
        },
        head=({"zh": "依据", "en": "Source"}, {"zh": "产品与政策", "en": "Offerings"}),
        rows=tuple((MARKS[mark], count) for mark, count in marks.items()),
        kind="lying",
    )
