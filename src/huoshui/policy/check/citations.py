"""Every citation leads to a place that its source lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from huoshui.kernel.citation import Certainty, Citation
from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited

KINDS = (
    "constants",
    "calendars",
    "items",
    "feeds",
    "indicators",
    "ratings",
    "offerings",
    "titles",
    "tables",
    "sharings",
    "entities",
    "roles",
    "workflows",
    "seats",
    "linkages",
    "allocations",
    "registers",
    "lendings",
    "charts",
    "postings",
)


class CitationRefusal(Refusal):
    """Why a citation is refused."""

    NO_SOURCE = "There is no source {source}.", "Add sources/{source}.yaml, or correct the name."
    NO_PLACE = (
        "The source {source} lists no place {place}.",
        "Add the place with its mark to sources/{source}.yaml, or cite one that is there.",
    )
    UNKNOWN_WITH_VALUE = (
        "A value is given, but {cite} is marked unknown.",
        "Leave the value null, or cite what gives it.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield the citations that lead nowhere, and values that claim to be unknown."""
    for kind in KINDS:
        for name, definition in pack.definitions(kind).items():
            for path, part in _walk(definition, ()):
                if isinstance(part, Citation):
                    yield from _follow(pack, kind, name, path, part)
                elif isinstance(part, Cited):
                    yield from _claims(pack, kind, name, path, part)


def cited(
    part: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], Citation]]:
    """Yield every citation in a definition, with the way to it."""
    for inner, value in _walk(part, path):
        if isinstance(value, Citation):
            yield inner, value


def _walk(part: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, part
    if isinstance(part, BaseModel):
        for key in type(part).model_fields:
            yield from _walk(getattr(part, key), (*path, key))
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _walk(value, (*path, str(key)))
    elif isinstance(part, tuple | list):
        for index, value in enumerate(part):
            yield from _walk(value, (*path, index))


def _follow(
    pack: Pack, kind: str, name: str, path: tuple[Any, ...], citation: Citation
) -> Iterator[Problem]:
    source = pack.sources.get(citation.source)
    where = pack.where(kind, name, *path)
    if source is None:
        yield CitationRefusal.NO_SOURCE.problem(where=where, source=citation.source)
    elif citation.place not in source.places:
        yield CitationRefusal.NO_PLACE.problem(
            where=where, source=citation.source, place=citation.place
        )


def _claims(
    pack: Pack, kind: str, name: str, path: tuple[Any, ...], value: Cited
) -> Iterator[Problem]:
    source = pack.sources.get(value.cite.source)
    place = source.places.get(value.cite.place) if source else None
    if place and place.mark is Certainty.UNKNOWN and value.value is not None:
        yield CitationRefusal.UNKNOWN_WITH_VALUE.problem(
            where=pack.where(kind, name, *path), cite=value.cite
        )
