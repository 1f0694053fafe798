"""Every route stands behind a door, opens for the roles it says, and tells strangers nothing."""

from __future__ import annotations

import re
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.pages.doors import door_of
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor, ActorRefusal
from huoshui.web.project.middleware import InTheActorsName
from tests.doors.given import SECRET, Stranger, World, happened, routes, signed_in, strangers
from tests.web.cases.given import TODAY, Stage

WORDS = {
    "offering": "trust_easy_loan",
    "title": "high_tech",
    "feed": "loans",
    "move": "submit",
    "number": "1",
}
"""What stands for the named parts of addresses that are no ids."""

FINE = {200, 302}
REFUSED = {401, 403, 404, 405, 422}


@pytest.fixture
def world(stage: Stage) -> World:
    return happened(stage)


def _address(route: str, fill: object) -> str:
    def part(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        return str(fill) if kind == "uuid" else WORDS.get(name, "1")

    return "/" + re.sub(r"<(\w+):(\w+)>", part, route)


def _asked(client: Client, method: str, address: str) -> Any:
    return client.get(address) if method == "GET" else client.post(address, {})


def _widest(everybody: list[Stranger]) -> list[Stranger]:
    """Give for each kind of actor the role that may do most: what it cannot see, none can."""
    roles = pack_on(TODAY).roles
    kinds = sorted({each.actor.kind for each in everybody})
    return [
        max((e for e in everybody if e.actor.kind == kind), key=lambda e: len(roles[e.role].may))
        for kind in kinds
    ]


def _doors() -> list[tuple[str, URLPattern, Any]]:
    return [(route, pattern, door_of(pattern.callback)) for route, pattern in routes()]


def test_every_route_stands_behind_a_door() -> None:
    found = _doors()
    assert len(found) > 50, "the walk found the routes"
    assert [route for route, _, door in found if door is None] == []
    open_to_all = {route: door.open_to_all for route, _, door in found if door.open_to_all}
    assert set(open_to_all) == {"sign-in", "sign-out", "language"}, "name a new one here"


def test_every_permission_that_a_door_asks_for_is_held_by_some_role(database: object) -> None:
    held = {word for role in pack_on(TODAY).roles.values() for word in role.may}
    asked = {word for *_, door in _doors() for word in door.permissions}
    assert asked - held == set()


def test_who_has_not_signed_in_gets_nowhere(database: object) -> None:
    for route, _, door in _doors():
        if door.open_to_all:
            continue
        for method in door.methods:
            answer = _asked(Client(), method, _address(route, uuid4()))
            if method == "GET":
                assert (answer.status_code, answer["Location"][:8]) == (302, "/sign-in"), route
            else:
                assert answer.status_code == 401, route


def _is_open(door: Any, role: str) -> bool:
    may = set(pack_on(TODAY).roles[role].may)
    return bool(door.open_to_all or door.signed_in or set(door.permissions) & may)


def test_every_door_lets_in_the_roles_it_says_and_no_other(database: object) -> None:
    for role, (route, _, door) in product(pack_on(TODAY).roles.values(), _doors()):
        actor = Actor(role.party, role.id, role=role.id, permissions=frozenset(role.may))
        assert _comes_in(actor, door) == _is_open(door, role.id), (role.id, route)


def _comes_in(actor: Actor, door: Any) -> bool:
    gate = InTheActorsName(lambda request: HttpResponse())
    try:
        gate._open(SimpleNamespace(actor=actor), door)
    except Refused as refused:
        return refused.problems[0].code != ActorRefusal.NOT_PERMITTED.code
    return True


def test_every_route_as_every_role_opens_or_refuses_and_never_breaks(world: World) -> None:
    """Ask as every role that a door is open to, and of the others as one of the widest roles.

    That no other comes in is the gate's to hold, and the gate is asked for every one above.
    """
    everybody = strangers(world)
    for route, _, door in _doors():
        if route == "sign-out":
            continue
        inside = [each for each in everybody if _is_open(door, each.role)]
        outside = _widest([each for each in everybody if each not in inside])[:1]
        address = _address(route, uuid4())
        for stranger, method in product([*inside, *outside], door.methods):
            answer = _asked(stranger.client, method, address)
            said = (stranger.role, method, route, answer.status_code)
            if stranger in inside:
                assert answer.status_code in FINE | REFUSED - {401, 403, 405}, said
            else:
                assert answer.status_code == 403, said
        for method in {"GET", "POST"} - set(door.methods):  # refused before anybody is known
            answer = _asked(everybody[0].client, method, address)
            assert answer.status_code == 405, (method, route)


def test_ids_of_others_are_not_there_for_any_stranger_on_any_route(world: World) -> None:
    """Behind every door that is open to them; what is behind the others nobody is shown."""
    with_ids = [(r, d) for r, _, d in _doors() if "<uuid:" in r]
    assert len(with_ids) > 10
    for stranger, (route, door) in product(_widest(strangers(world)), with_ids):
        if not _is_open(door, stranger.role):
            continue
        for (kind, fill), method in product(world.ids.items(), door.methods):
            if stranger.actor.kind == "operator" and kind == "job":
                continue  # the operator sees every job: what was asked, never whose data
            answer = _asked(stranger.client, method, _address(route, fill))
            said = (stranger.role, method, route, kind, answer.status_code)
            assert answer.status_code in {403, 404, 422}, said
            assert SECRET not in answer.content.decode(), said


def test_no_stranger_meets_the_firm_on_any_page(world: World) -> None:
    plain = [(r, d) for r, _, d in _doors() if "<uuid:" not in r and "GET" in d.methods]
    for stranger, (route, _) in product(_widest(strangers(world)), plain):
        answer = stranger.client.get(_address(route, ""))
        if route == "record" and stranger.actor.kind == "operator":
            continue  # the operator keeps the record of everybody, payloads aside
        assert SECRET not in answer.content.decode(), (stranger.role, route)


def test_the_two_sides_reach_what_is_theirs(world: World) -> None:
    owner = signed_in(world.stage, world.owner, "firm_owner")
    officer = signed_in(world.stage, world.officer, "bank_officer")
    for client, kind in product((owner, officer), ("case", "decision", "agreement", "consent")):
        place = {"case": "cases", "decision": "decisions"}.get(kind, f"{kind}s")
        answer = client.get(f"/{place}/{world.ids[kind]}")
        assert answer.status_code == 200, (kind, answer.content[-2000:])
    for client, page in product((owner, officer), ("limit/facility", "drawn/loan")):
        kind, _, rest = page.partition("/")
        answer = client.get(f"/agreements/{world.ids[kind]}/{rest}")
        assert answer.status_code == 200, (page, answer.content[-2000:])


def test_a_forged_id_is_recorded_as_a_refusal_of_whoever_tried(world: World) -> None:
    stranger = next(s for s in strangers(world) if s.actor.kind == "institution")
    path = f"/cases/{world.ids['case']}"
    assert stranger.client.get(path).status_code == 404
    with acting(stranger.actor):
        entry = Entry.objects.filter(action="refused", object_id=path).get()
        assert (entry.person_id, entry.reason) == (stranger.actor.person, "actor.not_there")


def test_a_form_without_its_token_is_refused(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(world.stage, world.owner, "firm_owner").cookies
    assert strict.post("/consents/findable", {"findable": "yes"}).status_code == 403
