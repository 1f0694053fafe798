"""Changes a threshold in the text of a pack, leaving every comment and every other line as it is.

A value gets a dated entry more, so that what held before still does; a tier or a grade of a rating
gets a new version of its file, and the older one ends.  Nothing is written here: the new texts are
given by name, after the packs with them have been read and every check has passed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from huoshui.kernel.citation import Citation
from huoshui.kernel.errors import Refusal, Where
from huoshui.policy.loader import FOLDERS, contents, load, texts_of
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Rating
from huoshui.policy.values import resolved

Edits = dict[str, str]
"""New texts by the name that errors and digests call a file."""


class EditRefusal(Refusal):
    """Why a threshold is not changed, the weightiest first."""

    NO_DEFINITION = (
        "There is no {id} among the {kind} on {day}.",
        "Take the id of a definition that is in force on that day.",
        "{day} 没有编号为 {id} 的 {kind}。",
        "请选择当日有效的定义。",
    )
    NO_PART = (
        "{id} has no {part}.",
        "Take one that `thresholds_of` lists.",
        "{id} 中没有 {part}。",
        "请从可修改的阈值清单中选择。",
    )
    NO_CITATION = (
        "A value without a citation is not taken.",
        "Say where it comes from: source-id#place, or house#... for the house's own judgement.",
        "没有出处的数值不予接受。",
        "请写明出处：source-id#place；本平台自定的写 house#…。",
    )
    CITED_NOWHERE = (
        "The citation {cite} leads nowhere.",
        "Add the place to sources/{source}.yaml first, or cite one that is there.",
        "出处 {cite} 不存在。",
        "请先在 sources/{source}.yaml 中加入该处，或引用已有之处。",
    )
    NOT_A_NUMBER = (
        "{value} is not a number.",
        "Write digits, with a point if needed; leave it empty only where nobody knows it.",
        "{value} 不是数字。",
        "请填写数字；只有无人知晓时才留空。",
    )
    SAME = (
        "{part} of {id} is {value} already.",
        "Give another value, or leave it as it is.",
        "{id} 的 {part} 已经是 {value}。",
        "请填写不同的数值，或保持不变。",
    )
    IN_THE_PAST = (
        "{day} is not after {newest}, from which the newest entry holds.",
        "Take a later day, or say that an earlier time is meant to change.",
        "{day} 不晚于最新一条的生效日 {newest}。",
        "请选择更晚的日期，或明确表示要更改过去。",
    )
    DAY_TAKEN = (
        "{part} of {id} has an entry from {day} already.",
        "Take another day; an entry that was in force is not written over.",
        "{id} 的 {part} 已有自 {day} 起的一条。",
        "请选择其他日期；已生效的条目不被覆盖。",
    )
    FORM = (
        "The place of {part} in {id} is written in a way that cannot be edited here.",
        "Edit the file by hand, and run `huoshui packs check`.",
        "{id} 中 {part} 的写法无法在此修改。",
        "请直接编辑文件，并运行 `huoshui packs check`。",
    )


@dataclass(frozen=True)
class Threshold:
    """A number that may be edited: what it is called, what it is today, and on what authority."""

    part: str  # value:<name>, tier:<group>/<criterion>/<nth>, points:... or band:<grade>
    value: Decimal | None
    unit: str | None
    since: dt.date | None  # the entry in force; None where the number has no day of its own
    cite: str
    mark: str
    where: Where


def thresholds_of(pack: Pack, kind: str, id: str) -> list[Threshold]:
    """List what may be edited of a definition, with what it is on the pack's day."""
    definition: Any = _definition(pack, kind, id)
    found = []
    dated = definition.values if hasattr(definition, "values") else {}
    if kind == "constants":
        found += _value(pack, kind, id, "", dated, ("values",), definition.unit)
    else:
        for name, entries in dated.items():
            found += _value(pack, kind, id, name, entries, ("values", name), None)
    if isinstance(definition, Rating):
        found += _of_rating(pack, definition)
    return found


def _definition(pack: Pack, kind: str, id: str) -> object:
    known = pack.definitions(kind) if kind in {k for k, _ in FOLDERS.values()} else {}
    if id not in known:
        raise EditRefusal.NO_DEFINITION.refuse(
            where=Where(field=f"{kind}.{id}"), id=id, kind=kind, day=pack.asof
        )
    return known[id]


