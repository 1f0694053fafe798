"""What a decision rests on, read under consent and written in the one form that replays compare.

The read is written down by the database; the report comes from the same pure functions that make
it again from the facts (`huoshui replay`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from huoshui.explain.decision import canonical, decision_report
from huoshui.matching.automatic import Asked, AutomaticTrace, Limits, automatic
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case, Quota
from huoshui.web.cases.queries.quotas import day_taken_fen, open_fen
from huoshui.web.cases.queries.reading import consents_of
from huoshui.web.insights.actions.reading import Consented, read_under_consent
from huoshui.web.insights.queries.policy import policy_of


@dataclass(frozen=True)
class Evidence:
    """The report a decision rests on, with everything that it is a function of."""

    trace: AutomaticTrace
    entity: str
    known: int
    asof: dt.date
    pack_digest: str
    inputs: Mapping[str, Any]  # asked, limits, withheld
    reasons: Sequence[Mapping[str, Any]]  # why a rule would refer it, in both languages
    text: str
    sha256: str


def evidence_read(
    actor: Actor, *, at: dt.datetime, today: dt.date, case: Case, quota: Quota | None
) -> Evidence | None:
    """Read the subject's profile under the consents in force and report on the application.

    None where no consent is in force.  The caller holds the case and the quota.
    """
    consents = consents_of(actor, case, at=at)
    if not consents or case.offering is None:
        return None
    read = read_under_consent(
        actor,
        consent=[each.id for each in consents],
        at=at,
        what=f"case {case.ref}",
    )
    return evidence_of_row(actor, today=today, case=case, quota=quota, read=read)


def evidence_of_row(
    actor: Actor, *, today: dt.date, case: Case, quota: Quota | None, read: Consented
) -> Evidence | None:
    """Report on an application from a profile that was read."""
    assert case.offering is not None
    assert case.institution_id is not None
    snapshot, policy = read.snapshot, policy_of(read.snapshot)
    if case.offering not in policy.plan.clauses:
        return None
    # What no consent covers is unknown, as a value that nobody measured is.
    row = {**dict.fromkeys(read.withheld), **read.row}
    asked = asked_of(case)
    _hold_subject(case)
    limits = Limits(
        open_fen=open_fen(actor, case, today=today),
        day_taken_fen=day_taken_fen(
            actor, institution=case.institution_id, offering=case.offering, today=today
        ),
        quota_left_fen=quota.total_fen - quota.taken_fen if quota else None,
        has_quota=quota is not None,
    )
    given: dict[str, Any] = {"asof": snapshot.asof, "plan": policy.plan}
    trace = automatic(policy.pack, case.offering, row, asked, limits, **given)
    report = decision_report(
        policy.pack, row, case.offering, asked, limits, known=snapshot.known, **given
    )
    text = canonical(report)
    return Evidence(
        trace=trace,
        entity=read.entity,
        known=snapshot.known,
        asof=snapshot.asof,
        pack_digest=snapshot.pack_digest,
        inputs={
            "asked": asdict(asked),
            "limits": asdict(limits),
            "withheld": list(read.withheld),
        },
        reasons=report["automatic"]["reasons"],  # type: ignore[index]
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def asked_of(case: Case) -> Asked:
    """Give what an application asks for."""
    fields = case.fields
    return Asked(fields["asked_fen"], fields["asked_months"], fields["purpose"])


def _hold_subject(case: Case) -> None:
    """Let one decision at a time count what a subject has open with an institution."""
    name = f"open {case.institution_id} {case.subject_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
