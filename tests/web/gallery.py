"""One page with every part of the kit on it, made from what `huoshui explain` really says."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from pathlib import Path
from typing import Any

import django

from huoshui.explain import Language
from huoshui.kernel.errors import Problem, Where
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.charts import Chart
from huoshui.web.audit.rules.diagram import Diagram, Node, Way
from huoshui.web.audit.rules.language import Words, speak
from tests.given import ROOT

STATIC = ROOT / "src/huoshui/web/static"
TEMPLATES = ROOT / "src/huoshui/web/templates"
TODAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 6, 3, tzinfo=dt.UTC)

PAGE = """{% extends "base.html" %}{% load said drawing %}
{% block title %}{% t "部件" "Parts" %}{% endblock %}
{% block trail %}<nav class="trail"><a href="/">{% t "首页" "Home" %}</a> / {{ explained.entity }}
</nav>{% endblock %}
{% block heading %}{{ explained.subject.name }}{% endblock %}
{% block lead %}<p>{% t "{n} 项产品可申请。" "{n} offerings are open." n=open_count %}
{% t "另有 {n} 项不可申请或尚不能判断。" "{n} are not, or cannot be decided." n=other_count %}</p>
{% endblock %}
{% block actions %}<a class="btn" href="#a">{% icon "download" %}{% t "导出证据" "Evidence" %}</a>
<a class="btn btn-primary" href="#b">{% t "发起申请" "Apply" %}</a>{% endblock %}
{% block content %}
<div class="four">
{% for label, value in figures %}<div class="card figure-card"><span>{% said label %}</span>
<b>{{ value }}</b></div>{% endfor %}</div>
<section class="section"><h2>{% t "评分" "Scores" %}</h2><div class="two">
{% for rating in explained.ratings %}{% include "parts/score.html" with open=forloop.first %}
{% endfor %}</div></section>
<section class="section"><h2>{% t "产品" "Offers" %}</h2>
<div class="two">{% for offer in offers %}
{% include "parts/offer_card.html" with act=act %}{% endfor %}
</div></section><section class="section stack"><h2>{% t "为什么不可" "Why not" %}</h2>
{% for offer in closed %}{% include "parts/offer_card.html" with open=True act=None %}{% endfor %}
</section>
<section class="section"><h2>{% t "出处" "Sources" %}</h2><div class="card stack">
{% for cited in marks %}<div>{% include "parts/cite.html" %}</div>{% endfor %}</div></section>
<section class="section"><h2>{% t "进度" "Progress" %}</h2><div class="stack">
<div class="card">{% include "parts/steps.html" %}</div>
{% for job in jobs %}{% include "parts/job.html" with url="?" %}{% endfor %}
{% diagram workflow %}</div></section>
<section class="section"><h2>{% t "表格与图" "Tables and charts" %}</h2>
{% include "parts/table.html" %}{% include "parts/pager.html" %}
<div class="two section">{% for one in charts %}{% chart one %}{% endfor %}</div></section>
<section class="section two"><div class="card"><h2>{% t "表单" "Form" %}</h2>
{% include "parts/form_errors.html" with problems=refused %}
<form method="post" action="/x">
{% for field in fields %}{% include "parts/field.html" %}{% endfor %}
{% for field in form %}{% include "parts/field.html" %}{% endfor %}
<div class="form-acts"><button class="btn btn-primary">{% t "提交申请" "Submit" %}</button>
<a class="btn" href="/">{% t "放弃" "Leave" %}</a></div></form></div>
<div class="card">{% include "parts/empty.html" with hint=hint act=act %}</div></section>
{% endblock %}"""


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def start_django() -> None:
    """Set Django up as the platform's processes do."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huoshui.web.project.settings")
    django.setup()


class Refusal:
    """A problem with both languages, as a refused form gives it."""

    problem = Problem(
        "case.over_quota",
        "Only 1,200,000 yuan is left of this offering's quota.",
        Where(field="amount"),
        "Ask for less, or wait for the new quota.",
        ("house#offer-terms",),
        ("本产品今年的额度只剩 120 万元。", "请减少申请金额，或等新额度下达后再申请。"),
    )