def _value(
    pack: Pack,
    kind: str,
    id: str,
    name: str,
    entries: Mapping[dt.date, Cited],
    path: tuple[str, ...],
    unit: str | None,
) -> list[Threshold]:
    cited = resolved(entries, pack.asof)
    if cited is None:
        return []
    since = max(day for day in entries if day <= pack.asof)
    where = pack.where(kind, id, *path, since.isoformat())
    mark = pack.certainty(cited.cite).value
    part = f"value:{name}" if name else "value"
    return [Threshold(part, cited.value, cited.unit or unit, since, str(cited.cite), mark, where)]


def _of_rating(pack: Pack, rating: Rating) -> list[Threshold]:
    found = []
    for g, group in enumerate(rating.groups):
        for c, criterion in enumerate(group.criteria):
            cite, mark = str(criterion.cite), pack.certainty(criterion.cite).value
            unit = (
                pack.indicators[criterion.indicator].unit
                if (criterion.indicator in pack.indicators)
                else "point"
            )
            for n, tier in enumerate(criterion.tiers):
                path = ("groups", g, "criteria", c, "tiers", n)
                where = pack.where("ratings", rating.id, *path)
                spot = f"{group.id}/{criterion.id}/{n}"
                start = tier.at_least if tier.at_least is not None else tier.above
                if start is not None:
                    found.append(Threshold(f"tier:{spot}", start, unit, None, cite, mark, where))
                found.append(
                    Threshold(f"points:{spot}", tier.points, "point", None, cite, mark, where)
                )
    for b, band in enumerate(rating.bands):
        if band.at_least is not None:
            where = pack.where("ratings", rating.id, "bands", b)
            mark = pack.certainty(band.cite).value
            found.append(
                Threshold(
                    f"band:{band.grade}", band.at_least, "point", None, str(band.cite), mark, where
                )
            )
    return found


def with_value(
    roots: Sequence[Path],
    kind: str,
    id: str,
    value_name: str | None,
    *,
    day: dt.date,
    value: object,
    unit: str | None,
    cite: str | None,
    in_the_past: bool = False,
) -> Edits:
    """Give a value a dated entry more, from a day on; `value_name` is None for a constant.

    `value` None is unknown; without a `unit` it has that of the entry before.  `in_the_past` says
    that a day before the newest entry is meant.
    """
    pack = load(roots, asof=day)
    definition: Any = _definition(pack, kind, id)
    part = f"value {value_name}" if value_name else "value"
    values = getattr(definition, "values", {})
    entries = values if value_name is None else values.get(value_name)
    if entries is None or (value_name is None) != (kind == "constants"):
        raise EditRefusal.NO_PART.refuse(where=pack.where(kind, id), id=id, part=part)
    _known_citation(pack, cite)
    number = _number(value)
    path = ("values",) if value_name is None else ("values", value_name)
    where = pack.where(kind, id, *path)
    if day in entries:
        raise EditRefusal.DAY_TAKEN.refuse(where=where, id=id, part=part, day=day)
    newest = max(entries, default=None)
    if newest is not None and day < newest and not in_the_past:
        raise EditRefusal.IN_THE_PAST.refuse(where=where, day=day, newest=newest)
    before = resolved(entries, day)
    unit = unit or next((e.unit for e in (before, *entries.values()) if e), None)
    own = definition.unit if kind == "constants" else None
    if before and (before.value, before.unit or own) == (number, unit or own):
        raise EditRefusal.SAME.refuse(where=where, id=id, part=part, value=before.value)
    inner = [f"value: {_written(number)}", f"cite: {cite}"]
    if unit is not None and unit != own:
        inner.insert(1, f"unit: {unit}")
    text = _Text(*_file(roots, pack, kind, id))
    text.add_entry(path, day, f"{{ {', '.join(inner)} }}", id, part)
    return _checked(roots, {text.name: text.made()}, day)


