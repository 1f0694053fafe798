"""Reads packs as at a day: every file through its form, all faults of all files reported together.

The folder a file stands in decides its form; its name is its id.  A definition may have several
files, `<id>.yaml` or `<id>@<day>.yaml`, told apart by `valid_from` and `valid_until`; the one in
force on the day is read, and two in force on one day is a fault.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.kernel.garbage import unhurried
from huoshui.policy import remembered, schema
from huoshui.policy.check import check
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document, Unread, read

FOLDERS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "sources": ("sources", schema.Source),
    "vocabularies": ("vocabularies", schema.Vocabulary),
    "constants": ("constants", schema.Constant),
    "calendars": ("calendars", schema.BusinessCalendar),
    "categories": ("categories", schema.Category),
    "facts": ("items", schema.Item),
    "feeds": ("feeds", schema.Feed),
    "indicators": ("indicators", schema.Indicator),
    "ratings": ("ratings", schema.Rating),
    "institutions": ("institutions", schema.Institution),
    "products": ("offerings", schema.Offering),
    "programmes": ("offerings", schema.Offering),
    "titles": ("titles", schema.Title),
    "tables": ("tables", schema.DecisionTable),
    "sharing": ("sharings", schema.Sharing),
    "entities": ("entities", schema.Settlement),
    "linkages": ("linkages", schema.Linkage),
    "roles": ("roles", schema.Role),
    "workflows": ("workflows", schema.Workflow),
    "seats": ("seats", schema.Seat),
    "charts": ("charts", schema.Chart),
    "postings": ("postings", schema.Posting),
    "allocations": ("allocations", schema.Allocation),
    "registers": ("registers", schema.Register),
    "lendings": ("lendings", schema.Lending),
}
"""Folder of a pack -> the kind (an attribute of `Pack`) and the form of what stands in it."""

EXAMPLES = ".examples.yaml"
UNITS = "units.yaml"


class PackRefusal(Refusal):
    """Why packs are refused, the weightiest first."""

    NO_FOLDER = "There is no pack at {path}.", "Give the folder of a pack, such as packs/common."
    NO_UNITS = "No pack given has a units.yaml.", "Read packs/common along with the others."
    WRONG_FOLDER = (
        "The folder {folder} is none that a pack may hold.",
        "Move the file to one of: {folders}.",
    )
    FORM = "{detail}.", "Follow the form of a {form}; see docs/reference/packs.md."
    UNKNOWN_KEY = "A {form} has no key {key}.", "Take the key out, or correct it to {near}."
    MISSING_KEY = "The key {key} is missing.", "Add {key}; a {form} cannot do without it."
    UNCITED = "This value has no citation.", "Say where it comes from: cite: source-id#place."
    NAME_DIFFERS = "The id {id} differs from the file's name.", "Call the file {id}.yaml."
    ENDS_FIRST = (
        "{id} ends on {until}, which is not after its beginning on {start}.",
        "Correct valid_from or valid_until.",
    )
    TWICE_IN_FORCE = (
        "{id} is defined twice for one day, also in {other}.",
        "End the older one with valid_until, or delete one.",
    )
    EXAMPLE_OF_NOTHING = (
        "The examples of {id} stand beside no definition of that name.",
        "Name the file after the definition.",
    )
    EXAMPLES_TWICE = (
        "The examples of {id} stand in two files, also in {other}.",
        "Keep the examples of every version in {id}.examples.yaml; each may name its day (asof).",
    )


@dataclass(frozen=True)
class PackFile:
    """A file of a pack: its name as errors call it, and the kind and form its folder gives it."""

    path: Path
    name: str  # as errors call it, from the pack's own folder on
    kind: str
    form: type[BaseModel]
    is_example: bool

    @property
    def stem(self) -> str:
        """Give the id of what it defines: its name before any `@`."""
        stem = self.path.name.removesuffix(EXAMPLES if self.is_example else ".yaml")
        return stem.split("@")[0]


def load(
    roots: Sequence[Path],
    *,
    asof: dt.date,
    edits: Mapping[str, str] | None = None,
) -> Pack:
    """Read packs together as at a day, or raise `Refused` with every fault found.

    The forms are checked here; that definitions fit each other is `check.check`'s work, which
    runs once every file is well formed.  Packs that were read before, byte for byte, are taken up
    as they were made then.
    `edits` are texts by the names of files, read in the place of what stands there.
    """
    problems: list[Problem] = []
    files = list(pack_files(roots, problems, edits))
    texts = _texts(_contents(files, roots), edits)
    digest, turns = digest_of_texts(texts), _turns(texts)
    examples = Unread(_examples(files, texts, problems))
    since = max((day for day in turns if day <= asof), default=dt.date.min)
    key = remembered.key_of(digest, since.isoformat())
    pack = None if problems else remembered.recall(key)
    if pack is None:
        with unhurried():
            pack = _read_all(roots, files, texts, digest, asof, problems)
            pack = replace(pack, turns=turns)
        remembered.remember(key, pack)
    # What no files say cannot be read again for another day.
    places = () if edits else tuple(roots)
    return replace(pack, asof=asof, roots=places, example_documents=examples)


def is_same_on(pack: Pack, day: dt.date) -> bool:
    """Say whether a pack says on a day what it says on its own: no file names a day between."""
    first, last = sorted((pack.asof, day))
    return bool(pack.turns) and not any(first < turn <= last for turn in pack.turns)


def _read_all(
    roots: Sequence[Path],
    files: Sequence[PackFile],
    texts: Mapping[str, bytes],
    digest: str,
    asof: dt.date,
    problems: list[Problem],
) -> Pack:
    """Read and check every file that is no example."""
    documents: dict[tuple[str, str], Document] = {}
    made: dict[str, dict[str, Any]] = {kind: {} for kind, _ in FOLDERS.values()}
    for file in files:
        if file.is_example:
            continue
        document = read(texts[file.name], file.name)
        problems += document.problems
        if document.content is None:
            continue
        definition = _formed(document, file.form, problems)
        problems += _ends_first(definition, document)
        if definition is not None and _is_in_force(definition, asof):
            _keep(definition, file, document, made, documents, problems)
    units = _units(roots, texts, problems)
    Refused.raise_any(problems)
    pack = Pack(
        asof=asof,
        digest=digest,
        units=units,
        documents=documents,
        example_documents={},
        roots=(),  # where files stand is no part of what they say
        turns=(),
        # Sorted by name, not by file: bits of verdict words are counted in this order.
        **{kind: dict(sorted(known.items())) for kind, known in made.items()},
    )
    Refused.raise_any(check(pack))
    return pack


def _examples(
    files: Sequence[PackFile], texts: Mapping[str, bytes], problems: list[Problem]
) -> dict[tuple[str, str], tuple[bytes, str]]:
    """Give the files of worked examples; each stands beside a definition, and is read later."""
    found: dict[tuple[str, str], tuple[bytes, str]] = {}
    defined = {(file.kind, file.stem) for file in files if not file.is_example}
    for file in files:
        if not file.is_example:
            continue
        key, where = (file.kind, file.stem), Where(file.name, line=1, column=1)
        if key not in defined:
            problems.append(PackRefusal.EXAMPLE_OF_NOTHING.problem(where=where, id=file.stem))
        elif key in found:
            problems.append(
                PackRefusal.EXAMPLES_TWICE.problem(where=where, id=file.stem, other=found[key][1])
            )
        else:
            found[key] = texts[file.name], file.name
    return found


def on_day(pack: Pack, day: dt.date) -> Pack:
    """Give the same packs as at another day, read once for all who ask of one pack.

    A pack made in memory, which no files stand behind, is the same on every day.
    """
    if day == pack.asof or not pack.roots:
        return pack
    others = pack.remembered.setdefault("other days", {})
    assert isinstance(others, dict), "only this function writes it"
    if day not in others:
        others[day] = (
            replace(pack, asof=day) if is_same_on(pack, day) else load(pack.roots, asof=day)
        )
    found = others[day]
    assert isinstance(found, Pack), "only this function writes it"
    return found


def pack_files(
    roots: Sequence[Path], problems: list[Problem], edits: Mapping[str, str] | None = None
) -> Iterator[PackFile]:
    """Yield every file of packs; those in folders that a pack may not hold become problems.

    Files that only `edits` name are among them.
    """
    for root in roots:
        if not root.is_dir():
            problems.append(PackRefusal.NO_FOLDER.problem(where=Where(str(root)), path=root))
            continue
        fresh = [name.partition("/")[2] for name in edits or () if name.split("/")[0] == root.name]
        for inner in _yaml_files(str(root), fresh):
            name = f"{root.name}/{inner}"
            top, _, rest = inner.partition("/")
            if inner == UNITS:
                continue
            if top not in FOLDERS or not rest:
                problems.append(
                    PackRefusal.WRONG_FOLDER.problem(
                        where=Where(name), folder=top, folders=", ".join(FOLDERS)
                    )
                )
                continue
            kind, form = FOLDERS[top]
            yield PackFile(root / inner, name, kind, form, inner.endswith(EXAMPLES))


def _yaml_files(root: str, fresh: Sequence[str]) -> list[str]:
    """Name the files under a folder, and more, in the order of parts; quicker than paths can."""
    found = []
    for folder, _, names in os.walk(root):
        inner = folder[len(root) :].strip(os.sep).replace(os.sep, "/")
        front = f"{inner}/" if inner else ""
        found += [front + name for name in names if name.endswith(".yaml")]
    return sorted({*found, *fresh}, key=lambda name: name.split("/"))


def contents(roots: Sequence[Path]) -> dict[str, Path]:
    """Give every file that packs are made of, by the name that errors and the digest call it."""
    problems: list[Problem] = []
    found = _contents(list(pack_files(roots, problems)), roots)
    Refused.raise_any(problems)
    return found


def texts_of(roots: Sequence[Path], edits: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """Give what every file holds that packs are made of, with edits, by its name in order."""
    return _texts(contents(roots), edits)


def digest_of(roots: Sequence[Path]) -> str:
    """Give the digest that a pack read from these folders has, without reading it as at a day."""
    return digest_of_texts(texts_of(roots))


def digest_of_texts(texts: Mapping[str, bytes]) -> str:
    """Give the digest of packs by what their files hold, by name in order."""
    total = hashlib.sha256()
    for name, content in texts.items():
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _contents(files: Sequence[PackFile], roots: Sequence[Path]) -> dict[str, Path]:
    units = ((f"{root.name}/{UNITS}", root / UNITS) for root in roots)
    return {file.name: file.path for file in files} | {n: p for n, p in units if p.is_file()}


def _texts(contents: Mapping[str, Path], edits: Mapping[str, str] | None) -> dict[str, bytes]:
    edited = {name: text.encode("utf-8") for name, text in (edits or {}).items()}
    names = sorted({*contents, *edited})
    return {n: edited[n] if n in edited else contents[n].read_bytes() for n in names}


_DAY = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _turns(texts: Mapping[str, bytes]) -> tuple[dt.date, ...]:
    """Give every day that the files name: on no other may anything begin or cease to hold."""
    named = set(_DAY.findall(b"\0".join(texts.values())))
    return tuple(sorted(filter(None, map(_day_of, named))))


def _day_of(text: bytes) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.decode("ascii"))
    except ValueError:  # a number that only looks like a day
        return None


def _units(
    roots: Sequence[Path], texts: Mapping[str, bytes], problems: list[Problem]
) -> dict[str, schema.Unit]:
    units: dict[str, schema.Unit] = {}
    found = [name for name in texts if name.partition("/")[2] == UNITS]
    if not found and roots and not problems:
        problems.append(PackRefusal.NO_UNITS.problem(where=Where(str(roots[0]))))
    for name in found:
        document = read(texts[name], name)
        problems += document.problems
        content = document.content if isinstance(document.content, dict) else {}
        for unit_name, entry in content.items():
            part = Document(document.file, entry)
            part.places = {
                path[1:]: place
                for path, place in document.places.items()
                if path[:1] == (unit_name,)
            }
            unit = _formed(part, schema.Unit, problems)
            if unit is not None:
                units[unit_name] = unit
    return units


def _formed(document: Document, form: type[Any], problems: list[Problem]) -> Any:
    try:
        return form.model_validate(document.content)
    except ValidationError as error:
        for detail in error.errors():
            problems.append(_problem(detail, document, form))
        return None


def _problem(detail: Any, document: Document, form: type[BaseModel]) -> Problem:
    """Turn one finding of the form checker into our shape, with the line it stands on."""
    path = tuple(p for p in detail["loc"] if p != "[key]")
    where = document.where(path)
    key = path[-1] if path else ""
    name = form.__name__.lower()
    if detail["type"] == "missing" and key == "cite":
        return PackRefusal.UNCITED.problem(where=where)
    if detail["type"] == "missing":
        return PackRefusal.MISSING_KEY.problem(where=where, key=key, form=name)
    if detail["type"] == "extra_forbidden":
        near = _nearest(str(key), form)
        return PackRefusal.UNKNOWN_KEY.problem(where=where, key=key, form=name, near=near)
    message = detail["msg"].removeprefix("Value error, ").rstrip(".")
    return PackRefusal.FORM.problem(where=where, detail=message, form=name)


def _nearest(key: str, form: type[BaseModel]) -> str:
    known = list(form.model_fields)
    close = difflib.get_close_matches(key, known, 1)
    return close[0] if close else "one of " + ", ".join(known)


def _ends_first(definition: Any, document: Document) -> Iterator[Problem]:
    start = getattr(definition, "valid_from", None)
    end = getattr(definition, "valid_until", None)
    if start is not None and end is not None and end <= start:
        yield PackRefusal.ENDS_FIRST.problem(
            where=document.where(("valid_until",)), id=definition.id, until=end, start=start
        )


def _is_in_force(definition: Any, asof: dt.date) -> bool:
    start = getattr(definition, "valid_from", None)
    end = getattr(definition, "valid_until", None)
    return (start is None or start <= asof) and (end is None or asof < end)


def _keep(
    definition: Any,
    file: PackFile,
    document: Document,
    made: dict[str, dict[str, Any]],
    documents: dict[tuple[str, str], Document],
    problems: list[Problem],
) -> None:
    if definition.id != file.stem:
        where = document.where(("id",))
        problems.append(PackRefusal.NAME_DIFFERS.problem(where=where, id=definition.id))
        return
    other = documents.get((file.kind, definition.id))
    if other is not None:
        where = document.where()
        problems.append(
            PackRefusal.TWICE_IN_FORCE.problem(where=where, id=definition.id, other=other.file)
        )
        return
    made[file.kind][definition.id] = definition
    documents[file.kind, definition.id] = document
