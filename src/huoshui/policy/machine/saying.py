"""What is said with a move: each field of its type, within its limits; reasons from their list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from huoshui.kernel.errors import Problem, Where
from huoshui.kernel.money import written
from huoshui.policy.machine.refusals import FieldRefusal
from huoshui.policy.machine.views import Machine
from huoshui.policy.schema import CaseField

_NUMBERS = ("money", "months", "bp")


def field_problems(machine: Machine, move: str, fields: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what is wrong with the fields given for a move, in the order of the workflow."""
    asked = machine.fields_of(move)
    for name, (definition, is_needed) in asked.items():
        value = fields.get(name)
        if value is None or value in ("", (), []):
            if is_needed:
                yield _problem(FieldRefusal.MISSING, name, definition)
        else:
            yield from _value(machine, name, definition, value)
    for name in fields:
        if name not in asked:
            yield FieldRefusal.NOT_ASKED.problem(where=Where(field=name), name=name)


def reason_problems(machine: Machine, move: str, reasons: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with the reasons given for a move."""
    definition = machine.moves[move]
    label: dict[str, Any] = {"label": definition.label.en, "label_zh": definition.label.zh}
    where = Where(field="reasons")
    known = machine.words(definition.reasons) if definition.reasons else {}
    if definition.reasons and not reasons:
        yield FieldRefusal.NO_REASON.problem(where=where, **label)
    for word in reasons:
        if word not in known:
            yield FieldRefusal.NOT_A_REASON.problem(where=where, value=word, **label)


def said(machine: Machine, move: str, fields: Mapping[str, object]) -> dict[str, object]:
    """Give the fields that were said, without the empty ones, as JSON can hold them."""
    made: dict[str, object] = {}
    for name in machine.fields_of(move):
        value = fields.get(name)
        if value is None or value in ("", (), []):
            continue
        if isinstance(value, dt.date):
            value = value.isoformat()
        made[name] = list(value) if isinstance(value, tuple | set | frozenset) else value
    return made


def number_shown(definition: CaseField, number: int) -> str:
    """Write a field's number: money in yuan, others as they are."""
    return f"{written(number)} CNY" if definition.type == "money" else f"{number:,}"


def _value(machine: Machine, name: str, definition: CaseField, value: object) -> Iterator[Problem]:
    if definition.type in _NUMBERS:
        yield from _number(machine, name, definition, value)
    elif definition.type in ("choice", "choices", "offering"):
        words: object = value if definition.type == "choices" else [value]
        if not isinstance(words, list | tuple | set | frozenset):
            words = [words]
        known = (
            machine.offerings
            if definition.type == "offering"
            else machine.words(definition.vocabulary or "")
        )
        for word in words:
            if not isinstance(word, str) or word not in known:
                yield _problem(FieldRefusal.NOT_A_WORD, name, definition, value=word)
    elif definition.type == "day":
        if not _is_day(value):
            yield _problem(FieldRefusal.NOT_A_DAY, name, definition, value=value)
    elif not isinstance(value, str):
        yield _problem(FieldRefusal.NOT_TEXT, name, definition)
    else:
        most = machine.values[definition.most] if definition.most else None
        if most is not None and len(value) > most:
            yield _problem(FieldRefusal.TOO_LONG, name, definition, number=len(value), limit=most)


def _number(machine: Machine, name: str, definition: CaseField, value: object) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield _problem(FieldRefusal.NOT_A_NUMBER, name, definition, value=value)
        return
    least = machine.values[definition.least] if definition.least else None
    if least is None:
        least = 0 if definition.type == "bp" else 1
    most = machine.values[definition.most] if definition.most else None
    refusal = FieldRefusal.TOO_SMALL if value < least else FieldRefusal.TOO_LARGE
    limit = least if value < least else most
    if limit is not None and (value < least or value > limit):
        yield _problem(
            refusal,
            name,
            definition,
            number=number_shown(definition, value),
            limit=number_shown(definition, limit),
        )


def _is_day(value: object) -> bool:
    if isinstance(value, dt.date):
        return True
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _problem(refusal: FieldRefusal, name: str, definition: CaseField, **more: Any) -> Problem:
    label = definition.label
    return refusal.problem(where=Where(field=name), label=label.en, label_zh=label.zh, **more)