def with_tier(
    roots: Sequence[Path],
    id: str,
    *,
    group: str,
    criterion: str,
    nth: int,
    day: dt.date,
    cite: str | None,
    start: object = None,
    points: object = None,
) -> Edits:
    """Move a tier's start or its points from a day on, in a new version of the rating's file."""
    pack = load(roots, asof=day)
    rating = _rating(pack, id)
    spot = f"tier {group}/{criterion}/{nth}"
    places = [
        (g, c)
        for g, each in enumerate(rating.groups)
        for c, one in enumerate(each.criteria)
        if (each.id, one.id) == (group, criterion) and 0 <= nth < len(one.tiers)
    ]
    if not places:
        raise EditRefusal.NO_PART.refuse(where=pack.where("ratings", id), id=id, part=spot)
    (g, c) = places[0]
    tier = rating.groups[g].criteria[c].tiers[nth]
    at: tuple[str | int, ...] = ("groups", g, "criteria", c)
    changes: list[tuple[tuple[str | int, ...], Decimal | None, Decimal | None]] = []
    if start is not None:
        key = "above" if tier.above is not None else "at_least"
        if getattr(tier, key) is None:  # the first tier holds everything below the second
            raise EditRefusal.NO_PART.refuse(where=pack.where("ratings", id), id=id, part=spot)
        changes.append(((*at, "tiers", nth, key), getattr(tier, key), _number(start)))
    if points is not None:
        changes.append(((*at, "tiers", nth, "points"), tier.points, _number(points)))
    return _with_version(roots, pack, rating, changes, (*at, "cite"), day, cite, spot)


def with_band(
    roots: Sequence[Path],
    id: str,
    *,
    grade: str,
    day: dt.date,
    at_least: object,
    cite: str | None,
) -> Edits:
    """Move the floor of a grade from a day on, in a new version of the rating's file."""
    pack = load(roots, asof=day)
    rating = _rating(pack, id)
    spot = f"band {grade}"
    places = [i for i, band in enumerate(rating.bands) if band.grade == grade]
    if not places or rating.bands[places[0]].at_least is None:
        raise EditRefusal.NO_PART.refuse(where=pack.where("ratings", id), id=id, part=spot)
    at = ("bands", places[0])
    change = ((*at, "at_least"), rating.bands[places[0]].at_least, _number(at_least))
    return _with_version(roots, pack, rating, [change], (*at, "cite"), day, cite, spot)


def _rating(pack: Pack, id: str) -> Rating:
    rating = _definition(pack, "ratings", id)
    assert isinstance(rating, Rating)
    return rating


def _with_version(
    roots: Sequence[Path],
    pack: Pack,
    rating: Rating,
    changes: Sequence[tuple[tuple[str | int, ...], Decimal | None, Decimal | None]],
    cite_at: tuple[str | int, ...],
    day: dt.date,
    cite: str | None,
    spot: str,
) -> Edits:
    """Write `<id>@<day>.yaml` with the changes, and end the version that it follows."""
    where = pack.where("ratings", rating.id)
    citation = _known_citation(pack, cite)
    moved = [(path, now) for path, was, now in changes if was != now]
    if not moved:
        value = changes[0][1] if changes else "?"
        raise EditRefusal.SAME.refuse(where=where, id=rating.id, part=spot, value=value)
    if rating.valid_from is not None and day <= rating.valid_from:
        raise EditRefusal.IN_THE_PAST.refuse(where=where, day=day, newest=rating.valid_from)
    name, path = _file(roots, pack, "ratings", rating.id)
    folder = name.rsplit("/", 1)[0]
    fresh = f"{folder}/{rating.id}@{day}.yaml"
    if fresh in contents(roots):
        raise EditRefusal.DAY_TAKEN.refuse(where=where, id=rating.id, part=spot, day=day)
    older, newer = _Text(name, path), _Text(name, path)
    for at, now in moved:
        newer.put(at, _written(now), rating.id, spot)
    newer.put(cite_at, str(citation), rating.id, spot)
    newer.put_key("valid_from", day.isoformat())
    older.put_key("valid_until", day.isoformat())
    return _checked(roots, {name: older.made(), fresh: newer.made()}, day)


def _known_citation(pack: Pack, cite: str | None) -> Citation:
    if cite is None or not cite.strip():
        raise EditRefusal.NO_CITATION.refuse()
    source, _, place = cite.strip().partition("#")
    found = pack.sources.get(source)
    if found is None or place not in found.places:
        raise EditRefusal.CITED_NOWHERE.refuse(cite=cite, source=source)
    return Citation.parse(cite.strip())


def _number(value: object) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    text = str(value).strip()
    if not re.fullmatch(r"[-+]?\d{1,18}(\.\d{1,12})?", text):
        raise EditRefusal.NOT_A_NUMBER.refuse(value=text)
    return Decimal(text)


def _written(number: Decimal | None) -> str:
    """Write a number as packs do: whole ones bare, others as text.

    >>> _written(Decimal("0.05")), _written(Decimal(500)), _written(None)
    ('"0.05"', '500', 'null')
    """
    if number is None:
        return "null"
    text = f"{number:f}"
    return f'"{text}"' if "." in text else text


