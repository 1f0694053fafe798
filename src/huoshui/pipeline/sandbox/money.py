"""What packs would cost: subsidies at full claim, and the loss that public funds may have to bear.

Both are sums over what is open to whom, times three assumptions of the house: they compare packs
with each other and forecast nothing.  No score is used as a probability; every loan has the one
assumed rate of default.  What a sharing arrangement leaves open makes the loss an interval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from huoshui import matching
from huoshui.matching.clauses import REGION
from huoshui.pipeline.sandbox.sides import Side
from huoshui.policy.expression import Typed, check, compile_table, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering, Sharing
from huoshui.policy.scope import dated_values, profile_scope
from huoshui.policy.values import resolved
from huoshui.ratings.ops.clauses import condition, plain, truth

SECTION = "industry_section"

DEFAULT_RATE, LOSS_GIVEN_DEFAULT, TAKE_UP = (
    "expected_default_rate",
    "loss_given_default",
    "take_up_rate",
)
"""The constants that hold the house's assumptions; without one of them its figure is unknown."""

PUBLIC_BEARERS = "public_bearer"
"""The vocabulary of those who bear losses with public money."""


@dataclass(frozen=True)
class Cost:
    """What one side costs, subject by subject, in fen."""

    budget: np.ndarray  # int64: subsidies that the subject could claim
    budget_unknown: int  # claims that are open and whose amount nobody can tell
    loss_low: np.ndarray | None  # float64; None where an assumption is missing
    loss_high: np.ndarray | None
    loans_unknown: int  # open, shared and of unknown amount
    take_up: Decimal | None


def cost(side: Side) -> Cost:
    """Add up what one side costs."""
    budget, budget_unknown = _budget(side)
    low, high, loans_unknown = _shared_amounts(side)
    rates = [assumption(side.pack, name) for name in (DEFAULT_RATE, LOSS_GIVEN_DEFAULT, TAKE_UP)]
    known = [rate for rate in rates if rate is not None]
    if len(known) < len(rates):
        return Cost(budget, budget_unknown, None, None, loans_unknown, rates[2])
    share = float(known[0] * known[1] * known[2])
    return Cost(budget, budget_unknown, low * share, high * share, loans_unknown, rates[2])


def assumption(pack: Pack, name: str) -> Decimal | None:
    """Give an assumption of the house as a ratio on the pack's day."""
    constant = pack.constants.get(name)
    cited = resolved(constant.values, pack.asof) if constant else None
    if constant is None or cited is None or cited.value is None:
        return None
    return cited.value * pack.units[cited.unit or constant.unit].scale


def assumptions(pack: Pack) -> dict[str, Any]:
    """Give the assumptions with their citations, for whoever reads the figures."""
    found: dict[str, Any] = {}
    for name in (DEFAULT_RATE, LOSS_GIVEN_DEFAULT, TAKE_UP):
        constant = pack.constants.get(name)
        cited = resolved(constant.values, pack.asof) if constant else None
        rate = assumption(pack, name)
        found[name] = {
            "value": None if rate is None else str(rate),
            "cite": str(cited.cite) if cited else None,
        }
    return found


def cost_report(base: Side, changed: Side) -> dict[str, Any]:
    """Compare what two packs cost: in all, by county and by section of industry."""
    sides, costs = (base, changed), (cost(base), cost(changed))
    words = ("before", "after")
    return {
        "budget_fen": {w: int(c.budget.sum()) for w, c in zip(words, costs, strict=True)},
        "budget_at_take_up_fen": {
            w: None if c.take_up is None else int(Decimal(int(c.budget.sum())) * c.take_up)
            for w, c in zip(words, costs, strict=True)
        },
        "budget_unknown": {w: c.budget_unknown for w, c in zip(words, costs, strict=True)},
        "expected_loss_fen": {w: _loss(c, slice(None)) for w, c in zip(words, costs, strict=True)},
        "shared_loans_unknown": {w: c.loans_unknown for w, c in zip(words, costs, strict=True)},
        "by_county": _by(sides, costs, REGION),
        "by_section": _by(sides, costs, SECTION),
        "assumptions": {w: assumptions(s.pack) for w, s in zip(words, sides, strict=True)},
    }


def _loss(cost: Cost, rows: Any) -> dict[str, int] | None:
    if cost.loss_low is None or cost.loss_high is None:
        return None
    return {
        "low": round(float(cost.loss_low[rows].sum())),
        "high": round(float(cost.loss_high[rows].sum())),
    }


def _by(sides: Sequence[Side], costs: Sequence[Cost], column: str) -> dict[str, Any]:
    """Give the sums by the words of a column; subjects without one stand under an empty word."""
    grouped: dict[str, dict[str, Any]] = {}
    for when, side, one in zip(("before", "after"), sides, costs, strict=True):
        for word, rows in _rows_by_word(side, column).items():
            group = grouped.setdefault(word, {"budget_fen": {}, "expected_loss_fen": {}})
            group["budget_fen"][when] = int(one.budget[rows].sum())
            group["expected_loss_fen"][when] = _loss(one, rows)
    return dict(sorted(grouped.items()))


def _rows_by_word(side: Side, column: str) -> dict[str, np.ndarray]:
    if column not in side.profile.column_names:
        return {"": np.arange(side.profile.num_rows)}
    words = plain(side.profile[column]).fill_null("").dictionary_encode()
    codes = words.indices.to_numpy(zero_copy_only=False)
    return {word: np.flatnonzero(codes == i) for i, word in enumerate(words.dictionary.to_pylist())}