def menu() -> list[dict[str, object]]:
    entries = [
        (None, "home", "工作台", "Home", 0),
        (None, "search", "找企业", "Find firms", 0),
        (None, "inbox", "消息", "Inbox", 3),
        (both("办理", "Work"), "briefcase", "融资申请", "Applications", 12),
        (None, "file-check", "授权", "Consents", 0),
        (None, "contract", "协议", "Agreements", 0),
        (both("数据", "Data"), "database", "数据源", "Feeds", 0),
        (None, "book", "政策与产品", "Policy", 0),
        (None, "history", "操作记录", "Record", 0),
    ]
    return [
        {"url": f"/{n}", "icon": i, "label": both(zh, en), "group": g, "count": c, "active": n == 3}
        for n, (g, i, zh, en, c) in enumerate(entries)
    ]


def chosen(explained: dict[str, Any]) -> dict[str, Any]:
    """Pick a few offers of each verdict and a citation of each mark."""
    everything = [*explained["offers"], *explained["others"]]
    cited = [clause for offer in everything for clause in offer["clauses"]]
    marks = {one["mark"]: one for one in [*everything, *cited]}
    return {
        "explained": explained,
        "offers": explained["offers"][:4],
        "closed": [
            next(o for o in explained["others"] if o["verdict"] == word)
            for word in ("no", "unknown")
            if any(o["verdict"] == word for o in explained["others"])
        ],
        "marks": list(marks.values()),
        "open_count": len(explained["offers"]),
        "other_count": len(explained["others"]),
    }


def drawings() -> dict[str, Any]:
    nodes = [
        ("draft", "草稿", "Draft", "done"),
        ("submitted", "已提交", "Submitted", "done"),
        ("review", "银行审查", "Under review", "now"),
        ("asked", "补充材料", "More asked", ""),
        ("decided", "已决定", "Decided", ""),
        ("given", "已放款", "Paid out", ""),
        ("closed", "已关闭", "Closed", "end"),
    ]
    ways = [
        ("draft", "submitted", "提交", "Submit"),
        ("submitted", "review", "受理", "Take up"),
        ("review", "asked", "退回补充", "Ask for more"),
        ("asked", "review", "补充", "Answer"),
        ("review", "decided", "审批", "Decide"),
        ("decided", "given", "放款", "Pay out"),
        ("decided", "closed", "拒绝", "Decline"),
    ]
    quarters = [("2026Q1", 61_000_000_00, 12_000_000_00), ("2026Q2", 78_000_000_00, None)]
    quarters.append(("2026Q3", 96_500_000_00, 31_000_000_00))
    head = (both("季度", "Quarter"), both("信用贷款", "Credit"), both("担保贷款", "Guaranteed"))
    said = both("信用贷款连续三个季度增长。", "Credit has grown for three quarters.")
    title = both("放款金额", "Paid out")
    share = (both("银行", "Bank"), both("通过率", "Share approved"))
    rows = (
        (both("活水农商银行", "Huoshui Rural Bank"), 0.62),
        (both("示例银行", "Example Bank"), 0.48),
    )
    low = both("最高 62%，最低 48%。", "From 48% to 62%.")
    return {
        "workflow": Diagram(
            "loan",
            both("融资申请办理流程", "How an application goes"),
            tuple(Node(i, both(zh, en), s) for i, zh, en, s in nodes),
            tuple(Way(a, b, both(zh, en)) for a, b, zh, en in ways),
        ),
        "charts": [
            Chart("paid", title, said, head, tuple(quarters), kind="stack", unit="fen"),
            Chart(
                "share", both("通过率", "Approved"), low, share, rows, kind="lying", unit="ratio"
            ),
        ],
    }


