"""Moves every threshold of the packs by its smallest step, and looks whether an example notices.

A threshold that may be moved unnoticed is one that nobody has worked an example for: a slip in the
file would go unseen.  Definitions are changed in memory only, and asked for their own examples.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from huoshui.indicators.explain import parts
from huoshui.kernel.errors import Refused, Where
from huoshui.kernel.step import Tick, unwatched
from huoshui.pipeline.examples import DAY
from huoshui.pipeline.idle import is_idle
from huoshui.pipeline.packcheck import EXAMPLES
from huoshui.policy.check import subsidies
from huoshui.policy.loader import on_day
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import Definition, Offering

KINDS = ("indicators", "ratings", "offerings", "titles", "tables", "sharings")
"""Kinds whose thresholds are moved, all of which have worked examples."""

Path = tuple[str | int, ...]

_COUNTS = frozenset({"months", "months_before", "top"})
"""Whole numbers of a measure that say what is measured, and count as thresholds."""

_EXPRESSIONS = frozenset({"when", "formula", "amount", "rate", "fee", "relief", "share"})
_NUMBER = re.compile(r"(?<![\w.'])\d+(\.\d+)?(?![\w.'-])")
_NOT_MOVED = frozenset({"change", "by_time", "weight", "full_marks", "layer", "cite", "fitted"})
"""Numbers that no answer depends on, or that are checked against the others when packs load."""


@dataclass(frozen=True)
class Mutation:
    """One threshold moved by one step."""

    kind: str
    name: str
    file: str
    path: Path
    old: str
    new: str
    where: Where


@dataclass
class Tally:
    """What became of the mutations."""

    made: int = 0
    survivors: list[Mutation] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """Give the tally as data."""
        return {
            "mutations": self.made,
            "caught": self.made - len(self.survivors),
            "survivors": [
                {
                    "definition": f"{m.kind}/{m.name}",
                    "file": m.where.file,
                    "line": m.where.line,
                    "field": ".".join(map(str, m.path)),
                    "old": m.old,
                    "new": m.new,
                }
                for m in self.survivors
            ],
        }


def mutate(
    pack: Pack,
    *,
    kinds: Sequence[str] = KINDS,
    names: Sequence[str] | None = None,
    tick: Tick = unwatched,
) -> Tally:
    """Move every threshold up and down, and keep those moves that no example notices."""
    tally = Tally()
    targets = [t for kind in kinds for t in _targets(pack, kind) if not names or t[0] in names]
    for done, (name, kind, definition, document) in enumerate(targets):
        tick("mutations", done, len(targets))
        for path, value in thresholds(definition):
            for new in moved(value):
                changed = replaced(definition, path, new)
                if is_idle(pack, definition, changed, path):
                    continue
                tally.made += 1
                if not _is_noticed(pack, kind, changed, document):
                    where = document.where(path)
                    tally.survivors.append(
                        Mutation(kind, name, document.file, path, str(value), str(new), where)
                    )
    return tally


def _targets(pack: Pack, kind: str) -> Iterator[tuple[str, str, Definition, Document]]:
    """Yield the versions of definitions that some example asks about."""
    for name, examples in sorted(pack.examples(kind).items()):
        seen: set[str] = set()
        for day in _days(pack, examples):
            here = on_day(pack, day)
            definition, document = (
                here.definitions(kind).get(name),
                here.documents.get((kind, name)),
            )
            if definition is None or document is None or document.file in seen:
                continue
            seen.add(document.file)
            yield name, kind, definition, document


def _days(pack: Pack, examples: Document) -> list[dt.date]:
    """Give the days that examples are worked out for, the day asked about first."""
    named = set()
    for example in examples.content if isinstance(examples.content, list) else ():
        if isinstance(example, dict):
            day = example.get("asof")
            named.add(DAY if day is None else dt.date.fromisoformat(str(day)))
    return [pack.asof, *sorted(named - {pack.asof})]


def thresholds(part: Any, path: Path = ()) -> Iterator[tuple[Path, Decimal | int | str]]:
    """Yield every number that an answer depends on, and every formula with a number in it."""
    key = path[-1] if path else ""
    if isinstance(part, bool) or part is None:
        return
    if (
        isinstance(part, Decimal)
        or (isinstance(part, int) and key in _COUNTS)
        or (isinstance(part, str) and key in _EXPRESSIONS and any(_numbers(part)))
    ):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            if name not in _NOT_MOVED:
                yield from thresholds(getattr(part, name), (*path, name))
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from thresholds(value, (*path, name))
    elif isinstance(part, tuple):
        for nth, value in enumerate(part):
            yield from thresholds(value, (*path, nth))


def _numbers(text: str) -> Iterator[re.Match[str]]:
    return (found for found in _NUMBER.finditer(text) if found.group() not in ("0", "1"))


def moved(value: Decimal | int | str) -> Iterator[Decimal | int | str]:
    """Yield a threshold one step of its last written digit up and down; a formula's numbers too.

    >>> [str(v) for v in moved(Decimal("0.05"))], [str(v) for v in moved(Decimal(60))]
    (['0.06', '0.04'], ['61', '59'])
    """
    if isinstance(value, str):
        for found in _numbers(value):
            number = Decimal(found.group())
            step = Decimal(1).scaleb(int(number.as_tuple().exponent))
            yield f"{value[: found.start()]}{number + step}{value[found.end() :]}"
        return
    if isinstance(value, int):
        yield value + 1
        if value > 1:
            yield value - 1
        return
    step = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
    yield value + step
    yield value - step


def replaced(part: Any, path: Path, value: object) -> Any:
    """Copy a definition with one of its parts replaced."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(part, BaseModel):
        return part.model_copy(update={str(head): replaced(getattr(part, str(head)), rest, value)})
    if isinstance(part, Mapping):
        return {**part, head: replaced(part[head], rest, value)}
    assert isinstance(part, tuple), "a definition is made of forms, mappings and tuples"
    assert isinstance(head, int), "a tuple's parts are numbered"
    return (*part[:head], replaced(part[head], rest, value), *part[head + 1 :])


