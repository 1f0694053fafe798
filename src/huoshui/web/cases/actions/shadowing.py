"""A draft in shadow is asked of every case that is submitted or decided, and decides nothing.

It is asked by the jobs process, within a minute of the step and after its transaction: a draft
can neither delay a decision nor undo one.  Both versions are asked of the very row that the step
rested on; what no consent covered was unknown to the one and is unknown to the other.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from huoshui.kernel.errors import Refused
from huoshui.pipeline.beside import shadow_one
from huoshui.pipeline.requests import archived
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import read_pack
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.cases.models import Case, Decision, Move
from huoshui.web.cases.queries.cases import APPLICATION, machine_on
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.queries.policy import policy_of
from huoshui.web.insights.queries.profile import known_of
from huoshui.web.sources.models import Candidate, Disagreement, ShadowedCase
from huoshui.web.sources.queries.candidates import in_shadow

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Steps asked of in one go; the next minute takes the rest."""

SUBMITTED, DECIDED = "submitted", "decided"


@dataclass(frozen=True)
class _Asked:
    """A step of a case, and the row that it rested on."""

    case: UUID
    ref: str
    n: int
    moment: str
    offering: str
    entity: str
    snapshot: Snapshot
    row: Mapping[str, Any]


def cases_shadow(*, at: dt.datetime, today: dt.date) -> int:
    """Ask the draft in shadow of the steps it has not been asked of; give how many those were."""
    with acting(SYSTEM):
        candidate = in_shadow()
        if candidate is None:
            return 0
        waiting = [*_decided(candidate), *_submitted(candidate, today)]
    for asked in waiting:
        try:
            _ask(candidate, asked, at=at)
        except Refused as refused:  # a day or an offering that the draft cannot be read for
            log.warning("case %s is not asked in shadow: %s", asked.ref, refused)
    return len(waiting)


def _decided(candidate: Candidate) -> Iterator[_Asked]:
    """Give the decisions since the draft went into shadow, each with the row it rested on."""
    found = Decision.objects.filter(at__gte=candidate.shadow_since).exclude(entity="")
    for each in (
        found.exclude(_was_asked(candidate)).select_related("case").order_by("at")[:AT_ONCE]
    ):
        snapshot = Snapshot.objects.filter(
            known=each.known, asof=each.asof, pack_digest=each.pack_digest, status="attached"
        ).first()
        known = known_of(SYSTEM, entity=each.entity, snapshot=snapshot) if snapshot else None
        if snapshot is None or known is None:
            continue  # that snapshot is gone by now
        row = {**known.row, **dict.fromkeys(each.inputs["withheld"])}
        yield _Asked(
            each.case_id,
            each.case.ref,
            each.n,
            DECIDED,
            each.offering,
            each.entity,
            snapshot,
            row,
        )


def _submitted(candidate: Candidate, today: dt.date) -> Iterator[_Asked]:
    """Give the applications submitted since then, as the platform knew their subjects."""
    moves = machine_on(APPLICATION, today).moves
    found = Move.objects.filter(
        at__gte=candidate.shadow_since,
        move__in=[name for name, move in moves.items() if "ask_rule" in move.effects],
        case__kind=APPLICATION,
        case__offering__isnull=False,
    )
    for each in (
        found.exclude(_was_asked(candidate)).select_related("case").order_by("at")[:AT_ONCE]
    ):
        used = Snapshot.objects.filter(status="attached", attached_at__lte=each.at)
        snapshot = used.order_by("-attached_at", "-id").first()
        if snapshot is None or each.case.offering is None:
            continue
        known = known_of(SYSTEM, subject=each.subject_id, snapshot=snapshot)
        if known is not None:
            case: Case = each.case
            yield _Asked(
                case.id,
                case.ref,
                each.n,
                SUBMITTED,
                each.case.offering,
                known.entity,
                snapshot,
                known.row,
            )


def _was_asked(candidate: Candidate) -> Exists:
    return Exists(
        ShadowedCase.objects.filter(candidate=candidate, case=OuterRef("case_id"), n=OuterRef("n"))
    )


def _ask(candidate: Candidate, asked: _Asked, *, at: dt.datetime) -> None:
    """Ask both versions of one row, and keep where they differ."""
    day = asked.snapshot.asof
    pack = policy_of(asked.snapshot).pack
    beside = read_pack(tuple(archived(settings.HUOSHUI_HOME, candidate.digest)), day)
    said = shadow_one(pack, beside, asked.row, asked.offering, day)
    with acting(SYSTEM):
        made = ShadowedCase(
            candidate=candidate,
            case=asked.case,
            n=asked.n,
            moment=asked.moment,
            offering=asked.offering,
            agrees=said.agrees,
            at=at,
        )
        ShadowedCase.objects.bulk_create([made], ignore_conflicts=True)
        is_new = ShadowedCase.objects.filter(id=made.id).exists()
        if is_new and not said.agrees:
            Disagreement.objects.create(
                candidate=candidate,
                kind="case",
                of="offerings",
                definition=asked.offering,
                entity=asked.entity,
                case=asked.case,
                n=asked.n,
                ref=asked.ref,
                moment=asked.moment,
                in_force=said.in_force,
                verdict=said.candidate,
                clauses=[clause for clause, _, _ in said.clauses],
                unmeasured=list(said.unmeasured),
                at=at,
            )
