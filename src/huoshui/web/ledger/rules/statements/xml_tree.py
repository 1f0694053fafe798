"""Read XML that came from outside: plain elements with the lines they stand on, nothing else.

A document type is refused as soon as it is met, and with it every entity of the file's own: none is
expanded and nothing is fetched.  (The usual guard for this is not among the locked libraries; the
parser of the standard library reports declarations before it reads what follows them.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from huoshui.kernel.errors import Where
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal

DEEPEST = 40
"""No message of ISO 20022 nests as deep."""


@dataclass
class Node:
    """An element: its name without its namespace, its words, and the line where it begins."""

    name: str
    space: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[Node] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Give its words without the spaces around them."""
        return "".join(self.words).strip()

    def all(self, path: str) -> Iterator[Node]:
        """Yield the elements at a path such as `Acct/Id`, in order."""
        name, _, rest = path.partition("/")
        for part in self.parts:
            if part.name == name:
                if rest:
                    yield from part.all(rest)
                else:
                    yield part

    def first(self, *paths: str) -> Node | None:
        """Give the first element at the first path that leads to any."""
        return next((node for path in paths for node in self.all(path)), None)

    def said(self, *paths: str) -> str:
        """Give the words of the first element at the paths that has any; nothing where none has."""
        found = (node.text for path in paths for node in self.all(path))
        return next((text for text in found if text), "")


def tree_of(body: bytes, *, file: str) -> Node:
    """Read a document, or refuse what is broken or declares anything."""
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True
    root = Node("", "", 0)
    open_: list[Node] = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_) > DEEPEST:
            raise StatementRefusal.NOT_A_STATEMENT.refuse(
                where=Where(file, line=parser.CurrentLineNumber),
                detail=f"elements nest deeper than {DEEPEST}",
                detail_zh=f"元素嵌套超过 {DEEPEST} 层",
            )
        space, _, local = name.rpartition("\n")
        node = Node(local, space, parser.CurrentLineNumber, attributes)
        open_[-1].parts.append(node)
        open_.append(node)

    def end(name: str) -> None:
        open_.pop()

    def words(text: str) -> None:
        open_[-1].words.append(text)

    def declared(*said: Any) -> None:
        raise StatementRefusal.FORBIDDEN.refuse(where=Where(file, line=parser.CurrentLineNumber))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise StatementRefusal.BROKEN.refuse(
            where=Where(file, line=error.lineno), detail=expat.ErrorString(error.code)
        ) from None
    except (ValueError, LookupError):  # an encoding that the parser cannot be taught
        raise StatementRefusal.BROKEN.refuse(
            where=Where(file, line=1), detail="its encoding is not known"
        ) from None
    return root.parts[0]