def _is_noticed(pack: Pack, kind: str, changed: Definition, document: Document) -> bool:
    """Say whether an example of a changed definition no longer holds, or no pack would load."""
    if isinstance(changed, Offering) and changed.subsidy is not None:
        # Subsidies that share a cap all state it: one that differs from the others is refused.
        beside = dataclasses.replace(pack, offerings={**pack.offerings, changed.id: changed})
        if any(subsidies.check(beside)):
            return True
    examples = pack.examples(kind)[changed.id]
    days = {day: on_day(pack, day) for day in _days(pack, examples)}
    packs = {day: _with(here, kind, changed, document, examples) for day, here in days.items()}
    asked = packs[pack.asof]
    asked.remembered["other days"] = packs
    try:
        problems = list(EXAMPLES[kind](asked))
    except Refused:  # no pack with this threshold would load
        return True
    return any(problem.where and problem.where.file == examples.file for problem in problems)


def _with(
    pack: Pack, kind: str, changed: Definition, document: Document, examples: Document
) -> Pack:
    """Give the packs of a day with the changed version where it is the one in force."""
    there = pack.documents.get((kind, changed.id))
    in_force = pack.definitions(kind).get(changed.id)
    is_changed = there is not None and there.file == document.file
    definition = changed if is_changed else in_force
    one: dict[str, Any] = {} if definition is None else {changed.id: definition}
    if kind == "ratings":  # others may be read by it
        one = {**pack.ratings, **one}
    elif kind == "indicators" and definition is not None:
        one = {**{name: pack.indicators[name] for name in _below(pack, changed.id)}, **one}
    asked: dict[str, Any] = {kind: one, "example_documents": {(kind, changed.id): examples}}
    made = dataclasses.replace(pack, **asked)
    # Columns keep their names and types whatever a threshold is.
    made.remembered.update({k: v for k, v in pack.remembered.items() if k != "other days"})
    return made


def _below(pack: Pack, name: str) -> set[str]:
    """Name the indicators that an indicator is computed from, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for part in parts(pack, waiting.pop()):
            if part in pack.indicators and part not in found:
                found.add(part)
                waiting.append(part)
    return found
