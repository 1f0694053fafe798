"""The indicators stage: from settled facts to one row for each entity, a column for each measure.

Measures of one item share one pass over its facts.  A fact that becomes true after the day does
not exist yet.  Where an entity has no fact of an item, the value is zero only if the item's
register is complete (`absence: means_none`) and at least one fact of it is known to anybody.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huoshui.entities.division import division_sql
from huoshui.entities.sql import day, within_relation
from huoshui.indicators.conditions import asked
from huoshui.indicators.ops import OPS, Ask, Flat, Grouped
from huoshui.indicators.ops.asking import LAST_WORD, last_word
from huoshui.indicators.schema import (
    COUNTED,
    PROFILE_COUNTED,
    PROFILE_MEASURED,
    PROFILE_SUBJECT,
    SUMS,
    gives_amount,
    is_whole,
    sql_type,
)
from huoshui.kernel.sql import quoted
from huoshui.kernel.step import Step
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType


@dataclass(frozen=True)
class Measuring:
    """The steps of measuring in three parts, so that facts are needed one item at a time."""

    first: tuple[Step, ...]  # who is measured, and of which items anything is known
    items: Mapping[str, tuple[Step, ...]]  # by item: they read `settled_<item>` and no other
    last: tuple[Step, ...]  # everything put together

    @property
    def steps(self) -> list[Step]:
        """Give all of them in order."""
        return [*self.first, *(s for steps in self.items.values() for s in steps), *self.last]


def build(pack: Pack, *, asof: dt.date, within: str | None = None) -> list[Step]:
    """Describe the steps that make `profile_measured` from `settled_<item>` and `entity`.

    `within` names a relation of the entities to measure (none: all); what is measured of one never
    depends on another.
    """
    return measuring(pack, asof=asof, within=within).steps


def measuring(pack: Pack, *, asof: dt.date, within: str | None = None) -> Measuring:
    """Describe the same steps by the item of fact that each reads."""
    only = None if within is None else within_relation("entity", within)
    asks = [
        asked(pack, indicator, asof)
        for _, indicator in sorted(pack.indicators.items())
        if indicator.measure is not None
    ]
    columns: dict[str, str] = {}
    steps: dict[str, list[Step]] = defaultdict(list)
    by_item: dict[str, list[tuple[Ask, Flat]]] = defaultdict(list)
    sums: dict[str, str] = {}
    for ask in asks:
        made = OPS[ask.measure.op].measured(ask)
        if isinstance(made, Flat):
            by_item[ask.item.id].append((ask, made))
        else:
            steps[ask.item.id] += _grouped(pack, ask, made, sums, only)
            columns[ask.indicator.id] = f"measured_by_{ask.indicator.id}"
    for item, flats in by_item.items():
        step = _flat(pack, flats, only)
        steps[item].append(step)
        columns |= {ask.indicator.id: step.name for ask, _ in flats}
    first = (_subjects(only), _register_known(asks))
    last = _profile(asks, columns)
    return Measuring(first, {item: tuple(made) for item, made in steps.items()}, last)


def _subjects(only: str | None) -> Step:
    """Make `profile_subject`: the entities that are measured, counted by division and id.

    What is measured of them is put together by the count: numbers are joined faster than ids, and
    a part of the profile is a span of them.
    """
    limited = f" WHERE {only}" if only else ""
    order = f"{division_sql('entity')}, entity"
    return Step(
        PROFILE_SUBJECT,
        f"SELECT entity, row_number() OVER (ORDER BY {order}) - 1 AS {COUNTED}\n"
        f"FROM entity{limited} ORDER BY {COUNTED}",
    )


def facts_known(ask: Ask, reader: str, condition: str | None) -> str:
    """Give the settled facts that exist on the day, as a relation for `reader` to read."""
    state = f", {last_word(ask.item, ask.preferred)} AS {LAST_WORD}" if LAST_WORD in reader else ""
    limited = f" AND ({condition})" if condition else ""
    return (
        f"(SELECT *{state} FROM {ask.table} WHERE true_from <= {day(ask.asof)}{limited}) AS known"
    )


def _register_known(asks: Sequence[Ask]) -> Step:
    """Make `register_known`: one row that says of each item whether any fact of it is known."""
    items = sorted({ask.item.id for ask in asks if ask.item.absence == "means_none"})
    tests = [
        f"(SELECT count(*) > 0 FROM (SELECT 1 AS one FROM fact_{item} LIMIT 1) AS any_fact)"
        f" AS {item}"
        for item in items
    ]
    return Step("register_known", "SELECT " + ",\n  ".join([*tests, "TRUE AS is_asked"]))


def _flat(pack: Pack, flats: Sequence[tuple[Ask, Flat]], only: str | None) -> Step:
    """Make `measured_<item>`: an entity and all that is measured in one pass over an item."""
    first = flats[0][0]
    prepared = {key: sql for _, flat in flats for key, sql in flat.prepared}
    values = ",\n  ".join(
        f"{_typed(pack, ask, _filled(ask, flat))} AS {quoted(ask.indicator.id)}"
        for ask, flat in flats
    )
    facts = facts_known(first, values + "".join(prepared.values()), only)
    if prepared:
        added = ",\n    ".join(f"{sql} AS {key}" for key, sql in prepared.items())
        facts = f"(SELECT *,\n    {added}\n  FROM {facts}) AS prepared"
    found = f"SELECT entity,\n  {values}\nFROM {facts}\nGROUP BY entity"
    return _dense(pack, f"measured_{first.item.id}", found, [ask for ask, _ in flats])


def _grouped(
    pack: Pack, ask: Ask, made: Grouped, known: dict[str, str], only: str | None
) -> list[Step]:
    """Make `measured_by_<indicator>` and the sums it reads, unless another measure has them."""
    steps = []
    sums = made.sums.replace("{facts}", facts_known(ask, made.sums, only))
    if sums not in known:
        known[sums] = f"{SUMS}{ask.indicator.id}"
        steps.append(Step(known[sums], sums))
    value = made.value.replace("{sums}", known[sums])
    typed = f"{_typed(pack, ask, 'value')} AS {quoted(ask.indicator.id)}"
    found = f"SELECT entity, {typed} FROM ({value}) AS summed"
    return [*steps, _dense(pack, f"measured_by_{ask.indicator.id}", found, [ask])]


def _dense(pack: Pack, relation: str, found: str, asks: Sequence[Ask]) -> Step:
    """Make a relation with a row for every subject, also where no fact of the item is known.

    Joining many relations that each lack some subjects is what engines do slowest: every such
    join splits the rows that it passes on.  So the gaps are filled here, once for each relation.
    """
    values = []
    for ask in asks:
        value = f"found.{quoted(ask.indicator.id)}"
        if ask.item.absence == "means_none" and (
            ask.counts or ask.indicator.when_missing != "unknown"
        ):
            none = f"CASE WHEN known.{ask.item.id} THEN {_nought(ask)} END"
            value = (
                f"CAST(CASE WHEN found.entity IS NULL THEN {none} ELSE {value} END"
                f" AS {sql_type(pack, ask.indicator)})"
            )
        values.append(f"{value} AS {quoted(ask.indicator.id)}")
    listed = ",\n  ".join(values)
    return Step(
        relation,
        f"SELECT subject.{COUNTED},\n  {listed}\n"
        f"FROM {PROFILE_SUBJECT} AS subject CROSS JOIN register_known AS known\n"
        f"LEFT JOIN (\n{found}\n) AS found ON found.entity = subject.entity",
    )


def _filled(ask: Ask, flat: Flat) -> str:
    """Write the value where the entity has facts of the item, though maybe none that are read."""
    if ask.counts or ask.indicator.when_missing == "unknown":
        return flat.value
    return (
        f"CASE WHEN count(*) FILTER (WHERE {flat.read}) = 0 THEN {_nought(ask)}"
        f" ELSE {flat.value} END"
    )


def _nought(ask: Ask) -> str:
    return "FALSE" if ask.indicator.type == "flag" else "0"


def _typed(pack: Pack, ask: Ask, value: str) -> str:
    """Write a value in the type and the unit of its indicator."""
    indicator, column = ask.indicator, ask.item.columns.get(ask.measure.column or "")
    is_amount = indicator.type == "number" and gives_amount(ask.measure)
    if is_amount and column and column.unit and indicator.unit:
        factor = pack.units[column.unit].scale / pack.units[indicator.unit].scale
        over, under = factor.as_integer_ratio()
        if factor != 1:
            value = f"CAST({value} AS DOUBLE) * {over} / {under}"
        if is_whole(pack, indicator) and (factor != 1 or column.type is ColumnType.DECIMAL):
            value = f"round({value})"
    return f"CAST({value} AS {sql_type(pack, indicator)})"


def _profile(asks: Sequence[Ask], columns: Mapping[str, str]) -> tuple[Step, Step]:
    """Make `profile_counted` and `profile_measured`: every entity, whatever is known of it."""
    relations = sorted(set(columns.values()))
    aliases = {relation: f"m{n}" for n, relation in enumerate(relations)}
    names = [quoted(ask.indicator.id) for ask in asks]
    values = [
        f"{aliases[columns[ask.indicator.id]]}.{name}"
        for ask, name in zip(asks, names, strict=True)
    ]
    joins = "".join(
        f"\nJOIN {relation} AS {alias} ON {alias}.{COUNTED} = subject.{COUNTED}"
        for relation, alias in aliases.items()
    )
    listed = ", ".join([f"subject.{COUNTED}", "subject.entity", *values])
    counted = f"SELECT {listed}\nFROM {PROFILE_SUBJECT} AS subject{joins}"
    measured = f"SELECT {', '.join(['entity', *names])} FROM {PROFILE_COUNTED}"
    return Step(PROFILE_COUNTED, counted, "view"), Step(PROFILE_MEASURED, measured)
