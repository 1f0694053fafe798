"""Pairs of the snapshot in use, as an operator looks for them, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.models import IdentityDecision, Resemblance, Snapshot

SHOWN_MOST = 50

Order = Literal["facts", "weight"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True)
class Wanted:
    """What a list of pairs is narrowed to, and where it goes on."""

    status: str | None = "review"
    search: str = ""
    weight_least: float | None = None
    facts_least: int | None = None
    order: Order = "facts"
    after: tuple[float, UUID] | None = None

    def whole(self) -> Wanted:
        """Give the same from its beginning."""
        return replace(self, after=None)


def pairs(viewer: Actor, snapshot: Snapshot, wanted: Wanted) -> list[Resemblance]:
    """Give pairs of a snapshot in the order asked for, one more than a page holds."""
    viewer.need("identity.read")
    found = _narrowed(snapshot, wanted)
    if wanted.after is not None:
        value, pair = wanted.after
        found = found.filter(
            Q(**{f"{wanted.order}__lt": value}) | Q(**{wanted.order: value}, pair__gt=pair)
        )
    return list(found.order_by(f"-{wanted.order}", "pair")[: SHOWN_MOST + 1])


def pairs_count(viewer: Actor, snapshot: Snapshot, wanted: Wanted) -> int:
    """Count the pairs that a list would show from its beginning to its end."""
    viewer.need("identity.read")
    return int(_narrowed(snapshot, wanted).count())


def _narrowed(snapshot: Snapshot, wanted: Wanted) -> QuerySet[Resemblance]:
    found = Resemblance.objects.filter(snapshot_id=snapshot.pk)
    if wanted.status is not None:
        found = found.filter(status=wanted.status)
    if wanted.search:
        found = found.filter(
            Q(subject_name__icontains=wanted.search)
            | Q(candidate_name__icontains=wanted.search)
            | Q(entity=wanted.search)
        )
    if wanted.weight_least is not None:
        found = found.filter(weight__gte=wanted.weight_least)
    if wanted.facts_least is not None:
        found = found.filter(facts__gte=wanted.facts_least)
    return found


def counts_by_status(viewer: Actor, snapshot: Snapshot) -> dict[str, int]:
    """Count the pairs of a snapshot by how they stand."""
    viewer.need("identity.read")
    found = Resemblance.objects.filter(snapshot_id=snapshot.pk).order_by()
    counted: Iterable[dict[str, Any]] = found.values("status").annotate(pairs=Count("pair"))
    return {each["status"]: each["pairs"] for each in counted}


def pair_of(viewer: Actor, snapshot: Snapshot, pair: UUID) -> Resemblance | None:
    """Give a pair as a snapshot has it."""
    viewer.need("identity.read")
    found: Resemblance | None = Resemblance.objects.filter(
        snapshot_id=snapshot.pk, pair=pair
    ).first()
    return found


def others_of(viewer: Actor, of: Resemblance) -> list[Resemblance]:
    """Give the other entities that the same record may be about, the likeliest first."""
    viewer.need("identity.read")
    same_record = Resemblance.objects.filter(
        snapshot_id=of.snapshot_id, subject_code=of.subject_code, subject_name=of.subject_name
    )
    return list(same_record.exclude(pair=of.pair).order_by("-weight", "pair")[:10])


def words_on(pair: UUID) -> list[IdentityDecision]:
    """Give what was said of a pair, the latest first."""
    return list(IdentityDecision.objects.filter(pair=pair).order_by("-n"))


def latest_words(pairs: Iterable[UUID]) -> dict[UUID, IdentityDecision]:
    """Give the latest word on each of some pairs that anything was said of."""
    found = IdentityDecision.objects.filter(pair__in=list(pairs)).order_by("pair", "-n")
    return {each.pair: each for each in found.distinct("pair")}


def said_same(name: str | None, code: str | None) -> list[IdentityDecision]:
    """Give the words that hold by which a record is the same as an entity."""
    found = IdentityDecision.objects.filter(subject_name=name, subject_code=code)
    latest = found.order_by("pair", "-n").distinct("pair")
    return [each for each in latest if each.word == "same"]
