"""What a superuser does to the record behind everybody's back is found and located.

Each finding is told alike by the platform and by the stand-alone verifier (`found`).
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Seal as SealRow
from huoshui.web.audit.queries.seals import seals
from huoshui.web.audit.queries.verification import entries_between, record_findings
from huoshui.web.audit.rules import digests, merkle, witness
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.audit.rules.digests import Entry, Seal
from huoshui.web.audit.rules.findings import Finding, RecordFinding
from tests.web.audit.given import KEY, alone, checked, entry, found, sealed, tampering
from tests.web.databases import AsRole


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record" / "seals.jsonl"


@pytest.fixture
def record(jobs_database: object, file: Path) -> list[int]:
    """Six entries in three seals, and one that is not sealed yet."""
    numbers = []
    for _ in range(3):
        numbers += [entry(), entry()]
        sealed(file)
    numbers.append(entry())
    return numbers


def kept_entry(number: int) -> Entry:
    with acting(SYSTEM):
        return next(e for e in entries_between(0, None) if e.id == number)


def kept_seals() -> list[Seal]:
    with acting(SYSTEM):
        return list(seals())


@pytest.mark.usefixtures("record")
def test_a_record_that_nobody_touched_holds(file: Path) -> None:
    assert found(file) == []
    assert found(None) == []


COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "actor": "'somebody else'",
    "actor_kind": "'operator'",
    "person_id": "gen_random_uuid()",
    "subject_id": "NULL",
    "institution_id": "gen_random_uuid()",
    "action": "'case.declined'",
    "object_kind": "'other'",
    "object_id": "'A-2'",
    "reason": "NULL",
    "rule": "''",
    "payload_digest": r"'\x00'",
}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found_at_its_entry(
    record: list[int], file: Path, as_role: AsRole, column: str
) -> None:
    with tampering(as_role("admin")) as admin:
        change = f"UPDATE audit_entry SET {column} = {COLUMNS[column]} WHERE id = %s"
        admin.execute(change, [record[3]])
    told = found(file)
    assert ("entry_changed", record[3], 2, 1) in told
    assert {entry for _, entry, _, _ in told} == {record[3]}


def test_an_entry_changed_before_it_is_sealed_is_found_too(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute("UPDATE audit_entry SET reason = 'x' WHERE id = %s", [record[6]])
    assert found(file) == [("entry_changed", record[6], None, None)]


def test_an_entry_rewritten_with_its_digest_is_found_at_its_place(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    forged = dataclasses.replace(kept_entry(record[2]), reason="改过")
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "UPDATE audit_entry SET reason = %s, digest = %s WHERE id = %s",
            [forged.reason, digests.entry_digest(forged), record[2]],
        )
    assert found(file) == [("entry_rewritten", record[2], 2, 0)]


@pytest.mark.parametrize("place", range(6))
def test_a_removed_entry_is_found_at_its_place_in_its_seal(
    record: list[int], file: Path, as_role: AsRole, place: int
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute("DELETE FROM audit_payload WHERE entry_id = %s", [record[place]])
        admin.execute("DELETE FROM audit_entry WHERE id = %s", [record[place]])
    assert found(file) == [("entry_removed", None, place // 2 + 1, place % 2)]


def test_an_entry_put_into_a_sealed_span_is_found(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    like = kept_entry(record[1])
    forged = dataclasses.replace(like, id=9_000, object_id="A-9", payload_digest=None)
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "INSERT INTO audit_entry (id, xid, at, actor_kind, actor, person_id, subject_id,"
            " institution_id, action, object_kind, object_id, reason, rule, digest)"
            " SELECT 9000, xid, at, actor_kind, actor, person_id, subject_id, institution_id,"
            " action, object_kind, 'A-9', reason, rule, %s FROM audit_entry WHERE id = %s",
            [digests.entry_digest(forged), record[1]],
        )
    assert found(file) == [("entry_inserted", 9_000, 1, None)]


def test_an_entry_moved_to_another_span_is_found_where_it_was_put(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "UPDATE audit_entry SET xid = (SELECT xid FROM audit_entry WHERE id = %s)"
            " WHERE id = %s",
            [record[4], record[0]],
        )
    assert found(file) == [("entry_inserted", record[0], 3, None)]


def test_two_entries_that_change_places_are_both_found(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    with tampering(as_role("admin")) as admin:
        for old, new in ((record[0], -1), (record[1], record[0]), (-1, record[1])):
            admin.execute("UPDATE audit_entry SET id = %s WHERE id = %s", [new, old])
    # Which of the two stands wrongly is a matter of view: each verifier has its own.
    ours = {finding.entry for finding in checked(file).findings}
    theirs = {entry for _, entry, _, _ in alone(file)}
    assert ours == theirs == {record[0], record[1]}


def test_a_changed_payload_is_found_at_its_entry(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "UPDATE audit_payload SET body = jsonb_set(body, '{amount_fen}', '1')"
            " WHERE entry_id = %s",
            [record[1]],
        )
        admin.execute("UPDATE audit_payload SET salt = '' WHERE entry_id = %s", [record[2]])
    assert found(file) == [
        ("payload_changed", record[1], None, None),
        ("payload_changed", record[2], None, None),
    ]


@pytest.mark.parametrize(
    "how",
    [
        "DELETE FROM audit_payload WHERE entry_id = %s",
        "UPDATE audit_payload SET salt = NULL, body = NULL, erased_at = now() WHERE entry_id = %s",
    ],
)
def test_a_payload_that_goes_without_a_word_is_found(
    record: list[int], file: Path, as_role: AsRole, how: str
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(how, [record[5]])
    assert found(file) == [("payload_removed", record[5], None, None)]


def test_a_changed_seal_is_found_and_its_entries_are_judged_by_the_witness(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    """Who rewrites an entry, its digest and the seal's leaves, root and hash is still located."""
    forged = dataclasses.replace(kept_entry(record[2]), reason="改过")
    digest = digests.entry_digest(forged)
    second = kept_seals()[1]
    leaves = (digest, second.leaves[1])
    seal = dataclasses.replace(second, leaves=leaves, root=merkle.root(leaves))
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "UPDATE audit_entry SET reason = %s, digest = %s WHERE id = %s",
            [forged.reason, digest, record[2]],
        )
        admin.execute(
            "UPDATE audit_seal SET leaves = %s, root = %s, hash = %s WHERE n = 2",
            [b"".join(leaves), seal.root, digests.seal_hash(seal)],
        )
    assert found(file) == [
        ("seal_changed", None, 2, None),
        ("entry_rewritten", record[2], 2, 0),
    ]
    without_witness = found(None)
    assert ("seal_forged", None, 2, None) in without_witness
    assert ("chain_broken", None, 3, None) in without_witness


