"""Arrangements that share a loss: the parts can add up to the whole, and every name exists.

Where a part depends on the subject, every kind of subject that the shares tell apart is tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.check.expressions import (
    clauses_problems,
    sentence_problems,
    typed_problems,
    uncited_numbers,
)
from huoshui.policy.expression import (
    Scope,
    Typed,
    cuts,
    evaluate_row,
    parse,
    representatives,
)
from huoshui.policy.expression import check as check_types
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Bearer, Funder, Sharing
from huoshui.policy.scope import profile_scope
from huoshui.policy.shares import BOUNDS, exact

KINDS_MOST = 5_000
"""How many kinds of subjects are tried; an arrangement that tells more apart is let pass."""


class SharingRefusal(Refusal):
    """Why an arrangement is refused."""

    NO_BEARER = "Nobody bears the loss.", "Name who does; a part not known has share: null."
    TWICE = "Two of the {kind} are called {name}.", "Give each its own id."
    NO_VALUE = "This definition has no value {name}.", "Add {name} to values, dated and cited."
    NOT_DAYS = "{name} is not a number of days.", "Give it unit: day_count."
    REMAINDERS = "{count} bearers take the remainder.", "Let one of them do so at most."
    REMAINDER_SHARE = "The remainder states a share.", "Take the share out, or say another bound."
    NOT_A_PART = "The part of {name} comes to {share}.", "A part lies between 0 and 1."
    TOO_MUCH = (
        "The bearers' parts come to at least {total} of the loss{given}.",
        "Correct the parts, so that they add up to 1.",
    )
    TOO_LITTLE = (
        "The bearers' parts come to at most {total} of the loss{given}.",
        "Correct the parts, or let one bearer take the remainder.",
    )
    FUNDED = (
        "The funders' parts add up to {total}, not 1.",
        "Correct the parts; one that is not known has share: null.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with arrangements that share a loss."""
    for sharing in pack.sharings.values():
        scope = profile_scope(pack, sharing.values)
        yield from clauses_problems(pack, sharing.clauses, scope, "sharings", sharing.id)
        yield from _names(pack, sharing, scope)
        found = list(_parts(pack, sharing, scope))
        yield from found
        if not found and sharing.bearers:
            yield from _adds_up(pack, sharing, scope)


def _names(pack: Pack, sharing: Sharing, scope: Scope) -> Iterator[Problem]:
    for kind, parts in (
        ("funders", sharing.funders),
        ("bearers", sharing.bearers),
        ("limits", sharing.limits),
    ):
        ids = [part.id for part in parts]
        for nth, name in enumerate(ids):
            if name in ids[:nth]:
                where = pack.where("sharings", sharing.id, kind, nth, "id")
                yield SharingRefusal.TWICE.problem(where=where, kind=kind, name=name)
    for nth, limit in enumerate(sharing.limits):
        path = ("limits", nth)
        if limit.value not in sharing.values:
            where = pack.where("sharings", sharing.id, *path, "value")
            yield SharingRefusal.NO_VALUE.problem(where=where, name=limit.value)
        yield from sentence_problems(pack, limit.say, scope, "sharings", sharing.id, (*path, "say"))
    days = sharing.loss.claimable_after_days
    if days is not None:
        where = pack.where("sharings", sharing.id, "loss", "claimable_after_days")
        if days not in sharing.values:
            yield SharingRefusal.NO_VALUE.problem(where=where, name=days)
        elif any(cited.unit != "day_count" for cited in sharing.values[days].values()):
            yield SharingRefusal.NOT_DAYS.problem(where=where, name=days)
    yield from sentence_problems(
        pack, sharing.loss.say, scope, "sharings", sharing.id, ("loss", "say")
    )