def _open(side: Side, name: str) -> np.ndarray:
    yes, _ = matching.decoded(
        side.words["offerings"], side.plans["offerings"].offerings.index(name)
    )
    return yes


def amounts_fen(side: Side, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Give what an offering gives each subject in whole fen, and where that is known."""
    typed = side.plans["offerings"].terms[name].expressions.get("amount")
    rows = side.profile.num_rows
    if typed is None:
        return np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
    numbers = _numbers(side, typed)
    known = np.isfinite(numbers)
    # As terms do for one subject: floored to the fen, and never below nothing.
    return np.where(known, np.maximum(np.floor(numbers), 0), 0).astype(np.int64), known


def _numbers(side: Side, typed: Typed) -> np.ndarray:
    inputs = {c: plain(side.profile[c]) for c in sorted(typed.columns)}
    (found,) = compile_table([typed]).run(inputs, asof=side.asof, rows=side.profile.num_rows)
    return np.asarray(plain(found).cast(pa.float64()).to_numpy(zero_copy_only=False))


def _budget(side: Side) -> tuple[np.ndarray, int]:
    """Add up the subsidies that are open to each subject, those of a group by its rule."""
    rows, unknown = side.profile.num_rows, 0
    total = np.zeros(rows, dtype=np.int64)
    grouped: dict[tuple[str, str], list[tuple[Offering, np.ndarray]]] = defaultdict(list)
    for name, offering in side.pack.offerings.items():
        if offering.kind != "subsidy":
            continue
        amount, known = amounts_fen(side, name)
        is_open = _open(side, name)
        unknown += int((is_open & ~known).sum())
        claim = np.where(is_open & known, amount, 0)
        stacking = offering.subsidy.stacking if offering.subsidy else None
        if stacking is None:
            total += claim
        else:
            grouped[stacking.group, stacking.rule].append((offering, claim))
    for (_, rule), members in sorted(grouped.items()):
        claims = np.array([claim for _, claim in members])
        if rule == "one_of":
            total += claims.max(axis=0)
        else:
            most = min(_most(side.pack, offering) for offering, _ in members)
            total += np.minimum(claims.sum(axis=0), most)
    return total, unknown


def _most(pack: Pack, offering: Offering) -> int:
    """Give what a group's subsidies may add up to; nothing said is no limit."""
    stacking = offering.subsidy.stacking if offering.subsidy else None
    cited = None
    if stacking is not None and stacking.most is not None:
        cited = resolved(offering.values.get(stacking.most, {}), pack.asof)
    if cited is None or cited.value is None or cited.unit is None:
        return 2**62
    return int(cited.value * pack.units[cited.unit].scale)


def _shared_amounts(side: Side) -> tuple[np.ndarray, np.ndarray, int]:
    """Add up, for each subject, the least and the most of open amounts that public funds share."""
    rows, unknown = side.profile.num_rows, 0
    low, high = np.zeros(rows), np.zeros(rows)
    shares: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name, offering in side.pack.offerings.items():
        sharing = side.pack.sharings.get(offering.sharing or "")
        if sharing is None:  # nobody shares it, so no public money is at stake
            continue
        if sharing.id not in shares:
            shares[sharing.id] = public_share(side, sharing)
        amount, known = amounts_fen(side, name)
        is_open = _open(side, name)
        unknown += int((is_open & ~known).sum())
        lent = np.where(is_open & known, amount, 0)
        low += lent * shares[sharing.id][0]
        high += lent * shares[sharing.id][1]
    return low, high, unknown


def public_share(side: Side, sharing: Sharing) -> tuple[np.ndarray, np.ndarray]:
    """Give the least and the most part of a loss that public bearers take, for each subject."""
    rows = side.profile.num_rows
    found = side.pack.vocabularies.get(PUBLIC_BEARERS)
    public = found.entries if found else {}
    scope = profile_scope(side.pack).with_values(dated_values(side.pack, sharing.values))
    sums: Mapping[bool, list[np.ndarray]] = {w: [np.zeros(rows)] * 2 for w in (True, False)}
    for nth, bearer in enumerate(sharing.bearers):
        least, most = np.zeros(rows), np.ones(rows)
        if bearer.share is not None:
            where = side.pack.where("sharings", sharing.id, "bearers", nth, "share")
            share = _numbers(side, check(parse(bearer.share, where), scope))
            known = np.isfinite(share)
            if bearer.bound in ("exactly", "at_least"):
                least = np.where(known, share, 0)
            if bearer.bound in ("exactly", "at_most"):
                most = np.where(known, share, 1)
        ends = sums[bearer.id in public]
        sums[bearer.id in public][:] = [ends[0] + least, ends[1] + most]
    low = np.clip(np.maximum(sums[True][0], 1 - sums[False][1]), 0, 1)
    high = np.clip(np.minimum(sums[True][1], 1 - sums[False][0]), 0, 1)
    for nth, clause in enumerate(sharing.clauses):  # whose loans it is for
        where = side.pack.where("sharings", sharing.id, "clauses", nth, "when")
        wanted = condition(clause.when, scope, where)
        columns = {c: plain(side.profile[c]) for c in wanted.columns}
        if not columns:
            continue
        known_truth = truth(wanted, columns, asof=side.asof)
        low = np.where(known_truth.yes, low, 0)
        high = np.where(known_truth.no, 0, high)
    return low, high
