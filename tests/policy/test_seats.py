"""Seats and branches fit what else the packs say; every reason is planted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.check.seats import SeatRefusal
from huoshui.policy.loader import load
from tests.given import pack_folder

ROLE = """
id: clerk
label: { zh: 经办, en: clerk }
party: institution
may: [case.read]
cite: house#adr-0001
checked_on: 2026-11-20
"""
BANK = """
id: bank
label: { zh: 银行, en: bank }
kind: bank
region: "430000"
fictional: true
checked_on: 2026-11-20
"""
SEAT = """
id: somebody
label: { zh: 某人, en: somebody }
sign_in: somebody
name: { zh: 某人, en: Somebody }
role: clerk
institution: bank
cite: house#adr-0001
checked_on: 2026-11-20
"""
OTHER = SEAT.replace("id: somebody", "id: other").replace("sign_in: somebody", "sign_in: other")
FILES = {
    "roles/clerk.yaml": ROLE,
    "institutions/bank.yaml": BANK,
    "seats/somebody.yaml": SEAT,
    "seats/other.yaml": OTHER.replace("Somebody }", "Other }"),
}

PLANTED = [
    ("seats/somebody.yaml", "role: clerk", "role: sailor", SeatRefusal.NO_SUCH),
    ("seats/somebody.yaml", "institution: bank\n", "", SeatRefusal.WRONG_PARTY),
    ("seats/other.yaml", "sign_in: other", "sign_in: somebody", SeatRefusal.SIGN_IN_TAKEN),
    ("institutions/bank.yaml", "kind: bank", "kind: bank\nbranch_of: moon", SeatRefusal.NO_SUCH),
    ("institutions/bank.yaml", "kind: bank", "kind: bank\nbranch_of: bank", SeatRefusal.OWN_BRANCH),
]


def _problems(folder: Path, files: dict[str, str]) -> set[str]:
    try:
        load([pack_folder(folder, files)], asof=dt.date(2026, 11, 20))
    except Refused as refused:
        return {problem.code for problem in refused.problems}
    return set()


def test_the_pack_that_faults_are_planted_in_is_sound(tmp_path: Path) -> None:
    assert _problems(tmp_path, FILES) == set()


@pytest.mark.parametrize(("file", "old", "new", "refusal"), PLANTED)
def test_a_planted_fault_is_refused(
    tmp_path: Path, file: str, old: str, new: str, refusal: SeatRefusal
) -> None:
    assert old in FILES[file]
    found = _problems(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    assert refusal.code in found


def test_every_reason_is_planted() -> None:
    assert {planted[3] for planted in PLANTED} == set(SeatRefusal)
