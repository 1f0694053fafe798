"""The one shape of an error: what happened, where, what to do now, and what it rests on.

A `Problem` is data, the same in a log, on a page, in the API and in the terminal.  Domain code
raises `Refused` with one problem or many; each door (command line, API, pages) renders them.
A failed assertion, by contrast, is our own mistake and is left to crash.

>>> where = Where("tax.csv", row=7)
>>> print(Problem("feed.not_a_day", "2023-02-30 is not a day.", where, fix="Correct the day."))
feed.not_a_day: 2023-02-30 is not a day. (tax.csv, row 7) Fix: Correct the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, order=True)
class Where:
    """A place: a file with a line or a row of it, and a field."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    row: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        """Say the place in the order a person looks for it."""
        place = self.file or ""
        if self.line is not None:
            place += f":{self.line}" + (f":{self.column}" if self.column is not None else "")
        parts = [place] if place else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.field is not None:
            parts.append(f"field {self.field}")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, str | int]:
        """Give the known parts only."""
        return {k: v for k, v in vars(self).items() if v is not None}


@dataclass(frozen=True)
class Problem:
    """One error: `code`, a sentence, where, what to do now, and what it cites."""

    code: str
    message: str
    where: Where | None = None
    fix: str = ""
    cites: tuple[str, ...] = ()
    zh: tuple[str, str] | None = None  # message and fix in Chinese, where the refusal has them

    def __str__(self) -> str:
        """Say all of it on one line."""
        place = f" ({self.where})" if self.where and str(self.where) else ""
        fix = f" Fix: {self.fix}" if self.fix else ""
        cites = f" [{', '.join(self.cites)}]" if self.cites else ""
        return f"{self.code}: {self.message}{place}{fix}{cites}"

    def to_dict(self) -> dict[str, object]:
        """Give the five fields that every door shows, and the Chinese words where there are any."""
        chinese = {"zh": {"message": self.zh[0], "fix": self.zh[1]}} if self.zh else {}
        return {
            "code": self.code,
            "message": self.message,
            "where": self.where.to_dict() if self.where else {},
            "fix": self.fix,
            "cites": list(self.cites),
            **chinese,
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Problem:
        """Read a problem as `to_dict` gives it."""
        zh = said.get("zh")
        return cls(
            said["code"],
            said["message"],
            Where(**said["where"]) if said.get("where") else None,
            said.get("fix", ""),
            tuple(said.get("cites", ())),
            (zh["message"], zh["fix"]) if zh else None,
        )


class Refused(Exception):  # noqa: N818 - a refusal is expected; the name says so
    """The work is refused, with every reason found, the weightiest first."""

    def __init__(self, *problems: Problem) -> None:
        assert problems, "a refusal has at least one problem"
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))

    @classmethod
    def raise_any(cls, problems: Iterable[Problem]) -> None:
        """Raise all the problems together, or return if there are none."""
        found = tuple(problems)
        if found:
            raise cls(*found)


class Refusal(Enum):
    """A list of reasons for saying no, in order of weight.

    Each member is `(message, fix)`, both templates, or `(message, fix, message_zh, fix_zh)` where
    people read it on a page.  The family of the codes is the class name without `Refusal`.

    >>> class FeedRefusal(Refusal):
    ...     NOT_A_DAY = "{value} is not a day.", "Correct the day and resubmit the row."
    >>> FeedRefusal.NOT_A_DAY.problem(value="2023-02-30").code
    'feed.not_a_day'
    """

    @property
    def code(self) -> str:
        """Name the reason as `family.reason`."""
        family = type(self).__name__.removesuffix("Refusal")
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in family).lstrip("_")
        return f"{snake}.{self.name.lower()}"

    def problem(
        self, *, where: Where | None = None, cites: tuple[str, ...] = (), **fields: object
    ) -> Problem:
        """Fill the sentence and the fix."""
        message, fix, *chinese = (text.format(**fields) for text in self.value)
        zh = (chinese[0], chinese[1]) if chinese else None
        return Problem(self.code, message, where, fix, cites, zh)

    def refuse(
        self, *, where: Where | None = None, cites: tuple[str, ...] = (), **fields: object
    ) -> Refused:
        """Make the exception to raise."""
        return Refused(self.problem(where=where, cites=cites, **fields))
