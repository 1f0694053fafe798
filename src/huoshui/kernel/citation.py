"""Where a number comes from and how sure we are of it.

A citation is `<source-id>#<place>`; the source is a file of its own in a pack, and every place it
is cited at is listed there with its mark of certainty.

>>> Citation.parse("house#offer-terms")
Citation(source='house', place='offer-terms')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_FORM = re.compile(r"([a-z0-9][a-z0-9-]*)#([^\s#]+)")


class Certainty(StrEnum):
    """How sure we are of a value, the surest first; one vocabulary everywhere."""

    LAW = "law"  # read in the statute
    SEEN = "seen"  # read on an official or news page
    SECONDARY = "secondary"  # read on an agency's page, which may paraphrase
    DERIVED = "derived"  # computed from values that are themselves marked
    MEMORY = "memory"  # remembered, not read
    HOUSE = "house"  # our own judgement or a demo value
    UNKNOWN = "unknown"  # nobody here knows; the value is null and the clause undecidable


@dataclass(frozen=True, order=True)
class Citation:
    """A source and a place in it."""

    source: str
    place: str

    @classmethod
    def parse(cls, text: str) -> Citation:
        """Read `source#place`; raises `ValueError` for anything else."""
        match = _FORM.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a citation of the form source#place")
        return cls(*match.groups())

    def __str__(self) -> str:
        return f"{self.source}#{self.place}"