def _parts(pack: Pack, sharing: Sharing, scope: Scope) -> Iterator[Problem]:
    """Yield what is wrong with single parts."""
    if not sharing.bearers:
        yield SharingRefusal.NO_BEARER.problem(where=pack.where("sharings", sharing.id, "bearers"))
    remainders = [bearer for bearer in sharing.bearers if bearer.bound == "remainder"]
    if len(remainders) > 1:
        where = pack.where("sharings", sharing.id, "bearers")
        yield SharingRefusal.REMAINDERS.problem(where=where, count=len(remainders))
    sides: tuple[tuple[str, Sequence[Bearer | Funder]], ...] = (
        ("bearers", sharing.bearers),
        ("funders", sharing.funders),
    )
    for side, parts in sides:
        for nth, part in enumerate(parts):
            where = pack.where("sharings", sharing.id, side, nth, "share")
            if part.share is None:
                continue
            if isinstance(part, Bearer) and part.bound == "remainder":
                yield SharingRefusal.REMAINDER_SHARE.problem(where=where)
            yield from typed_problems(part.share, scope, where, ("number", "ratio"))
            yield from uncited_numbers(part.share, where)


def _adds_up(pack: Pack, sharing: Sharing, scope: Scope) -> Iterator[Problem]:
    typed = {b.id: _typed(b.share, scope) for b in sharing.bearers}
    for row in _kinds([each for each in typed.values() if each], pack):
        shares = {
            name: exact(evaluate_row(each, row, asof=pack.asof).value) if each else None
            for name, each in typed.items()
        }
        found = list(_whole(pack, sharing, shares, _said(row)))
        yield from found
        if found:  # one kind of subject shows the fault
            break
    funded = [_typed(funder.share, scope) for funder in sharing.funders]
    constants = [each for each in funded if each is not None and not each.columns]
    parts = [exact(evaluate_row(each, {}, asof=pack.asof).value) for each in constants]
    known = [part for part in parts if part is not None]
    if known and len(known) == len(funded) and sum(known) != 1:
        where = pack.where("sharings", sharing.id, "funders")
        yield SharingRefusal.FUNDED.problem(where=where, total=sum(known))


def _typed(text: str | None, scope: Scope) -> Typed | None:
    return None if text is None else check_types(parse(text), scope, unit="ratio")


def _whole(
    pack: Pack, sharing: Sharing, shares: dict[str, Decimal | None], given: str
) -> Iterator[Problem]:
    """Yield whether the parts of one kind of subject cannot add up to the whole."""
    least = most = Decimal(0)
    for nth, bearer in enumerate(sharing.bearers):
        share = shares[bearer.id]
        if share is not None and not 0 <= share <= 1:
            where = pack.where("sharings", sharing.id, "bearers", nth, "share")
            yield SharingRefusal.NOT_A_PART.problem(where=where, name=bearer.id, share=share)
            return
        is_least, is_most = BOUNDS[bearer.bound]
        least += share if share is not None and is_least else 0
        most += share if share is not None and is_most else 1
    where = pack.where("sharings", sharing.id, "bearers")
    stated = [shares[b.id] for b in sharing.bearers if b.bound != "remainder"]
    at_bounds = sum((share for share in stated if share is not None), Decimal(0))
    has_remainder = any(bearer.bound == "remainder" for bearer in sharing.bearers)
    if least > 1 or (has_remainder and at_bounds > 1):
        total = max(least, at_bounds) if has_remainder else least
        yield SharingRefusal.TOO_MUCH.problem(where=where, total=total, given=given)
    elif most < 1:
        yield SharingRefusal.TOO_LITTLE.problem(where=where, total=most, given=given)


def _kinds(expressions: Sequence[Typed], pack: Pack) -> Iterator[dict[str, Any]]:
    """Give one row for every kind of subject that the expressions tell apart."""
    columns = sorted({column for typed in expressions for column in typed.columns})
    pieces: list[list[Any]] = []
    count = 1
    for column in columns:
        whole = None
        for typed in expressions:
            cut = cuts(typed, column, asof=pack.asof)
            if cut is None and column in typed.columns:
                return
            if cut is not None:
                whole = cut if whole is None else whole | cut
        assert whole is not None, "the column was read"
        pieces.append(representatives(whole).to_pylist())
        count *= len(pieces[-1])
    if count <= KINDS_MOST:
        for values in itertools.product(*pieces):
            yield dict(zip(columns, values, strict=True))


def _said(row: dict[str, Any]) -> str:
    told = ", ".join(f"{name} = {value}" for name, value in row.items() if value is not None)
    return f" where {told}" if told else ""
