"""Uncertain pairs: which there are, what speaks for and against each, and a person's word."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui import entities
from huoshui.policy.pack import Pack
from huoshui.web.audit.pages.doors import door
from huoshui.web.insights.actions.deciding import pair_decide, persons_read
from huoshui.web.insights.models import IdentityDecision, Resemblance
from huoshui.web.insights.queries import pairs as queries
from huoshui.web.insights.queries.policy import pack_of
from huoshui.web.insights.queries.snapshots import snapshot_in_use, snapshot_latest
from huoshui.web.insights.rules.pairs import (
    PERSONAL,
    STATUSES,
    WORDS,
    Parts,
    row_of,
    tells_of_persons,
    told,
)
from huoshui.web.insights.rules.refusals import PairRefusal
from huoshui.web.insights.rules.waterfall import Waterfall, signed, waterfall

ORDERS = {
    "facts": {"zh": "等待的事实最多", "en": "Most facts waiting"},
    "weight": {"zh": "证据最强", "en": "Strongest evidence"},
}

LINES = {
    "same": {"zh": "自动关联线", "en": "Links by itself"},
    "review": {"zh": "人工认定线", "en": "Goes to a person"},
    "total": {"zh": "合计", "en": "Sum"},
}
"""What the thresholds and the sum are called in the drawing."""

_FIELDS = {
    PairRefusal.NO_WORD.code: "word",
    PairRefusal.OTHER_SAME.code: "word",
    PairRefusal.SAID_ALREADY.code: "word",
    PairRefusal.NOTHING_SAID.code: "word",
    PairRefusal.NO_REASON.code: "reason",
}
"""Beside which field each problem is shown; any other stands above the form."""


@door("identity.read")
def listed(request: Any) -> HttpResponse:
    """List the pairs of the snapshot in use, those that wait for a person first."""
    snapshot = snapshot_in_use()
    if snapshot is None:
        return render(request, "insights/pairs.html", {"snapshot": None})
    wanted = _wanted(request.GET)
    found = queries.pairs(request.actor, snapshot, wanted)
    shown = found[: queries.SHOWN_MOST]
    said = queries.latest_words(each.pair for each in shown)
    counts = queries.counts_by_status(request.actor, snapshot)
    kept = _kept(request.GET)
    context = {
        "snapshot": snapshot,
        "rows": [_listed(each, said.get(each.pair), snapshot.name) for each in shown],
        "counts": [(name, label, counts.get(name, 0)) for name, label in STATUSES.items()],
        "total": sum(counts.values()),
        "wanted": wanted,
        "orders": ORDERS,
        "pager": _pager(request, snapshot, wanted, shown, len(found) > len(shown), kept),
        "status_query": urlencode({k: v for k, v in kept.items() if k != "status"}),
        "typed": request.GET,
    }
    return render(request, "insights/pairs.html", context)


def _wanted(given: Any) -> queries.Wanted:
    status, order = given.get("status", "review"), given.get("order", "facts")
    facts = _number(given.get("facts", ""))
    after, pair = _number(given.get("after", "")), _id(given.get("pair", ""))
    return queries.Wanted(
        status=status if status in STATUSES else (None if status == "all" else "review"),
        search=given.get("q", "").strip()[:100],
        weight_least=_number(given.get("weight", "")),
        facts_least=None if facts is None else math.ceil(facts),
        order="weight" if order == "weight" else "facts",
        after=None if after is None or pair is None else (after, pair),
    )


def _number(text: str) -> float | None:
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None  # no NaN either


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _kept(given: Any) -> dict[str, str]:
    """Give what a list was narrowed to, for the links that go on from it."""
    named = ("status", "q", "weight", "facts", "order")
    return {name: given[name] for name in named if given.get(name)}


def _pager(
    request: Any,
    snapshot: Any,
    wanted: queries.Wanted,
    shown: list[Resemblance],
    has_more: bool,
    kept: dict[str, str],
) -> dict[str, Any]:
    more = None
    if has_more:
        last = shown[-1]
        more = urlencode({**kept, "after": getattr(last, wanted.order), "pair": last.pair})
    return {
        "first": f"{reverse('insights:pairs')}?{urlencode(kept)}" if wanted.after else None,
        "next": f"?{more}" if more else None,
        "shown": len(shown),
        "total": queries.pairs_count(request.actor, snapshot, wanted),
    }


def _listed(of: Resemblance, said: IdentityDecision | None, in_use: str) -> dict[str, Any]:
    waits = said is not None and said.snapshot == in_use
    return {
        "pair": of,
        "bits": signed(of.weight),
        "status_label": STATUSES.get(of.status, of.status),
        "said": WORDS[said.word] if said is not None and waits else None,
    }


@door("identity.read")
def shown(request: Any, pair: UUID) -> HttpResponse:
    """Show a pair: both sides, the evidence, what waits on it, what was said, and the form."""
    snapshot = snapshot_latest()
    found = queries.pair_of(request.actor, snapshot, pair)
    if found is None:
        raise Http404
    may_decide = request.actor.may("identity.review")
    pack, parts = pack_of(snapshot), told(found.parts, in_full=may_decide)
    if may_decide and tells_of_persons(found.parts):
        names = [part for part in PERSONAL if part in found.parts]
        persons_read(request.actor, at=request.at, pair=pair, parts=names)
    said = queries.words_on(pair)
    drawn, bars = _drawn(pack, found, parts)
    context = {
        "pair": found,
        "status_label": STATUSES.get(found.status, found.status),
        "probability": found.probability,
        "parts": _sides(pack, parts, bars),
        "drawn": drawn,
        "waiting": _waiting(pack, found),
        "others": [
            {"pair": each, "bits": signed(each.weight), "label": STATUSES.get(each.status)}
            for each in queries.others_of(request.actor, found)
        ],
        "said": [{"said": each, "label": WORDS[each.word]} for each in said],
        "is_waiting": bool(said) and said[0].snapshot == snapshot.name,
        "is_masked": not may_decide and tells_of_persons(found.parts),
        "may_decide": may_decide,
        "fields": _fields(request, found, said),
        "problems": [p for p in request.problems if p.code not in _FIELDS],
        "seen": said[0].n if said else 0,
        "snapshot": snapshot,
    }
    return render(request, "insights/pair.html", context)


@door("identity.review", methods=("POST",), again=shown)
def decide(request: Any, pair: UUID) -> HttpResponse:
    """Say whether the two are one, and go to the job that follows."""
    seen = request.POST.get("seen", "")
    decision = pair_decide(
        request.actor,
        at=request.at,
        today=request.today,
        pair=pair,
        word=request.POST.get("word", ""),
        reason=request.POST.get("reason", "")[:2000],
        seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
    )
    return redirect("delivery:job", decision.job)


def _drawn(
    pack: Pack, found: Resemblance, parts: Parts
) -> tuple[Waterfall | None, dict[str, dict[str, Any]]]:
    """Draw the evidence, and give each bar's words and figures for the table beside it."""
    model = pack.linkage
    if model is None:
        return None, {}
    bars = entities.waterfall(pack, row_of({}, parts))
    weighed = [(bar, {"zh": bar.label.zh, "en": bar.label.en}) for bar in bars]
    drawn = waterfall(
        weighed,
        same_bits=model.bits("same_bits"),
        review_bits=model.bits("review_bits"),
        words=LINES,
    )
    said = {
        bar.part: {"bar": place, "sentence": bar.sentence}
        for bar, place in zip(bars, drawn.bars, strict=False)
    }
    return drawn, said


