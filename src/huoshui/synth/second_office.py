"""A second office's records of a tenth of a register, dirty in stated ways, with the truth kept.

The second office knows a body by name, mostly without its code, and has its own word of who leads
it, where it is and how to call it.  The task is to say which body of the register each record is
about, which records are a branch's, and which are about nobody of the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from huoshui.synth import codes
from huoshui.synth.dirt import chosen
from huoshui.synth.misnaming import Name, folded, misnamed, wrong_code
from huoshui.synth.registers import Register, phones, trade_names

SHARE = 0.1
"""The share of the register that the second office has a record of."""

REPRESENTATIVE = {"same": 0.82, "masked": 0.10, "changed": 0.08}
ADDRESS = {"same": 0.45, "no_region": 0.20, "no_room": 0.20, "moved": 0.05, "none": 0.10}
PHONE = {"same": 0.80, "changed": 0.10, "none": 0.10}
BRANCH_LED_BY_PARENT = 0.3
FORMER_NAME = 0.06  # of the bodies that the second office does not know
OLD_NUMBER = 0.2

RECORDS = pa.schema(
    [
        ("record", pa.int64()),
        ("office", pa.string()),  # register or second
        ("code", pa.string()),
        ("name", pa.string()),
        ("former_name", pa.string()),  # the register's only
        ("legacy_no", pa.string()),  # the register's only
        ("representative", pa.string()),
        ("address", pa.string()),
        ("phone", pa.string()),
        ("established_on", pa.string()),  # the register's only
    ]
)
TRUTH = pa.schema(
    [
        ("record", pa.int64()),  # of the second office
        ("kind", pa.string()),
        ("code", pa.string()),  # of the body that the record is about, or whose branch it is
        ("relation", pa.string()),  # same, branch, or none: nobody of the register
    ]
)


@dataclass(frozen=True)
class Task:
    """Records of two offices, and which body each of the second's is about."""

    records: pa.Table
    truth: pa.Table


def made(register: Register, rng: np.random.Generator) -> Task:
    """Make the records of both offices."""
    about = chosen(rng, np.ones(len(register), bool), SHARE).tolist()
    formers = _former_names(register, about, rng)
    taken = {folded(name) for name in register.written}
    named = [register.names[n]._replace(former=formers.get(n, "")) for n in about]
    cores = {name.core for name in register.names}
    kinds, written = misnamed(named, rng, taken=taken, cores=cores)
    rest = set(about) - {n for n, kind in zip(about, kinds, strict=True) if kind == "former_name"}
    kept = [n for n in sorted(rest) if n in formers]
    for n in kept:  # a former name that no record of the second office uses
        del formers[n]
    formers |= _stated(register, rng, set(about), taken)
    districts = np.array([int(c[2:8]) if c[2:8].isdigit() else 0 for c in register.code])
    numbers = codes.old_registration_numbers(districts, np.arange(len(register)) % 10**8).tolist()
    holds = rng.random(len(register)) < OLD_NUMBER
    holds[[n for n, kind in zip(about, kinds, strict=True) if kind == "old_code"]] = True
    count = len(register)
    first = pa.table(
        {
            "record": pa.array(range(count), pa.int64()),
            "office": pa.array(["register"] * count),
            "code": register.code,
            "name": register.written,
            "former_name": pa.array([formers.get(n) for n in range(count)], pa.string()),
            "legacy_no": [o if h else None for o, h in zip(numbers, holds.tolist(), strict=True)],
            "representative": pa.array(register.representative, pa.string()),
            "address": pa.array(register.address, pa.string()),
            "phone": pa.array(register.phone, pa.string()),
            "established_on": pa.array(register.established_on, pa.string()),
        },
        schema=RECORDS,
    )
    second = _second(register, about, kinds, written, numbers, rng)
    relation = {"branch": "branch", "near_identical": "none"}
    truth = pa.table(
        {
            "record": second.column("record"),
            "kind": kinds,
            "code": pa.array(
                [
                    None if kind == "near_identical" else register.code[n]
                    for n, kind in zip(about, kinds, strict=True)
                ],
                pa.string(),
            ),
            "relation": [relation.get(kind, "same") for kind in kinds],
        },
        schema=TRUTH,
    )
    return Task(pa.concat_tables([first, second]), truth)


def _renamed(name: Name, trade: str) -> str:
    """Write the name that a body had before: another trade name in the same name."""
    return name._replace(trade=trade).written if name.trade and name.form else ""


