"""Which subsidies a subject may claim on a day, and how much of each after caps and stacking.

Also which of them the office can pay without being asked.  A subsidy's window and its rules of
stacking count by calendar year: what was granted earlier in the year takes its part of a shared
cap, and of a group of which only one is paid nothing more is.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from huoshui.matching.explain import OfferingTrace
from huoshui.matching.plan import Plan, compile
from huoshui.matching.schema import Verdict
from huoshui.matching.terms import terms_of
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering, Subsidy
from huoshui.policy.values import resolved

Standing = Literal[
    "claimable",
    "not_open",
    "taken",
    "outweighed",
    "used_up",
    "nothing",
    "amount_unknown",
    "unknown",
]
"""Where a claim stands today; only a claimable one has a sum to be paid."""

STANDINGS: tuple[Standing, ...] = (
    "claimable",
    "not_open",
    "taken",
    "outweighed",
    "used_up",
    "nothing",
    "amount_unknown",
    "unknown",
)


@dataclass(frozen=True)
class Taken:
    """A subsidy that was granted before; an amount of None was granted and is not known."""

    offering: str
    on: dt.date
    amount_fen: int | None


@dataclass(frozen=True)
class Window:
    """When claims are taken: the one that is open, or else the next; None: no day is known."""

    is_open: bool
    opens_on: dt.date | None = None
    closes_on: dt.date | None = None  # the last day


@dataclass(frozen=True)
class Claim:
    """What a subject may ask for under one subsidy, and what stands in the way."""

    offering: str
    standing: Standing
    verdict: Verdict  # of the clauses: yes or unknown
    amount_fen: int | None  # to be paid; None unless claimable
    formula_fen: int | None  # what the formula gives before stacking; None is unknown
    window: Window
    paid_to: str
    once_per: str
    group: str | None  # of subsidies that are weighed against each other
    behind: tuple[str, ...]  # the subsidies that outweigh this one or have used up the cap
    missing: tuple[str, ...]  # items of evidence that are not in hand
    rivals: tuple[str, ...]  # of its group, not decided yet, that may turn out larger
    without_application: bool  # the office may pay it now, unasked


def claims(
    pack: Pack,
    row: Mapping[str, object],
    traces: Sequence[OfferingTrace],
    *,
    asof: dt.date,
    taken: Iterable[Taken] = (),
    items_in_hand: Collection[str] = frozenset(),
    plan: Plan | None = None,
) -> list[Claim]:
    """Give the subsidies that a subject may claim, or might once something is known.

    `traces` are its verdicts (those of other offerings are passed over); a no has no claim.
    """
    verdicts = {trace.offering: trace.verdict for trace in traces}
    return claims_by_verdict(
        pack, row, verdicts, asof=asof, taken=taken, items_in_hand=items_in_hand, plan=plan
    )


def claims_by_verdict(
    pack: Pack,
    row: Mapping[str, object],
    verdicts: Mapping[str, Verdict],
    *,
    asof: dt.date,
    taken: Iterable[Taken] = (),
    items_in_hand: Collection[str] = frozenset(),
    plan: Plan | None = None,
) -> list[Claim]:
    """Give the same from verdicts alone, which the bulk has without traces."""
    names = [name for name in subsidy_names(pack) if verdicts.get(name, "no") != "no"]
    plan = plan or compile(pack, asof=asof, offerings=names)
    granted = tuple(taken)
    first = {}
    for name in names:
        amount = terms_of(plan.terms[name], row, asof=asof).amount_fen
        claim = _alone(pack.offerings[name], verdicts[name], amount, asof, granted)
        missing = tuple(i for i in _form(pack, name).evidence if i not in items_in_hand)
        first[name] = replace(claim, missing=missing)
    weighed = {
        c.offering: c
        for group in _groups(first.values())
        for c in _weigh(pack, group, asof, granted)
    }
    made = [_unasked(pack, weighed[name], weighed.values(), asof) for name in names]
    return sorted(made, key=_rank)


def subsidy_names(pack: Pack) -> list[str]:
    """Name the offerings that say how they are claimed, in the order of their names."""
    return [name for name, offering in pack.offerings.items() if offering.subsidy is not None]


def window_of(offering: Offering, asof: dt.date) -> Window:
    """Give the window that is open on a day, or the next one while the offering is in force."""
    form = offering.subsidy
    if form is None or form.opens is None or form.closes is None:
        return Window(True, None, None)
    for year in (asof.year, asof.year + 1):
        opens, closes = _day_of(year, form.opens), _day_of(year, form.closes)
        if closes < asof:
            continue
        if offering.valid_until is not None:
            if opens >= offering.valid_until:
                break
            closes = min(closes, offering.valid_until - dt.timedelta(days=1))
        return Window(opens <= asof, opens, closes)
    return Window(False)


def _day_of(year: int, month_and_day: str) -> dt.date:
    month, day = map(int, month_and_day.split("-"))
    return dt.date(year, month, day)


def _form(pack: Pack, name: str) -> Subsidy:
    form = pack.offerings[name].subsidy
    assert form is not None, "only subsidies are asked about"
    return form


def _alone(
    offering: Offering,
    verdict: Verdict,
    amount_fen: int | None,
    asof: dt.date,
    taken: tuple[Taken, ...],
) -> Claim:
    """Say where a claim stands by itself, before it is weighed against others."""
    form = offering.subsidy
    assert form is not None, "only subsidies are asked about"
    window = window_of(offering, asof)
    standing: Standing = "claimable"
    if _is_used(form, offering.id, asof, taken):
        standing = "taken"
    elif verdict == "unknown":
        standing = "unknown"
    elif amount_fen is None:
        standing = "amount_unknown"
    elif amount_fen == 0:
        standing = "nothing"
    elif not window.is_open:
        standing = "not_open"
    return Claim(
        offering=offering.id,
        standing=standing,
        verdict=verdict,
        amount_fen=amount_fen if standing == "claimable" else None,
        formula_fen=amount_fen,
        window=window,
        paid_to=form.paid_to,
        once_per=form.once_per,
        group=form.stacking.group if form.stacking else None,
        behind=(),
        missing=(),
        rivals=(),
        without_application=False,
    )


def _is_used(form: Subsidy, name: str, asof: dt.date, taken: tuple[Taken, ...]) -> bool:
    """Say whether it was granted as often as it may be; `case` is for the claim itself to tell."""
    days = [each.on for each in taken if each.offering == name and each.on <= asof]
    if form.once_per == "ever":
        return bool(days)
    return form.once_per == "year" and any(day.year == asof.year for day in days)


def _groups(alone: Iterable[Claim]) -> list[list[Claim]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in alone:
        found[f"group {claim.group}" if claim.group else claim.offering].append(claim)
    return list(found.values())


def _weigh(pack: Pack, group: list[Claim], asof: dt.date, taken: tuple[Taken, ...]) -> list[Claim]:
    """Weigh the claims of one group, those that could be paid today, against each other."""
    stacking = _form(pack, group[0].offering).stacking
    if stacking is None:
        return group
    members = {
        n
        for n in subsidy_names(pack)
        if (s := _form(pack, n).stacking) is not None and s.group == stacking.group
    }
    earlier = [t for t in taken if t.offering in members and _is_this_year(t.on, asof)]
    ranked = sorted(group, key=_rank)
    if stacking.rule == "one_of":
        return _one_of(ranked, earlier)
    return _up_to(ranked, earlier, _cap_fen(pack, ranked[0].offering))


def _is_this_year(day: dt.date, asof: dt.date) -> bool:
    return day.year == asof.year and day <= asof


def _one_of(ranked: list[Claim], earlier: list[Taken]) -> list[Claim]:
    """Pay the largest, unless one of the group was paid this year."""
    winner = tuple(dict.fromkeys(t.offering for t in earlier))
    made = []
    for claim in ranked:
        if claim.standing != "claimable":
            made.append(claim)
        elif winner:
            made.append(replace(claim, standing="outweighed", amount_fen=None, behind=winner))
        else:
            made.append(claim)
            winner = (claim.offering,)
    return made


def _up_to(ranked: list[Claim], earlier: list[Taken], cap_fen: int | None) -> list[Claim]:
    """Pay in rank until the cap is reached; the last one is cut to what is left."""
    sums = [t.amount_fen for t in earlier]
    known = [fen for fen in sums if fen is not None]
    left = None if cap_fen is None or len(known) < len(sums) else max(0, cap_fen - sum(known))
    behind = list(dict.fromkeys(t.offering for t in earlier))
    made = []
    for claim in ranked:
        if claim.standing != "claimable" or claim.amount_fen is None:
            made.append(claim)
        elif left is None:
            made.append(replace(claim, standing="amount_unknown", amount_fen=None))
        elif left == 0:
            made.append(replace(claim, standing="used_up", amount_fen=None, behind=tuple(behind)))
        else:
            paid = min(left, claim.amount_fen)
            cut = tuple(behind) if paid < claim.amount_fen else ()
            made.append(replace(claim, amount_fen=paid, behind=cut))
            left -= paid
            behind.append(claim.offering)
    return made


def _cap_fen(pack: Pack, name: str) -> int | None:
    stacking, values = _form(pack, name).stacking, pack.offerings[name].values
    assert stacking is not None, "only what is stacked has a cap"
    assert stacking.most is not None, "up_to names its cap; packs are checked"
    cited = resolved(values[stacking.most], pack.asof)
    if cited is None or cited.value is None or cited.unit is None:
        return None
    return int(cited.value * pack.units[cited.unit].scale)


def _unasked(pack: Pack, claim: Claim, every: Iterable[Claim], asof: dt.date) -> Claim:
    """Say whether the office may pay a claim now: all is proven, and nothing larger is lost."""
    form = _form(pack, claim.offering)
    rivals: tuple[str, ...] = ()
    if form.stacking is not None and form.stacking.rule == "one_of":
        rivals = tuple(c.offering for c in every if _is_rival(c, claim, asof))
    pays = (
        form.without_application
        and claim.standing == "claimable"
        and not claim.missing
        and not rivals
    )
    return replace(claim, rivals=rivals, without_application=pays)


def _is_rival(other: Claim, claim: Claim, asof: dt.date) -> bool:
    """Say whether another of a group of one may yet turn out larger within the year."""
    if other.group != claim.group or other.offering == claim.offering:
        return False
    opens_on = other.window.opens_on
    if not other.window.is_open and (opens_on is None or opens_on.year != asof.year):
        return False
    if other.standing in ("unknown", "amount_unknown"):
        return True
    return other.standing == "not_open" and (other.formula_fen or 0) > (claim.formula_fen or 0)


def _rank(claim: Claim) -> tuple[int, int, str]:
    """Give the place in the order of claims: what is payable first, the largest first."""
    return (STANDINGS.index(claim.standing), -(claim.formula_fen or 0), claim.offering)
