"""What an expression may name: the columns and values in reach of each place in a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from huoshui.policy.expression import Column, Scope, Type, Value
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, Dated, Indicator, Item, Label, Unit
from huoshui.policy.values import resolved

_FACT_TYPES = {
    ColumnType.TEXT: Type.TEXT,
    ColumnType.CHOICE: Type.TEXT,
    ColumnType.CODE: Type.TEXT,
    ColumnType.WHOLE: Type.NUMBER,
    ColumnType.DECIMAL: Type.NUMBER,
    ColumnType.MONEY: Type.NUMBER,
    ColumnType.DAY: Type.DAY,
    ColumnType.FLAG: Type.FLAG,
}


def profile_scope(pack: Pack, values: Mapping[str, Dated] | None = None) -> Scope:
    """Name every column of the profile, every constant, and a definition's own values.

    Values are those in force on the pack's day; one that is not yet in force, or null, is an
    unknown constant.
    """
    columns = _profile_columns(pack)
    own = dated_values(pack, values or {})
    return Scope(columns=columns, values=_constants(pack) | own, units=pack.units)


def _profile_columns(pack: Pack) -> dict[str, Column]:
    """Name every column of the profile; made once, for every clause of a pack asks for them."""
    columns = pack.remembered.get("profile columns")
    if columns is None:
        columns = {name: _indicator_column(pack, i) for name, i in pack.indicators.items()}
        for rating in pack.ratings:
            columns |= rating_columns(pack, rating)
        pack.remembered["profile columns"] = columns
    assert isinstance(columns, dict)
    return columns


@dataclass(frozen=True)
class ApplicationColumn:
    """Something that an application says, or that is known of the applicant's others."""

    label: Label
    type: Type
    unit: str | None = None
    vocabulary: str | None = None


APPLICATION_COLUMNS: Mapping[str, ApplicationColumn] = {
    "asked_fen": ApplicationColumn(Label(zh="申请金额", en="amount asked"), Type.NUMBER, "fen"),
    "asked_months": ApplicationColumn(Label(zh="申请期限", en="term asked"), Type.NUMBER, "month"),
    "asked_purpose": ApplicationColumn(
        Label(zh="用途", en="purpose"), Type.TEXT, vocabulary="purpose"
    ),
    "open_fen": ApplicationColumn(
        Label(zh="此前已同意且未结清的金额", en="approved before and not ended"), Type.NUMBER, "fen"
    ),
}
"""What only an automatic rule may name beside the profile; no indicator may be called so."""


def application_scope(pack: Pack, values: Mapping[str, Dated] | None = None) -> Scope:
    """Name, beside the profile, what an application asks: for an offering's automatic rule."""
    scope = profile_scope(pack, values)
    asked = {
        name: Column(said.type, _unit(pack, said.unit), _entries(pack, said.vocabulary))
        for name, said in APPLICATION_COLUMNS.items()
    }
    return Scope(columns={**scope.columns, **asked}, values=scope.values, units=pack.units)


def rating_columns(pack: Pack, rating: str) -> dict[str, Column]:
    """Name the columns that a rating makes."""
    points = Column(Type.NUMBER, pack.units["point"])
    return {
        **{f"{rating}{suffix}": points for suffix in ("", "_low", "_high")},
        f"{rating}_grade": Column(Type.TEXT),
        f"{rating}_line": Column(Type.NUMBER, pack.units["fen"]),
    }


def item_scope(pack: Pack, item: Item) -> Scope:
    """Name the columns of an item, for the filter of a measure."""
    columns = {
        name: Column(_FACT_TYPES[c.type], _unit(pack, c.unit), _entries(pack, c.vocabulary))
        for name, c in item.columns.items()
    }
    columns |= {
        "true_from": Column(Type.DAY),
        "true_until": Column(Type.DAY),
        "feed": Column(Type.TEXT),
    }
    return Scope(columns=columns, values=_constants(pack), units=pack.units)


def feed_scope(pack: Pack, raw_columns: tuple[str, ...]) -> Scope:
    """Name the columns of a raw table, all text, for the filter of a feed."""
    columns = {name: Column(Type.TEXT) for name in raw_columns}
    return Scope(columns=columns, values={}, units=pack.units)


def dated_values(pack: Pack, values: Mapping[str, Dated]) -> dict[str, Value]:
    """Take from each dated value the one in force on the pack's day."""
    made = {}
    for name, dated in values.items():
        cited = resolved(dated, pack.asof)
        # A value not yet in force is unknown, in the unit that it will have.
        stated = cited or next(iter(dated.values()), None)
        unit = _unit(pack, stated.unit if stated else None)
        number: Decimal | None = cited.value if cited else None
        made[name] = Value(number, unit, str(cited.cite) if cited else None)
    return made


def _constants(pack: Pack) -> dict[str, Value]:
    made = {}
    for name, constant in pack.constants.items():
        cited = resolved(constant.values, pack.asof)
        number = cited.value if cited else None
        made[name] = Value(number, _unit(pack, constant.unit), str(cited.cite) if cited else None)
    return made


def _indicator_column(pack: Pack, indicator: Indicator) -> Column:
    unit = _unit(pack, indicator.unit)
    return Column(Type(indicator.type), unit, _entries(pack, indicator.vocabulary))


def _entries(pack: Pack, vocabulary: str | None) -> tuple[str, ...] | None:
    found = pack.vocabularies.get(vocabulary or "")
    return tuple(found.entries) if found else None


def _unit(pack: Pack, name: str | None) -> Unit | None:
    return pack.units.get(name) if name else None
