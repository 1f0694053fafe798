"""Dated values and orders make sense: one dimension, in use, nothing in a circle."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pydantic import BaseModel

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.policy.expression import names, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import RATING_SUFFIXES, Dated

KINDS = ("indicators", "ratings", "offerings", "titles", "tables", "sharings", "workflows")
"""Kinds whose definitions may have values of their own."""

_WORD = re.compile(r"[a-z][a-z0-9_]*")


class TimelineRefusal(Refusal):
    """Why values and orders are refused, the weightiest first."""

    TITLES_IN_A_CIRCLE = (
        "These titles each ask for another before: {names}.",
        "Let one of them stop asking.",
    )
    LAYER_ORDER = (
        "{id} stands on layer {layer} and asks for {before} of layer {other} before.",
        "A title stands on a higher layer than what it asks for.",
    )
    RATINGS_IN_A_CIRCLE = (
        "These ratings read each other's scores: {names}.",
        "Let one of them stop reading the other.",
    )
    DIMENSION_CHANGES = (
        "The value {name} is in {unit} from {day} on and in {other} before.",
        "Keep one kind of unit for a value: money, days, a share.",
    )
    NEVER_USED = (
        "Nothing in {id} names the value {name}.",
        "Take it out, or name it where it counts.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield values that are dead or change their dimension, and what reads itself in a circle."""
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
    yield from _ratings(pack)
    yield from _titles(pack)


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
        if _dimension(pack, unit) != _dimension(pack, other):
            yield TimelineRefusal.DIMENSION_CHANGES.problem(
                where=pack.where(kind, owner, "values", name, day.isoformat()),
                name=name,
                unit=unit or "no unit",
                day=day,
                other=other or "no unit",
            )


def _dimension(pack: Pack, name: str | None) -> dict[str, int] | None:
    unit = pack.units.get(name or "")
    return unit.dimension if unit else None


def _circle(graph: dict[str, set[str]]) -> list[str]:
    """Name what reads each other in a circle, in order; nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def _ratings(pack: Pack) -> Iterator[Problem]:
    owner = {f"{name}{end}": name for name in pack.ratings for end in ("", *RATING_SUFFIXES)}
    graph = {}
    for rating in pack.ratings.values():
        texts = [clause.when for clause in (*rating.hard, *rating.bonus)]
        texts += [group.when for group in rating.groups if group.when]
        texts += [rating.applies_when] if rating.applies_when else []
        try:
            read = {name for text in texts for name in names(parse(text))}
        except Refused:  # said already, with its place
            continue
        graph[rating.id] = {owner[name] for name in read if name in owner}
    circle = _circle(graph)
    if circle:
        where = pack.where("ratings", circle[0])
        yield TimelineRefusal.RATINGS_IN_A_CIRCLE.problem(where=where, names=" → ".join(circle))


def _titles(pack: Pack) -> Iterator[Problem]:
    graph = {title.id: set(title.after) & set(pack.titles) for title in pack.titles.values()}
    circle = _circle(graph)
    if circle:
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
