"""Dated values and orders of titles make sense: one unit, in use, no end before a beginning."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pydantic import BaseModel

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Dated, Definition

KINDS = ("indicators", "ratings", "offerings", "titles", "tables", "sharings", "workflows")
"""Kinds whose definitions may have values of their own."""

_WORD = re.compile(r"[a-z][a-z0-9_]*")


class TimelineRefusal(Refusal):
    """Why values and orders are refused, the weightiest first."""

    ENDS_FIRST = (
        "{id} ends on {until}, which is not after its beginning on {start}.",
        "Correct valid_from or valid_until.",
    )
    TITLES_IN_A_CIRCLE = (
        "These titles each ask for another before: {names}.",
        "Let one of them stop asking.",
    )
    LAYER_ORDER = (
        "{id} stands on layer {layer} and asks for {before} of layer {other} before.",
        "A title stands on a higher layer than what it asks for.",
    )
    UNIT_CHANGES = (
        "The value {name} is in {unit} from {day} on and in {other} before.",
        "Keep one unit for a value.",
    )
    NEVER_USED = (
        "Nothing in {id} names the value {name}.",
        "Take it out, or name it where it counts.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield values that are dead or change their unit, early ends, and titles in circles."""
    for kind, name in pack.documents:
        definition = pack.definitions(kind).get(name)
        if isinstance(definition, Definition):
            yield from _ends(pack, kind, definition)
    for kind in KINDS:
        for definition in pack.definitions(kind).values():
            values: dict[str, Dated] = getattr(definition, "values", {})
            used = set(_words(definition))
            for name, dated in values.items():
                where = pack.where(kind, definition.id, "values", name)
                if name not in used:
                    yield TimelineRefusal.NEVER_USED.problem(
                        where=where, id=definition.id, name=name
                    )
                yield from _units(pack, kind, definition.id, name, dated)
    yield from _titles(pack)


def _ends(pack: Pack, kind: str, definition: Definition) -> Iterator[Problem]:
    start, until = definition.valid_from, definition.valid_until
    if start is not None and until is not None and until <= start:
        yield TimelineRefusal.ENDS_FIRST.problem(
            where=pack.where(kind, definition.id, "valid_until"),
            id=definition.id,
            until=until,
            start=start,
        )


def _words(part: Any) -> Iterator[str]:
    """Yield every word that a definition writes outside the names and citations of its values."""
    if isinstance(part, str):
        yield from _WORD.findall(part)
    elif isinstance(part, BaseModel):
        for key in type(part).model_fields:
            if key not in ("values", "cite"):
                yield from _words(getattr(part, key))
    elif isinstance(part, dict):
        for value in part.values():
            yield from _words(value)
    elif isinstance(part, tuple | list):
        for value in part:
            yield from _words(value)


def _units(pack: Pack, kind: str, owner: str, name: str, dated: Dated) -> Iterator[Problem]:
    days = sorted(dated)
    for before, day in itertools.pairwise(days):
        unit, other = dated[day].unit, dated[before].unit
        if unit != other:
            yield TimelineRefusal.UNIT_CHANGES.problem(
                where=pack.where(kind, owner, "values", name, day.isoformat()),
                name=name,
                unit=unit or "no unit",
                day=day,
                other=other or "no unit",
            )


def _titles(pack: Pack) -> Iterator[Problem]:
    graph = {title.id: set(title.after) & set(pack.titles) for title in pack.titles.values()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        where = pack.where("titles", circle[0], "after")
        yield TimelineRefusal.TITLES_IN_A_CIRCLE.problem(where=where, names=" → ".join(circle))
    for title in pack.titles.values():
        for nth, name in enumerate(title.after):
            before = pack.titles.get(name)
            if before is None or before.layer is None or title.layer is None:
                continue
            if before.layer >= title.layer:
                yield TimelineRefusal.LAYER_ORDER.problem(
                    where=pack.where("titles", title.id, "after", nth),
                    id=title.id,
                    layer=title.layer,
                    before=name,
                    other=before.layer,
                )
