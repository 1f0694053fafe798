"""The report of a definition of any kind: what the rule page and the handbook are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from huoshui.explain.reports import MARKS, Report, citation_report
from huoshui.explain.rules.offerings import offering_rule, title_rule
from huoshui.explain.rules.ratings import rating_rule
from huoshui.explain.rules.sharings import sharing_rule, table_rule
from huoshui.explain.rules.words import both
from huoshui.kernel.errors import Refusal
from huoshui.policy.check.citations import cited
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Definition, Label


class AskedRuleRefusal(Refusal):
    """Why a definition cannot be told."""

    NO_KIND = (
        "There is no kind of definition {kind}.",
        "Use one of: {known}.",
        "没有名为 {kind} 的规则类别。",
        "请使用：{known}。",
    )
    NO_SUCH = (
        "There is no definition {id} among the {kind} in force on {asof}.",
        "See the list of rules, or ask for another day.",
        "{asof} 有效的规则中没有 {id}（类别 {kind}）。",
        "请查看规则列表，或换一个日期。",
    )


RULE_KINDS: Mapping[str, Label] = {
    "titles": Label(zh="称号认定", en="Titles"),
    "offerings": Label(zh="产品与政策", en="Offerings"),
    "ratings": Label(zh="评分办法", en="Ratings"),
    "sharings": Label(zh="风险分担", en="Sharing of losses"),
    "tables": Label(zh="判定表", en="Decision tables"),
}
"""Kinds of definition that are rules to people, in the order they are shown."""

_TOLD: Mapping[str, Callable[..., Report]] = {
    "titles": title_rule,
    "offerings": offering_rule,
    "ratings": rating_rule,
    "sharings": sharing_rule,
    "tables": table_rule,
}


def rule_report(pack: Pack, kind: str, name: str) -> Report:
    """Tell one definition as on the pack's day: plain data in both languages, in a fixed order.

    Every kind has `label meaning handbook about clauses values marks checked_on` and its citation;
    a rating also `groups bands caution`, a sharing `funders loss bearers limits`, a table `inputs
    outputs rows`, an offering `terms`.
    """
    if kind not in RULE_KINDS:
        raise AskedRuleRefusal.NO_KIND.refuse(kind=kind, known=", ".join(RULE_KINDS))
    definition = pack.definitions(kind).get(name)
    if definition is None:
        raise AskedRuleRefusal.NO_SUCH.refuse(id=name, kind=kind, asof=pack.asof)
    where = pack.where(kind, name)
    handbook = getattr(definition, "handbook", None)
    told = _TOLD[kind](pack, definition)
    return {
        "kind": kind,
        "kind_label": both(RULE_KINDS[kind]),
        "id": name,
        "asof": pack.asof.isoformat(),
        "label": both(definition.label),
        "meaning": definition.meaning,
        "handbook": both(handbook) if handbook else None,
        "terms_are": getattr(definition, "terms_are", None),
        "valid_from": definition.valid_from.isoformat() if definition.valid_from else None,
        "valid_until": definition.valid_until.isoformat() if definition.valid_until else None,
        "checked_on": definition.checked_on.isoformat(),
        "file": where.file,
        "line": where.line,
        "marks": marks_of(pack, definition),
        "about": [],
        "clauses": [],
        "values": [],
        **told,
        **citation_report(pack, definition.cite),  # type: ignore[attr-defined]
    }


def marks_of(pack: Pack, definition: Definition) -> list[Report]:
    """Count how sure we are of what a definition cites, the surest first."""
    counted = Counter(pack.certainty(citation) for _, citation in cited(definition))
    return [
        {"mark": mark.value, "label": both(MARKS[mark]), "count": counted[mark]}
        for mark in MARKS
        if mark in counted
    ]