def _former_names(
    register: Register, about: Sequence[int], rng: np.random.Generator
) -> dict[int, str]:
    trades = trade_names(rng, len(about))
    return {
        n: former
        for n, trade in zip(about, trades, strict=True)
        if (former := _renamed(register.names[n], trade))
    }


def _stated(
    register: Register, rng: np.random.Generator, without: set[int], taken: set[str]
) -> dict[int, str]:
    """Draw former names for bodies that the second office does not know."""
    free = np.ones(len(register), bool)
    free[list(without)] = False
    rows = chosen(rng, free, FORMER_NAME).tolist()
    drawn = _former_names(register, rows, rng)
    return {n: former for n, former in drawn.items() if folded(former) not in taken}


def _second(
    register: Register,
    about: Sequence[int],
    kinds: Sequence[str],
    written: Sequence[str],
    numbers: Sequence[str],
    rng: np.random.Generator,
) -> pa.Table:
    """Make the second office's records: its own word of everything beside the name."""
    count = len(about)
    others = _neighbours(register, about, rng)
    strangers = rng.integers(0, len(register), count).tolist()
    calls = phones(rng, count, 1.0)
    leads, wheres, rings = (_ways(rng, ways, count) for ways in (REPRESENTATIVE, ADDRESS, PHONE))
    draws = rng.random((count, 3)).tolist()
    columns: dict[str, list[str | None]] = {
        name: [] for name in ("code", "representative", "address", "phone")
    }
    rows = zip(about, kinds, others, strangers, calls, leads, wheres, rings, draws, strict=True)
    for n, kind, other, stranger, call, lead, where, ring, draw in rows:
        code = None
        if kind == "wrong_code":
            code = wrong_code(register.code[n], draw)
        elif kind == "old_code":
            code = numbers[n]
        leader, address = register.representative[n], register.address[n]
        if kind in ("branch", "near_identical"):  # a body of its own, elsewhere in the city
            address, ring = register.address[other], "changed" if register.phone[n] else ring
            where = "same" if where == "none" else where  # nobody could tell it from a slip
            led_alike = kind == "branch" and draw[2] < BRANCH_LED_BY_PARENT
            leader = leader if led_alike else register.representative[stranger]
        elif lead == "changed":
            leader = register.representative[stranger]
        if lead == "masked":
            leader = leader and f"{leader[0]}**"
        if where == "moved" and kind not in ("branch", "near_identical"):
            address = register.address[other]
        columns["code"].append(code)
        columns["representative"].append(leader)
        columns["address"].append(_address(address, where, register.names[n]))
        columns["phone"].append(_phone(register.phone[n], call, ring))
    start = len(register)
    blank = pa.nulls(count, pa.string())
    return pa.table(
        {
            "record": pa.array(range(start, start + count), pa.int64()),
            "office": pa.array(["second"] * count),
            "code": pa.array(columns["code"], pa.string()),
            "name": pa.array(written, pa.string()),
            "former_name": blank,
            "legacy_no": blank,
            **{
                name: pa.array(columns[name], pa.string())
                for name in ("representative", "address", "phone")
            },
            "established_on": blank,
        },
        schema=RECORDS,
    )


def _ways(rng: np.random.Generator, ways: dict[str, float], count: int) -> list[str]:
    drawn: list[str] = rng.choice(list(ways), count, p=list(ways.values())).tolist()
    return drawn


def _neighbours(register: Register, about: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Choose another body of the same city for each."""
    cities: dict[str, list[int]] = {}
    for n, name in enumerate(register.names):
        cities.setdefault(name.within, []).append(n)
    draws = rng.random(len(about)).tolist()
    found = []
    for n, draw in zip(about, draws, strict=True):
        same = cities[register.names[n].within]
        other = same[int(draw * len(same))]
        found.append(other if other != n else same[int(draw * len(same)) - 1])
    return found


def _address(address: str | None, where: str, name: Name) -> str | None:
    """Write an address as the second office does: in full, or without its front or its end."""
    if not address or where == "none":
        return None
    if where == "no_region":
        for front in (name.above, "省", name.within, "市"):
            if front and address.startswith(front) and len(address) > len(front) + 4:
                address = address[len(front) :]
    elif where == "no_room":
        at = address.find("号")
        address = address[: at + 1] if at > 0 else address
    return address


def _phone(own: str | None, other: str | None, ring: str) -> str | None:
    if own is None or ring == "none":
        return None
    return own if ring == "same" else other
