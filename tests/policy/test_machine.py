"""The case machine: whatever is tried, a case is only ever where its workflow lets it be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Problem, Refused
from huoshui.policy.loader import load
from huoshui.policy.machine import (
    ActorView,
    CaseView,
    FieldRefusal,
    GuardFact,
    Machine,
    Made,
    MoveRefusal,
    machine_of,
    may_move,
    missing_documents,
    move_apply,
    moves_open,
    overdue,
    shown_fields,
)
from huoshui.policy.pack import Pack
from huoshui.policy.schema import EFFECTS, FACT_GUARDS, GUARDS, PERMISSIONS

PACKS = Path(__file__).resolve().parents[2] / "packs"
AT = dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)
HOLDS: dict[str, GuardFact] = dict.fromkeys(FACT_GUARDS, True)
SYSTEM = ActorView("system")
WORKFLOWS = ("financing_application", "need", "product_listing", "subsidy_claim")


@cache
def pack() -> Pack:
    return load([PACKS / "common"], asof=dt.date(2026, 11, 20))


@cache
def machine(name: str = "financing_application") -> Machine:
    return machine_of(pack(), name)


def somebody(role: str, person: str | None = None) -> ActorView:
    found = pack().roles[role]
    return ActorView(found.party, person or role, frozenset(found.may))


def walked(*steps: tuple[str, ActorView, dict[str, Any]], case: CaseView | None = None) -> CaseView:
    """Make moves one after another, each with what is said, all facts holding."""
    case = case or CaseView()
    for move, actor, said in steps:
        fields = {k: v for k, v in said.items() if k != "reasons"}
        reasons = said.get("reasons", ())
        case = move_apply(
            machine(), case, move, actor, fields=fields, reasons=reasons, facts=HOLDS, at=AT
        ).case
    return case


ASK = {"asked_fen": 400_000_000, "asked_months": 12, "purpose": "research"}
GRANT = {"granted_fen": 400_000_000, "granted_bp": 385, "granted_months": 12}
OWNER, OFFICER = somebody("firm_owner"), somebody("bank_officer")
BEGUN = (("open", OWNER, ASK), ("submit", OWNER, {}), ("take", OFFICER, {}))


def codes(problems: list[Problem]) -> set[str]:
    return {problem.code for problem in problems}


def ask(case: CaseView, move: str, actor: ActorView, **more: Any) -> list[Problem]:
    said: dict[str, Any] = {"fields": {}, "facts": HOLDS, "at": AT, **more}
    return may_move(machine(), case, move, actor, **said)


# A value for each field, right or wrong, and any mixture of facts: what a hostile page may send.
VALUES = st.one_of(
    st.integers(-10, 10**12),
    st.sampled_from(["research", "credit", "", "text", "2026-11-20"]),
    st.none(),
    st.booleans(),
    st.lists(st.sampled_from(["credit", "nothing"]), max_size=2),
)


@st.composite
def attempts(
    draw: st.DrawFn, name: str, state: str | None
) -> tuple[str, ActorView, dict[str, Any], dt.timedelta]:
    """Draw a try at a move: often one that may pass, sometimes one that cannot."""
    flow = machine(name)
    near = [m for m, d in flow.moves.items() if (state in d.from_ if state else not d.from_)]
    move = draw(st.sampled_from(near if near and draw(st.integers(0, 9)) else sorted(flow.moves)))
    definition = flow.moves[move]
    if draw(st.integers(0, 9)):
        permissions = frozenset({definition.by}) if definition.by else frozenset[str]()
        actor = ActorView(definition.party, draw(st.sampled_from("abc")), permissions)
    else:
        kind = draw(st.sampled_from(["subject", "institution", "operator", "system", "nobody"]))
        actor = ActorView(kind, None, frozenset(PERMISSIONS))
    good = {"money": 200_000_000, "months": 12, "bp": 380, "text": "words", "day": "2026-11-20"}
    fields: dict[str, Any] = {}
    for field, (form, _) in flow.fields_of(move).items():
        words = sorted(flow.words(form.vocabulary)) if form.vocabulary else []
        right: Any = good.get(
            form.type, words[:1] if form.type == "choices" else (words or [""])[0]
        )
        fields[field] = right if draw(st.integers(0, 19)) else draw(VALUES)
    reasons = sorted(flow.words(definition.reasons))[:1] if definition.reasons else []
    facts = {w: draw(st.sampled_from([True] * 9 + [False, None])) for w in FACT_GUARDS}
    wait = dt.timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 5, 15, 30, 60])))
    return move, actor, {"fields": fields, "reasons": reasons, "facts": facts}, wait


@pytest.mark.parametrize("name", WORKFLOWS)
@settings(max_examples=50)
@given(data=st.data())
def test_a_random_walk_never_leaves_the_states_and_ended_cases_take_no_move(
    name: str, data: st.DataObject
) -> None:
    flow, case, at, entered = machine(name), CaseView(), AT, AT
    for _ in range(data.draw(st.integers(1, 25))):
        move, actor, said, wait = data.draw(attempts(name, case.state))
        at += wait
        problems = may_move(flow, case, move, actor, at=at, **said)
        if problems:
            with pytest.raises(Refused) as refused:
                move_apply(flow, case, move, actor, at=at, **said)
            assert list(refused.value.problems) == problems
            assert all(p.zh and p.fix for p in problems), "said in both languages, with a way out"
            continue
        moved = move_apply(flow, case, move, actor, at=at, **said)
        assert moved.state in flow.states
        assert case.state is None or not flow.states[case.state].ends
        assert not (case.due_at and at >= case.due_at and actor.kind != "system")
        if moved.state != case.state:
            entered = at
        deadline = flow.states[moved.state].deadline
        days = flow.values[deadline.days] if deadline else None
        assert moved.due_at == (None if days is None else entered + dt.timedelta(days=days))
        case = moved.case
        assert [made.move for made in case.moves][-1] == move
    proposers = {made.person for made in case.moves if made.move == "propose"}
    for made in case.moves:
        if made.move in ("approve", "return_proposal", "decline_proposal"):
            assert made.person not in proposers


@pytest.mark.parametrize("name", WORKFLOWS)
@settings(max_examples=50)
@given(data=st.data())
def test_what_is_offered_on_the_page_is_what_may_be_done(name: str, data: st.DataObject) -> None:
    flow, case, at = machine(name), CaseView(), AT
    for _ in range(data.draw(st.integers(1, 15))):
        move, actor, said, wait = data.draw(attempts(name, case.state))
        at += wait
        offered = {o.name: o for o in moves_open(flow, case, actor, facts=said["facts"], at=at)}
        problems = may_move(flow, case, move, actor, at=at, **said)
        if not problems:
            assert move in offered
            assert offered[move].problems == ()
            case = move_apply(flow, case, move, actor, at=at, **said).case
        elif move in offered:
            assert set(offered[move].problems) <= set(problems)
        else:
            assert len(problems) == 1, "where it is not offered, only that is said"


def test_a_deadline_is_exact_to_the_second() -> None:
    case = walked(("open", OWNER, ASK))
    assert case.due_at == AT + dt.timedelta(days=30)
    last = case.due_at - dt.timedelta(seconds=1)
    assert ask(case, "submit", OWNER, at=last) == []
    assert codes(ask(case, "submit", OWNER, at=case.due_at)) == {MoveRefusal.PAST_DEADLINE.code}
    assert codes(ask(case, "expire", SYSTEM, at=last)) == {MoveRefusal.NOT_YET_DUE.code}
    assert ask(case, "expire", SYSTEM, at=case.due_at) == []
    assert overdue(machine(), case, at=last) is None
    assert overdue(machine(), case, at=case.due_at) == "expire"


def test_a_move_that_stays_in_a_state_does_not_start_its_time_anew() -> None:
    case = walked(("open", OWNER, ASK))
    later = AT + dt.timedelta(days=20)
    moved = move_apply(machine(), case, "change", OWNER, fields=ASK, facts=HOLDS, at=later)
    assert moved.due_at == case.due_at


def test_two_pairs_of_eyes_are_never_one_persons() -> None:
    case = walked(*BEGUN, ("propose", OFFICER, {**GRANT, "opinion": "好"}))
    both = frozenset(PERMISSIONS)
    same = ActorView("institution", OFFICER.person, both)
    assert codes(ask(case, "approve", same)) == {MoveRefusal.SAME_PERSON.code}
    assert codes(ask(case, "approve", ActorView("institution", None, both))) == {
        MoveRefusal.SAME_PERSON.code
    }, "nobody named is nobody told apart"
    assert ask(case, "approve", somebody("bank_approver")) == []


def test_who_proposed_before_a_return_does_not_approve_the_next_proposal() -> None:
    both = frozenset(PERMISSIONS)
    a, b = (ActorView("institution", name, both) for name in "ab")
    said = {**GRANT, "opinion": "好"}
    case = walked(
        *BEGUN,
        ("propose", a, said),
        ("return_proposal", b, {"opinion": "再看"}),
        ("propose", b, said),
    )
    assert codes(ask(case, "approve", a)) == {MoveRefusal.SAME_PERSON.code}


def test_what_was_left_empty_is_taken_back_and_what_was_not_asked_stays() -> None:
    case = walked(("open", OWNER, {**ASK, "note": "急用"}))
    assert case.fields["note"] == "急用"
    case = walked(("change", OWNER, {**ASK, "asked_months": 6, "note": ""}), case=case)
    assert "note" not in case.fields
    case = walked(("submit", OWNER, {}), case=case)
    assert case.fields["asked_months"] == 6


def test_an_unknown_fact_never_passes_and_a_fact_may_say_why_itself() -> None:
    case = walked(("open", OWNER, ASK))
    unknown = {**HOLDS, "consent_given": None}
    assert codes(ask(case, "submit", OWNER, facts=unknown)) == {MoveRefusal.NOT_KNOWN.code}
    assert codes(ask(case, "submit", OWNER, facts={})) == {MoveRefusal.NOT_KNOWN.code}
    why = Problem("consent.withdrawn", "It was withdrawn yesterday.")
    assert ask(case, "submit", OWNER, facts={**HOLDS, "consent_given": why}) == [why]


def test_papers_are_needed_from_a_sum_on() -> None:
    small = walked(("open", OWNER, {**ASK, "asked_fen": 500_000_000}))
    assert missing_documents(machine(), small, "submit") == []
    large = walked(("open", OWNER, {**ASK, "asked_fen": 500_000_001}))
    assert missing_documents(machine(), large, "submit") == ["purpose_proof"]
    assert codes(ask(large, "submit", OWNER)) == {MoveRefusal.DOCUMENTS_MISSING.code}


def test_what_an_institution_writes_for_itself_is_shown_to_nobody_else() -> None:
    case = walked(*BEGUN, ("propose", OFFICER, {**GRANT, "opinion": "好"}))
    inside = shown_fields(machine(), case, case.fields, party="institution")
    assert {"granted_fen", "opinion"} <= inside.keys()
    outside = shown_fields(machine(), case, case.fields, party="subject")
    assert "asked_fen" in outside
    assert not {"granted_fen", "opinion"} & outside.keys()
    approved = walked(("approve", somebody("bank_approver"), {}), case=case)
    after = shown_fields(machine(), approved, approved.fields, party="subject")
    assert after["granted_fen"] == GRANT["granted_fen"]
    assert "opinion" not in after


FIELD_FAULTS: list[tuple[FieldRefusal, Callable[[], list[Problem]]]] = [
    (FieldRefusal.MISSING, lambda: ask(CaseView(), "open", OWNER)),
    (FieldRefusal.NOT_ASKED, lambda: opened(rate=3)),
    (FieldRefusal.NOT_A_NUMBER, lambda: opened(asked_fen="ten")),
    (FieldRefusal.NOT_A_NUMBER, lambda: opened(asked_fen=True)),
    (FieldRefusal.NOT_A_NUMBER, lambda: opened(asked_fen=1.5)),
    (FieldRefusal.TOO_SMALL, lambda: opened(asked_fen=-100)),
    (FieldRefusal.TOO_LARGE, lambda: opened(asked_months=361)),
    (FieldRefusal.TOO_LONG, lambda: opened(note="长" * 1001)),
    (FieldRefusal.NOT_A_WORD, lambda: opened(purpose="gambling")),
    (FieldRefusal.NOT_A_WORD, lambda: opened(security=["credit", "soul"])),
    (FieldRefusal.NOT_TEXT, lambda: opened(note=7)),
    (FieldRefusal.NO_REASON, lambda: ask(walked(*BEGUN), "decline", OFFICER)),
    (FieldRefusal.NOT_A_REASON, lambda: ask(walked(*BEGUN), "decline", OFFICER, reasons=["mood"])),
]


def opened(**said: Any) -> list[Problem]:
    return ask(CaseView(), "open", OWNER, fields={**ASK, **said})


@pytest.mark.parametrize(("refusal", "tried"), FIELD_FAULTS, ids=[f.code for f, _ in FIELD_FAULTS])
def test_what_is_wrong_with_something_said_is_told_at_its_field(
    refusal: FieldRefusal, tried: Callable[[], list[Problem]]
) -> None:
    (problem,) = [p for p in tried() if p.code == refusal.code][:1]
    assert problem.where is not None
    assert problem.where.field
    assert problem.zh is not None


def test_a_day_is_a_day() -> None:
    flow = machine()
    day = flow.workflow.fields["note"].model_copy(update={"type": "day"})
    fields = {**flow.workflow.fields, "note": day}
    other = Machine(
        flow.workflow.model_copy(update={"fields": fields}),
        flow.asof,
        flow.values,
        flow.vocabularies,
        flow.offerings,
    )
    said: dict[str, Any] = {"facts": HOLDS, "at": AT}
    bad = may_move(other, CaseView(), "open", OWNER, fields={**ASK, "note": "2026-02-30"}, **said)
    assert codes(bad) == {FieldRefusal.NOT_A_DAY.code}
    given_day = {**ASK, "note": dt.date(2026, 2, 3)}
    moved = move_apply(other, CaseView(), "open", OWNER, fields=given_day, **said)
    assert moved.fields["note"] == "2026-02-03"


def test_every_guard_and_effect_of_the_program_has_words_and_every_refusal_four_templates() -> None:
    assert set(FACT_GUARDS) <= set(GUARDS)
    assert all(label.zh and label.en for label in (*GUARDS.values(), *EFFECTS.values()))
    for refusal in (*MoveRefusal, *FieldRefusal):
        assert len(refusal.value) == 4


def test_every_permission_is_held_by_some_role() -> None:
    held = {word for role in pack().roles.values() for word in role.may}
    assert set(PERMISSIONS) - held == set()


def test_nobody_prepares_and_accepts_in_a_clerks_role() -> None:
    clerk = set(pack().roles["firm_clerk"].may)
    assert not clerk & {"case.accept", "case.submit", "consent.give", "consent.withdraw"}
    assert not set(pack().roles["auditor"].may) - {
        "record.read",
        "record.verify",
        "decision.replay",
        "jobs.read",
        "pack.read",
        "identity.read",
    }


def test_a_made_move_is_told_from_one_that_was_not() -> None:
    case = walked(("open", OWNER, ASK), ("submit", OWNER, {}))
    assert codes(ask(case, "accept", OWNER)) == {MoveRefusal.NOT_FROM_HERE.code}
    referred = CaseView(
        case.state, case.fields, case.due_at, (*case.moves, Made("refer", None, AT))
    )
    assert codes(ask(referred, "approve_by_rule", SYSTEM, fields=GRANT)) == {
        MoveRefusal.ALREADY_MADE.code
    }
    assert codes(ask(case, "fly", OWNER)) == {MoveRefusal.NO_SUCH.code}
    assert codes(ask(case, "take", OWNER)) == {MoveRefusal.NOT_THIS_PARTY.code}
