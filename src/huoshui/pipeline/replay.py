"""A decision made again: the facts known then, the rules in force then, the same report.

Nothing that was stored of the result is read.  The packs come from the archive by their digest,
the subject is measured from the facts known by the batch, and the report comes out of the same
pure functions that made it when it was decided.  What was not read then for want of consent is
unknown again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from huoshui.engines.engine import Engine
from huoshui.explain.decision import canonical, decision_report
from huoshui.kernel.errors import Refusal
from huoshui.kernel.step import Tick, unwatched
from huoshui.matching.automatic import Asked, Limits
from huoshui.pipeline.archive import archived
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.subjects import known_offering, see
from huoshui.policy.loader import load


class ReplayRefusal(Refusal):
    """Why a decision is not made again."""

    NOT_INPUTS = (
        "These are not the inputs of a decision: {detail}.",
        "Give known, asof, pack_digest, entity, offering, asked and limits as a decision has them.",
        "这不是一项决定的依据：{detail}。",
        "请按决定记录给出 known、asof、pack_digest、entity、offering、asked 和 limits。",
    )


@dataclass(frozen=True)
class Inputs:
    """All that a decision's report is a function of, beside the lake and the archive."""

    known: int
    asof: dt.date
    pack_digest: str
    entity: str
    offering: str
    asked: Asked
    limits: Limits
    withheld: tuple[str, ...] = ()  # columns that whoever decided had no consent to read

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Inputs:
        """Read inputs as plain data; what else stands there is left alone."""
        try:
            return cls(
                int(said["known"]),
                dt.date.fromisoformat(str(said["asof"])),
                str(said["pack_digest"]),
                str(said["entity"]),
                str(said["offering"]),
                Asked(**said["asked"]),
                Limits(**said["limits"]),
                tuple(map(str, said.get("withheld") or ())),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ReplayRefusal.NOT_INPUTS.refuse(detail=f"{error}") from None

    def to_dict(self) -> dict[str, Any]:
        """Give plain data that `from_dict` reads."""
        return {**asdict(self), "asof": self.asof.isoformat(), "withheld": list(self.withheld)}


def replay(engine: Engine, home: Path, inputs: Inputs, *, tick: Tick = unwatched) -> str:
    """Make a decision's report anew, in the one form that can be compared by the byte."""
    pack = load(archived(home, inputs.pack_digest), asof=inputs.asof)
    known_offering(pack, inputs.offering)
    lake = Lake(home / "lake")
    _, (seen,) = see(engine, lake, pack, [inputs.entity], known=inputs.known, tick=tick)
    report = decision_report(
        pack,
        {**seen.row, **dict.fromkeys(inputs.withheld)},
        inputs.offering,
        inputs.asked,
        inputs.limits,
        asof=inputs.asof,
        known=inputs.known,
    )
    return canonical(report)


@dataclass(frozen=True)
class Compared:
    """How a report that was made anew stands to the one that was kept."""

    is_equal: bool
    difference: str | None  # the first path that differs; None where only the digest was kept
    before: Any = None  # what stands there in the one kept
    after: Any = None


def compared(after: str, *, kept: str | None, kept_sha256: str | None) -> Compared:
    """Compare by the byte with the report that was kept, or with its digest if only that was."""
    if kept is None:
        return Compared(kept_sha256 is None or kept_sha256 == report_sha256(after), None)
    if kept == after:
        return Compared(kept_sha256 in (None, report_sha256(after)), None)
    path, old, new = first_difference(json.loads(kept), json.loads(after)) or ("", kept, after)
    return Compared(False, path, old, new)


def report_sha256(report: str) -> str:
    """Give the digest that a decision keeps of its report."""
    return hashlib.sha256(report.encode()).hexdigest()


def first_difference(before: Any, after: Any, path: str = "") -> tuple[str, Any, Any] | None:
    """Find the first place, in the order of keys, where two reports differ.

    >>> first_difference({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})
    ('a.1.b', 2, 3)
    """
    if type(before) is type(after) and isinstance(before, dict | list):
        left, right = _parts(before), _parts(after)
        for key in dict.fromkeys([*left, *right]):
            place = f"{path}.{key}" if path else str(key)
            if key not in left or key not in right:
                return place, left.get(key), right.get(key)
            found = first_difference(left[key], right[key], place)
            if found:
                return found
        return None
    is_same = type(before) is type(after) and before == after
    return None if is_same else (path, before, after)


def _parts(value: dict[str, Any] | list[Any]) -> dict[Any, Any]:
    return value if isinstance(value, dict) else dict(enumerate(value))
