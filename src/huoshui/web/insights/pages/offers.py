"""What a subject may get: open and ranked; undecided, for want of what; closed, and by what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huoshui import explain, matching
from huoshui.matching import OfferingTrace
from huoshui.policy.pack import Pack
from huoshui.web.audit.pages.doors import door
from huoshui.web.insights.pages.standing import nothing_known, standing
from huoshui.web.insights.queries.policy import Policy, policy_of
from huoshui.web.insights.rules.behind import consent_asked, items_of_offering

KINDS: Mapping[str, Mapping[str, str]] = {
    "loan": {"zh": "贷款", "en": "Loan"},
    "guarantee": {"zh": "担保", "en": "Guarantee"},
    "subsidy": {"zh": "奖补贴息", "en": "Subsidy"},
    "insurance": {"zh": "保险", "en": "Insurance"},
    "equity": {"zh": "股权投资", "en": "Equity"},
    "lease": {"zh": "融资租赁", "en": "Lease"},
    "securities": {"zh": "证券", "en": "Securities"},
}
"""Kinds of offering, which the form of a pack lists."""


@dataclass(frozen=True)
class Narrowed:
    """Which offerings are wanted: of a kind, on a shelf, for a purpose; empty is any."""

    kind: str
    zone: str
    purpose: str

    def holds(self, pack: Pack, offering: str) -> bool:
        """Say whether an offering is wanted."""
        given = pack.offerings[offering]
        return (
            self.kind in ("", given.kind)
            and (not self.zone or self.zone in given.zones)
            and (not self.purpose or self.purpose in given.purposes)
        )


@door("offers.read")
def offers(request: Any) -> HttpResponse:
    """List every offering by what it is to this subject."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    policy = policy_of(known.snapshot)
    pack, row = policy.pack, known.row
    wanted = Narrowed(*(request.GET.get(name, "") for name in ("kind", "zone", "purpose")))
    names = [name for name in policy.plan.offerings if wanted.holds(pack, name)]
    traces = matching.explain_one(pack, row, asof=pack.asof, plan=policy.plan, offerings=names)
    open_to = matching.offers(pack, row, asof=pack.asof, plan=policy.plan, traces=traces)
    cards = [
        {**report, "clauses": (), "kind_label": KINDS[str(report["kind"])]}
        for report in explain.offers_report(pack, open_to, row)
    ]
    waiting = [t for t in traces if t.verdict == "unknown"]
    closed = [t for t in traces if t.verdict == "no"]
    context = {
        "known": known,
        "wanted": wanted,
        "choices": _choices(pack),
        "open": [{"offer": card, **_links(request, card["offering"])} for card in cards],
        "waiting": [_undecided(pack, t, row) for t in sorted(waiting, key=_unknown_first)],
        "closed": [_closed(pack, t, row) for t in sorted(closed, key=_fewest_failing)],
    }
    return render(request, "insights/offers.html", context)


def _unknown_first(trace: OfferingTrace) -> tuple[int, str]:
    return len(trace.unknown), trace.offering


def _fewest_failing(trace: OfferingTrace) -> tuple[int, int, str]:
    return len(trace.failing), len(trace.unknown), trace.offering


def _choices(pack: Pack) -> list[dict[str, Any]]:
    """Give what the list can be narrowed by; only words that an offering uses."""
    used = pack.offerings.values()
    zones = {z for o in used for z in o.zones}
    purposes = {p for o in used for p in o.purposes}
    words = pack.vocabularies
    return [
        {
            "name": "kind",
            "label": {"zh": "类型", "en": "Kind"},
            "entries": [(k, v) for k, v in KINDS.items() if any(o.kind == k for o in used)],
        },
        {
            "name": "zone",
            "label": {"zh": "专区", "en": "Zone"},
            "entries": [(k, v) for k, v in words["zone"].entries.items() if k in zones],
        },
        {
            "name": "purpose",
            "label": {"zh": "用途", "en": "Purpose"},
            "entries": [(k, v) for k, v in words["purpose"].entries.items() if k in purposes],
        },
    ]


