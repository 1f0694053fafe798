"""HTML built of elements: text is always escaped, so that no pack can break a page.

>>> tag("a", "1 < 2", href='x"y', hidden=None)
'<a href="x&quot;y">1 &lt; 2</a>'
"""

from __future__ import annotations

import html
from collections.abc import Iterable

EMPTY = frozenset({"meta", "link", "input"})
"""Elements that hold nothing and are not closed."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *inside: str | None, **attributes: str | None) -> Markup:
    """Make an element; `class_` and `for_` are written without their underscore."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in EMPTY:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{joined(inside)}</{name}>")


def joined(parts: Iterable[str | None]) -> Markup:
    """Put parts one after the other, escaping what is plain text."""
    return Markup(
        "".join(p if isinstance(p, Markup) else html.escape(p) for p in parts if p is not None)
    )