def working() -> dict[str, Any]:
    job = {
        "id": uuid.UUID(int=1),
        "what": both("导入税务数据", "Taking in tax data"),
        "attempts": 1,
    }
    failed = {"code": "feed.not_a_day", "message": "2023-02-30 is not a day.", "fix": "Correct it."}
    failed |= {"where": {"file": "tax.csv", "row": 7}, "cites": []}
    return {
        "steps": [
            {"label": both("提交", "Submitted"), "state": "done", "at": AT},
            {"label": both("受理", "Taken up"), "state": "done", "at": TODAY},
            {
                "label": both("审查", "Review"),
                "state": "late",
                "note": both("已超 2 天", "2 days late"),
            },
            {"label": both("审批", "Decision"), "state": "next"},
            {"label": both("放款", "Paid out"), "state": "next"},
        ],
        "jobs": [
            {**job, "status": "running", "done": 1200, "total": 4800},
            {**job, "id": uuid.UUID(int=2), "status": "failed", "problem": failed, "ended_at": AT},
        ],
        "table": {
            "caption": both("申请", "Applications"),
            "columns": [
                {"label": both("编号", "Number"), "kind": "code"},
                {"label": both("企业", "Firm"), "kind": "name"},
                {"label": both("金额（元）", "Amount (yuan)"), "kind": "num"},
                {"label": both("状态", "State")},
            ],
            "rows": [
                [
                    {"text": "A-2026-0012", "url": "/a"},
                    "活水市百日信息技术股份有限公司",
                    "5,000,000.00",
                    both("审查中", "Under review"),
                ],
                ["A-2026-0013", "活水青禾种植专业合作社", None, both("草稿", "Draft")],
            ],
        },
        "pager": {"first": "/?", "next": "/?after=13", "shown": 2, "total": 41},
    }


def forms() -> dict[str, Any]:
    from django import forms as django_forms

    class Asking(django_forms.Form):
        purpose = django_forms.ChoiceField(
            label=both("用途", "Purpose"),
            choices=[("", Words("请选择", "Choose")), ("stock", Words("采购原料", "Materials"))],
        )
        note = django_forms.CharField(
            label=both("说明", "Note"), required=False, widget=django_forms.Textarea({"rows": 2})
        )

    problem = Refusal.problem
    amount = {"name": "amount", "label": both("申请金额", "Amount"), "kind": "money"}
    amount |= {"unit": both("元", "yuan"), "value": "5000000", "required": True}
    return {
        "refused": [problem],
        "form": Asking({}),
        "fields": [
            {**amount, "problems": [problem], "help": both("不超过 500 万元", "At most 5,000,000")},
            {"name": "months", "label": both("期限", "Term"), "kind": "select", "value": "12"}
            | {
                "choices": [
                    ("12", both("12 个月", "12 months")),
                    ("24", both("24 个月", "24 months")),
                ]
            },
            {"name": "on", "label": both("用款日", "Needed on"), "kind": "date", "value": None},
            {"name": "agree", "label": both("同意查询企业信用信息", "I agree"), "kind": "checkbox"},
        ],
    }


def page(explained: dict[str, Any], language: Language) -> str:
    """Render the page with every part."""
    start_django()
    from django.template import engines

    speak(language)
    actor = Actor("institution", "李明", role="credit_officer")
    context = {
        "language": language,
        "actor": actor,
        "acting_for": both("活水农商银行", "Huoshui Rural Bank"),
        "actor_role": both("客户经理", "Account officer"),
        "menu": menu(),
        "today": TODAY,
        "basis": {"known": explained["known"], "asof": TODAY, "fictional": True}
        | {"pack_digest": explained["pack_digest"]},
        "notices": [{"text": both("授权已生效。", "The consent is in force.")}],
        "act": {"url": "/apply", "label": both("申请", "Apply")},
        "hint": both("从“找企业”开始。", "Begin with Find firms."),
        "figures": [
            (both("可申请产品", "Open offers"), len(explained["offers"])),
            (both("在办申请", "Applications"), 12),
            (both("本月放款", "Paid out this month"), "9,650 万元"),
            (both("待补证据", "Evidence wanted"), 3),
        ],
    }
    template = engines["django"].from_string(PAGE)
    return template.render({**context, **chosen(explained), **drawings(), **working(), **forms()})


def write(explained_json: Path, into: Path) -> None:
    """Write the page in both languages beside a link to its static files."""
    explained = json.loads(explained_json.read_text("utf-8"))
    into.mkdir(parents=True, exist_ok=True)
    for language in ("zh", "en"):
        (into / f"{language}.html").write_text(page(explained, language), "utf-8")