def _file(roots: Sequence[Path], pack: Pack, kind: str, id: str) -> tuple[str, Path]:
    name = pack.documents[kind, id].file
    return name, contents(roots)[name]


class _Text:
    """One file's text with the edits that it is to get, each at its place."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.text = path.read_bytes().decode("utf-8")
        self.line_end = "\r\n" if "\r\n" in self.text else "\n"
        root = yaml.compose(self.text, Loader=yaml.SafeLoader)
        assert isinstance(root, yaml.MappingNode), "the file was read before"
        self.root = root
        self.edits: list[tuple[int, int, str]] = []  # start, end, what stands there instead

    def made(self) -> str:
        """Give the text with all edits made."""
        text = self.text
        for start, end, instead in sorted(self.edits, reverse=True):
            text = text[:start] + instead + text[end:]
        return text

    def node(self, path: Sequence[str | int], id: str, part: str) -> yaml.Node:
        """Find a part of the file."""
        node: yaml.Node = self.root
        for key in path:
            found = None
            if isinstance(node, yaml.MappingNode):
                found = next((v for k, v in node.value if k.value == str(key)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                found = node.value[key]
            if found is None:
                raise EditRefusal.FORM.refuse(where=Where(self.name), id=id, part=part)
            node = found
        return node

    def put(self, path: Sequence[str | int], written: str, id: str, part: str) -> None:
        """Write another scalar in the place of one."""
        node = self.node(path, id, part)
        if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
            raise EditRefusal.FORM.refuse(where=Where(self.name), id=id, part=part)
        self.edits.append((node.start_mark.index, node.end_mark.index, written))

    def put_key(self, key: str, written: str) -> None:
        """Write a key of the definition itself: over the one that is there, or before `kind`."""
        for key_node, value in self.root.value:
            if key_node.value == key:
                self.edits.append((value.start_mark.index, value.end_mark.index, written))
                return
        before = next(k for k, _ in self.root.value if k.value not in _FIRST_KEYS)
        start = before.start_mark.index
        self.edits.append((start, start, f"{key}: {written}{self.line_end}"))

    def add_entry(
        self, path: Sequence[str | int], day: dt.date, entry: str, id: str, part: str
    ) -> None:
        """Add a dated entry, in the order of days."""
        node = self.node(path, id, part)
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise EditRefusal.FORM.refuse(where=Where(self.name), id=id, part=part)
        pairs = sorted(node.value, key=lambda pair: str(pair[0].value))
        before = [pair for pair in pairs if str(pair[0].value) < day.isoformat()]
        line = f"{day}: {entry}"
        if not before:
            start = pairs[0][0].start_mark
            gap = ", " if node.flow_style else self.line_end + " " * start.column
            self.edits.append((start.index, start.index, f"{line}{gap}"))
        elif node.flow_style:
            end = before[-1][1].end_mark.index
            self.edits.append((end, end, f", {line}"))
        else:
            key, value = before[-1]
            end = self._line_end(_last(value))
            fresh = f"{self.line_end}{' ' * key.start_mark.column}{line}"
            self.edits.append((end, end, fresh))

    def _line_end(self, leaf: yaml.Node) -> int:
        """Give the end of the line on which a part ends; a remark behind it stays with it."""
        index = leaf.end_mark.index
        if leaf.end_mark.column == 0 and index > 0:  # a block of text ends on the line before
            index -= len(self.line_end)
        end = self.text.find("\n", index)
        if end < 0:
            return len(self.text)
        return end - 1 if self.text[end - 1 : end] == "\r" else end


_FIRST_KEYS = ("id", "label", "meaning", "valid_from", "valid_until")
"""What stands at the head of a definition, before the days between which it holds."""


def _last(node: yaml.Node) -> yaml.Node:
    """Find the last leaf of a part: the end of a block itself lies behind remarks after it."""
    while isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _checked(roots: Sequence[Path], edits: Edits, day: dt.date) -> Edits:
    """Read the packs with the edits as at the day, or refuse as they do."""
    load(roots, asof=day, edits=edits)
    return edits


def copied(roots: Sequence[Path], edits: Mapping[str, str], folder: Path) -> list[Path]:
    """Write packs with edits under a folder, and give the folders of the copies.

    They are copies and not links: whoever then edits one must not change the packs in force.
    """
    for name, text in texts_of(roots, edits).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
    made = [folder / root.name for root in roots]
    for root in made:  # a pack may hold nothing yet
        root.mkdir(parents=True, exist_ok=True)
    return made
