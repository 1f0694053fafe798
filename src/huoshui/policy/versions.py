"""A definition through time: every version of its file, whatever day each is in force on.

A pack is read as at one day; whoever shows how a rule came to be what it is reads them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from huoshui.policy.loader import pack_files
from huoshui.policy.reading import read
from huoshui.policy.schema import Definition


@dataclass(frozen=True)
class Version:
    """One version of a definition."""

    definition: Definition
    file: str  # as errors call it

    @property
    def valid_from(self) -> dt.date | None:
        """The first day it is in force; None: from the beginning."""
        return self.definition.valid_from

    @property
    def valid_until(self) -> dt.date | None:
        """The first day it is no longer in force; None: it has no end yet."""
        return self.definition.valid_until

    def is_in_force(self, asof: dt.date) -> bool:
        """Say whether it holds on a day."""
        started = self.valid_from is None or self.valid_from <= asof
        return started and (self.valid_until is None or asof < self.valid_until)


def versions(roots: Sequence[Path], kind: str, name: str) -> list[Version]:
    """Give the versions of a definition, the earliest first; files with faults are left out."""
    found = []
    for file in pack_files(roots, []):
        if file.is_example or (file.kind, file.stem) != (kind, name):
            continue
        document = read(file.path.read_bytes(), file.name)
        try:
            definition = file.form.model_validate(document.content)
        except ValidationError:  # said by the loader, with its place
            continue
        if isinstance(definition, Definition):
            found.append(Version(definition, file.name))
    return sorted(found, key=lambda version: version.valid_from or dt.date.min)
