"""Lending: orders of allocation name every claim once, and every asset has one register.

An order that forgot a claim would leave money that is set against nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.check.expressions import sentence_problems
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Lending
from huoshui.policy.schema.allocation import CLAIMS, Allocation
from huoshui.policy.scope import profile_scope


class LendingRefusal(Refusal):
    """Why an order of allocation or a register is refused."""

    NO_ORDERS = "The allocation has no order.", "Write one that applies otherwise."
    NOT_ALL_CLAIMS = (
        "The order names {named}; it must name each of {claims} once.",
        "Put every claim into the order, each in its place.",
    )
    NO_OTHERWISE = (
        "The last order applies only above {days}; what applies otherwise is not said.",
        "Add a last order without overdue_above.",
    )
    NEVER_APPLIES = (
        "The order {order} never applies: one above it always does.",
        "Put it higher, or take it out.",
    )
    NO_DAYS = "There is no value {name}.", "Add {name} to values, with its day and citation."
    NO_KIND = "There is no kind of asset {kind}.", "Use a word of the vocabulary asset_kind."
    NO_SUCH = "There is no {kind} {name}.", "Use one that exists, or define {name}."
    NOT_ONE = (
        "The conditions {name} are for {what}, which {other} are for already.",
        "Name each offering in one file; only one file is for all others.",
    )
    NO_LOAN = (
        "The offering {name} is no loan but {kind}.",
        "Name loans only.",
    )
    LIMIT_FOR_ALL = (
        "The conditions {name} grant a limit and name no offering.",
        "Name the offerings that are granted as a limit; others are drawn once.",
    )
    TWO_REGISTERS = (
        "The asset {asset} is entered by {other} already.",
        "Name each asset in one register for a region.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with allocations, registers and the conditions of loans."""
    yield from _lendings(pack)
    for allocation in pack.allocations.values():
        yield from _allocation(pack, allocation)
    yield from _registers(pack)


def _allocation(pack: Pack, allocation: Allocation) -> Iterator[Problem]:
    name, orders = allocation.id, allocation.orders
    if not orders:
        yield LendingRefusal.NO_ORDERS.problem(where=pack.where("allocations", name, "orders"))
    scope = profile_scope(pack, allocation.values)
    for nth, order in enumerate(orders):
        where = pack.where("allocations", name, "orders", nth)
        if Counter(order.claims) != Counter(CLAIMS):
            yield LendingRefusal.NOT_ALL_CLAIMS.problem(
                where=where, named=", ".join(order.claims), claims=", ".join(CLAIMS)
            )
        if order.overdue_above is None and nth < len(orders) - 1:
            below = pack.where("allocations", name, "orders", nth + 1)
            yield LendingRefusal.NEVER_APPLIES.problem(where=below, order=orders[nth + 1].id)
        if order.overdue_above is not None and order.overdue_above not in allocation.values:
            yield LendingRefusal.NO_DAYS.problem(where=where, name=order.overdue_above)
        if order.overdue_above is not None and nth == len(orders) - 1:
            yield LendingRefusal.NO_OTHERWISE.problem(where=where, days=order.overdue_above)
        path = ("orders", nth, "say")
        yield from sentence_problems(pack, order.say, scope, "allocations", name, path)


def _lendings(pack: Pack) -> Iterator[Problem]:
    words = pack.vocabularies.get("repayment")
    taken: dict[str, str] = {}
    for name, lending in pack.lendings.items():
        where = pack.where("lendings", name)
        named: list[tuple[str, str, Container[str]]]
        named = [("allocation", lending.allocation, pack.allocations)]
        named += [("calendar", lending.calendar, pack.calendars)] if lending.calendar else []
        named += [("word of repayment", word, words.entries) for word in lending.methods if words]
        if lending.floating is not None:
            rates = [each.id for each in pack.constants.values() if each.unit == "bp"]
            named += [("reference rate in basis points", lending.floating.reference, rates)]
        for kind, wanted, known in named:
            if wanted not in known:
                yield LendingRefusal.NO_SUCH.problem(where=where, kind=kind, name=wanted)
        yield from _offerings(pack, lending)
        for offering in lending.offerings or ("all others",):
            other = taken.setdefault(offering, name)
            if other != name:
                yield LendingRefusal.NOT_ONE.problem(
                    where=where, name=name, what=offering, other=other
                )


def _offerings(pack: Pack, lending: Lending) -> Iterator[Problem]:
    """Refuse conditions for offerings that are none, or are no loans; and a limit for all."""
    for nth, offering in enumerate(lending.offerings):
        where = pack.where("lendings", lending.id, "offerings", nth)
        said = pack.offerings.get(offering)
        if said is None:
            yield LendingRefusal.NO_SUCH.problem(where=where, kind="offering", name=offering)
        elif said.kind != "loan":
            yield LendingRefusal.NO_LOAN.problem(where=where, name=offering, kind=said.kind)
    if lending.limit is not None and not lending.offerings:
        where = pack.where("lendings", lending.id, "limit")
        yield LendingRefusal.LIMIT_FOR_ALL.problem(where=where, name=lending.id)


def _registers(pack: Pack) -> Iterator[Problem]:
    kinds = pack.vocabularies.get("asset_kind")
    taken: dict[tuple[str, str | None], str] = {}
    for register in pack.registers.values():
        for asset, said in register.assets.items():
            where = pack.where("registers", register.id, "assets", asset)
            if kinds is not None and said.kind not in kinds.entries:
                yield LendingRefusal.NO_KIND.problem(where=where, kind=said.kind)
            other = taken.setdefault((asset, register.region), register.id)
            if other != register.id:
                yield LendingRefusal.TWO_REGISTERS.problem(where=where, asset=asset, other=other)
