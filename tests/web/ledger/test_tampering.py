"""What a superuser does to the books behind everybody's back is found, and the row is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.ledger.actions.checkpoints import checkpoints_make
from huoshui.web.ledger.queries.verification import ledger_findings
from tests.web.databases import AsRole
from tests.web.ledger.given import days, drawn, fen, lender, paid, post, principal, settle

pytestmark = pytest.mark.usefixtures("jobs_database")

TABLES = ("ledger_account", "ledger_voucher", "ledger_transfer", "ledger_checkpoint",
          "ledger_checkpointday", "audit_entry", "audit_payload")  # fmt: skip


@contextmanager
def tampering(admin: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Be the superuser who switches every protection off, and on again afterwards."""
    for table in TABLES:
        admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield admin
    for table in TABLES:
        admin.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    admin.commit()


def found() -> list[tuple[str, str]]:
    """Give what verification finds: the finding's code and the row."""
    with acting(SYSTEM):
        made = ledger_findings()
    return [(each.problem().code, each.row) for each in made.findings]


@pytest.fixture
def voucher(jobs_database: object) -> int:
    """A loan drawn in two parts and partly repaid; the second voucher has two lines."""
    bank = lender()
    post(bank, "draw-1", drawn(100), actor=SYSTEM)
    second = post(bank, "draw-2", drawn(50), drawn(7, "L-2"), actor=SYSTEM)
    post(bank, "pay-1", paid(30), actor=SYSTEM)
    return second.voucher


@pytest.mark.usefixtures("voucher")
def test_books_that_nobody_touched_hold() -> None:
    settle()
    checkpoints_make(every=True, legs=1)
    with acting(SYSTEM):
        made = ledger_findings()
    assert made.holds
    assert (made.accounts, made.vouchers, made.transfers) == (3, 3, 4)
    assert made.checkpoints > 0, "sums that were there to be compared"


CHANGES = {
    "amount_fen": "amount_fen + 1",
    "debit_id": "debit_id + 1000",
    "credit_id": "credit_id + 1000",
    "book": "'book'",
    "kind": "'pending'",
    "effective_on": "effective_on - 1",
    "batch": "batch - 1",
    "institution_id": "gen_random_uuid()",
    "digest": r"'\x00'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_transfer_is_named(voucher: int, as_role: AsRole, column: str) -> None:
    with tampering(as_role("admin")) as admin:
        change = f"UPDATE ledger_transfer SET {column} = {CHANGES[column]} "
        admin.execute(change + "WHERE voucher_id = %s AND n = 2", [voucher])
    assert ("ledger_finding.transfer_changed", f"voucher {voucher} line 2") in found()


def test_a_transfer_rewritten_with_its_digest_is_found_at_its_voucher(
    voucher: int, as_role: AsRole
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "UPDATE ledger_transfer SET amount_fen = 51, digest = ledger_transfer_digest(n, "
            "debit_id, credit_id, 51, effective_on, kind, book, hold_id, hold_n) "
            "WHERE voucher_id = %s AND n = 1",
            [voucher],
        )
    assert found() == [("ledger_finding.voucher_changed", f"voucher {voucher}")]


def test_a_voucher_rewritten_with_all_its_digests_is_found_by_the_record(
    voucher: int, as_role: AsRole
) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "UPDATE ledger_transfer SET amount_fen = 51, digest = ledger_transfer_digest(n, "
            "debit_id, credit_id, 51, effective_on, kind, book, hold_id, hold_n) "
            "WHERE voucher_id = %s AND n = 1",
            [voucher],
        )
        admin.execute(
            "UPDATE ledger_voucher v SET digest = ledger_voucher_digest(v.institution_id, v.key, "
            "v.kind, v.effective_on, v.at, v.why, v.corrects_id, v.rule, v.legs, v.body_digest, "
            "(SELECT sha256(string_agg(digest, ''::bytea ORDER BY n)) FROM ledger_transfer t "
            "WHERE t.voucher_id = v.id)) WHERE id = %s",
            [voucher],
        )
    assert found() == [("ledger_finding.voucher_rewritten", f"voucher {voucher}")]