def test_seals_rewritten_with_the_platforms_own_key_are_found_by_the_witness(
    record: list[int], file: Path, as_role: AsRole
) -> None:
    """Who has the database and the key rewrites the whole chain; the witness still knows."""
    gone = record[2]
    chain: list[Seal] = []
    for old in kept_seals():
        leaves = old.leaves[1:] if old.n == 2 else old.leaves
        previous = chain[-1].hash if chain else digests.FIRST_PREVIOUS
        new = dataclasses.replace(
            old, leaves=leaves, entries=len(leaves), root=merkle.root(leaves), previous=previous
        )
        new = dataclasses.replace(new, hash=digests.seal_hash(new))
        chain.append(dataclasses.replace(new, signature=digests.signed(new.hash, KEY)))
    with tampering(as_role("admin")) as admin:
        admin.execute("DELETE FROM audit_payload WHERE entry_id = %s", [gone])
        admin.execute("DELETE FROM audit_entry WHERE id = %s", [gone])
        admin.execute("DELETE FROM audit_seal")
        for seal in chain:
            row = {**vars(seal), "leaves": b"".join(seal.leaves)}
            row |= {"xid_from": str(seal.xid_from), "xid_until": str(seal.xid_until)}
            names = ", ".join(row)
            places = ", ".join(f"%({n})s::xid8" if "xid" in n else f"%({n})s" for n in row)
            admin.execute(f"INSERT INTO audit_seal ({names}) VALUES ({places})", row)
    assert found(None) == []  # which is why the witness lies outside the database
    assert found(file) == [
        ("seal_changed", None, 2, None),
        ("seal_changed", None, 3, None),
        ("entry_removed", None, 2, 0),
    ]


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.usefixtures("record")
def test_a_removed_seal_is_found(file: Path, as_role: AsRole, n: int) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute("DELETE FROM audit_seal WHERE n = %s", [n])
    assert found(file) == [("seal_removed", None, n, None)]


@pytest.mark.usefixtures("record")
def test_a_seal_whose_signature_was_changed_is_found(file: Path, as_role: AsRole) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(r"UPDATE audit_seal SET signature = '\x00' WHERE n = 2")
    assert found(file) == [("seal_changed", None, 2, None)]
    assert ("seal_forged", None, 2, None) in found(None)


@pytest.mark.usefixtures("record")
def test_a_changed_witness_is_found_and_the_database_believed(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    second = json.loads(lines[1])
    lines[1] = json.dumps({**second, "entries": "1"}) + "\n"
    file.write_text("".join(lines))
    assert found(file) == [("witness_changed", None, 2, None)]


@pytest.mark.usefixtures("record")
def test_a_witness_that_was_cut_is_found(file: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:2]))
    assert found(file) == [("witness_short", None, 3, None)]


def test_the_keys_of_another_platform_do_not_count(
    record: list[int], file: Path, jobs_database: object
) -> None:
    with acting(SYSTEM):
        told = record_findings(keys=[digests.public_key(bytes(32))], file=file)
    assert {f.kind.name for f in told.findings} >= {"SEAL_FORGED", "WITNESS_CHANGED"}
    assert SealRow.objects.count() == 0, "nobody in particular sees no seal"
    assert len(witness.seals(file)) == 3


def test_every_finding_says_what_where_and_what_to_do_in_both_languages() -> None:
    for kind in RecordFinding:
        problem = Finding(kind, entry=7, seal=2, place=1, detail="x").problem()
        assert problem.message
        assert problem.fix
        assert problem.zh is not None
        assert all(problem.zh)
