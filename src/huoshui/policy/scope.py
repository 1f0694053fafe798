"""What an expression may name: the columns and values in reach of each place in a pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from huoshui.policy.expression import Column, Scope, Value
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, Dated, Feed, Indicator, Item
from huoshui.policy.values import resolved

_FACT_TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.CHOICE: "text",
    ColumnType.CODE: "text",
    ColumnType.WHOLE: "number",
    ColumnType.DECIMAL: "number",
    ColumnType.MONEY: "number",
    ColumnType.DAY: "day",
    ColumnType.FLAG: "flag",
}


def profile_scope(pack: Pack, values: Mapping[str, Dated] | None = None) -> Scope:
    """Name every column of the profile, every constant, and a definition's own values.

    Values are those in force on the pack's day; one that is not yet in force, or null, is an
    unknown constant.
    """
    columns = {name: _indicator_column(pack, i) for name, i in pack.indicators.items()}
    for rating in pack.ratings:
        columns |= rating_columns(rating)
    own = dated_values(values or {}, pack.asof)
    return Scope(columns=columns, values=_constants(pack) | own, units=pack.units)


def rating_columns(rating: str) -> dict[str, Column]:
    """Name the columns that a rating makes."""
    score = {f"{rating}{suffix}": Column("number", "point") for suffix in ("", "_low", "_high")}
    return {**score, f"{rating}_grade": Column("text"), f"{rating}_line": Column("number", "fen")}


def item_scope(pack: Pack, item: Item) -> Scope:
    """Name the columns of an item, for the filter of a measure."""
    columns = {
        name: Column(_FACT_TYPES[c.type], c.unit, _entries(pack, c.vocabulary))
        for name, c in item.columns.items()
    }
    columns |= {"true_from": Column("day"), "true_until": Column("day"), "feed": Column("text")}
    return Scope(columns=columns, values=_constants(pack), units=pack.units)


def feed_scope(pack: Pack, feed: Feed, raw_columns: tuple[str, ...]) -> Scope:
    """Name the columns of a raw table, all text, for the filter of a feed."""
    columns = {name: Column("text") for name in raw_columns}
    return Scope(columns=columns, values={}, units=pack.units)


def dated_values(values: Mapping[str, Dated], asof: dt.date) -> dict[str, Value]:
    """Take from each dated value the one in force on a day."""
    made = {}
    for name, dated in values.items():
        cited = resolved(dated, asof)
        unit = next((c.unit for c in dated.values() if c.unit), None)
        number: Decimal | None = cited.value if cited else None
        made[name] = Value(number, unit, str(cited.cite) if cited else None)
    return made


def _constants(pack: Pack) -> dict[str, Value]:
    made = {}
    for name, constant in pack.constants.items():
        cited = resolved(constant.values, pack.asof)
        number = cited.value if cited else None
        made[name] = Value(number, constant.unit, str(cited.cite) if cited else None)
    return made


def _indicator_column(pack: Pack, indicator: Indicator) -> Column:
    return Column(indicator.type, indicator.unit, _entries(pack, indicator.vocabulary))


def _entries(pack: Pack, vocabulary: str | None) -> frozenset[str] | None:
    found = pack.vocabularies.get(vocabulary or "")
    return frozenset(found.entries) if found else None
