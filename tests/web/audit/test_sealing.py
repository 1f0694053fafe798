"""Seals lose nothing between them, survive a crash, and tell when they were cut off."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions import record
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import payload_erase
from huoshui.web.audit.actions.sealing import record_seal
from huoshui.web.audit.actions.statements import answered
from huoshui.web.audit.models import Entry
from huoshui.web.audit.queries.record import entry_shown
from huoshui.web.audit.queries.seals import LOCK, seals
from huoshui.web.audit.rules import witness
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.audit.rules.digests import Entry as Kept
from huoshui.web.audit.rules.digests import Seal, entry_digest, public_key
from huoshui.web.audit.rules.refusals import RecordRefusal
from huoshui.web.project.database import Database
from tests.web.audit.given import (
    AT,
    KEY,
    OPERATOR,
    VERIFIER,
    checked,
    entry,
    found,
    sealed,
    tampering,
)
from tests.web.databases import AsRole

pytestmark = pytest.mark.usefixtures("jobs_database")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record" / "seals.jsonl"


def kept() -> list[Seal]:
    with acting(SYSTEM):
        return list(seals())


def test_nothing_new_is_no_seal(file: Path) -> None:
    assert record_seal(at=AT, key=KEY, file=file) is None
    entry()
    assert sealed(file) == 1
    assert record_seal(at=AT, key=KEY, file=file) is None
    assert len(kept()) == 1


def test_seals_follow_each_other_and_the_witness_has_them_all(file: Path) -> None:
    for _ in range(3):
        entry()
        entry()
        sealed(file)
    chain = kept()
    assert [seal.entries for seal in chain] == [2, 2, 2]
    assert witness.seals(file) == chain
    assert witness.last(file) == chain[-1]
    assert found(file) == []


def slow_entry(connected: psycopg.Connection[Any]) -> int:
    """Write an entry by another connection and leave its transaction open."""
    connected.execute("SELECT set_config('huoshui.kind', 'system', true)")
    row = connected.execute(
        "SELECT nextval('audit_entry_id_seq'), pg_current_xact_id()::text"
    ).fetchone()
    assert row is not None
    made = Kept(
        int(row[0]), int(row[1]), AT, "system", "slow", None, None, None,
        "slow.done", "x", "1", None, None, None,
    )  # fmt: skip
    connected.execute(
        "INSERT INTO audit_entry (id, xid, at, actor_kind, actor, action, object_kind, object_id,"
        " digest) VALUES (%s, %s::xid8, %s, 'system', 'slow', 'slow.done', 'x', '1', %s)",
        [made.id, row[1], AT, entry_digest(made)],
    )
    return made.id


def test_what_commits_after_a_seal_with_a_lower_number_falls_into_the_next(
    file: Path, as_role: AsRole
) -> None:
    first = entry()
    sealed(file)
    slow = as_role("jobs")
    late = slow_entry(slow)
    quick = entry()  # begins later and commits first
    assert late < quick
    for _ in range(5):  # as long as the slow one runs, what came after it waits with it
        assert record_seal(at=AT, key=KEY, file=file) is None
    slow.commit()
    assert sealed(file) == 1
    assert [seal.entries for seal in kept()] == [1, 2]
    with acting(SYSTEM):
        shown = [entry_shown(SYSTEM, number) for number in (first, late, quick)]
    assert [(s.seal.n, s.place) for s in shown if s and s.seal] == [(1, 0), (2, 0), (2, 1)]
    assert all(s and s.proof_holds for s in shown)
    assert found(file) == []


def test_a_transaction_that_rolls_back_leaves_no_gap(file: Path, as_role: AsRole) -> None:
    slow = as_role("jobs")
    slow_entry(slow)
    entry()
    slow.rollback()
    assert sealed(file) == 1
    assert kept()[0].entries == 1
    assert found(file) == []


def test_many_writers_and_a_sealer_at_once_lose_and_double_nothing(
    file: Path, database: Database
) -> None:
    def write() -> None:
        with psycopg.connect(database.url("jobs")) as connected:
            for pause in range(25):
                slow_entry(connected)
                time.sleep(0.001 * (pause % 4))  # so that commits overtake one another
                connected.commit()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        record_seal(at=AT, key=KEY, file=file)
    sealed(file)
    with acting(SYSTEM):
        assert Entry.objects.count() == 100
    assert sum(seal.entries for seal in kept()) == 100
    assert found(file) == []


def test_a_long_backlog_is_sealed_in_spans_of_a_limited_size(file: Path) -> None:
    for _ in range(7):
        entry()
    sealed(file, most=3)
    assert [seal.entries for seal in kept()] == [3, 3, 1]
    assert found(file) == []


def test_a_transaction_larger_than_the_limit_is_sealed_whole(file: Path) -> None:
    with acting(SYSTEM):
        for _ in range(4):
            entry(SYSTEM, subject=None, institution=None)
    entry()
    sealed(file, most=2)
    assert [seal.entries for seal in kept()] == [4, 1]
    assert found(file) == []


def test_only_one_sealer_works_at_a_time(file: Path, as_role: AsRole) -> None:
    entry()
    other = as_role("jobs")
    other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    assert record_seal(at=AT, key=KEY, file=file) is None
    assert kept() == []
    other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    assert sealed(file) == 1


def test_the_witness_is_not_written_inside_a_transaction(file: Path) -> None:
    with pytest.raises(AssertionError, match="after the commit"), acting(SYSTEM):
        record_seal(at=AT, key=KEY, file=file)


def crash_before_the_witness(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(witness, "append", crash)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                record_seal(at=AT, key=KEY, file=file)
            except KeyboardInterrupt:
                return
    raise AssertionError("a transaction elsewhere does not end")


def test_a_crash_between_commit_and_witness_is_made_good_by_the_next_run(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry()
    sealed(file)
    entry()
    crash_before_the_witness(file, monkeypatch)
    assert len(kept()) == 2
    assert found(file) == [("witness_short", None, 2, None)]
    assert record_seal(at=AT, key=KEY, file=file) is None  # nothing new, but the line is added
    assert witness.seals(file) == kept()
    assert found(file) == []


def test_a_torn_last_line_is_written_anew(file: Path) -> None:
    for _ in range(2):
        entry()
        sealed(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    assert witness.last(file) == kept()[0]
    record_seal(at=AT, key=KEY, file=file)
    assert file.read_bytes() == whole
    file.write_bytes(whole + b'{"torn": ')
    entry()
    sealed(file)
    assert witness.seals(file) == kept()


def test_appending_twice_adds_nothing(file: Path) -> None:
    entry()
    sealed(file)
    before = file.read_bytes()
    assert witness.append(file, kept()) == 0
    assert file.read_bytes() == before


def test_the_last_line_is_found_however_long_it_is(file: Path) -> None:
    entry()
    sealed(file)
    seal = kept()[0]
    long = dataclasses.replace(seal, n=2, leaves=(bytes(32),) * 5_000)
    witness.append(file, [long])
    assert witness.last(file) == long


def test_sealing_stops_where_the_database_forgot_what_the_witness_knows(
    file: Path, as_role: AsRole
) -> None:
    for _ in range(2):
        entry()
        sealed(file)
    with tampering(as_role("admin")) as admin:
        admin.execute("DELETE FROM audit_seal WHERE n = 2")
    entry()
    with pytest.raises(Refused) as refused:
        record_seal(at=AT, key=KEY, file=file)
    assert refused.value.problems[0].code == RecordRefusal.WITNESS_DISAGREES.code
    assert len(kept()) == 1


@pytest.mark.parametrize("left", [0, 1])
def test_a_witness_that_was_cut_is_not_made_up_from_the_database(file: Path, left: int) -> None:
    for _ in range(3):
        entry()
        sealed(file)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:left]))
    entry()
    with pytest.raises(Refused) as refused:
        record_seal(at=AT, key=KEY, file=file)
    assert refused.value.problems[0].code == RecordRefusal.WITNESS_DISAGREES.code
    assert len(witness.seals(file)) == left


def test_sealing_stops_where_transactions_count_from_a_lower_number_again(
    file: Path, as_role: AsRole
) -> None:
    entry()
    sealed(file)
    with tampering(as_role("admin")) as admin:
        admin.execute("UPDATE audit_seal SET xid_until = '9000000000000'")
    file.unlink()
    with pytest.raises(Refused) as refused:
        record_seal(at=AT, key=KEY, file=file)
    assert refused.value.problems[0].code == RecordRefusal.CLUSTER_CHANGED.code


def test_an_erased_payload_leaves_the_chain_true(file: Path) -> None:
    number = entry()
    sealed(file)
    with acting(OPERATOR):
        payload_erase(OPERATOR, entry=number, at=AT, reason="申请删除")
    assert found(file) == []
    sealed(file)
    assert found(file) == []
    assert checked(file).seals == 2


def test_the_verifier_runs_where_nothing_of_huoshui_is_installed(
    file: Path, tmp_path: Path
) -> None:
    entry()
    sealed(file)
    assert found(file) == []
    export = file.parent / "exported" / "record.jsonl"
    key = tmp_path / "public.key"
    key.write_text(public_key(KEY).hex() + "\n")
    bare = (
        "import builtins, runpy, sys\n"
        "real = builtins.__import__\n"
        "def guarded(name, *rest, **named):\n"
        "    assert not name.startswith(('huoshui', 'django')), name\n"
        "    return real(name, *rest, **named)\n"
        "builtins.__import__ = guarded\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )

    def run(*arguments: str) -> int:
        command = [sys.executable, "-I", "-c", bare, str(VERIFIER), *arguments]
        clean = {"PATH": os.environ.get("PATH", "")}
        return subprocess.run(command, env=clean, capture_output=True, check=False).returncode

    given = ("--seals", str(file), "--key", str(key))
    assert run(str(export), *given) == 0
    text = export.read_text()
    export.write_text(text.replace("评分达标", "评分不达标"))
    assert run(str(export), *given) == 3
    export.write_text("nothing\n")
    assert run(str(export), *given) == 2


def test_one_deed_costs_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def watched(sql: bytes, values: Any) -> Any:
        seen.append(sql)
        return answered(sql, values)

    monkeypatch.setattr(record, "answered", watched)
    with acting(OPERATOR):
        entry(OPERATOR)
    assert len(seen) == 1
