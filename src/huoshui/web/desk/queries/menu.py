"""The menu: what a role may reach, in the order of a day's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from huoshui.web.audit.rules.actor import Actor


@dataclass(frozen=True)
class Place:
    """An entry of the menu: where it leads, for whom, and what it is called."""

    name: str  # of the address
    permission: str | tuple[str, ...] | None  # any one of several; None: whoever is signed in
    zh: str
    en: str
    icon: str
    kinds: tuple[str, ...] = ()  # of actors; empty: any


GROUPS: tuple[tuple[Mapping[str, str] | None, tuple[Place, ...]], ...] = (
    (None, (Place("desk:home", None, "首页", "Home", "home"),)),
    (
        {"zh": "我的企业", "en": "My firm"},
        (
            Place(
                "insights:profile",
                "profile.read",
                "画像",
                "Profile",
                "report-analytics",
                ("subject",),
            ),
            Place("insights:scores", "profile.read", "评分", "Scores", "gauge", ("subject",)),
            Place(
                "insights:offers", "offers.read", "可得支持", "Offers", "list-check", ("subject",)
            ),
            Place(
                "insights:growth", "offers.read", "成长路径", "Growth path", "flag", ("subject",)
            ),
            Place(
                "insights:subsidies", "offers.read", "奖补申领", "Subsidies", "coin", ("subject",)
            ),
            Place("cases:needs", "need.read", "融资需求", "Needs", "target", ("subject",)),
            Place(
                "cases:applications",
                "case.read",
                "融资申请",
                "Applications",
                "file-text",
                ("subject",),
            ),
        ),
    ),
    (
        {"zh": "审批", "en": "Deciding"},
        (
            Place("cases:queue", "case.read", "申请队列", "Queue", "inbox", ("institution",)),
            Place(
                "cases:needs_shown", "need.read", "企业需求", "Needs", "target", ("institution",)
            ),
            Place("cases:decided", "case.read", "已办结", "Decided", "checklist", ("institution",)),
            Place(
                "cases:offerings",
                "offering.read",
                "产品与额度",
                "Offerings and quotas",
                "coin",
                ("institution",),
            ),
            Place(
                "cases:listings",
                ("listing.propose", "listing.check", "listing.decide"),
                "产品入库",
                "Proposals",
                "file-check",
            ),
            Place("insights:programmes", "subsidy.read", "本单位奖补", "Our subsidies", "receipt"),
        ),
    ),
    (
        {"zh": "协议与授权", "en": "Agreements and consents"},
        (
            Place("agreements:agreements", "agreement.read", "协议", "Agreements", "contract"),
            Place("parties:consents", "consent.read", "授权", "Consents", "lock"),
        ),
    ),
    (
        {"zh": "资金与对账", "en": "Money and reconciliation"},
        (
            Place(
                "ledger:payments",
                ("payment.ask", "payment.release"),
                "付款指令",
                "Payments",
                "coin",
            ),
            Place("ledger:statements", "statement.read", "银行对账单", "Statements", "receipt"),
            Place("agreements:breaks", "statement.read", "对账", "Reconciliation", "scale"),
        ),
    ),
    (
        {"zh": "数据与政策", "en": "Data and policy"},
        (
            Place("insights:registry", None, "科技金融产品库", "Sci-tech products", "certificate"),
            Place("insights:rules", None, "政策规则", "Rules", "book"),
            Place("sources:feeds", "feed.read", "数据接入", "Feeds", "plug"),
            Place("sources:batches", "feed.read", "批次", "Batches", "stack-2"),
            Place(
                "sources:quarantine", "quarantine.read", "隔离数据", "Quarantine", "alert-triangle"
            ),
            Place("insights:pairs", "identity.read", "身份认定", "Uncertain pairs", "git-merge"),
            Place("sources:runs", "run.ask", "计算", "Runs", "refresh"),
            Place("insights:snapshots", "numbers.read", "快照", "Snapshots", "database"),
            Place("sources:packs", "pack.read", "政策包", "Packs", "book"),
            Place("sources:sandbox", "pack.draft", "沙盘", "Sandbox", "adjustments"),
            Place(
                "parties:institutions", "institution.admit", "机构", "Institutions", "building-bank"
            ),
        ),
    ),
    (
        {"zh": "运行", "en": "Running"},
        (
            Place("delivery:jobs", "jobs.read", "任务", "Jobs", "clock"),
            Place("delivery:dead", "jobs.retry", "死信", "Dead letters", "circle-x"),
            Place("audit:record", "record.read", "存证", "The record", "fingerprint"),
        ),
    ),
)
"""Groups of places, each with its heading; a group that nothing is left of is not shown."""


def menu(actor: Actor, path: str) -> list[dict[str, Any]]:
    """Give the entries that an actor may reach; the longest address that fits is where they are."""
    entries: list[dict[str, Any]] = []
    for group, places in GROUPS:
        heading = group
        for place in places:
            if not _reaches(actor, place):
                continue
            entries.append(
                {
                    "group": heading,
                    "url": reverse(place.name),
                    "label": {"zh": place.zh, "en": place.en},
                    "icon": place.icon,
                    "active": False,
                }
            )
            heading = None
    here = [e for e in entries if path == e["url"] or path.startswith(e["url"] + "/")]
    if here:
        max(here, key=lambda e: len(e["url"]))["active"] = True
    return entries


def _reaches(actor: Actor, place: Place) -> bool:
    is_kind = not place.kinds or actor.kind in place.kinds
    asked = (place.permission,) if isinstance(place.permission, str) else place.permission
    return is_kind and (asked is None or any(actor.may(each) for each in asked))
