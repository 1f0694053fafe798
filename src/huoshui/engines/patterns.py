"""Regular expressions as DuckDB reads them (RE2), written so that Java finds the same.

What Java has no like of is refused.
"""

from __future__ import annotations

import re

from huoshui.engines.engine import EngineError

_POSIX = "[:"
_BLANKS = r"\t\n\f\r "  # of RE2; those of Java have one more


def java_pattern(pattern: str) -> str:
    r"""Write a regular expression of RE2 as Java's mean it.

    >>> java_pattern(r"^[\s\pZ[]|x\s$")
    '^[\\t\\n\\f\\r \\pZ\\[]|x[\\t\\n\\f\\r ]\\z'
    """
    made, in_class, place = [], False, 0
    while place < len(pattern):
        one = pattern[place]
        if one == "\\":
            two = pattern[place : place + 2]
            blanks = _BLANKS if in_class else f"[{_BLANKS}]"
            if two == r"\s":
                made.append(blanks)
            elif two in (r"\S", r"\Q", r"\C"):
                raise EngineError(f"{two} in a pattern cannot be said to Spark")
            elif pattern.startswith(r"\p{Han}", place):
                made.append(r"\p{IsHan}")
                place += len(r"\p{Han}") - 2
            else:
                made.append(two)
            place += 2
            continue
        if in_class and one == "[":
            if pattern.startswith(_POSIX, place):
                raise EngineError("classes by name in a pattern cannot be said to Spark")
            made.append(r"\[")
        elif in_class and one == "&":
            made.append(r"\&")
        elif not in_class and one == "$":
            made.append(r"\z")
        else:
            made.append(one)
        if one == "[":
            opened = not in_class
            in_class = True
            if opened and pattern[place + 1 : place + 2] == "^":
                made.append("^")
                place += 1
            if opened and pattern[place + 1 : place + 2] == "]":  # the first is a letter like any
                made.append(r"\]")
                place += 1
        elif one == "]" and in_class:
            in_class = False
        place += 1
    return "".join(made)


def matches_once(pattern: str) -> bool:
    """Say whether a pattern matches once at most: from the beginning, or something to the end."""
    depth, in_class, cuts = 0, False, []
    place = 0
    while place < len(pattern):
        one = pattern[place]
        if one == "\\":
            place += 1
        elif in_class:
            in_class = one != "]"
        elif one == "[":
            in_class = True
        elif one in "()":
            depth += 1 if one == "(" else -1
        elif one == "|" and not depth:
            cuts.append(place)
        place += 1
    ways = [pattern[i:j] for i, j in zip([0, *(c + 1 for c in cuts)], [*cuts, None], strict=True)]
    if all(way.startswith("^") for way in ways):
        return True
    is_to_end = all(re.search(r"(?<!\\)(?:\\\\)*\$$", way) for way in ways)
    return is_to_end and re.fullmatch(pattern, "") is None