@pytest.mark.parametrize(
    ("column", "value"),
    [("key", "'draw-9'"), ("kind", "'fee'"), ("effective_on", "effective_on - 1"),
     ("at", "at + interval '1 microsecond'"), ("why", "''"), ("corrects_id", "id"),
     ("rule", "'another'"), ("body_digest", r"'\x00'"), ("digest", r"'\x00'"),
     ("institution_id", "gen_random_uuid()"), ("batch", "batch - 1")],
)  # fmt: skip
def test_a_changed_voucher_is_named(voucher: int, as_role: AsRole, column: str, value: str) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(f"UPDATE ledger_voucher SET {column} = {value} WHERE id = %s", [voucher])
    assert f"voucher {voucher}" in {row.partition(" line")[0] for _, row in found()}


def test_a_removed_line_and_a_removed_voucher_are_named(voucher: int, as_role: AsRole) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute("DELETE FROM ledger_transfer WHERE voucher_id = %s AND n = 2", [voucher])
        admin.execute("DELETE FROM ledger_transfer WHERE voucher_id = %s", [voucher - 1])
        admin.execute("DELETE FROM ledger_voucher WHERE id = %s", [voucher - 1])
    assert ("ledger_finding.transfer_removed", f"voucher {voucher} line 2") in found()
    assert ("ledger_finding.voucher_removed", f"voucher {voucher - 1}") in found()


def test_a_line_that_was_put_in_is_named(voucher: int, as_role: AsRole) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute(
            "INSERT INTO ledger_transfer (voucher_id, n, institution_id, debit_id, credit_id, "
            "amount_fen, effective_on, batch, kind, book, digest) SELECT voucher_id, 3, "
            "institution_id, debit_id, credit_id, 5, effective_on, batch, kind, book, digest "
            "FROM ledger_transfer WHERE voucher_id = %s AND n = 2",
            [voucher],
        )
    assert ("ledger_finding.transfer_added", f"voucher {voucher} line 3") in found()


def test_a_changed_account_is_named(voucher: int, as_role: AsRole) -> None:
    with tampering(as_role("admin")) as admin:
        admin.execute("UPDATE ledger_account SET floor_fen = -1000 WHERE agreement = 'L-2'")
        (number,) = admin.execute(
            "SELECT id FROM ledger_account WHERE agreement = 'L-2'"
        ).fetchone()  # type: ignore[misc]
    assert found() == [("ledger_finding.account_changed", f"account {number}")]


def test_an_erased_entry_leaves_its_voucher_unvouched(voucher: int, as_role: AsRole) -> None:
    with tampering(as_role("admin")) as admin:
        (entry,) = admin.execute(
            "UPDATE audit_payload p SET body = NULL, salt = NULL, erased_at = now() FROM "
            "audit_entry e WHERE e.id = p.entry_id AND e.object_id = %s "
            "AND e.action = 'ledger.posted' RETURNING e.id",
            [str(voucher)],
        ).fetchone()  # type: ignore[misc]
    assert found() == [("ledger_finding.entry_erased", f"entry {entry}")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_checkpoint SET debit_fen = debit_fen + 1",
        "UPDATE ledger_checkpoint SET legs = legs + 1",
        "UPDATE ledger_checkpointday SET debit_fen = debit_fen + 1",
        "UPDATE ledger_checkpointday SET day = day - 100",
        "DELETE FROM ledger_checkpointday",
    ],
)
def test_a_wrong_checkpoint_is_found(as_role: AsRole, change: str) -> None:
    bank = lender()
    for nth, day in enumerate(days(5)):
        post(bank, f"draw-{nth}", drawn(100 + nth), on=day, actor=SYSTEM)
    settle()
    assert checkpoints_make(every=True, legs=2) > 0
    assert found() == []
    with tampering(as_role("admin")) as admin:
        admin.execute(change)
    assert {code for code, _ in found()} == {"ledger_finding.checkpoint_wrong"}


@pytest.mark.usefixtures("voucher")
@pytest.mark.parametrize("role", ["web", "jobs"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_transfer SET amount_fen = 1",
        "DELETE FROM ledger_voucher",
        "UPDATE ledger_account SET floor_fen = NULL",
        "INSERT INTO ledger_checkpoint SELECT * FROM ledger_checkpoint",
        "UPDATE ledger_checkpointday SET debit_fen = 0",
    ],
)
def test_no_working_role_can_change_the_books(as_role: AsRole, role: str, change: str) -> None:
    connection = as_role(role)  # type: ignore[arg-type]
    connection.execute("SELECT set_config('huoshui.kind', 'system', true)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change)


def test_a_transfer_cannot_be_dated_into_another_batch(voucher: int, as_role: AsRole) -> None:
    web = as_role("web")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("INSERT INTO ledger_voucher (batch) VALUES (1)")
    web.rollback()
    assert voucher
    assert fen(lender(), principal()) == 120
