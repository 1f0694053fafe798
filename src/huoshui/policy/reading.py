"""Reads one YAML file of a pack strictly, keeping the line of every key and value.

Only `true` and `false` are booleans, a number with a point must be quoted (so that it is read as
the decimal that was written and never as a binary fraction), days stay text until a form parses
them, and a key said twice is refused with both places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from huoshui.kernel.errors import Problem, Refusal, Where

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_POINTED = re.compile(r"[-+]?[0-9]*\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+")

Path_ = tuple[str | int, ...]
"""The way to a value inside a file: keys and list positions."""


class YamlRefusal(Refusal):
    """Why a file of a pack cannot be read."""

    NOT_UTF8 = "The file is not UTF-8 text.", "Save it as UTF-8."
    NOT_YAML = "The file is not YAML: {detail}.", "Correct the line."
    EMPTY = "The file is empty.", "Write the definition or delete the file."
    KEY_TWICE = (
        "The key {key} is said twice (first on line {first}).",
        "Keep one of the two.",
    )
    POINTED_NUMBER = (
        "The number {text} has a point and is not quoted.",
        'Write it as text: "{text}".',
    )
    NOT_ALLOWED = "{what} is not allowed in a pack.", "Write plain mappings, lists and words."


@dataclass
class Document:
    """The content of one file, the place of each part, and what is wrong with it."""

    file: str
    content: object = None
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def where(self, path: Path_ = ()) -> Where:
        """Give the place of a part, or of the nearest part that holds it."""
        name = ".".join(map(str, path)) or None
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return Where(self.file, line=line, column=column, field=name)


@lru_cache(maxsize=4096)
def read(content: bytes, name: str) -> Document:
    """Read what a file holds; `name` is how errors call it.  Problems are kept, not raised.

    Packs that differ in little are read faster together: the same file gives the same document.
    """
    document = Document(name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        document.problems.append(YamlRefusal.NOT_UTF8.problem(where=Where(name)))
        return document
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = Where(name, line=mark.line + 1, column=mark.column + 1) if mark else Where(name)
        detail = getattr(error, "problem", None) or "unreadable"
        document.problems.append(YamlRefusal.NOT_YAML.problem(where=where, detail=detail))
        return document
    if node is None:
        document.problems.append(YamlRefusal.EMPTY.problem(where=Where(name)))
        return document
    document.content = _construct(node, (), document)
    return document


class Unread(Mapping[tuple[str, str], Document]):
    """Documents by kind and name that are read when somebody asks for them, and then kept.

    Worked examples are half of what packs hold, and only those who run them read them.
    """

    def __init__(self, files: Mapping[tuple[str, str], tuple[bytes, str]]) -> None:
        self._files = files
        self._read: dict[tuple[str, str], Document] = {}

    def __getitem__(self, key: tuple[str, str]) -> Document:
        """Read one, or give it as it was read."""
        if key not in self._read:
            self._read[key] = read(*self._files[key])
        return self._read[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Name them all."""
        return iter(self._files)

    def __len__(self) -> int:
        """Count them, read or not."""
        return len(self._files)


def _construct(node: yaml.Node, path: Path_, document: Document) -> object:
    document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(child, (*path, i), document) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    raise AssertionError(f"yaml has no node of type {type(node)}")


def _mapping(node: yaml.MappingNode, path: Path_, document: Document) -> dict[str, object]:
    made: dict[str, object] = {}
    first_line: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
            problem = YamlRefusal.NOT_ALLOWED.problem(
                where=document.where(path), what="A key that is not a word"
            )
            document.problems.append(problem)
            continue
        key = key_node.value
        if key in made:
            where = Where(document.file, line=line, field=".".join(map(str, (*path, key))))
            document.problems.append(
                YamlRefusal.KEY_TWICE.problem(where=where, key=key, first=first_line[key])
            )
            continue
        first_line[key] = line
        made[key] = _construct(value_node, (*path, key), document)
        document.places[(*path, key)] = (line, key_node.start_mark.column + 1)
    return made


def _scalar(node: yaml.ScalarNode, path: Path_, document: Document) -> object:
    text: str = node.value
    if node.style:  # quoted or a block: text, whatever it looks like (plain: None or "" by loader)
        return text
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    if _POINTED.fullmatch(text):
        document.problems.append(
            YamlRefusal.POINTED_NUMBER.problem(where=document.where(path), text=text)
        )
    return text