def _sides(pack: Pack, parts: Parts, bars: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a row for what was likely beforehand, then one for each part, both sides of it."""
    model = pack.linkage
    labels = {name: part.label for name, part in model.parts.items()} if model else {}
    before = bars.get("prior")
    rows = [{"label": None, "mine": None, "theirs": None, **before}] if before else []
    for name in [*labels, *(p for p in parts if p not in labels)]:
        _, mine, theirs = parts.get(name, (None, None, None))
        rows.append(
            {
                "label": labels.get(name, name),
                "mine": mine,
                "theirs": theirs,
                "bar": None,
                "sentence": None,
                **bars.get(name, {}),
            }
        )
    return rows


def _waiting(pack: Pack, found: Resemblance) -> list[dict[str, Any]]:
    """Say which facts of the record wait, by item, the most first."""
    return [
        {"item": item, "label": pack.items[item].label if item in pack.items else item, "facts": n}
        for item, n in sorted(found.waiting.items(), key=lambda each: (-each[1], each[0]))
    ]


def _fields(request: Any, found: Resemblance, said: list[IdentityDecision]) -> list[dict[str, Any]]:
    """Give the fields of a word on a pair; only what holds can be taken back."""
    typed = request.POST if request.method == "POST" else {}
    holds = said[0].word != "taken_back" if said else found.status.startswith("decided_")
    words = [word for word in WORDS if word != "taken_back" or holds]
    made: list[dict[str, Any]] = [
        {
            "name": "word",
            "kind": "radio",
            "label": {"zh": "该记录与该主体", "en": "The record and the entity are"},
            "choices": [(word, WORDS[word]) for word in words],
        },
        {
            "name": "reason",
            "kind": "textarea",
            "rows": 3,
            "label": {"zh": "理由", "en": "Reason"},
            "help": {
                "zh": "写明核对了什么，例如登记机关公示信息；理由随认定一并存证。",
                "en": "What you looked at, such as the register; it is kept with the decision.",
            },
        },
    ]
    for field in made:
        field["id"] = f"pair-{field['name']}"
        field["required"] = True
        field["value"] = typed.get(field["name"], "")
        field["problems"] = [p for p in request.problems if _FIELDS.get(p.code) == field["name"]]
    return made
