"""The fake bank's statements are what they say: whole ones are taken, spoilt ones are refused."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.simulation.bank import Bank
from huoshui.web.ledger.rules.statements.reading import read_statements

ACCOUNT = "6217000000000001"
UNTIL = "2026-12-20"


def bank(seed: int) -> Bank:
    made, chance = Bank(str(seed)), random.Random(seed)
    made.open({"account": ACCOUNT, "fen": 10**9})
    for n in range(8):
        said = {"account": ACCOUNT, "fen": chance.randint(1, 10**6), "on": f"2026-12-{10 + n}"}
        made.receive(said) if n % 2 else made.pay(said)
    return made


def told(made: Bank, *, moods: bool = True, until: str = UNTIL) -> dict[str, Any]:
    order = {"account": ACCOUNT, "until": until, "moods": moods, "spare": []}
    return made.statement(order)


@pytest.mark.parametrize("seed", range(40))
def test_files_read_as_what_is_wrong_with_them_and_the_good_ones_follow_each_other(
    seed: int,
) -> None:
    made, stands = bank(seed), 10**9
    for until in (UNTIL, "2027-01-20"):
        for file in told(made, until=until)["files"]:
            body = base64.b64decode(file["body"])
            if file["fault"] not in ("", "gap", "taken_already"):
                with pytest.raises(Refused) as refused:
                    read_statements(body, file="s")
                assert refused.value.problems[0].code == f"statement.{file['fault']}"
                continue
            (read,) = read_statements(body, file="s")
            if file["fault"] == "gap":
                assert read.opening_fen != stands
            elif not file["fault"]:
                assert read.opening_fen == stands
                stands = read.closing_fen


@pytest.mark.parametrize("seed", range(20))
def test_a_bank_without_moods_tells_of_all_that_moved_and_no_more(seed: int) -> None:
    made = bank(seed)
    (file,) = told(made, moods=False)["files"]
    (read,) = read_statements(base64.b64decode(file["body"]), file="s")
    assert read.closing_fen == made.balance({"account": ACCOUNT})["fen"]


def test_what_was_told_wrongly_is_put_right_with_the_next_statement() -> None:
    spoilt = 0
    for seed in range(60):
        made = bank(seed)
        spoilt += any(each["kind"] == "wrong_amount" for each in told(made)["planted"])
        order = {"account": ACCOUNT, "until": "2027-01-20", "moods": False, "spare": []}
        made.statement(order)
        assert made.accounts[ACCOUNT].told_fen == made.balance({"account": ACCOUNT})["fen"]
    assert spoilt


def test_what_is_alike_with_a_line_that_must_be_told_is_told_too() -> None:
    spoilt = 0
    for seed in range(60):
        made = bank(seed)
        said = {"account": ACCOUNT, "fen": 4_711, "on": UNTIL}
        one, two = (made.receive(said)["ref"] for _ in range(2))
        order = {"account": ACCOUNT, "until": UNTIL, "moods": True, "spare": [one]}
        planted = made.statement(order)["planted"]
        spoilt += any(each["kind"] in ("late_line", "wrong_amount") for each in planted)
        assert not any({one, two} & set(each["names"]) for each in planted)
    assert spoilt
