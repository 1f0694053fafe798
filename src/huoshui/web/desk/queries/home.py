"""What somebody looks at first: what waits for them, and what is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from huoshui import explain, matching, ratings
from huoshui.web.agreements.models import Agreement
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case
from huoshui.web.cases.queries import cases, quotas
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.queries import jobs, messages
from huoshui.web.insights.queries.growth import places
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.queries.profile import known_of
from huoshui.web.insights.queries.snapshots import snapshot_in_use
from huoshui.web.insights.rules.rungs import drawn
from huoshui.web.parties.models import Institution
from huoshui.web.parties.queries.consents import consents, requests_open
from huoshui.web.sources.models import FeedState, Quarantined

SHOWN = 6
"""Rows of a list on the home page; the whole list is a click away."""


def subject_home(viewer: Actor, *, today: dt.date) -> dict[str, Any]:
    """Give a subject's scores, how much is open to it, and its cases on their way."""
    found: dict[str, Any] = {
        "cases": _rows(_under_way(today)[:SHOWN], today),
        "agreements": Agreement.objects.count(),
        "consents": consents(viewer).filter(withdrawn_at=None).count(),
        "messages": messages.inbox(viewer)[:SHOWN],
    }
    if snapshot_in_use() is None:
        return found
    known = known_of(viewer, subject=viewer.subject)
    if known is None:
        return found
    policy = policy_of(known.snapshot)
    traces = matching.explain_one(
        policy.pack, known.row, asof=known.snapshot.asof, plan=policy.plan
    )
    verdicts = [trace.verdict for trace in traces]
    open_to = matching.offers(
        policy.pack, known.row, asof=known.snapshot.asof, plan=policy.plan, traces=traces
    )
    return found | {
        "known": known,
        "drawn": drawn(policy.pack, places(policy, known.row)),
        "counts": {name: verdicts.count(name) for name in ("yes", "unknown", "no")},
        "best": explain.offers_report(policy.pack, open_to[:3], known.row),
        "ratings": [
            explain.rating_report(
                policy.pack,
                ratings.explain(policy.pack, name, known.row, asof=known.snapshot.asof),
                known.row,
            )
            for name in policy.pack.ratings
        ],
    }


def institution_home(viewer: Actor, *, at: dt.datetime, today: dt.date) -> dict[str, Any]:
    """Give an institution's queue by state, what is late, its needs and its quotas."""
    return {
        "states": _states(viewer, today),
        "late": cases.queue(viewer, at=at, filters=cases.Filters(is_late=True)).total,
        "queue": _rows(cases.queue(viewer, at=at, filters=_waiting(today)).cases[:SHOWN], today),
        "needs": cases.needs_shown(viewer)[:SHOWN],
        "quotas": quotas.quotas(viewer, today=today)[:SHOWN] if viewer.may("quota.read") else [],
        "messages": messages.inbox(viewer)[:SHOWN],
    }


def _under_way(today: dt.date) -> QuerySet[Case]:
    """Give the cases that have not ended, the last moved first."""
    ended = Q()
    for kind in (cases.NEED, cases.APPLICATION):
        states = cases.machine_on(kind, today).workflow.states
        ended |= Q(kind=kind, state__in=[name for name, state in states.items() if state.ends])
    return Case.objects.exclude(ended).select_related("institution").order_by("-moved_at")


def _rows(found: Iterable[Case], today: dt.date) -> list[dict[str, Any]]:
    """Give cases with the label of the state each is in."""
    rows = []
    for case in found:
        state = cases.machine_on(case.kind, today).workflow.states.get(case.state)
        rows.append({"case": case, "state": state.label if state else case.state})
    return rows


def _waiting(today: dt.date) -> cases.Filters:
    """Narrow a queue to the applications that have not ended."""
    states = cases.machine_on(cases.APPLICATION, today).workflow.states
    return cases.Filters(states=tuple(name for name, state in states.items() if not state.ends))


def _states(viewer: Actor, today: dt.date) -> list[Mapping[str, Any]]:
    counted = cases.counts(viewer)
    workflow = cases.machine_on(cases.APPLICATION, today).workflow
    return [
        {"state": name, "label": state.label, "count": counted.get(name, 0)}
        for name, state in workflow.states.items()
        if not state.ends and (name in counted or state.waits_for == "institution")
    ]


def operator_home(viewer: Actor, *, today: dt.date) -> dict[str, Any]:
    """Give how fresh the feeds are, what was set aside, and what failed."""
    late = never = 0
    feeds = list(FeedState.objects.all())
    for feed in feeds:
        if feed.newest_true_on is None:
            never += 1
        elif (today - feed.newest_true_on).days > feed.fresh_days:
            late += 1
    return {
        "feeds": len(feeds),
        "late": late,
        "never": never,
        "set_aside": Quarantined.objects.filter(resolved_in=None).count(),
        "institutions": Institution.objects.count(),
        "dead": Job.objects.filter(status="dead").count(),
        "jobs": jobs.jobs(viewer)[:SHOWN] if viewer.may("jobs.read") else [],
        "snapshot": snapshot_in_use(),
    }


def person_home(viewer: Actor) -> dict[str, Any]:
    """Give what waits for a person's own answer."""
    return {
        "requests": list(requests_open(viewer)[:SHOWN]),
        "consents": consents(viewer).count(),
        "messages": messages.inbox(viewer)[:SHOWN],
    }
