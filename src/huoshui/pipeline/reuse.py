"""Which columns of a profile stay as they are when packs change, so that they need no measuring.

An indicator's fingerprint covers everything that its value is a function of beside the facts: its
own rule as on the day, the constants, items and other indicators that the rule reads, how its
item's conflicts are settled, and who is who.  Two packs that give one fingerprint give one value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from huoshui import indicators, ratings
from huoshui.entities import schema as entity_schema
from huoshui.indicators.compute import computed, order
from huoshui.indicators.schema import arrow_type, profile_schema
from huoshui.policy import expression
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Dated, Indicator
from huoshui.policy.values import resolved

WORDS = frozenset({"label", "meaning", "cite", "note", "checked_on"})
"""Keys that tell people something and change no value."""


Measure = Callable[[Pack, Sequence[str]], pa.Table]
"""Gives `entity` and the measured indicators named, for a pack."""


def profile_for(
    pack: Pack,
    known_pack: Pack,
    known_profile: pa.Table,
    filled: frozenset[str],
    measure: Measure | None,
) -> tuple[pa.Table, tuple[str, ...]]:
    """Give a pack's indicators from a profile made with another pack, and which had to be made.

    An indicator whose fingerprint is the same in both is taken over.
    """
    same = _same(pack, known_pack, filled)
    left = [name for name in pack.indicators if name not in same]
    to_measure = [name for name in left if pack.indicators[name].measure is not None]
    columns = {name: known_profile[name].combine_chunks() for name in ["entity", *sorted(same)]}
    rows = known_profile.num_rows
    if to_measure and measure is not None:
        table = measure(pack, to_measure)
        if table["entity"].combine_chunks() != columns["entity"]:
            # Who is who has changed, so that nothing measured before is of the same subjects.
            table = measure(pack, list(pack.indicators))
            return indicators.compute(pack, table, asof=pack.asof), tuple(pack.indicators)
        columns |= {name: table[name].combine_chunks() for name in to_measure}
    elif to_measure:
        columns |= {n: pa.nulls(rows, arrow_type(pack, pack.indicators[n])) for n in to_measure}
    for name in order(pack):
        if name not in columns:
            columns[name] = computed(pack, name, columns, asof=pack.asof, rows=rows)
    schema = profile_schema(pack)
    return pa.table([columns[name] for name in schema.names], schema=schema), tuple(left)


def _same(pack: Pack, known_pack: Pack, filled: frozenset[str]) -> set[str]:
    if pack.digest == known_pack.digest and pack.asof == known_pack.asof:
        return set(pack.indicators)
    before, after = fingerprints(known_pack, filled), fingerprints(pack, filled)
    return {name for name, mark in after.items() if before.get(name) == mark}


def measured_behind(pack: Pack, columns: Sequence[str]) -> list[str]:
    """Give the measured indicators that columns of the profile come down to."""
    found: dict[str, None] = {}
    waiting = list(columns)
    for rating in pack.ratings.values():
        if set(ratings.columns(rating.id)) & set(columns):
            waiting += [c.indicator for group in rating.groups for c in group.criteria]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in pack.indicators:
            continue
        found[name] = None
        waiting += indicators.parts(pack, name)
    return sorted(name for name in found if pack.indicators[name].measure is not None)


def fingerprints(pack: Pack, items_filled: Iterable[str]) -> dict[str, str]:
    """Give every indicator's fingerprint; `items_filled` are those that the lake has facts of."""
    return _Prints(pack, items_filled).every()


class _Prints:
    """The fingerprints of one pack, each made once."""

    def __init__(self, pack: Pack, items_filled: Iterable[str]) -> None:
        self.pack = pack
        self.made: dict[str, str] = {}
        self.constants = {
            name: [constant.unit, self._value(constant.values)]
            for name, constant in pack.constants.items()
        }
        self.settlement = pack.settlement
        self.units = digest({name: rule_of(unit) for name, unit in sorted(pack.units.items())})
        self.who = self._who(items_filled)
        self.items = {name: digest(rule_of(item)) for name, item in pack.items.items()}

    def every(self) -> dict[str, str]:
        """Give all of them; the rule language allows no circle, which packs are checked for."""
        return {name: self._of(name) for name in self.pack.indicators}

    def _of(self, name: str) -> str:
        if name not in self.made:
            indicator = self.pack.indicators[name]
            about: list[Any] = [
                self.pack.asof.isoformat(),
                indicator.type,
                indicator.unit,
                indicator.when_missing,
            ]
            about += self._measured(indicator) if indicator.measure else self._computed(indicator)
            self.made[name] = digest(about)
        return self.made[name]

    def _measured(self, indicator: Indicator) -> list[Any]:
        assert indicator.measure is not None
        item = indicator.measure.item
        named = (
            expression.names(expression.parse(indicator.measure.where))
            if indicator.measure.where
            else frozenset()
        )
        return [
            rule_of(indicator.measure),
            self.items[item],
            list(self.settlement.authority.get(item, ())),
            {name: self.constants[name] for name in sorted(named) if name in self.constants},
            self.who,
        ]

    def _computed(self, indicator: Indicator) -> list[Any]:
        assert indicator.formula is not None
        named = sorted(expression.names(expression.parse(indicator.formula)))
        own = {name: self._value(dated) for name, dated in indicator.values.items()}
        return [
            indicator.formula,
            {name: own[name] for name in named if name in own},
            {n: self.constants[n] for n in named if n in self.constants and n not in own},
            {n: self._of(n) for n in named if n in self.pack.indicators and n not in own},
            self.units,
        ]

    def _value(self, dated: Dated) -> list[Any] | None:
        cited = resolved(dated, self.pack.asof)
        return None if cited is None else [cited.value, cited.unit]

    def _who(self, items_filled: Iterable[str]) -> str:
        """Cover what the entities stage reads: a change there moves facts between subjects."""
        words = (
            entity_schema.LEGAL_FORMS,
            entity_schema.BRACKET_WORDS,
            entity_schema.BRANCH_WORDS,
        )
        vocabularies = self.pack.vocabularies
        return digest(
            [
                sorted(set(items_filled) & set(self.pack.items)),
                [rule_of(self.pack.items[i]) for i in _NAMING if i in self.pack.items],
                [list(vocabularies[w].entries) for w in words if w in vocabularies],
                list(self.settlement.rule),
                [list(self.settlement.authority.get(i, ())) for i in _NAMING],
                self.units,
            ]
        )


_NAMING = (entity_schema.REGISTRATION, entity_schema.BRANCH, entity_schema.DECISION)


def rule_of(part: Any) -> Any:
    """Give a definition as plain data without the words that change no value."""
    if isinstance(part, BaseModel):
        return {
            key: rule_of(getattr(part, key)) for key in type(part).model_fields if key not in WORDS
        }
    if isinstance(part, dict):
        return {str(key): rule_of(value) for key, value in part.items()}
    if isinstance(part, tuple | list):
        return [rule_of(value) for value in part]
    return part


def digest(part: Any) -> str:
    """Give a digest of plain data, the same for the same data."""
    text = json.dumps(part, ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
