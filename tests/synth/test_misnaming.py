"""Other names of one firm: each kind does what it says, and no two bodies are made alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from opencc import OpenCC

from huoshui.kernel.ids import registration_number, uscc
from huoshui.synth import registers, second_office
from huoshui.synth.lookalikes import LOOKALIKES
from huoshui.synth.misnaming import (
    KINDS,
    RATES,
    SAME_NAME,
    Cutter,
    Name,
    folded,
    misname,
    wrong_code,
)

FIRM = Name(
    "甲市", "清越", "软件", "有限公司", above="某省", within="乙区", former="甲市大同软件有限公司"
)
BRACKETED = FIRM._replace(bracketed=True)
SHOP = Name("乙区", "清越", "餐馆", "")
BRANCH = FIRM._replace(tail="丙县分公司")


@pytest.fixture(scope="module")
def task() -> tuple[registers.Register, second_office.Task]:
    rng = np.random.default_rng(7)
    register = registers.invented(8_000, rng)
    return register, second_office.made(register, rng)


@pytest.mark.parametrize(
    ("kind", "name", "made"),
    [
        ("region_moved", FIRM, "清越甲市软件有限公司"),
        ("region_moved", BRACKETED, "甲市清越软件有限公司"),
        ("region_moved", SHOP, None),
        ("region_bracketed", FIRM, "清越（甲市）软件有限公司"),
        ("region_bracketed", BRACKETED, None),
        ("region_dropped", FIRM, "清越软件有限公司"),
        ("region_dropped", BRACKETED, "清越软件有限公司"),
        ("region_added", FIRM, "某省甲市清越软件有限公司"),
        ("region_added", FIRM._replace(region="某省"), "某省乙区清越软件有限公司"),
        ("region_added", BRANCH, None),
        ("legal_form", FIRM, "甲市清越软件有限责任公司"),
        ("legal_form", BRANCH, "甲市清越软件有限责任公司丙县分公司"),
        ("legal_form", SHOP, None),
        ("former_name", FIRM, "甲市大同软件有限公司"),
        ("former_name", SHOP, None),
        ("traditional", FIRM, "甲市清越軟件有限公司"),
        ("full_width", BRACKETED, "清越(甲市)软件有限公司"),
        ("full_width", SHOP, "乙区 清越餐馆"),
        ("branch", BRANCH, None),
        ("near_identical", BRANCH, None),
        ("near_identical", SHOP, None),
        *((kind, FIRM, FIRM.written) for kind in SAME_NAME),
    ],
)
def test_a_kind_writes_a_name_as_it_says_or_not_at_all(
    kind: str, name: Name, made: str | None
) -> None:
    assert misname(kind, name, (0, 0, 0)) == made


@pytest.mark.parametrize("kind", ["ocr_slip", "near_identical"])
def test_a_changed_trade_name_is_no_other_body_s_wherever_its_region_stands(kind: str) -> None:
    made = misname(kind, FIRM, (0, 0, 0))
    assert made is not None
    core = BRACKETED._replace(trade=made[2:4]).core
    assert misname(kind, FIRM, (0, 0, 0), {core}) is None


@pytest.mark.parametrize("kind", ["ocr_slip", "near_identical"])
def test_a_slip_and_a_twin_differ_by_one_character_of_the_trade_name(kind: str) -> None:
    for draw in np.random.default_rng(3).random((50, 3)).tolist():
        made = misname(kind, FIRM, draw)
        assert made is not None
        assert [n for n, c in enumerate(made) if c != FIRM.written[n]] in ([2], [3])
        assert len(made) == len(FIRM.written)


def test_a_slip_takes_a_look_alike_and_looks_are_mutual() -> None:
    for character, others in LOOKALIKES.items():
        assert character not in others
        assert len(character) == 1
        assert all(character in LOOKALIKES[other] for other in others)


def test_a_branch_begins_with_its_firm_s_name_in_full() -> None:
    made = misname("branch", FIRM, (0.9, 0.4, 0))
    assert made is not None
    assert made.startswith(FIRM.written)
    assert len(made) >= len(FIRM.written) + 4


def test_wrong_codes_fail_their_check_and_old_ones_pass(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    rows = _second(task[1])
    wrong = [row["code"] for row in rows if row["kind"] == "wrong_code"]
    old = [row["code"] for row in rows if row["kind"] == "old_code"]
    assert wrong
    assert not any(map(uscc.is_valid, wrong))
    assert old
    assert all(map(registration_number.is_valid, old))
    others = {row["kind"] for row in rows if row["code"] is not None}
    assert others == {"wrong_code", "old_code"}


def test_a_transposed_code_is_wrong_wherever_the_two_stand() -> None:
    code = "91439902003458164B"
    assert uscc.is_valid(code)
    for place in range(17):
        assert not uscc.is_valid(wrong_code(code, (0, place / 17 + 0.001, 0)))


def test_every_kind_occurs_about_as_often_as_stated(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    _, made = task
    assert made.truth.num_rows == 800
    kinds = made.truth.column("kind").to_pylist()
    for kind in KINDS:
        assert 0.4 * RATES[kind] < kinds.count(kind) / len(kinds) < 2 * RATES[kind], kind


def test_no_dirty_name_is_another_body_s_and_no_two_are_alike(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    register, made = task
    bearers = {folded(n): c for n, c in zip(register.written, register.code, strict=True)}
    seen: set[str] = set()
    for row in _second(made):
        plain = folded(row["name"])
        assert plain not in seen
        seen.add(plain)
        assert bearers.get(plain, row["about"]) == row["about"]


def test_the_register_states_the_former_names_and_old_numbers_that_are_used(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    _, made = task
    rows = made.records.to_pylist()
    known = {row["code"]: row for row in rows if row["office"] == "register"}
    for row in _second(made):
        if row["kind"] == "former_name":
            assert known[row["about"]]["former_name"] == row["name"]
        if row["kind"] == "old_code":
            assert known[row["about"]]["legacy_no"] == row["code"]
    stated = {row["former_name"] for row in known.values() if row["former_name"]}
    assert len(stated) > 100  # others than those that are used, too


def test_traditional_names_turn_back(task: tuple[registers.Register, second_office.Task]) -> None:
    back = OpenCC("t2s")
    named = dict(zip(task[0].code, task[0].written, strict=True))
    for row in _second(task[1]):
        if row["kind"] == "traditional":
            assert back.convert(row["name"]) == named[row["about"]]


def test_a_twin_has_an_address_of_its_own(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    twins = [row for row in _second(task[1]) if row["kind"] == "near_identical"]
    assert twins
    assert all(row["about"] is None and row["address"] for row in twins)


def test_the_same_seed_gives_the_same_records(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    rng = np.random.default_rng(7)
    again = second_office.made(registers.invented(8_000, rng), rng)
    assert again.records.equals(task[1].records)
    assert again.truth.equals(task[1].truth)


def test_cutting_finds_the_parts_that_an_invented_name_was_made_of(
    task: tuple[registers.Register, second_office.Task],
) -> None:
    register, _ = task
    cutter = Cutter.of(register.written, ["活水市", "活水"])
    cut = [cutter.cut(written) for written in register.written]
    parts = zip(cut, register.names, strict=True)
    same = sum(a[:4] == b[:4] and a.bracketed == b.bracketed for a, b in parts)
    assert same / len(cut) > 0.95


def test_real_names_cut_into_parts_read_as_before(shared_data: Path) -> None:
    path = shared_data / "registry/registry_hunan.parquet"
    names = pq.read_table(path, columns=["企业名称"]).column(0).to_pylist()[::23]
    cutter = Cutter.of(names)
    for name in names:
        assert cutter.cut(name).written == name.replace("(", "（").replace(")", "）")


def _second(task: second_office.Task) -> list[dict[str, str | None]]:
    """Give the second office's records with what the truth says of them."""
    records = task.records.slice(task.records.num_rows - task.truth.num_rows).to_pylist()
    truth = task.truth.to_pylist()
    return [
        row | {"kind": said["kind"], "about": said["code"], "relation": said["relation"]}
        for row, said in zip(records, truth, strict=True)
    ]
