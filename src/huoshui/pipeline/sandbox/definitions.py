"""What two packs say differently: definitions added, removed and changed, each with its place.

Definitions are compared as they were read, not as text, so that a comment or another order of
keys is no change.  Parts of a list that have ids are the same part wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from huoshui.kernel.citation import Citation
from huoshui.kernel.errors import Where
from huoshui.policy.loader import FOLDERS
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited
from huoshui.policy.values import resolved

Key = tuple[str, ...]
Path = tuple[str | int, ...]

SAYINGS = frozenset({"label", "meaning", "say", "handbook", "note", "caution", "evidence", "title"})
"""Keys whose change alters what is told and not what is decided."""


@dataclass(frozen=True)
class Said:
    """What a definition says at one place: the value as written, its citation, and where."""

    value: object
    cite: str | None
    mark: str | None
    where: Where

    def to_dict(self) -> dict[str, object]:
        """Give it as data."""
        return {
            "value": self.value,
            "cite": self.cite,
            "mark": self.mark,
            "where": str(self.where),
        }


@dataclass(frozen=True)
class PartChange:
    """One place of a definition that the packs differ in; None: not there."""

    part: str
    before: Said | None
    after: Said | None
    is_saying: bool  # only words that people read

    def to_dict(self) -> dict[str, object]:
        """Give it as data."""
        return {
            "part": self.part,
            "before": self.before.to_dict() if self.before else None,
            "after": self.after.to_dict() if self.after else None,
            "is_saying": self.is_saying,
        }


@dataclass(frozen=True)
class DefinitionChange:
    """A definition that is added, removed or changed."""

    kind: str
    id: str
    change: str  # added, removed or changed
    where_before: Where | None
    where_after: Where | None
    parts: tuple[PartChange, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Give it as data."""
        return {
            "kind": self.kind,
            "id": self.id,
            "change": self.change,
            "where_before": str(self.where_before) if self.where_before else None,
            "where_after": str(self.where_after) if self.where_after else None,
            "parts": [part.to_dict() for part in self.parts],
        }


def definition_changes(base: Pack, changed: Pack) -> list[DefinitionChange]:
    """Give every definition in force on the day that the packs differ in."""
    found = []
    for kind in sorted({kind for kind, _ in FOLDERS.values()}):
        before, after = base.definitions(kind), changed.definitions(kind)
        for name in sorted({*before, *after}):
            if name not in after:
                found.append(_one_sided(base, kind, name, "removed"))
            elif name not in before:
                found.append(_one_sided(changed, kind, name, "added"))
            elif before[name] != after[name]:
                parts = tuple(_parts(base, changed, kind, name))
                if parts:
                    places = base.where(kind, name), changed.where(kind, name)
                    found.append(DefinitionChange(kind, name, "changed", *places, parts))
    return found


def _one_sided(pack: Pack, kind: str, name: str, change: str) -> DefinitionChange:
    where = pack.where(kind, name)
    before, after = (where, None) if change == "removed" else (None, where)
    return DefinitionChange(kind, name, change, before, after)


def _parts(base: Pack, changed: Pack, kind: str, name: str) -> Iterator[PartChange]:
    sides = [_leaves(pack, kind, name) for pack in (base, changed)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        before, after = sides[0].get(key), sides[1].get(key)
        if _plain(before) == _plain(after):
            continue
        yield PartChange(
            ".".join(key), before, after, bool(SAYINGS & set(key)) or key == ("checked_on",)
        )


def _plain(said: Said | None) -> object:
    return None if said is None else (said.value, said.cite)


def _leaves(pack: Pack, kind: str, name: str) -> dict[Key, Said]:
    """Give each value that a definition says, by the way to it."""
    definition = pack.definitions(kind)[name]
    own = getattr(definition, "cite", None)
    made: dict[Key, Said] = {}
    for key, path, value, cite in _walk(definition, (), (), own):
        where = pack.where(kind, name, *path)
        made[key] = Said(value, str(cite) if cite else None, _mark(pack, cite), where)
    return made


def _mark(pack: Pack, cite: Citation | None) -> str | None:
    source = pack.sources.get(cite.source) if cite else None
    place = source.places.get(cite.place) if source and cite else None
    return place.mark.value if place else None


def _walk(
    part: Any, key: Key, path: Path, cite: Citation | None
) -> Iterator[tuple[Key, Path, object, Citation | None]]:
    if isinstance(part, Cited):
        value = None if part.value is None else str(part.value)
        written = value if part.unit is None or value is None else f"{value} {part.unit}"
        yield key, path, written, part.cite
    elif isinstance(part, BaseModel):
        cite = getattr(part, "cite", None) or cite
        for name in type(part).model_fields:
            inner = getattr(part, name)
            if inner is not None and inner != () and inner != {}:
                yield from _walk(inner, (*key, name), (*path, name), cite)
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from _walk(inner, (*key, str(name)), (*path, str(name)), cite)
    elif isinstance(part, tuple | list):
        for nth, inner in enumerate(part):
            name = getattr(inner, "id", None) or getattr(inner, "grade", None) or str(nth)
            yield from _walk(inner, (*key, str(name)), (*path, nth), cite)
    else:
        yield key, path, part if isinstance(part, bool | int) else str(part), cite


def values_moved(base: Pack, changed: Pack, kind: str, name: str) -> list[tuple[str, str, str]]:
    """Give the named values of a definition whose value in force differs: name, before, after."""
    found = []
    sides = [getattr(p.definitions(kind).get(name), "values", {}) for p in (base, changed)]
    for value in sorted({*sides[0], *sides[1]}):
        said = [
            _in_force(values.get(value, {}), pack)
            for values, pack in zip(sides, (base, changed), strict=True)
        ]
        if said[0] != said[1]:
            found.append((value, said[0], said[1]))
    return found


def _in_force(dated: Any, pack: Pack) -> str:
    cited = resolved(dated, pack.asof)
    if cited is None or cited.value is None:
        return "?"
    return f"{cited.value} {cited.unit}" if cited.unit else str(cited.value)
