"""An entry stays as it was written: by privilege, by policy and by trigger."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add, payload_erase
from huoshui.web.audit.actions.refusals import refusal_record
from huoshui.web.audit.models import Entry, Payload
from huoshui.web.audit.queries.record import Wanted, entries, entry_shown
from huoshui.web.audit.rules.actor import NOBODY, SYSTEM, Actor, ActorRefusal
from huoshui.web.audit.rules.refusals import RecordRefusal
from huoshui.web.project.database import Database, Role
from tests.web.audit.given import AT, BANK, OFFICER, OPERATOR, OTHER_FIRM, OWNER, entry
from tests.web.databases import AsRole

pytestmark = pytest.mark.usefixtures("database")
TABLES = ("audit_entry", "audit_payload", "audit_seal")


def numbers(viewer: Actor, wanted: Wanted | None = None) -> list[int]:
    with acting(viewer):
        return [each.id for each in entries(viewer, wanted).entries]


def test_an_entry_says_who_did_what_when_and_why_and_keeps_its_payload_apart() -> None:
    number = entry()
    with acting(OFFICER):
        shown = entry_shown(OFFICER, number)
    assert shown is not None
    assert shown.is_sound
    assert shown.seal is None
    kept = shown.entry
    assert (kept.at, kept.actor, kept.action) == (AT, "李敏 (bank_officer)", "case.approved")
    assert kept.payload is not None
    assert kept.payload.body == {"amount_fen": 300_000_000, "on": "2026-11-20", "说明": "同意"}


def test_whatever_people_type_can_be_kept_and_still_verifies() -> None:
    odd = {"a\x00b": "\ud800 \u0000 '\"\\ \U0001f600", "n": 10**30, "f": 0.1, "d": Decimal("1.50")}
    number = entry(payload={**odd, "nested": [{"z": None, "a": True}]}, reason="a\x00", object_id=7)
    with acting(OFFICER):
        shown = entry_shown(OFFICER, number)
    assert shown is not None
    assert shown.is_sound
    assert shown.entry.payload is not None
    assert shown.entry.payload.body["f"] == "0.1"


def test_an_entry_is_part_of_its_deed_and_goes_with_it() -> None:
    def deed() -> None:
        with acting(OFFICER):
            given = {"at": AT, "action": "x.done", "object_kind": "x", "object_id": "1"}
            entry_add(OFFICER, **given, institution=BANK)
            raise RuntimeError("the deed fails")

    with pytest.raises(RuntimeError):
        deed()
    assert numbers(OPERATOR) == []


def test_an_entry_without_a_transaction_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="transaction of its deed"):
        entry_add(OFFICER, at=AT, action="x", object_kind="x", object_id="1")


def test_each_reads_what_concerns_them_and_the_operator_reads_all() -> None:
    about_both = entry()
    own_only = entry(subject=None)
    of_other = entry(OWNER, subject=OTHER_FIRM, institution=None)
    assert numbers(OPERATOR) == [of_other, own_only, about_both]
    assert numbers(OFFICER) == [own_only, about_both]
    assert numbers(OWNER) == [of_other, about_both]  # the one they wrote themselves, too
    stranger = dataclasses.replace(OWNER, subject=OTHER_FIRM, person=UUID(int=77))
    assert numbers(stranger) == [of_other]
    assert numbers(NOBODY) == []


def test_who_may_not_read_the_record_sees_their_own_deeds_only() -> None:
    entry(OPERATOR)
    mine = entry()
    without = dataclasses.replace(OFFICER, permissions=frozenset())
    assert numbers(without) == [mine]
    with acting(without):
        assert entry_shown(without, mine - 1) is None


def test_without_an_actor_there_is_no_record() -> None:
    entry()
    assert Entry.objects.count() == 0
    assert Payload.objects.count() == 0


def test_a_payload_is_read_by_whoever_reads_its_entry() -> None:
    entry(subject=OTHER_FIRM)
    with acting(OWNER):
        assert Payload.objects.count() == 0
    with acting(OFFICER):
        assert Payload.objects.count() == 1


def test_nobody_writes_in_anothers_name() -> None:
    given = {"at": AT, "action": "x.done", "object_kind": "x", "object_id": "1"}
    for other in (OPERATOR, dataclasses.replace(OFFICER, person=UUID(int=99))):
        with pytest.raises(DatabaseError, match="row-level security"), acting(OFFICER):
            entry_add(other, **given)


def test_an_entry_cannot_be_put_into_another_transactions_span() -> None:
    insert = (
        "INSERT INTO audit_entry (id, xid, at, actor_kind, actor, person_id, action, object_kind,"
        " object_id, digest) VALUES (1, '3', now(), 'institution', 'x', %s, 'x', 'x', 'x', '')"
    )
    with (
        pytest.raises(DatabaseError, match="belongs to the transaction"),
        acting(OFFICER),
        connection.cursor() as cursor,
    ):
        cursor.execute(insert, [OFFICER.person])


CHANGES = [
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "DROP TABLE {table}",
    "SET session_replication_role = replica",
]
COLUMN = {"audit_entry": "reason", "audit_payload": "body", "audit_seal": "hash"}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["web", "jobs"])
def test_neither_web_nor_jobs_can_change_the_record(
    as_role: AsRole, role: Role, table: str, change: str
) -> None:
    entry()
    kind = "operator" if role == "web" else "system"
    connected = as_role(role)
    connected.execute("SELECT set_config('huoshui.kind', %s, true)", [kind])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connected.execute(change.format(table=table, column=COLUMN[table]))


@pytest.mark.parametrize("change", CHANGES[:3])
@pytest.mark.parametrize("role", ["owner", "admin"])
def test_not_even_the_owner_or_a_superuser_changes_it_without_switching_triggers_off(
    as_role: AsRole, role: Role, change: str
) -> None:
    entry()
    connected = as_role(role)
    for setting in ("origin", "replica") if role == "admin" else ("origin",):
        if role == "admin":
            connected.execute(f"SET session_replication_role = {setting}")
        for table in TABLES[:2]:
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege, match="only"),
                connected.transaction(),
            ):
                connected.execute(change.format(table=table, column=COLUMN[table]))


def test_an_operator_erases_a_payload_and_that_is_recorded() -> None:
    number = entry()
    with acting(OPERATOR):
        told = payload_erase(OPERATOR, entry=number, at=AT, reason="当事人申请删除")
    with acting(OPERATOR):
        shown = entry_shown(OPERATOR, number)
        assert shown is not None
        assert shown.is_sound
        assert shown.entry.payload is not None
        assert (shown.entry.payload.salt, shown.entry.payload.body) == (None, None)
        assert shown.erasure is not None
        assert (shown.erasure.id, shown.erasure.reason) == (told, "当事人申请删除")


def erase(actor: Actor, number: int, reason: str = "because") -> str:
    with pytest.raises(Refused) as refused, acting(actor):
        payload_erase(actor, entry=number, at=AT, reason=reason)
    return refused.value.problems[0].code


def test_an_erasure_is_refused_for_a_reason() -> None:
    number = entry()
    bare = entry(payload=None)
    assert erase(OFFICER, number) == ActorRefusal.NOT_PERMITTED.code
    assert erase(OPERATOR, number, " ") == RecordRefusal.REASON_MISSING.code
    assert erase(OPERATOR, 10**9) == RecordRefusal.ENTRY_UNKNOWN.code
    assert erase(OPERATOR, bare) == RecordRefusal.PAYLOAD_GONE.code
    with acting(OPERATOR):
        payload_erase(OPERATOR, entry=number, at=AT, reason="first")
    assert erase(OPERATOR, number) == RecordRefusal.PAYLOAD_GONE.code


@pytest.mark.parametrize("actor", [OFFICER, OPERATOR])
def test_the_database_erases_for_the_operator_only_and_only_with_an_entry(actor: Actor) -> None:
    number = entry()
    with (
        pytest.raises(DatabaseError, match=r"only the operator|its own transaction"),
        acting(actor),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT audit_payload_erase(%s, now())", [number])


def test_a_refusal_is_recorded_after_its_transaction_rolled_back() -> None:
    def deed() -> None:
        with acting(OFFICER):
            entry_add(
                OFFICER, at=AT, action="case.taken", object_kind="case", object_id="1",
                institution=BANK,
            )  # fmt: skip
            raise ActorRefusal.NOT_PERMITTED.refuse(name="李敏", permission="case.decide")

    with pytest.raises(Refused) as refused:
        deed()
    number = refusal_record(OFFICER, at=AT, problems=refused.value.problems, path="/cases/1")
    assert numbers(OFFICER) == [number]
    with acting(OFFICER):
        shown = entry_shown(OFFICER, number)
    assert shown is not None
    assert shown.entry.reason == "actor.not_permitted"
    assert shown.entry.payload is not None
    assert shown.entry.payload.body["path"] == "/cases/1"


def test_what_nobody_in_particular_was_refused_is_recorded_too() -> None:
    problem = ActorRefusal.NOT_SIGNED_IN.problem()
    number = refusal_record(NOBODY, at=AT, problems=[problem], path="/sign-in")
    assert numbers(OPERATOR) == [number]


def test_the_list_narrows_by_deed_object_name_and_day_and_goes_on_page_by_page() -> None:
    first = entry(action="need.stated", object_kind="need", object_id="N-1")
    second = entry(at=AT + dt.timedelta(days=1))
    third = entry(OPERATOR)
    assert numbers(OPERATOR, Wanted(action="need")) == [first]
    assert numbers(OPERATOR, Wanted(action="case.approved")) == [third, second]
    assert numbers(OPERATOR, Wanted(object_kind="need", object_id="N-1")) == [first]
    assert numbers(OPERATOR, Wanted(actor="赵")) == [third]
    assert numbers(OPERATOR, Wanted(since=AT + dt.timedelta(hours=1))) == [second]
    assert numbers(OPERATOR, Wanted(until=AT + dt.timedelta(hours=1))) == [third, first]
    with acting(OPERATOR):
        page = entries(OPERATOR, limit=2)
        rest = entries(OPERATOR, limit=2, before=page.before)
    assert [each.id for each in (*page.entries, *rest.entries)] == [third, second, first]
    assert rest.before is None


def test_the_jobs_process_records_in_its_own_name(
    switch_role: Callable[[Role], None], database: Database
) -> None:
    switch_role("jobs")
    number = entry(SYSTEM, subject=None, institution=None)
    assert numbers(SYSTEM) == [number]
    switch_role("web")
    with pytest.raises(DatabaseError, match="row-level security"):
        entry(SYSTEM)
