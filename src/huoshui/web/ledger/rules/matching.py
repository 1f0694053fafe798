"""Match what a bank says moved with what the ledger says moved; never by a guess.

| rule | what makes a pair |
| --- | --- |
| end_to_end | the bank gives back the id that we instructed under, and the amount agrees |
| reference | the bank's number, or the payer's words, name one transfer, and the amount agrees |
| amount_day | one line and one transfer of an amount on a day, and no other of either |
| contra | two transfers of one deed that take each other back, and never reached the bank |

The rules are asked in this order.  What is named but differs in amount, and what could be one of
several, is a break: it stays one until a person or a later statement settles it.

>>> day = dt.date(2026, 11, 20)
>>> found = match([Line(1, 100, (day,), ("E1",))], [Cash((7, 1), 100, day, ("E1",))], through=day)
>>> [(pair.rule, pair.lines, pair.cash) for pair in found.pairs], found.line_breaks
([('end_to_end', (1,), ((7, 1),))], {})
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Rule = Literal["end_to_end", "reference", "amount_day", "contra", "by_hand", "allocated"]
"""How a pair was found; the last two are a person's."""

Kind = Literal["no_counterpart", "ambiguous", "amount_differs", "not_at_bank", "waiting"]
"""Why something is not matched; what is waiting is no break yet: no statement tells of its day."""

Place = tuple[int, int]
"""A transfer: its voucher and its line of it."""


@dataclass(frozen=True)
class Line:
    """A line of a statement, as far as it is matched by."""

    id: int
    amount_fen: int
    days: tuple[dt.date, ...]  # booked, and counted from
    end_to_end: tuple[str, ...] = ()  # none or one
    references: tuple[str, ...] = ()  # the bank's number and the payer's words


@dataclass(frozen=True)
class Cash:
    """A transfer of the ledger that says that money moved at the bank."""

    place: Place
    amount_fen: int
    on: dt.date
    references: tuple[str, ...] = ()  # what it was instructed under, or received as


@dataclass(frozen=True)
class Pair:
    """Lines and transfers that tell of the same money."""

    rule: Rule
    lines: tuple[int, ...]
    cash: tuple[Place, ...]


@dataclass
class Matching:
    """What was matched, and why the rest was not."""

    pairs: list[Pair] = field(default_factory=list)
    line_breaks: dict[int, Kind] = field(default_factory=dict)
    cash_breaks: dict[Place, Kind] = field(default_factory=dict)


def match(lines: Sequence[Line], cash: Sequence[Cash], *, through: dt.date | None) -> Matching:
    """Match all lines and transfers that are not matched yet; each ends in one place.

    `through` is the last day that statements tell of; none: no statement has come.
    """
    made = _Matcher(lines, cash)
    made.by_name("end_to_end", lambda line: line.end_to_end)
    made.by_name("reference", lambda line: line.references)
    made.by_amount_and_day()
    due = [each for each in made.cash.values() if through is not None and each.on <= through]
    made.contra(due)
    found = Matching(made.pairs)
    found.line_breaks = {key: made.why_line.get(key, "no_counterpart") for key in made.lines}
    found.cash_breaks = {
        key: made.why_cash.get(key, "not_at_bank" if each in due else "waiting")
        for key, each in made.cash.items()
    }
    return found


class _Matcher:
    """What is left to match, and what was found about it."""

    def __init__(self, lines: Iterable[Line], cash: Iterable[Cash]) -> None:
        self.lines = {each.id: each for each in sorted(lines, key=lambda one: one.id)}
        self.cash = {each.place: each for each in sorted(cash, key=lambda one: one.place)}
        self.why_line: dict[int, Kind] = {}
        self.why_cash: dict[Place, Kind] = {}
        self.pairs: list[Pair] = []

    def pair(self, rule: Rule, lines: Iterable[int], cash: Iterable[Place]) -> None:
        """Take a pair out of what is left."""
        found = Pair(rule, tuple(lines), tuple(cash))
        self.pairs.append(found)
        for line in found.lines:
            del self.lines[line]
            self.why_line.pop(line, None)
        for place in found.cash:
            del self.cash[place]
            self.why_cash.pop(place, None)

    def by_name(self, rule: Rule, names: Callable[[Line], tuple[str, ...]]) -> None:
        """Pair what names each other, where the amounts agree and no other does."""
        known: defaultdict[str, set[Place]] = defaultdict(set)
        for place, each in self.cash.items():
            for name in each.references:
                known[name].add(place)
        meant: dict[int, set[Place]] = {}
        for key, line in self.lines.items():
            places = {place for name in names(line) if name for place in known.get(name, ())}
            if places:
                meant[key] = places
        agreeing = {
            key: {p for p in places if self.cash[p].amount_fen == self.lines[key].amount_fen}
            for key, places in meant.items()
        }
        for key, places in meant.items():
            if not agreeing[key]:
                self.why_line[key] = "amount_differs"
                self.why_cash.update(dict.fromkeys(places, "amount_differs"))
        self._pair_the_only(rule, agreeing)

    def by_amount_and_day(self) -> None:
        """Pair the only line and the only transfer of an amount on a day.

        What a name left ambiguous is not paired, and may yet be what another is taken for.
        """
        free: defaultdict[tuple[int, dt.date], set[Place]] = defaultdict(set)
        for place, each in self.cash.items():
            if self.why_cash.get(place) != "amount_differs":
                free[each.amount_fen, each.on].add(place)
        agreeing = {
            key: {p for day in line.days for p in free.get((line.amount_fen, day), ())}
            for key, line in self.lines.items()
            if self.why_line.get(key) != "amount_differs"
        }
        self._pair_the_only("amount_day", agreeing)

    def contra(self, due: Iterable[Cash]) -> None:
        """Pair transfers of one deed that take each other back and stand in no statement."""
        by_name: defaultdict[tuple[str, ...], list[Cash]] = defaultdict(list)
        for each in due:
            if each.references and each.place in self.cash:
                by_name[each.references[-1:]].append(each)
        for group in by_name.values():
            up = [each for each in group if each.amount_fen > 0]
            down = [each for each in group if each.amount_fen < 0]
            for one in up:
                other = next((d for d in down if d.amount_fen == -one.amount_fen), None)
                if other is not None:
                    down.remove(other)
                    self.pair("contra", (), sorted((one.place, other.place)))

    def _pair_the_only(self, rule: Rule, agreeing: dict[int, set[Place]]) -> None:
        """Pair a line and a transfer that mean each other alone; the others are ambiguous."""
        sought: defaultdict[Place, list[int]] = defaultdict(list)
        for key, places in agreeing.items():
            for place in places:
                sought[place].append(key)
        for key, places in agreeing.items():
            is_named = key in self.why_line or not self.why_cash.keys().isdisjoint(places)
            is_free = rule != "amount_day" or not is_named
            if len(places) == 1 and sought[next(iter(places))] == [key] and is_free:
                self.pair(rule, (key,), places)
            elif places:
                self.why_line[key] = "ambiguous"
                self.why_cash.update(dict.fromkeys(places, "ambiguous"))
