"""Signing in: guessing is counted and shut out, and nothing says which names exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client, override_settings

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.parties.actions.signing_in import sign_in
from huoshui.web.parties.models import Person, SignInAttempt
from huoshui.web.parties.queries.actors import standings
from huoshui.web.parties.rules.refusals import SignInRefusal
from huoshui.web.project.settings import PASSWORD_HASHERS
from tests.web import given
from tests.web.given import AT, DAY, PASSWORD

HERE = "127.0.0.1"


@pytest.fixture
def officer(database: object) -> given.Seated:
    return given.seated(
        "officer", "bank_officer", institution=given.institution("huoshui_city_bank")
    )


@pytest.fixture
def settings_of_serve() -> Iterator[None]:
    """Passwords are hashed as the served pages hash them, not as tests do."""
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        yield


def _try(name: str, password: str, *, minutes: float = 0, address: str = HERE) -> str:
    """Try to sign in; give the code of the refusal, or nothing."""
    at = AT + dt.timedelta(minutes=minutes)
    try:
        sign_in(at=at, name=name, password=password, address=address)
    except Refused as refused:
        return refused.problems[0].code
    return ""


def test_the_right_password_lets_in_whatever_the_case_of_the_name(officer: given.Seated) -> None:
    assert _try(" Officer ", PASSWORD) == ""
    with acting(officer.actor):
        assert Entry.objects.filter(action="person.signed_in").count() == 1


def test_a_hash_of_the_older_kind_still_opens_and_is_made_anew(
    officer: given.Seated, settings_of_serve: None
) -> None:
    older = PBKDF2PasswordHasher().encode(PASSWORD, "a salt of some length", iterations=10)
    Person.objects.filter(id=officer.person.id).update(password=older)
    assert _try("officer", "guess") == SignInRefusal.WRONG.code
    assert _try("officer", PASSWORD) == ""
    assert Person.objects.get(id=officer.person.id).password.startswith("scrypt$")
    assert _try("officer", PASSWORD, minutes=1) == ""


def test_a_wrong_name_and_a_wrong_password_are_told_alike(officer: given.Seated) -> None:
    assert _try("officer", "guess") == _try("nobody here", "guess") == SignInRefusal.WRONG.code


def test_guessing_shuts_the_name_for_a_while_even_for_the_right_password(
    officer: given.Seated,
) -> None:
    tries, pause = settings.SIGN_IN_TRIES, settings.SIGN_IN_PAUSE_MINUTES
    for nth in range(tries):
        assert _try("officer", f"guess {nth}", address=f"10.0.0.{nth}") == SignInRefusal.WRONG.code
    assert _try("officer", PASSWORD, minutes=pause - 0.1) == SignInRefusal.TOO_MANY.code
    assert _try("officer", PASSWORD, minutes=pause + 0.1) == ""


def test_guessing_many_names_shuts_the_address(officer: given.Seated) -> None:
    for nth in range(settings.SIGN_IN_TRIES_OF_ADDRESS):
        _try(f"name {nth}", "guess")
    assert _try("officer", PASSWORD) == SignInRefusal.TOO_MANY.code
    assert _try("officer", PASSWORD, address="10.0.0.9") == ""


def test_every_attempt_is_kept_though_the_request_was_refused(officer: given.Seated) -> None:
    client = Client()
    answer = client.post("/sign-in", {"name": "officer", "password": "guess"})
    assert answer.status_code == 422
    assert "用户名或密码不正确" in answer.content.decode()
    assert SignInAttempt.objects.filter(sign_in="officer", succeeded=False).count() == 1


def test_somebody_whom_the_platform_no_longer_knows_cannot_sign_in(officer: given.Seated) -> None:
    Person.objects.filter(id=officer.person.id).update(is_active=False)
    assert _try("officer", PASSWORD) == SignInRefusal.WRONG.code


def test_the_session_gets_a_new_key_and_leads_on_to_own_pages_only(officer: given.Seated) -> None:
    client = Client()
    client.post("/language", {"language": "en", "next": "/sign-in"})
    said = {"name": "officer", "password": PASSWORD, "next": "https://elsewhere.example/"}
    answer = client.post("/sign-in", said)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    before = client.session.session_key
    client.post("/sign-out")
    assert client.session.session_key != before
    assert client.get("/")["Location"].startswith("/sign-in")


def test_a_role_ends_on_its_day(officer: given.Seated) -> None:
    assert [s.role.id for s in standings(officer.person, DAY)] == ["bank_officer", "oneself"]
    assert [s.role.id for s in standings(officer.person, DAY - dt.timedelta(days=1))] == ["oneself"]


def test_one_acts_in_one_role_at_a_time_and_only_in_own_ones(officer: given.Seated) -> None:
    client = Client()
    client.force_login(officer.person)
    assert "活水城市银行" in client.get("/").content.decode()
    assert client.post("/acting", {"as": "somebody else's"}).status_code == 422
    assert client.post("/acting", {"as": "oneself"}).status_code == 302
    assert client.get("/queue").status_code == 403


def test_the_language_is_kept_and_is_one_of_two(database: object) -> None:
    client = Client()
    assert "登录" in client.get("/sign-in").content.decode()
    client.post("/language", {"language": "en", "next": "/sign-in"})
    assert "Sign in" in client.get("/sign-in").content.decode()
    client.post("/language", {"language": "tlh", "next": "/sign-in"})
    assert "登录" in client.get("/sign-in").content.decode()


def test_a_head_office_reaches_its_branches_and_a_branch_only_itself(database: object) -> None:
    head = given.institution("huoshui_city_bank")
    branch = given.institution("city_bank_tech_branch")
    of_head = given.seated("head", "bank_head", institution=head)
    of_branch = given.seated("branch", "bank_officer", institution=branch)
    for seat, reached in ((of_head, {head.id, branch.id}), (of_branch, {branch.id})):
        with acting(seat.actor), connection.cursor() as cursor:
            cursor.execute("SELECT actor_institutions()")
            assert {row[0] for row in cursor.fetchall()} == reached
