"""What can happen to a loan: one small form for each kind, told to JSON and back.

An event has a number, by which it became known, and a value day, on which it counts; the two
differ where something is entered late.  Nothing is ever taken out: what was wrong is reversed by
a later event that names it.

>>> act_of("pay", {"amount_fen": 100_00, "currency": "CNY"})
Pay(amount_fen=10000, currency='CNY', receipt='', is_advance=False)
>>> body_of(SetRate(Decimal("0.0365")))
{'annual_rate': '0.0365', 'until': None}
"""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from huoshui.kernel.errors import Refused
from huoshui.kernel.money import HOME
from huoshui.web.agreements.rules.loan.refusals import LoanEventRefusal

Mode = Literal["shorten", "lower"]
"""What a prepayment does to the instalments left: fewer of them, or smaller ones."""


@dataclass(frozen=True)
class ConditionMet:
    """A condition before the draw is met."""

    condition: str


@dataclass(frozen=True)
class Draw:
    """Money is paid out; the day it matures is the contract's where none is given."""

    amount_fen: int
    currency: str = HOME
    matures_on: dt.date | None = None
    renews: str = ""  # the agreement that it settles: no money moves
    plan: tuple[tuple[dt.date, int], ...] = ()  # of a loan repaid by steps: days, and fen


@dataclass(frozen=True)
class Fee:
    """A cost of the claim, due at once."""

    amount_fen: int
    what: str = ""


@dataclass(frozen=True)
class SetRate:
    """The rate from the day on, whatever was agreed before; to a day, or until the next."""

    annual_rate: Decimal
    until: dt.date | None = None


@dataclass(frozen=True)
class CutRate:
    """The rate is lowered as relief, to a day or for good."""

    annual_rate: Decimal
    until: dt.date | None = None


@dataclass(frozen=True)
class Extend:
    """The loan matures later (展期)."""

    matures_on: dt.date
    annual_rate: Decimal | None = None


@dataclass(frozen=True)
class Holiday:
    """No instalment falls due to a day; interest goes on and is due with the next one."""

    until: dt.date
    matures_on: dt.date | None = None


@dataclass(frozen=True)
class Judge:
    """What the bank knows of the loan beside its days: inputs of the table of classes."""

    given: Mapping[str, bool | str | None]

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.given.items(), key=str)))


@dataclass(frozen=True)
class SetClass:
    """The bank puts the loan in a class; it counts where it is lower than the table's."""

    name: str


@dataclass(frozen=True)
class StopAccrual:
    """Interest leaves the books and is kept beside them from now on."""


@dataclass(frozen=True)
class ResumeAccrual:
    """Interest is booked again."""


@dataclass(frozen=True)
class Waive:
    """The bank gives up some of a claim, at most what is open of it; principal is written off."""

    claim: Literal["cost", "penalty", "compound", "interest"]
    amount_fen: int


@dataclass(frozen=True)
class Pay:
    """Money comes in for what is due; in advance, it waits for the next instalment."""

    amount_fen: int
    currency: str = HOME
    receipt: str = ""  # the bank's number of the receipt
    is_advance: bool = False


@dataclass(frozen=True)
class Prepay:
    """Money comes in for what is not due yet: first what is due, then interest, then principal."""

    amount_fen: int
    mode: Mode
    currency: str = HOME
    receipt: str = ""


@dataclass(frozen=True)
class Renew:
    """A new loan settles principal of this one without a repayment (无还本续贷)."""

    amount_fen: int
    by: str  # the reference of the new agreement
    keeps_class: bool | None  # what the table of renewals says


@dataclass(frozen=True)
class Refund:
    """What was paid too much goes back."""

    amount_fen: int


@dataclass(frozen=True)
class WriteOff:
    """The bank takes the loan off its books; it stays owed."""


@dataclass(frozen=True)
class Recover:
    """Money comes in on a loan that is written off."""

    amount_fen: int
    currency: str = HOME
    receipt: str = ""


@dataclass(frozen=True)
class Reverse:
    """An earlier event never was."""

    event: int
    why: str = ""


Act = (
    ConditionMet | Draw | Fee | SetRate | CutRate | Extend | Holiday | Judge | SetClass
    | StopAccrual | ResumeAccrual | Waive | Pay | Prepay | Renew | Refund | WriteOff
    | Recover | Reverse
)  # fmt: skip

