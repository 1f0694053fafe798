"""Conditions before a draw: confirmed once, by the institution alone; the state follows events."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.actions.agreements import condition_meet
from huoshui.web.agreements.models import Agreement, AgreementEvent, Condition
from huoshui.web.agreements.rules.states import CONDITION_MET, READY, WAITING, Happened, folded
from huoshui.web.audit.actions.acting import acting
from huoshui.web.cases.actions.applications import offer_accept
from tests.web.cases.conftest import folder, loaded, parties, stage  # noqa: F401
from tests.web.cases.given import TODAY, Stage
from tests.web.insights.given import AT


@pytest.fixture
def made(stage: Stage) -> tuple[Any, Any, Agreement]:  # noqa: F811
    """An agreement with its owner and an officer."""
    owner, officer = stage.owner(), stage.officer()
    case = stage.submitted(owner)
    with acting(owner):
        return owner, officer, offer_accept(owner, at=AT, today=TODAY, case=case.id)


def test_it_is_ready_once_every_condition_is_met(made: tuple[Any, Any, Agreement]) -> None:
    owner, officer, agreement = made
    with acting(officer):
        codes = list(Condition.objects.values_list("code", flat=True))
        assert codes
        for code in codes:
            assert Agreement.objects.get().state == WAITING
            condition_meet(officer, at=AT, on=TODAY, agreement=agreement.id, code=code)
    with acting(owner):
        assert Agreement.objects.get().state == READY
        numbers = AgreementEvent.objects.order_by("n").values_list("n", flat=True)
        assert list(numbers) == list(range(1, len(codes) + 2))


def test_a_condition_is_confirmed_once_and_by_the_institution_alone(
    made: tuple[Any, Any, Agreement],
) -> None:
    owner, officer, agreement = made
    with acting(officer):
        code = Condition.objects.values_list("code", flat=True)[0]
        condition_meet(officer, at=AT, on=TODAY, agreement=agreement.id, code=code)
    for actor, said, expected in (
        (officer, code, "agreement.already_met"),
        (officer, "nonsense", "agreement.no_such_condition"),
        (owner, code, "actor.not_permitted"),
    ):
        with acting(actor), pytest.raises(Refused) as refused:
            condition_meet(actor, at=AT, on=TODAY, agreement=agreement.id, code=said)
        assert refused.value.problems[0].code == expected
    with acting(owner):
        assert Condition.objects.update(met_at=AT) == 0  # the database holds to it too


def test_another_bank_sees_no_agreement(stage: Stage, made: tuple[Any, Any, Agreement]) -> None:  # noqa: F811
    other = stage.officer(bank="huoshui_rural_bank")
    with acting(other):
        assert not Agreement.objects.exists()
        with pytest.raises(Refused) as refused:
            condition_meet(other, at=AT, on=TODAY, agreement=made[2].id, code="any")
    assert refused.value.problems[0].code == "agreement.unknown"


def test_events_are_only_appended(made: tuple[Any, Any, Agreement]) -> None:
    _, officer, agreement = made
    for sql in ("UPDATE agreements_agreementevent SET n = 9", "DELETE FROM agreements_condition"):
        with acting(officer), pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(sql)
    with acting(officer):
        assert AgreementEvent.objects.get(agreement=agreement).n == 1


CODES = ("papers", "account", "pledge")


@given(st.lists(st.sampled_from(CODES)), st.sets(st.sampled_from(CODES)))
def test_the_state_is_what_the_events_come_to_in_any_order(
    met: list[str], wanted: set[str]
) -> None:
    events = [Happened("made", None), *(Happened(CONDITION_MET, code) for code in met)]
    assert (folded(events, conditions=wanted) == READY) == (wanted <= set(met))
    assert folded(events, conditions=wanted) == folded(events[::-1], conditions=wanted)
