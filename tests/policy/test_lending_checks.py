"""Orders of allocation, registers and conditions of loans: every fault is planted and refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.check.lending import LendingRefusal, check
from huoshui.policy.loader import load
from tests.given import pack_folder

DAY = dt.date(2026, 11, 20)
ORDER = "allocations/order.yaml"
REGISTER = "registers/office.yaml"
LENDING = "lendings/usual.yaml"
GOOD = {
    "vocabularies/repayment.yaml": """
        id: repayment
        label: { zh: 还款方式, en: repayment }
        entries: { bullet: { zh: 到期, en: at the end } }
        checked_on: 2026-11-20
        """,
    "vocabularies/asset_kind.yaml": """
        id: asset_kind
        label: { zh: 财产, en: asset }
        entries: { intellectual_property: { zh: 知识产权, en: IP } }
        checked_on: 2026-11-20
        """,
    ORDER: """
        id: order
        label: { zh: 顺序, en: order }
        orders:
          - id: late
            overdue_above: late_days
            claims: [cost, principal, interest, penalty, compound]
            by: claim
            say: { zh: 超过, en: "Above {late_days}." }
            cite: house#adr-0001
          - id: general
            claims: [cost, compound, penalty, interest, principal]
            by: claim
            say: { zh: 一般, en: Otherwise. }
            cite: house#adr-0001
        values:
          late_days: { 2020-01-01: { value: 90, unit: count, cite: house#adr-0001 } }
        cite: house#adr-0001
        checked_on: 2026-11-20
        """,
    REGISTER: """
        id: office
        label: { zh: 登记, en: register }
        office: { zh: 机关, en: office }
        proof: { zh: 编号, en: number }
        assets:
          patent:
            label: { zh: 专利, en: patent }
            kind: intellectual_property
            right: pledge
            effect: created
            cite: house#adr-0001
        cite: house#adr-0001
        checked_on: 2026-11-20
        """,
    LENDING: """
        id: usual
        label: { zh: 条件, en: conditions }
        methods: { bullet: at_maturity }
        day_count: A360
        allocation: order
        compounds: true
        draw_within_days: { 2020-01-01: { value: 90, cite: house#adr-0001 } }
        grace_days: { 2020-01-01: { value: 0, cite: house#adr-0001 } }
        penalty_uplift: { 2020-01-01: { value: 5000, cite: house#adr-0001 } }
        cite: house#adr-0001
        checked_on: 2026-11-20
        """,
}


def test_what_is_sound_loads(tmp_path: Path) -> None:
    pack = load([pack_folder(tmp_path, GOOD)], asof=DAY)
    assert list(pack.allocations) == ["order"]
    assert list(pack.registers) == ["office"]
    assert list(pack.lendings) == ["usual"]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "line"),
    [
        (ORDER, "[cost, compound, penalty,", "[cost, compound,", "NOT_ALL_CLAIMS", 10),
        (ORDER, "[cost, compound, penalty,", "[cost, cost, penalty,", "NOT_ALL_CLAIMS", 10),
        (ORDER, "- id: general\n", "- id: general\n            overdue_above: late_days\n",
         "NO_OTHERWISE", 10),
        (ORDER, "            overdue_above: late_days\n", "", "NEVER_APPLIES", 9),
        (ORDER, "overdue_above: late_days", "overdue_above: other_days", "NO_DAYS", 4),
        (REGISTER, "kind: intellectual_property", "kind: spirit", "NO_KIND", 6),
        (LENDING, "allocation: order", "allocation: other", "NO_SUCH", 1),
        (LENDING, "bullet:", "cannonball:", "NO_SUCH", 1),
        (LENDING, "allocation: order", "allocation: order\n        calendar: moon", "NO_SUCH", 1),
        (LENDING, "compounds: true", "compounds: true\n        floating: { reference: moon, "
         "reset: new_year, cite: house#adr-0001 }", "NO_SUCH", 1),
        (LENDING, "compounds: true", "compounds: true\n        offerings: [nobody]", "NO_SUCH", 7),
        (LENDING, "compounds: true", "compounds: true\n        limit: { is_revolving: true, "
         "draw_months: {}, cite: house#adr-0001 }", "LIMIT_FOR_ALL", 7),
    ],
)  # fmt: skip
def test_a_fault_is_refused_where_it_stands(
    tmp_path: Path, file: str, old: str, new: str, code: str, line: int
) -> None:
    assert old in GOOD[file]
    with pytest.raises(Refused) as refused:
        load([pack_folder(tmp_path, {**GOOD, file: GOOD[file].replace(old, new, 1)})], asof=DAY)
    found = [(p.code, p.where.line if p.where else None) for p in refused.value.problems]
    assert (LendingRefusal[code].code, line) in found


def test_no_orders_two_registers_and_two_files_for_all_are_refused(tmp_path: Path) -> None:
    orders = GOOD[ORDER]
    start, end = orders.index("orders:"), orders.index("        values:")
    more = {
        ORDER: orders[:start] + "orders: []\n" + orders[end:],
        "registers/second.yaml": GOOD[REGISTER].replace("id: office", "id: second"),
        "lendings/second.yaml": GOOD[LENDING].replace("id: usual", "id: second"),
    }
    with pytest.raises(Refused) as refused:
        load([pack_folder(tmp_path, {**GOOD, **more})], asof=DAY)
    wanted = {LendingRefusal.NO_ORDERS, LendingRefusal.TWO_REGISTERS, LendingRefusal.NOT_ONE}
    assert {each.code for each in wanted} <= {p.code for p in refused.value.problems}


def test_conditions_of_loans_name_loans_only(demo_packs: list[Path]) -> None:
    pack = load(demo_packs, asof=DAY)
    other = next(each for each in pack.offerings.values() if each.kind != "loan")
    limit = pack.lendings["revolving_limit"].model_copy(update={"offerings": (other.id,)})
    found = check(replace(pack, lendings={**pack.lendings, limit.id: limit}))
    assert [each.code for each in found] == [LendingRefusal.NO_LOAN.code]