KINDS: Mapping[str, type[Any]] = {
    "condition_met": ConditionMet,
    "draw": Draw,
    "fee": Fee,
    "rate_reset": SetRate,
    "cut_rate": CutRate,
    "extend": Extend,
    "holiday": Holiday,
    "judge": Judge,
    "class_set": SetClass,
    "stop_accrual": StopAccrual,
    "resume_accrual": ResumeAccrual,
    "waive": Waive,
    "pay": Pay,
    "prepay": Prepay,
    "renew": Renew,
    "refund": Refund,
    "write_off": WriteOff,
    "recover": Recover,
    "reverse": Reverse,
}
"""Kind -> form, in the order in which events of one day count, whatever came in first."""

_NAMES = {form: kind for kind, form in KINDS.items()}
_RANKS = {form: rank for rank, form in enumerate(KINDS.values())}


@dataclass(frozen=True)
class Event:
    """Something that happened: known as number `n`, counting from the day `on`."""

    n: int
    on: dt.date
    act: Act
    key: str = field(default="", compare=False)  # what the sender called it

    @property
    def kind(self) -> str:
        """Name its kind."""
        return _NAMES[type(self.act)]

    @property
    def place(self) -> tuple[dt.date, int, int]:
        """Where it stands among others: by value day, then by kind, then by number."""
        return self.on, _RANKS[type(self.act)], self.n


def standing(events: Iterable[Event], *, known: int | None = None) -> list[Event]:
    """Give the events that count, in order, as known at an event: reversed ones are gone."""
    heard = [event for event in events if known is None or event.n <= known]
    gone = {event.act.event for event in heard if isinstance(event.act, Reverse)}
    return sorted(
        (e for e in heard if e.n not in gone and not isinstance(e.act, Reverse)),
        key=lambda event: event.place,
    )


def body_of(act: Act) -> dict[str, Any]:
    """Tell an act so that JSON can hold it: days and exact numbers as text."""
    told = {each.name: getattr(act, each.name) for each in dataclasses.fields(act)}
    return {name: _told(value) for name, value in told.items()}


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_told(each) for each in value]
    return str(value) if isinstance(value, Decimal | dt.date) else value


def act_of(kind: str, body: Mapping[str, Any]) -> Act:
    """Read an act as `body_of` told it, or refuse; keys that it does not have are let pass."""
    form = KINDS.get(kind)
    if form is None:
        raise LoanEventRefusal.NO_SUCH_KIND.refuse(kind=kind)
    hints = _hints(form)
    made: dict[str, Any] = {}
    for each in dataclasses.fields(form):
        if each.name in body:
            made[each.name] = _read(kind, each.name, hints[each.name], body[each.name])
        elif each.default is dataclasses.MISSING:
            raise LoanEventRefusal.NOT_READABLE.refuse(kind=kind, name=each.name, value="")
    return form(**made)  # type: ignore[no-any-return]


@cache
def _hints(form: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(form)


_READERS: Mapping[type[Any], Callable[[str], Any]] = {
    dt.date: dt.date.fromisoformat,
    Decimal: Decimal,
}


def _read(kind: str, name: str, hint: Any, value: Any) -> Any:
    def refused() -> Refused:
        return LoanEventRefusal.NOT_READABLE.refuse(kind=kind, name=name, value=value)

    if get_origin(hint) is tuple:  # a plan: days, each with an amount
        try:
            return tuple((dt.date.fromisoformat(day), int(fen)) for day, fen in value)
        except (ValueError, TypeError):
            raise refused() from None
    kinds = (hint,) if get_origin(hint) is collections.abc.Mapping else get_args(hint) or (hint,)
    if value is None and type(None) in kinds:
        return None
    if all(isinstance(each, str) for each in kinds):  # a closed list of words
        if value not in kinds:
            raise refused()
        return value
    for one, reader in _READERS.items():
        if one in kinds:
            try:
                return reader(value)
            except (ValueError, TypeError, InvalidOperation):
                raise refused() from None
    if int in kinds:
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif bool in kinds:
        fits = isinstance(value, bool)
    elif str in kinds:
        fits = isinstance(value, str)
    else:  # what the bank knows, by name
        fits = isinstance(value, dict) and all(
            isinstance(known, bool | str | None) for known in value.values()
        )
    if not fits:
        raise refused()
    return value
