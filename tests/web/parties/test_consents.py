"""Consents: who may give which, until when, and what the database makes of them."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.rules.actor import NOBODY, Actor
from huoshui.web.parties.actions.consents import (
    consent_answer,
    consent_ask,
    consent_give,
    consent_withdraw,
)
from huoshui.web.parties.models import Consent, ConsentRequest, Subject
from huoshui.web.parties.queries.consents import consents, consents_for, requests_open
from huoshui.web.parties.rules.refusals import ConsentRefusal
from tests.web import given
from tests.web.given import AT, DAY, later

pytestmark = pytest.mark.usefixtures("database")

FIRM_CODE, OTHER_CODE = "91430181MA4L0AAA0A", "91430181MA4L0BBB0B"


def _enterprise_items() -> list[str]:
    items = given.pack_on(DAY).items.values()
    return sorted(i.id for i in items if i.consent == "enterprise")[:3]


def _personal_items() -> list[str]:
    return sorted(i.id for i in given.pack_on(DAY).items.values() if i.consent == "person")[:2]


class World:
    """A firm with an owner and a clerk, another firm, and two banks with an officer each."""

    def __init__(self) -> None:
        self.bank = given.institution("huoshui_city_bank")
        self.rival = given.institution("huoshui_rural_bank")
        self.firm = given.subject("甲科技有限公司", FIRM_CODE)
        self.other = given.subject("乙科技有限公司", OTHER_CODE)
        self.owner = given.seated("owner", "firm_owner", subject=self.firm)
        self.clerk = given.seated("clerk", "firm_clerk", subject=self.firm)
        self.stranger = given.seated("stranger", "firm_owner", subject=self.other)
        self.officer = given.seated("officer", "bank_officer", institution=self.bank)
        self.spy = given.seated("spy", "bank_officer", institution=self.rival)

    def give(self, actor: Actor, **changes: object) -> Consent:
        said = {
            "at": AT,
            "today": DAY,
            "subject": self.firm.id,
            "reader": self.bank.id,
            "purpose": "financing_application",
            "items": _enterprise_items(),
            "valid_until": later(days=30),
        } | changes
        with acting(actor):
            return consent_give(actor, **said)  # type: ignore[arg-type]


@pytest.fixture
def world(database: object) -> World:
    return World()


def test_an_owner_s_consent_is_seen_by_the_firm_and_its_reader_alone(world: World) -> None:
    made = world.give(world.owner.actor)
    for seat, sees in (
        (world.owner, True),
        (world.clerk, True),
        (world.officer, True),
        (world.spy, False),
        (world.stranger, False),
    ):
        with acting(seat.actor):
            assert (made in consents(seat.actor)) is sees
    with acting(NOBODY):
        assert not Consent.objects.exists()


def test_a_consent_is_on_record_for_both_sides(world: World) -> None:
    made = world.give(world.owner.actor)
    for seat in (world.owner, world.officer):
        with acting(seat.actor):
            entry = Entry.objects.get(action="consent.given")
            assert entry.object_id == str(made.id)
    with acting(world.spy.actor):
        assert not Entry.objects.filter(action="consent.given").exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"items": ["PERSONAL"]}, ConsentRefusal.PERSONAL),
        ({"items": []}, ConsentRefusal.NOTHING),
        ({"items": ["moonlight"]}, ConsentRefusal.NO_SUCH_ITEM),
        ({"purpose": "curiosity"}, ConsentRefusal.NO_SUCH_PURPOSE),
        ({"valid_until": AT}, ConsentRefusal.ALREADY_OVER),
    ],
    ids=lambda value: value.code if isinstance(value, ConsentRefusal) else "",
)
def test_a_consent_that_cannot_be_is_refused_in_both_languages(
    world: World, changes: dict[str, object], refusal: ConsentRefusal
) -> None:
    if changes.get("items") == ["PERSONAL"]:
        changes = {"items": [*_enterprise_items(), *_personal_items()]}
    with pytest.raises(Refused) as error:
        world.give(world.owner.actor, **changes)
    problem = error.value.problems[0]
    assert problem.code == refusal.code
    assert problem.zh is not None
    with acting(world.owner.actor):
        assert not Consent.objects.exists()


def test_a_clerk_may_not_consent_for_the_firm(world: World) -> None:
    with pytest.raises(Refused) as error:
        world.give(world.clerk.actor)
    assert error.value.problems[0].code == "actor.not_permitted"


def test_nobody_consents_for_another_firm_even_past_the_program(world: World) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        world.give(world.stranger.actor)


def test_an_institution_cannot_write_itself_a_consent(world: World) -> None:
    forged = Actor(
        "institution",
        "forger",
        person=world.officer.person.id,
        institution=world.bank.id,
        permissions=frozenset({"consent.give"}),
    )
    with pytest.raises(ProgrammingError, match="row-level security"):
        world.give(forged)


def test_a_person_s_data_wait_for_that_person_s_own_answer(world: World) -> None:
    person = world.clerk.person
    with acting(world.owner.actor):
        asked = consent_ask(
            world.owner.actor,
            at=AT,
            subject=world.firm.id,
            person=person.id,
            reader=world.bank.id,
            purpose="financing_application",
            items=_personal_items(),
            valid_until=later(days=30),
        )
    own = given.oneself(person)
    with acting(own):
        assert list(requests_open(own)) == [asked]
        assert asked.subject.name
        made = consent_answer(own, at=later(hours=1), today=DAY, request=asked, agree=True)
    assert made is not None
    assert made.giver_id == person.id
    with acting(world.officer.actor):
        in_force = consents_for(
            world.officer.actor, subject=world.firm.id, reader=world.bank.id, at=later(hours=2)
        )
        assert made in in_force
    with acting(own):
        again = ConsentRequest.objects.get(id=asked.id)
    with acting(own), pytest.raises(Refused) as error:
        consent_answer(own, at=later(hours=3), today=DAY, request=again, agree=True)
    assert error.value.problems[0].code == ConsentRefusal.ANSWERED.code


def test_another_person_neither_sees_nor_answers_the_request(world: World) -> None:
    with acting(world.owner.actor):
        asked = consent_ask(
            world.owner.actor,
            at=AT,
            subject=world.firm.id,
            person=world.clerk.person.id,
            reader=world.bank.id,
            purpose="financing_application",
            items=_personal_items(),
            valid_until=later(days=30),
        )
    other = given.oneself(world.stranger.person)
    with acting(other):
        assert not requests_open(other).exists()
        assert not ConsentRequest.objects.filter(id=asked.id).exists()


def test_a_person_cannot_consent_to_the_firm_s_own_data(world: World) -> None:
    with pytest.raises(Refused) as error:
        world.give(given.oneself(world.clerk.person))
    assert error.value.problems[0].code == ConsentRefusal.NOT_PERSONAL.code


def test_withdrawing_ends_a_consent_once_and_for_its_giver_alone(world: World) -> None:
    made = world.give(world.owner.actor)
    spy = Actor(
        "institution", "spy", institution=world.bank.id, permissions=frozenset({"consent.withdraw"})
    )
    for actor in (world.stranger.actor, spy):
        with acting(actor), pytest.raises(Refused) as error:
            consent_withdraw(actor, at=later(hours=1), consent=made.id)
        assert error.value.problems[0].code == ConsentRefusal.ENDED.code
    with acting(world.owner.actor):
        consent_withdraw(world.owner.actor, at=later(hours=1), consent=made.id)
    with acting(world.officer.actor):
        assert not consents_for(
            world.officer.actor, subject=world.firm.id, reader=world.bank.id, at=later(hours=2)
        )


def test_the_end_of_a_consent_is_exact(world: World) -> None:
    world.give(world.owner.actor, valid_until=later(hours=1))
    with acting(world.officer.actor):
        for minutes, there in ((59.99, 1), (60, 0)):
            found = consents_for(
                world.officer.actor,
                subject=world.firm.id,
                reader=world.bank.id,
                at=later(minutes=minutes),
            )
            assert len(found) == there


def test_a_bank_knows_a_firm_by_consent_or_because_it_agreed_to_be_found(world: World) -> None:
    def known() -> bool:
        with acting(world.officer.actor):
            return Subject.objects.filter(id=world.firm.id).exists()

    assert not known()
    world.give(world.owner.actor)
    assert known()


def test_what_a_consent_allows_cannot_be_widened_afterwards(world: World) -> None:
    made = world.give(world.owner.actor)
    with (
        acting(world.owner.actor),
        pytest.raises(ProgrammingError, match="permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE parties_consent SET items = '{registration}' WHERE id = %s", [made.id]
        )
