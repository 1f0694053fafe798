"""Statements are read exactly, whatever file they came in; what is wrong is named with its line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.kernel.errors import Problem, Refused
from huoshui.web.ledger.rules.statements.form import BankStatement
from huoshui.web.ledger.rules.statements.reading import BYTES_MOST, read_statements
from tests.web.given import DAY
from tests.web.ledger.banking import ACCOUNT, CAMT, Moved, Told, camt, sheet

TOLD = Told(
    (
        Moved(50_000_00, "B1", end_to_end="HS-1-2", text="货款 & 尾款"),
        Moved(-1_234_56, "B2"),
        Moved(1, "B3"),
    ),
    opening_fen=100_00,
)

amounts = st.integers(-(10**12), 10**12).filter(bool)


def read(body: bytes) -> list[BankStatement]:
    return read_statements(body, file="day.xml")


def refused(body: bytes) -> Problem:
    with pytest.raises(Refused) as found:
        read(body)
    return found.value.problems[0]


@pytest.mark.parametrize("write", [camt, sheet, lambda told: sheet(told, encoding="gb18030")])
def test_a_statement_says_the_same_in_every_form(write: Callable[[Told], bytes]) -> None:
    (found,) = read(write(TOLD))
    assert (found.account, found.currency) == (ACCOUNT, "CNY")
    assert (found.opening_fen, found.closing_fen) == (100_00, 48_865_45)
    assert (found.from_on, found.until_on) == (DAY, DAY)
    assert [line.amount_fen for line in found.lines] == [50_000_00, -1_234_56, 1]
    assert found.lines[0].end_to_end == "HS-1-2"
    assert found.lines[0].text == "货款 & 尾款"
    assert found.lines[1].end_to_end == ""  # NOTPROVIDED is no id


def test_the_older_version_writes_its_status_plainly_and_counts_the_same() -> None:
    older = camt(TOLD).replace(b"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts>BOOK</Sts>")
    (found,) = read(older.replace(b".001.08", b".001.02"))
    assert found.moved_fen == 48_765_45


def test_what_is_pending_does_not_count() -> None:
    (found,) = read(camt(Told((Moved(5, "B1"), Moved(7, "B2", status="PDNG")))))
    assert [line.bank_ref for line in found.lines] == ["B1"]


def test_an_entry_told_in_parts_becomes_a_line_for_each_and_must_come_to_the_whole() -> None:
    part = '<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs><Amt Ccy="CNY">{}</Amt></TxDtls>'
    one = b"<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls>"
    told = Told((Moved(-3_00, "B1"),), opening_fen=9_00)
    parts = part.format("E1", "1.00") + part.format("E2", "2.00")
    (found,) = read(camt(told).replace(one, parts.encode()))
    assert [(x.bank_ref, x.end_to_end, x.amount_fen) for x in found.lines] == [
        ("B1/1", "E1", -1_00),
        ("B1/2", "E2", -2_00),
    ]
    wrong = camt(told).replace(one, parts.replace("2.00", "2.50").encode())
    problem = refused(wrong)
    assert problem.code == "statement.bad_details"
    assert "-350" in problem.message


def bomb() -> bytes:
    entity = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    return camt(TOLD).replace(b"<Document", entity.encode() + b"<Document", 1)


def outside() -> bytes:
    entity = '<!DOCTYPE d SYSTEM "file:///etc/passwd">'
    return camt(TOLD).replace(b"<Document", entity.encode() + b"<Document", 1)


@pytest.mark.parametrize(
    ("body", "code", "line", "field"),
    [
        (b" \n", "statement.empty", None, None),
        (camt(TOLD)[:-40], "statement.broken", 11, None),
        (camt(TOLD).replace(b"UTF-8", b"x-none"), "statement.broken", 1, None),
        (bomb(), "statement.forbidden", 2, None),
        (outside(), "statement.forbidden", 2, None),
        (b"<x>" * 100 + b"</x>" * 100, "statement.not_a_statement", 1, None),
        (camt(TOLD).replace(b"camt.053", b"camt.052"), "statement.not_a_statement", 2, None),
        (camt(), "statement.missing", 3, "Stmt"),
        (camt(TOLD).replace(b"OPBD", b"ITBD"), "statement.missing", 5, "Bal OPBD"),
        (camt(TOLD).replace(b"<Id>S1</Id>", b""), "statement.missing", 5, "Id"),
        (camt(TOLD).replace(b">B2<", b"><"), "statement.missing", 10, "AcctSvcrRef"),
        (camt(TOLD).replace(b">1234.56<", b">1,234.56<"), "statement.not_readable", 10, "Amt"),
        (camt(TOLD).replace(b">1234.56<", b">1234.561<"), "statement.not_readable", 10, "Amt"),
        (camt(Told((Moved(1, "B1", currency="USD"),))), "statement.currency", 9, "Amt"),
        (camt(Told((Moved(1, "B1"), Moved(2, "B1")))), "statement.duplicate_line", 10,
         "reference"),
        (camt(Told((Moved(1, "B1"),), closing_fen=2)), "statement.bad_sum", 5, "balance"),
        (b"\x00\x01\x02\xff\xfe\xfd", "statement.not_a_statement", 1, None),
        (b"a,b\n1,2\n", "statement.missing", 1, "account"),
        (sheet(TOLD).replace(b"B2", b"B1"), "statement.duplicate_line", 3, "reference"),
        (sheet(TOLD).replace(b"48865.44", b"48865.45"), "statement.bad_balance", 3, "balance"),
        (sheet(TOLD).replace(b"1234.56", b"12-34"), "statement.not_readable", 3, "money_in"),
        (sheet(Told((Moved(1, "B1", currency="EUR"),))), "statement.currency", 2, "currency"),
        (sheet(TOLD).replace(b"B3,2026-11-20", b"B3,2026-02-30"), "statement.not_readable", 4,
         "booked_on"),
        (sheet(Told(())), "statement.missing", 1, "lines"),
        (sheet(TOLD) + b'\n"unclosed', "statement.not_a_statement", 5, None),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line_and_field(
    body: bytes, code: str, line: int | None, field: str | None
) -> None:
    problem = refused(body)
    assert problem.code == code, problem
    where = problem.where
    assert (where.line if where else None, where.field if where else None) == (line, field)
    assert problem.zh, "people read this on a page"


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert refused(b"x" * (BYTES_MOST + 1)).code == "statement.too_large"


def test_every_fault_of_a_file_is_told_together() -> None:
    with pytest.raises(Refused) as found:
        read(camt(Told((Moved(1, "B1", currency="USD"), Moved(2, ""), Moved(3, "B3")))))
    assert [each.code for each in found.value.problems] == [
        "statement.currency", "statement.missing",
    ]  # fmt: skip


@given(st.lists(amounts, max_size=20), st.integers(-(10**12), 10**12))
def test_every_statement_that_adds_up_is_read_to_the_fen(fens: list[int], opening: int) -> None:
    lines = tuple(Moved(fen, f"B{n}") for n, fen in enumerate(fens))
    told = Told(lines, opening_fen=opening)
    (found,) = read(camt(told))
    assert [line.amount_fen for line in found.lines] == fens
    assert found.closing_fen == opening + sum(fens)
    if fens:
        (same,) = read(sheet(told))
        assert (same.opening_fen, same.closing_fen) == (opening, found.closing_fen)
        assert [line.amount_fen for line in same.lines] == fens


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with pytest.raises(Refused):
        read(body)


@given(st.integers(0, 900), st.integers(0, 255))
def test_a_file_with_one_byte_changed_is_read_or_refused_and_never_breaks(
    place: int, byte: int
) -> None:
    body = bytearray(camt(TOLD))
    body[place % len(body)] = byte
    try:
        found = read(bytes(body))
    except Refused:
        return
    assert found[0].opening_fen + found[0].moved_fen == found[0].closing_fen


def test_the_makers_write_the_namespace_that_banks_use() -> None:
    assert CAMT in camt(TOLD).decode()
