"""Subsidies can be claimed as their files say: windows are days, caps are sums, groups agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from huoshui.kernel.errors import Problem, Refusal, Where
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering, Stacking, Subsidy

_PLAIN_YEAR = 2026
"""A year without a 29 February, which a window that comes every year cannot name."""


class SubsidyRefusal(Refusal):
    """Why a subsidy is refused, the weightiest first."""

    HOW_CLAIMED = (
        "{name} is a subsidy and does not say how it is claimed.",
        "Add subsidy: with once_per, evidence and cite.",
    )
    NOT_A_SUBSIDY = (
        "{name} is a {kind} and says how a subsidy is claimed.",
        "Take subsidy: out, or write kind: subsidy.",
    )
    AMOUNT_NEEDED = (
        "{name} does not say how much is paid.",
        "Add amount: a formula in fen; where the sum is unknown, one over a value that is null.",
    )
    WINDOW_HALF = "Only one end of the window is given.", "Give opens and closes, or neither."
    NO_SUCH_DAY = "{day} is not a day of every year.", "Write month and day, such as 03-31."
    WINDOW_ORDER = (
        "The window closes on {closes}, before it opens on {opens}.",
        "Keep it within the calendar year, by which claims are counted.",
    )
    NO_ITEM = "There is no item {name}.", "Name items of fact that prove the claim."
    NO_EVIDENCE = (
        "{name} is paid without application and names no evidence.",
        "Name the items that the office must have in hand.",
    )
    PAID_TWICE = (
        "{name} is paid without application, and for each case anew.",
        "Write once_per: year or ever; the office cannot tell one case from the next.",
    )
    CAP_NEEDED = "Stacking up to a sum needs that sum.", "Add most: the name of a value in money."
    CAP_NOT_USED = "Where only one is paid there is no sum to stack up to.", "Take most out."
    NO_VALUE = "There is no value {name}.", "Define it in values, with day and citation."
    CAP_UNIT = "The value {name} is not a sum of money.", "Give it a unit such as wan_yuan."
    GROUP_DIFFERS = (
        "{name} and {other} are of one group, {group}, and state different rules for it.",
        "Give both one rule and one cap on every day.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with how subsidies are claimed and paid."""
    for offering in pack.offerings.values():
        where = pack.where("offerings", offering.id)
        if offering.subsidy is None:
            if offering.kind == "subsidy":
                yield SubsidyRefusal.HOW_CLAIMED.problem(where=where, name=offering.id)
            continue
        if offering.kind != "subsidy":
            where = pack.where("offerings", offering.id, "subsidy")
            yield SubsidyRefusal.NOT_A_SUBSIDY.problem(
                where=where, name=offering.id, kind=offering.kind
            )
        if offering.amount is None:
            yield SubsidyRefusal.AMOUNT_NEEDED.problem(where=where, name=offering.id)
        yield from _window(pack, offering, offering.subsidy)
        yield from _evidence(pack, offering, offering.subsidy)
        if offering.subsidy.stacking is not None:
            yield from _stacking(pack, offering, offering.subsidy.stacking)
    yield from _groups(pack)


def _window(pack: Pack, offering: Offering, form: Subsidy) -> Iterator[Problem]:
    where = pack.where("offerings", offering.id, "subsidy")
    if (form.opens is None) != (form.closes is None):
        yield SubsidyRefusal.WINDOW_HALF.problem(where=where)
        return
    ends = [(key, day) for key in ("opens", "closes") if (day := getattr(form, key)) is not None]
    wrong = [(key, day) for key, day in ends if not _is_a_day(day)]
    for key, day in wrong:
        where = pack.where("offerings", offering.id, "subsidy", key)
        yield SubsidyRefusal.NO_SUCH_DAY.problem(where=where, day=day)
    if wrong or form.opens is None or form.closes is None or form.opens <= form.closes:
        return
    yield SubsidyRefusal.WINDOW_ORDER.problem(where=where, opens=form.opens, closes=form.closes)


def _is_a_day(month_and_day: str) -> bool:
    try:
        dt.date.fromisoformat(f"{_PLAIN_YEAR}-{month_and_day}")
    except ValueError:
        return False
    return True


def _evidence(pack: Pack, offering: Offering, form: Subsidy) -> Iterator[Problem]:
    for nth, item in enumerate(form.evidence):
        if item not in pack.items:
            where = pack.where("offerings", offering.id, "subsidy", "evidence", nth)
            yield SubsidyRefusal.NO_ITEM.problem(where=where, name=item)
    where = pack.where("offerings", offering.id, "subsidy", "without_application")
    if form.without_application and not form.evidence:
        yield SubsidyRefusal.NO_EVIDENCE.problem(where=where, name=offering.id)
    if form.without_application and form.once_per == "case":
        yield SubsidyRefusal.PAID_TWICE.problem(where=where, name=offering.id)


def _stacking(pack: Pack, offering: Offering, stacking: Stacking) -> Iterator[Problem]:
    where = pack.where("offerings", offering.id, "subsidy", "stacking")
    if stacking.rule == "one_of":
        if stacking.most is not None:
            yield SubsidyRefusal.CAP_NOT_USED.problem(where=where)
        return
    if stacking.most is None:
        yield SubsidyRefusal.CAP_NEEDED.problem(where=where)
        return
    dated = offering.values.get(stacking.most)
    if dated is None:
        yield SubsidyRefusal.NO_VALUE.problem(where=where, name=stacking.most)
        return
    for cited in dated.values():
        unit = pack.units.get(cited.unit or "")
        if unit is None or unit.dimension != {"money": 1}:
            yield SubsidyRefusal.CAP_UNIT.problem(where=where, name=stacking.most)


def _groups(pack: Pack) -> Iterator[Problem]:
    """Yield subsidies whose rule or cap differs from the first of their group."""
    first: dict[str, tuple[str, object]] = {}
    for offering in pack.offerings.values():
        stacking = offering.subsidy.stacking if offering.subsidy else None
        if stacking is None:
            continue
        said = (stacking.rule, _cap(pack, offering, stacking))
        other, theirs = first.setdefault(stacking.group, (offering.id, said))
        if theirs != said:
            where: Where = pack.where("offerings", offering.id, "subsidy", "stacking")
            yield SubsidyRefusal.GROUP_DIFFERS.problem(
                where=where, name=offering.id, other=other, group=stacking.group
            )


def _cap(pack: Pack, offering: Offering, stacking: Stacking) -> object:
    """Give a cap by day, in the first unit of money, so that caps written unlike compare."""
    dated = offering.values.get(stacking.most or "", {})
    made = []
    for day, cited in sorted(dated.items()):
        unit = pack.units.get(cited.unit or "")
        scale = unit.scale if unit else 1
        made.append((day, None if cited.value is None else cited.value * scale))
    return made
