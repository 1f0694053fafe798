"""An application from its draft to the agreement, by rule and by officers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.models import AgreementEvent, Condition
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.cases.actions import applications as apply
from huoshui.web.cases.actions.deciding import decide_automatically
from huoshui.web.cases.models import Case, Decision, Move, Quota, QuotaUse
from huoshui.web.parties.models import Consent, ConsentRead
from tests.web.cases.given import LOAN, TODAY, WAN, Stage, seen
from tests.web.insights.given import AT


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_what_the_rule_covers_is_approved_as_soon_as_it_is_submitted(stage: Stage) -> None:
    owner, officer = stage.owner(), stage.officer()
    case = stage.submitted(owner)
    assert case.state == "approved"
    with acting(officer):
        decision = Decision.objects.get(case=case)
        assert (decision.outcome, decision.automatic) == ("approved", True)
        assert decision.amount_fen == 20 * WAN
        assert hashlib.sha256(decision.evidence.encode()).hexdigest() == decision.evidence_sha256
        quota = Quota.objects.get(offering=LOAN)
        assert quota.taken_fen == 20 * WAN
        assert ConsentRead.objects.filter(subject_id=owner.subject).count() == 1
    with acting(owner):
        made = apply.offer_accept(owner, at=AT, today=TODAY, case=case.id)
        assert made.state == "waiting_conditions"
        assert Condition.objects.filter(agreement=made).exists()
        assert AgreementEvent.objects.get(agreement=made).kind == "made"
        assert seen(owner, case).state == "accepted"
        assert Entry.objects.filter(action="financing_application.accept").exists()


def test_what_the_rule_does_not_cover_goes_to_an_officer_with_its_reasons(stage: Stage) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    assert case.state == "submitted"
    with acting(officer):
        decision = Decision.objects.get(case=case)
        assert decision.outcome == "referred"
        assert decision.reasons
        assert all(each["sentence"]["zh"] for each in decision.reasons)
        assert not QuotaUse.objects.filter(case=case).exists()


def test_asking_the_rule_twice_decides_once(stage: Stage) -> None:
    owner, officer = stage.owner(), stage.officer()
    case = stage.submitted(owner)
    assert decide_automatically(case, at=AT, today=TODAY) is None
    with acting(officer):
        assert Decision.objects.filter(case=case).count() == 1
        assert QuotaUse.objects.filter(case=case).count() == 1


def test_an_officer_decides_alone_up_to_the_limit_with_evidence_of_the_same_form(
    stage: Stage,
) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    with acting(officer):
        apply.application_take(officer, at=AT, today=TODAY, case=case.id)
        with pytest.raises(Refused) as refused:
            apply.application_approve(
                officer,
                at=AT,
                today=TODAY,
                case=case.id,
                amount_fen=301 * WAN,
                rate_bp=400,
                months=12,
            )
    assert codes(refused) == ["move.above_limit"]
    with acting(officer):
        apply.application_approve(
            officer, at=AT, today=TODAY, case=case.id, amount_fen=15 * WAN, rate_bp=400, months=12
        )
        decision = Decision.objects.get(case=case, outcome="approved")
        assert decision.evidence is not None
        assert not decision.automatic
        assert decision.inputs["asked"]["amount_fen"] == 20 * WAN
    assert seen(owner, case).fields["granted_bp"] == 400


def test_the_second_pair_of_eyes_is_never_the_first(stage: Stage) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    both = stage.officer("bank_approver")
    same = replace(both, person=officer.person)  # one person with a role of each kind
    with acting(officer):
        apply.application_take(officer, at=AT, today=TODAY, case=case.id)
        apply.application_propose(
            officer,
            at=AT,
            today=TODAY,
            case=case.id,
            amount_fen=400 * WAN,
            rate_bp=380,
            months=24,
            opinion="经营稳定",
        )
    with acting(same), pytest.raises(Refused) as refused:
        apply.application_approve(same, at=AT, today=TODAY, case=case.id)
    assert codes(refused) == ["move.same_person"]
    with acting(both):
        apply.application_approve(both, at=AT, today=TODAY, case=case.id)
    assert seen(owner, case).state == "approved"


def test_a_refusal_needs_a_reason_of_the_vocabulary(stage: Stage) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    with acting(officer):
        apply.application_take(officer, at=AT, today=TODAY, case=case.id)
    for reasons, code in (((), "field.no_reason"), (("dislike",), "field.not_a_reason")):
        with acting(officer), pytest.raises(Refused) as refused:
            apply.application_decline(officer, at=AT, today=TODAY, case=case.id, reasons=reasons)
        assert codes(refused) == [code]
    with acting(officer):
        apply.application_decline(
            officer, at=AT, today=TODAY, case=case.id, reasons=["indebtedness"]
        )
        assert Decision.objects.get(case=case, outcome="declined").reasons == [
            {"code": "indebtedness"}
        ]


def test_without_consent_nothing_is_submitted(stage: Stage) -> None:
    owner = stage.owner()
    stage.officer()
    case = stage.draft(owner)
    with acting(owner), pytest.raises(Refused) as refused:
        apply.application_submit(owner, at=AT, today=TODAY, case=case.id)
    assert codes(refused) == ["move.no_consent"]
    assert seen(owner, case).state == "draft"


def test_a_consent_withdrawn_since_lets_the_officer_decline_but_not_approve(stage: Stage) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    with acting(officer):
        apply.application_take(officer, at=AT, today=TODAY, case=case.id)
    with acting(owner):
        Consent.objects.filter(subject_id=owner.subject).update(withdrawn_at=AT)
    with acting(officer), pytest.raises(Refused) as refused:
        apply.application_approve(
            officer, at=AT, today=TODAY, case=case.id, amount_fen=WAN, rate_bp=400, months=12
        )
    assert codes(refused) == ["move.no_consent"]
    with acting(officer):
        apply.application_decline(
            officer, at=AT, today=TODAY, case=case.id, reasons=["documents_incomplete"]
        )
        assert Decision.objects.get(case=case, outcome="declined").evidence is None


def test_posting_a_form_twice_opens_one_application(stage: Stage) -> None:
    owner = stage.owner()
    stage.officer()
    first = stage.draft(owner, key="once")
    second = stage.draft(owner, key="once", amount_fen=99 * WAN)
    assert first.id == second.id
    with acting(owner):
        assert Case.objects.count() == 1
        assert Move.objects.count() == 1


def test_a_draft_is_seen_by_nobody_but_its_subject(stage: Stage) -> None:
    owner, officer, other = stage.owner(), stage.officer(), stage.owner()
    case = stage.draft(owner)
    for stranger in (officer, other):
        with acting(stranger):
            assert not Case.objects.filter(id=case.id).exists()
            assert not Move.objects.filter(case_id=case.id).exists()


def test_another_subjects_case_is_not_there(stage: Stage) -> None:
    owner, other = stage.owner(), stage.owner()
    stage.officer()
    case = stage.submitted(owner)
    with acting(other), pytest.raises(Refused) as refused:
        apply.application_withdraw(other, at=AT, today=TODAY, case=case.id, reasons=["other"])
    assert codes(refused) == ["case.unknown"]


def test_an_offer_turned_down_gives_its_quota_back(stage: Stage) -> None:
    owner, officer = stage.owner(), stage.officer()
    case = stage.submitted(owner)
    with acting(owner):
        apply.offer_decline(owner, at=AT, today=TODAY, case=case.id, reasons=["terms_unsuited"])
    with acting(officer):
        assert Quota.objects.get(offering=LOAN).taken_fen == 0
        kinds = QuotaUse.objects.filter(case=case).values_list("kind", flat=True)
        assert sorted(kinds) == ["given_back", "taken"]


def test_what_the_officer_thinks_is_not_in_the_record_that_both_sides_read(stage: Stage) -> None:
    owner, officer = stage.owner(approved=False), stage.officer()
    case = stage.submitted(owner)
    with acting(officer):
        apply.application_take(officer, at=AT, today=TODAY, case=case.id)
        apply.application_propose(
            officer,
            at=AT,
            today=TODAY,
            case=case.id,
            amount_fen=400 * WAN,
            rate_bp=380,
            months=24,
            opinion="只供内部",
        )
    with acting(owner):
        entry = Entry.objects.get(action="financing_application.propose")
        body: Any = entry.payload.body
        assert "只供内部" not in str(body)
        assert "400" not in str(body["fields"])
