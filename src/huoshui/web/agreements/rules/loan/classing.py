"""The class a loan belongs in: by the table of the packs, the bank's own word, and its history.

The table says how low a loan is at least; the bank may put it lower, never higher.  One that was
bad stays bad until the table of upgrades lets it out: two periods and six months after all that
was late was paid.  What nobody has judged is unknown, and so may be the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from huoshui.kernel.period import months_between
from huoshui.policy.deciding import Decision, PreparedTable, answer, prepare
from huoshui.policy.pack import Pack
from huoshui.web.agreements.rules.loan.state import LoanState, Spell

CLASSES, UPGRADES, WORDS = "loan_classification", "loan_upgrade", "loan_class"
"""The tables that are asked, and the vocabulary of classes, from good to bad."""


COUNTED = frozenset({"overdue_days"})
"""Inputs of the table of classes that nobody is asked; what its renewals say goes before a word."""

_SINCE = ("is_expected_to_perform", "has_impaired_here", "is_restructured", "months_observed")
"""Inputs of the table of upgrades that somebody judges."""


def judged_names(pack: Pack) -> tuple[list[str], list[str]]:
    """Name what the bank is asked to judge: for the class, and for being let out of a bad one."""
    own = [name for name in pack.tables[CLASSES].inputs if name not in COUNTED]
    return own, [name for name in _SINCE if name in pack.tables[UPGRADES].inputs]


@dataclass(frozen=True)
class Classing:
    """What a loan's class follows from; made of a pack once, asked of many loans."""

    classes: PreparedTable
    upgrades: PreparedTable
    words: tuple[str, ...]  # from good to bad

    @classmethod
    def of(cls, pack: Pack) -> Classing:
        """Prepare the tables of a pack."""
        words = tuple(pack.vocabularies[WORDS].entries)
        return cls(prepare(pack, CLASSES), prepare(pack, UPGRADES), words)


@dataclass(frozen=True)
class Classed:
    """A loan's class, and why; null is unknown."""

    name: str | None
    is_bad: bool | None
    by: str  # table, bank or history: what decided
    decision: Decision
    upgrade: Decision | None  # asked where the loan was bad and its days alone would let it out

    @property
    def missing(self) -> tuple[str, ...]:
        """What would decide a class that is unknown."""
        return self.decision.missing + (self.upgrade.missing if self.upgrade else ())


def classed(state: LoanState, classing: Classing) -> Classed:
    """Give the class of a loan as it stands."""
    given = _given(state, classing)
    decision = answer(classing.classes, given)
    name = _word(decision)
    by, upgrade = "table", None
    worst = _worst_bad(state, classing, given)
    if worst is not None and decision.outputs["is_bad"] is not True:
        upgrade = answer(classing.upgrades, _since_cleared(state, worst))
        if upgrade.outputs["may_upgrade"] is not True:
            is_open = upgrade.outputs["may_upgrade"] is None
            name = None if is_open else _first_bad(worst, classing, given)
            by = "history"
    place = classing.words.index
    if state.class_set and name and place(state.class_set) > place(name):
        name, by = state.class_set, "bank"
    return Classed(name, _is_bad(name, classing, given, decision, by), by, decision, upgrade)


def _given(state: LoanState, classing: Classing) -> dict[str, object]:
    """Say what is known of a loan: the bank's judgement, its days, and its renewals."""
    inputs = classing.classes.table.inputs
    given: dict[str, object] = {
        name: _plain(value) for name, value in state.judged.items() if name in inputs
    }
    given["overdue_days"] = state.overdue_days
    if state.renewals:
        given["is_repaid_by_new_borrowing"] = True
        kept = [each is True for each in state.renewals]
        given["is_excepted_renewal"] = None if None in state.renewals else all(kept)
    return given


def _plain(value: bool | str | None) -> object:
    """Read a judgement as a table takes it: exact numbers are told as text."""
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def _word(decision: Decision) -> str | None:
    found = decision.outputs["class"]
    return found if isinstance(found, str) else None


def _worst_bad(state: LoanState, classing: Classing, given: Mapping[str, object]) -> Spell | None:
    """Give the last spell of lateness in which the loan's days alone made it bad."""
    for spell in reversed(state.spells):
        days = {**given, "overdue_days": spell.days_most}
        if answer(classing.classes, days).outputs["is_bad"] is True:
            return spell
    return None


def _first_bad(spell: Spell, classing: Classing, given: Mapping[str, object]) -> str | None:
    """Give the least of the bad classes: a loan that is not let out may rise to it, no further."""
    days = range(spell.days_most + 1)
    low, high = 0, len(days) - 1
    while low < high:  # days only ever make a class worse
        middle = (low + high) // 2
        asked = answer(classing.classes, {**given, "overdue_days": days[middle]})
        if asked.outputs["is_bad"] is True:
            high = middle
        else:
            low = middle + 1
    return _word(answer(classing.classes, {**given, "overdue_days": days[low]}))


def _since_cleared(state: LoanState, spell: Spell) -> dict[str, Any]:
    """Say how the loan was repaid since all that was late was paid."""
    known = {name: _plain(value) for name, value in state.judged.items()}
    given: dict[str, Any] = {name: known[name] for name in _SINCE if name in known}
    cleared = spell.cleared_on
    later = state.spells[-1]
    is_cleared = cleared is not None and later.cleared_on is not None
    if later.cleared_on is not None and later is not spell:
        cleared = later.cleared_on  # late again since, and paid again
    given["is_overdue_cleared"] = is_cleared
    if is_cleared and cleared is not None:
        paid = [each for each in state.fallen if each.due_on > cleared and not each.is_open]
        given["normal_periods"] = len(paid)
        given["normal_months"] = months_between(state.asof, cleared)
    return given


def _is_bad(
    name: str | None,
    classing: Classing,
    given: Mapping[str, object],
    decision: Decision,
    by: str,
) -> bool | None:
    """Tell whether a class is one of the bad ones: those from the table's least bad one on."""
    if by == "table" or name is None:
        found = decision.outputs["is_bad"] if by == "table" else None
        return found if isinstance(found, bool) else None
    if by == "history":
        return True
    longest = Spell(since=classing.classes.asof, cleared_on=None, days_most=100_000)
    least = _first_bad(longest, classing, given)
    if least is None:
        return None
    return classing.words.index(name) >= classing.words.index(least)
