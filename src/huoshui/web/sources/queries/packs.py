"""The packs in force: what they hold, and how sure we are of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from huoshui.policy.loader import contents
from huoshui.policy.pack import Pack
from huoshui.web.sources.models import PackPublication

KINDS = (
    ("sources", "出处", "Sources"),
    ("items", "数据项", "Items of fact"),
    ("feeds", "数据源", "Feeds"),
    ("indicators", "指标", "Indicators"),
    ("ratings", "评分卡", "Ratings"),
    ("offerings", "产品与政策", "Offerings"),
    ("institutions", "机构", "Institutions"),
    ("workflows", "流程", "Workflows"),
    ("roles", "角色", "Roles"),
    ("vocabularies", "词表", "Vocabularies"),
    ("constants", "常数", "Constants"),
)
"""Kinds of definitions in the order in which a page lists them."""


def counts_of(pack: Pack) -> dict[str, int]:
    """Count the definitions of each kind, and the files."""
    counted = {kind: len(pack.definitions(kind)) for kind, _, _ in KINDS}
    return {"files": len(contents(pack.roots)), **counted}


def marks_of(pack: Pack) -> dict[str, int]:
    """Count the offerings by how sure we are of their source, the surest first."""
    order = ("law", "seen", "secondary", "derived", "memory", "house", "unknown")
    counted = Counter(str(pack.certainty(each.cite)) for each in pack.offerings.values())
    return {mark: counted[mark] for mark in order if counted[mark]}


def terms_of(pack: Pack) -> dict[str, int]:
    """Count the offerings by whose terms they state: cited, mixed or the house's own."""
    counted = Counter(each.terms_are for each in pack.offerings.values())
    return {terms: counted[terms] for terms in ("cited", "mixed", "house") if counted[terms]}


def files_by_folder(pack: Pack) -> list[dict[str, Any]]:
    """Count the packs' files by pack and folder."""
    counted = Counter("/".join(name.split("/")[:2]) for name in contents(pack.roots))
    return [{"folder": name, "files": count} for name, count in sorted(counted.items())]


def publications() -> list[PackPublication]:
    """Give the packs that were put in force, the latest first."""
    return list(PackPublication.objects.order_by("-published_at")[:50])
