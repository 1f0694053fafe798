"""A draft in shadow is asked of every case submitted or decided, and decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from huoshui.policy.schema import PERMISSIONS
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions.shadowing import cases_shadow
from huoshui.web.cases.models import Decision
from huoshui.web.sources.actions import candidates
from huoshui.web.sources.actions.shadowing import shadow_begin
from huoshui.web.sources.models import Candidate, Disagreement, ShadowedCase
from tests.web.cases.given import LOAN, TODAY, Stage, seen
from tests.web.insights.given import AT

Switch = Callable[[str], None]


def operator() -> Actor:
    words = frozenset(n for n, p in PERMISSIONS.items() if "operator" in p.parties)
    return Actor("operator", "沈若谷", person=uuid4(), permissions=words)


def in_shadow(actor: Actor, part: str, value: str) -> Candidate:
    """Put a draft in shadow that differs from the packs in force in one threshold of the loan."""
    edit: dict[str, Any] = {
        "kind": "offerings",
        "id": LOAN,
        "part": part,
        "day": TODAY,
        "new": value,
        "cite": "house#offer-terms",
        "reason": "a test of shadow",
    }
    with acting(actor):
        made = candidates.candidate_draft(actor, at=AT, today=TODAY, name="Shadow")
        candidates.edit_add(actor, at=AT, candidate=made.id, edit=edit)
        return shadow_begin(actor, at=AT, today=TODAY, candidate=made.id)


def shadowed(switch_role: Switch) -> int:
    switch_role("jobs")
    asked = cases_shadow(at=AT, today=TODAY)
    switch_role("web")
    return asked


def test_a_stricter_draft_is_written_down_and_the_decision_stands(
    stage: Stage, switch_role: Switch
) -> None:
    actor = operator()
    draft = in_shadow(actor, "value:least_cover", "1000")
    owner, officer = stage.owner(), stage.officer()
    case = stage.submitted(owner)
    assert case.state == "approved", "the packs in force decide, and they alone"
    assert shadowed(switch_role) == 2
    with acting(actor):
        found = list(Disagreement.objects.filter(candidate=draft, kind="case").order_by("n"))
        assert [each.moment for each in found] == ["submitted", "decided"]
        for each in found:
            assert (each.definition, each.in_force, each.verdict) == (LOAN, "yes", "no")
            assert each.clauses
            assert (each.case, each.ref) == (case.id, case.ref)
    assert shadowed(switch_role) == 0, "each step is asked of once"
    with acting(officer):
        assert Decision.objects.get(case=case).outcome == "approved"
        assert not Disagreement.objects.exists(), "a bank does not see what a draft would say"
    assert seen(owner, case).state == "approved"


def test_a_draft_that_comes_to_the_same_is_counted_as_agreeing(
    stage: Stage, switch_role: Switch
) -> None:
    actor = operator()
    draft = in_shadow(actor, "value:longest", "11")
    stage.officer()
    stage.submitted(stage.owner())
    assert shadowed(switch_role) == 2
    with acting(actor):
        asked = ShadowedCase.objects.filter(candidate=draft)
        assert [each.agrees for each in asked] == [True, True]
        assert not Disagreement.objects.exists()


def test_without_a_draft_in_shadow_nothing_is_asked(stage: Stage, switch_role: Switch) -> None:
    stage.officer()
    stage.submitted(stage.owner())
    assert shadowed(switch_role) == 0
