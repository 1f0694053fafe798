"""A checked expression: each part with its type, its unit and, where it has one, its value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from huoshui.policy.schema import Unit

if TYPE_CHECKING:
    from huoshui.policy.expression.operations.operation import Operation

Scalar = float | bool | str | dt.date | None
"""What one row's expression gives; None is unknown."""


class Type(StrEnum):
    """What an expression gives."""

    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """A column that an expression may read; `entries` are the words that it can hold.

    Here and in `Value` a unit may be given by its name in the scope's `units`.
    """

    type: Type | str
    unit: Unit | str | None = None
    entries: Collection[str] | None = None


@dataclass(frozen=True)
class Value:
    """A named value with its citation; `value` None is unknown and makes its readers unknown."""

    value: Decimal | int | str | bool | dt.date | None
    unit: Unit | str | None = None
    cite: object = None  # a Citation, or its text
    type: Type | str | None = None  # for an unknown value that is not a number


@dataclass(frozen=True)
class Scope:
    """The names that an expression may use, and the units that its functions speak of."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)

    def with_values(self, values: Mapping[str, Value]) -> Scope:
        """Give the scope of one definition: its own values hide those of the same name."""
        return Scope(self.columns, {**self.values, **values}, self.units)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A part of a checked expression.

    Two parts are equal when they compute the same; how they were written does not count.  A
    number whose `unit` is None is a bare number, which takes the unit of what it meets.
    """

    type: Type
    unit: Unit | None = field(default=None, compare=False)
    text: str = field(default="", compare=False)

    @property
    def parts(self) -> tuple[Typed, ...]:
        """Give the operands."""
        return ()

    def __getstate__(self) -> dict[str, object]:
        """Leave behind what was worked out: in another process words hash otherwise."""
        return {k: v for k, v in self.__dict__.items() if k not in (_HASHED, ASKED)}

    def walk(self) -> Iterator[Typed]:
        """Give this part and all below it, from left to right."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def columns(self) -> frozenset[str]:
        """Name the columns that must be given to evaluate it."""
        return frozenset(p.column for p in self.walk() if isinstance(p, Read))

    @property
    def is_dated(self) -> bool:
        """Tell whether the day asked for is read."""
        return any(isinstance(p, Today) for p in self.walk())


@dataclass(frozen=True, kw_only=True)
class Constant(Typed):
    """A value written in the expression or named in it; `value` None is unknown."""

    value: Scalar
    exact: Decimal | None = field(default=None, compare=False)  # of a number, before rounding
    name: str | None = field(default=None, compare=False)
    cites: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, kw_only=True)
class Read(Typed):
    """The value of a column."""

    column: str
    entries: tuple[str, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Today(Typed):
    """The day asked for."""


@dataclass(frozen=True, kw_only=True)
class Apply(Typed):
    """An operation on parts."""

    operation: Operation
    args: tuple[Typed, ...]

    @property
    def parts(self) -> tuple[Typed, ...]:
        """Give the operands."""
        return self.args

    def __hash__(self) -> int:
        """Hash once: parts are looked up by what they are, all of what is below them included."""
        known: int | None = self.__dict__.get(_HASHED)
        if known is None:
            known = hash((self.type, self.operation, self.args))
            object.__setattr__(self, _HASHED, known)
        return known


_HASHED = "_hashed"

ASKED = "_asked"
"""Where a part keeps how it is asked of a row, once that has been prepared."""
