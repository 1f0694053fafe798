"""One case asked of two versions: the one in force, and a candidate that decides nothing.

Only the row that the version in force has made is read, so that whoever holds a row can ask; no
analytic engine is opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from huoshui import indicators, matching, ratings
from huoshui.kernel.errors import Refusal
from huoshui.pipeline.reuse import measured_behind, profile_for
from huoshui.policy.pack import Pack


class ShadowRefusal(Refusal):
    """Why a candidate is not run beside the version in force."""

    OTHER_DAY = (
        "The version in force was read as at {in_force} and the candidate as at {candidate}.",
        "Read both as at one day.",
    )
    NOT_THERE = (
        "Neither version has an offering {offering}.",
        "Take the id of an offering that one of them has.",
    )


@dataclass(frozen=True)
class ShadowCase:
    """One case decided by two versions, with the clauses that they differ in."""

    offering: str
    in_force: str  # yes, no, unknown or absent
    candidate: str
    clauses: tuple[tuple[str, str, str], ...]  # id, verdict in force, verdict of the candidate
    unmeasured: tuple[str, ...]  # indicators that the candidate measures otherwise: unknown here

    @property
    def agrees(self) -> bool:
        """Say whether both come to one verdict."""
        return self.in_force == self.candidate


def shadow_one(
    pack: Pack, candidate: Pack, row: Mapping[str, object], offering: str, asof: dt.date
) -> ShadowCase:
    """Ask both versions of one profile row, which the version in force has made.

    The candidate's formulas and ratings are computed anew from the row.  What it measures from
    facts in another way cannot be told from a row and is unknown; `unmeasured` names it.
    """
    if not pack.asof == candidate.asof == asof:
        raise ShadowRefusal.OTHER_DAY.refuse(in_force=pack.asof, candidate=candidate.asof)
    if offering not in pack.offerings and offering not in candidate.offerings:
        raise ShadowRefusal.NOT_THERE.refuse(offering=offering)
    beside, unmeasured = _row_of(pack, candidate, row)
    verdicts: list[str] = []
    clauses: list[dict[str, str]] = []
    for version, given in ((pack, row), (candidate, beside)):
        if offering not in version.offerings:
            verdicts.append("absent")
            clauses.append({})
            continue
        plan = matching.compile(version, asof=asof, offerings=[offering])
        (trace,) = matching.explain_one(version, given, asof=asof, plan=plan)
        verdicts.append(trace.verdict)
        clauses.append({clause.id: _word(clause.verdict) for clause in trace.clauses})
    ids = dict.fromkeys([*clauses[0], *clauses[1]])
    pairs = ((i, clauses[0].get(i, "absent"), clauses[1].get(i, "absent")) for i in ids)
    read = {c for c in _read(candidate, offering) if c in unmeasured}
    return ShadowCase(
        offering,
        verdicts[0],
        verdicts[1],
        tuple((i, was, now) for i, was, now in pairs if was != now),
        tuple(sorted(read)),
    )


def _row_of(
    pack: Pack, candidate: Pack, row: Mapping[str, object]
) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """Give the row that the candidate would make, and the indicators that it cannot tell."""
    given = {name: row.get(name) for name in indicators.profile_schema(pack).names}
    given["entity"] = str(given["entity"] or "")
    table = pa.Table.from_pylist([given], schema=indicators.profile_schema(pack))
    profile, anew = profile_for(candidate, pack, table, frozenset(), None)
    profile = ratings.compute(candidate, profile, asof=candidate.asof)
    unmeasured = tuple(n for n in anew if candidate.indicators[n].measure is not None)
    return profile.to_pylist()[0], unmeasured


def _read(pack: Pack, offering: str) -> Sequence[str]:
    """Name the measured indicators that an offering comes down to."""
    if offering not in pack.offerings:
        return ()
    plan = matching.compile(pack, asof=pack.asof, offerings=[offering])
    return measured_behind(pack, plan.columns)


def _word(verdict: bool | None) -> str:
    return "unknown" if verdict is None else "yes" if verdict else "no"