def _brief(pack: Pack, trace: OfferingTrace) -> dict[str, Any]:
    offering = pack.offerings[trace.offering]
    return {
        "label": offering.label,
        "kind_label": KINDS[offering.kind],
        "institution_label": pack.institutions[offering.institution].label,
        "terms_are": offering.terms_are,
        "link": reverse("insights:offer", args=[trace.offering]),
    }


def _undecided(pack: Pack, trace: OfferingTrace, row: Mapping[str, object]) -> dict[str, Any]:
    columns = dict.fromkeys(
        c for clause in trace.unknown for c in explain.missing_columns(pack, clause.columns, row)
    )
    items = dict.fromkeys(i for c in columns for i in explain.items_behind(pack, c, row))
    return {
        **_brief(pack, trace),
        "sentences": [_said(pack, clause, row) for clause in trace.unknown],
        "items": [pack.items[i] for i in items],
    }


def _closed(pack: Pack, trace: OfferingTrace, row: Mapping[str, object]) -> dict[str, Any]:
    return {
        **_brief(pack, trace),
        "sentences": [_said(pack, clause, row) for clause in trace.failing],
        "unknown": len(trace.unknown),
    }


def _said(pack: Pack, clause: Any, row: Mapping[str, object]) -> dict[str, str]:
    return {x: explain.clause_sentence(pack, clause, row, x) for x in explain.LANGUAGES}


def _links(request: Any, offering: str) -> dict[str, Any]:
    """Give where an offering is shown and where one can apply for it."""
    link = reverse("insights:offer", args=[offering])
    return {"link": link, "act": apply_at(request, offering)}


def apply_at(request: Any, offering: str) -> dict[str, Any] | None:
    """Give the address of the form to apply by, which an app above has, to who may apply."""
    if not request.actor.may("case.open"):
        return None
    url = reverse("cases:application_new", args=[offering])
    return {"url": url, "label": {"zh": "申请", "en": "Apply"}}


def _why_not(policy: Policy, offering: str, row: Mapping[str, object]) -> explain.Report:
    """Look for what stands between: a search, which only the page of one offering makes."""
    pack = policy.pack
    return explain.whynot_report(pack, "offerings", offering, row, pack.asof, rules=policy.rules)


@door("offers.read")
def offer(request: Any, offering: str) -> HttpResponse:
    """Show one offering clause by clause, with its terms, its citations and its handbook."""
    known = standing(request)
    if known is None:
        return nothing_known(request)
    policy = policy_of(known.snapshot)
    pack, row = policy.pack, known.row
    if offering not in policy.plan.clauses:
        raise Http404
    (trace,) = matching.explain_one(
        pack, row, asof=pack.asof, plan=policy.plan, offerings=[offering]
    )
    terms = matching.terms_of(policy.plan.terms[offering], row, asof=pack.asof)
    # What a closed offering would have given is no offer; its page shows no sum.
    given_terms = terms if trace.verdict == "yes" else None
    report = explain.offering_report(pack, trace, row, terms=given_terms)
    own, personal = consent_asked(pack, items_of_offering(pack, policy.plan, offering))
    given = pack.offerings[offering]
    words = pack.vocabularies
    context = {
        "known": known,
        "offer": report,
        "given": given,
        "kind_label": KINDS[given.kind],
        "act": apply_at(request, offering) if trace.verdict == "yes" else None,
        "purposes": [words["purpose"].entries[p] for p in given.purposes],
        "security": [words["security"].entries[s] for s in given.security],
        "repayment": [words["repayment"].entries[r] for r in given.repayment],
        "items": [pack.items[i] for i in own],
        "personal": [pack.items[i] for i in personal],
        "conditions": [
            {"label": c.label, **explain.citation_report(pack, c.cite)} for c in given.conditions
        ],
        "named_in": explain.citation_report(pack, given.named_in) if given.named_in else None,
        "why": None if trace.verdict == "yes" else _why_not(policy, offering, row),
    }
    return render(request, "insights/offer.html", context)
