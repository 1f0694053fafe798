"""Drafts of changed packs, what was published last, and what drafts decide otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from huoshui.web.sources.models import (
    Candidate,
    Difference,
    DifferenceSeen,
    Disagreement,
    PackPublication,
    ShadowedCase,
)

LISTED_MOST = 100


@dataclass(frozen=True)
class Latest:
    """What was published last, in force already or from a later day on."""

    number: int | None  # None: nothing was published yet
    digest: str
    asof: dt.date
    by: str
    at: dt.datetime | None


def latest() -> Latest | None:
    """Give what was published last, or None where nothing was."""
    found = PackPublication.objects.order_by("-id").first()
    if found is None:
        return None
    return Latest(found.pk, found.digest, found.asof, found.published_by, found.published_at)


def candidates() -> list[Candidate]:
    """Give the drafts, the one changed last first."""
    return list(Candidate.objects.order_by("-changed_at", "id")[:LISTED_MOST])


def day_of(candidate: Candidate, today: dt.date) -> dt.date:
    """Give the first day from today on which all of a draft's changes hold."""
    return max([today, *(dt.date.fromisoformat(each["day"]) for each in candidate.edits)])


def differences_of(candidate: Candidate) -> list[Difference]:
    """Give what was compared of a draft, the latest first, without the reports."""
    return list(candidate.differences.defer("result").order_by("-asked_at"))


def difference_now(candidate: Candidate, base: str) -> Difference | None:
    """Give the latest difference made of exactly this draft against exactly these packs."""
    found = candidate.differences.filter(base=base, digest=candidate.digest)
    return found.exclude(made_at=None).defer("result").order_by("-asked_at").first()


def has_seen(person: UUID | None, difference: Difference) -> bool:
    """Say whether somebody has looked at a difference."""
    return DifferenceSeen.objects.filter(difference=difference, person=person).exists()


def in_shadow() -> Candidate | None:
    """Give the draft that runs beside the packs in force, if one does."""
    return Candidate.objects.filter(state="shadow").first()


def disagreements_counted(candidate: Candidate) -> list[dict[str, Any]]:
    """Count what a draft decides otherwise, by kind, definition and the two verdicts."""
    keys = ("kind", "of", "definition", "in_force", "verdict")
    found = Disagreement.objects.filter(candidate=candidate).values(*keys)
    return list(found.annotate(count=Count("id")).order_by(*keys))


def disagreements(
    candidate: Candidate, *, kind: str, definition: str | None, after: UUID | None
) -> Sequence[Disagreement]:
    """List what a draft decides otherwise, a page and one more row."""
    found = Disagreement.objects.filter(candidate=candidate, kind=kind)
    if definition:
        found = found.filter(definition=definition)
    if after is not None:
        found = found.filter(id__gt=after)
    return list(found.order_by("id")[: LISTED_MOST + 1])


def cases_asked(candidate: Candidate) -> dict[str, int]:
    """Count the steps of cases that a draft was asked of, and those it agreed with."""
    found = ShadowedCase.objects.filter(candidate=candidate)
    return {"asked": found.count(), "agreed": found.filter(agrees=True).count()}
