"""What a decision table of the packs asks, as fields of a form, and read back from what is typed.

An answer that is left open is unknown, never no; shares are typed in per cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict

from huoshui.explain.numbers import LANGUAGES, column_label
from huoshui.kernel.errors import Where
from huoshui.kernel.period import parse_day
from huoshui.policy.pack import Pack
from huoshui.web.agreements.forms.loans import TypedRefusal

Answer = bool | str | dt.date | Decimal | None

YES_NO = (("true", {"zh": "是", "en": "yes"}), ("false", {"zh": "否", "en": "no"}))
PER_CENT = {"zh": "%", "en": "%"}


def fields_of(pack: Pack, table: str, names: Iterable[str], shown: Mapping[str, str]) -> list[Any]:
    """Give the fields of some of a table's inputs, or of columns of the profile that it reads."""
    return [_field(pack, table, name, shown.get(name, "")) for name in names]


def _field(pack: Pack, table: str, name: str, value: str) -> dict[str, Any]:
    said = pack.tables[table].inputs.get(name) or pack.indicators[name]
    label: Any = said.label
    if name not in pack.tables[table].inputs:
        label = {language: column_label(pack, name, language) for language in LANGUAGES}
    field: dict[str, Any] = {"name": name, "label": label, "value": value}
    if said.type == "flag":
        return {**field, "kind": "select", "choices": YES_NO}
    if said.vocabulary:
        entries = pack.vocabularies[said.vocabulary].entries
        return {**field, "kind": "select", "choices": list(entries.items())}
    if said.type == "day":
        return {**field, "kind": "date"}
    unit = pack.units[said.unit].label if said.unit and said.unit != "ratio" else None
    return {**field, "kind": "number", "unit": PER_CENT if said.unit == "ratio" else unit}


def answers_typed(
    pack: Pack, table: str, names: Iterable[str], typed: QueryDict
) -> dict[str, Answer]:
    """Read what was typed for some inputs of a table; what is empty is unknown."""
    return {name: _answer(pack, table, name, typed.get(name, "").strip()) for name in names}


def _answer(pack: Pack, table: str, name: str, text: str) -> Answer:
    said = pack.tables[table].inputs.get(name) or pack.indicators[name]
    if not text:
        return None
    found: Answer = text
    if said.type == "flag":
        found = {"true": True, "false": False}.get(text)
    elif said.vocabulary:
        found = text if text in pack.vocabularies[said.vocabulary].entries else None
    elif said.type == "day":
        found = parse_day(text)
    elif said.type == "number":
        found = _number(text, is_share=said.unit == "ratio")
    if found is None:
        raise TypedRefusal.NO_ANSWER.refuse(where=Where(field=name), value=text)
    return found


def _number(text: str, *, is_share: bool) -> Decimal | None:
    try:
        number = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    return number / 100 if is_share else number


def typed_again(pack: Pack, table: str, known: Mapping[str, bool | str | None]) -> dict[str, str]:
    """Write answers that are kept as they are typed."""
    found = {}
    for name, value in known.items():
        said = pack.tables[table].inputs.get(name)
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif value is not None:
            is_share = said is not None and said.unit == "ratio"
            found[name] = f"{(Decimal(value) * 100).normalize():f}" if is_share else value
    return found
