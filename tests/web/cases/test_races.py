"""Two at the same moment, each with a connection of its own: one wins, the other hears why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.cases.actions import applications as apply
from huoshui.web.cases.actions.deciding import decide_automatically
from huoshui.web.cases.actions.quotas import quota_set
from huoshui.web.cases.models import Case, Decision, Move, Quota
from tests.web.cases.given import LOAN, TODAY, WAN, Stage, seen
from tests.web.insights.given import AT


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do things in threads with their own connections, all let go together; give what came."""
    barrier, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        barrier.wait(30)
        try:
            found[place] = deed()
        except Refused as refused:
            found[place] = refused  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_the_last_of_a_quota_goes_to_one_of_two_and_the_other_meets_an_officer(
    stage: Stage, monkeypatch: Any
) -> None:
    officer, head = stage.officer(), stage.officer("bank_head")
    with acting(head):
        quota_set(head, at=AT, today=TODAY, offering=LOAN, total_fen=30 * WAN)
    # Submitted, but not decided yet: as if the web process had died in between.
    monkeypatch.setattr("huoshui.web.cases.actions.effects.decide_soon", lambda *a, **k: None)
    cases = [stage.submitted(stage.owner()) for _ in range(2)]
    at_once(*(lambda c=c: decide_automatically(c, at=AT, today=TODAY) for c in cases))
    states = sorted(seen(officer, case).state for case in cases)
    assert states == ["approved", "submitted"]
    with acting(officer):
        assert Quota.objects.get(offering=LOAN).taken_fen == 20 * WAN
        referred = Decision.objects.get(outcome="referred")
        assert "quota_used_up" in [each["reason"] for each in referred.reasons]


def test_two_officers_cannot_both_take_the_last_of_a_quota(stage: Stage) -> None:
    head = stage.officer("bank_head")
    officers = [stage.officer(), stage.officer()]
    with acting(head):
        quota_set(head, at=AT, today=TODAY, offering=LOAN, total_fen=30 * WAN)
    cases = [stage.submitted(stage.owner(approved=False)) for _ in range(2)]
    for officer, case in zip(officers, cases, strict=True):
        with acting(officer):
            apply.application_take(officer, at=AT, today=TODAY, case=case.id)

    def approve(officer: Any, case: Case) -> Case:
        with acting(officer):
            return apply.application_approve(
                officer,
                at=AT,
                today=TODAY,
                case=case.id,
                amount_fen=20 * WAN,
                rate_bp=400,
                months=12,
            )

    found = at_once(*(lambda o=o, c=c: approve(o, c) for o, c in zip(officers, cases, strict=True)))
    (refused,) = [each for each in found if isinstance(each, Refused)]
    assert refused.problems[0].code in ("quota.used_up", "move.quota_used_up")
    with acting(head):
        assert Quota.objects.get(offering=LOAN).taken_fen == 20 * WAN


def test_one_form_posted_twice_at_once_opens_one_application(stage: Stage) -> None:
    owner = stage.owner()
    stage.officer()
    found = at_once(*(lambda: stage.draft(owner, key="one form") for _ in range(4)))
    assert len({each.id for each in found}) == 1
    with acting(owner):
        assert Case.objects.count() == 1
        assert Move.objects.count() == 1


def test_two_officers_who_take_one_application_at_once_are_told_apart(stage: Stage) -> None:
    case = stage.submitted(stage.owner(approved=False))

    def take(officer: Any) -> Case:
        with acting(officer):
            return apply.application_take(officer, at=AT, today=TODAY, case=case.id)

    officers = [stage.officer(), stage.officer()]
    found = at_once(*(lambda o=o: take(o) for o in officers))
    (refused,) = [each for each in found if isinstance(each, Refused)]
    assert refused.problems[0].code == "move.not_from_here"


def test_a_withdrawal_and_an_approval_at_once_leave_one_of_them(stage: Stage) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    with acting(officer):
        apply.application_take(officer, at=AT, today=TODAY, case=case.id)

    def withdraw() -> Case:
        with acting(owner):
            return apply.application_withdraw(
                owner, at=AT, today=TODAY, case=case.id, reasons=["other"]
            )

    def approve() -> Case:
        with acting(officer):
            return apply.application_approve(
                officer, at=AT, today=TODAY, case=case.id, amount_fen=WAN, rate_bp=400, months=12
            )

    found = at_once(withdraw, approve)
    assert sum(isinstance(each, Refused) for each in found) == 1
    state = seen(owner, case).state
    with acting(officer):
        taken = Quota.objects.filter(offering=LOAN).values_list("taken_fen", flat=True).first()
    assert (state, taken or 0) in (("withdrawn", 0), ("approved", WAN))
