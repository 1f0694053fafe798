"""The form of a move, made from its workflow: every field it asks for, and how each is typed.

A new move or field in a pack needs no form of its own.  What was typed stays in the form when it
is refused, and each problem stands beside its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import QueryDict

from huoshui.kernel.errors import Problem, Refused
from huoshui.policy.machine import Machine
from huoshui.policy.schema import CaseField
from huoshui.web.cases.rules.amounts import (
    bp_typed,
    fen_typed,
    label_typed,
    months_typed,
    rate_written,
    wan_written,
)

REASONS = "reasons"

Choices = Sequence[tuple[str, object]]

_KINDS = {
    "money": "money",
    "months": "number",
    "bp": "number",
    "choice": "select",
    "choices": "checks",
    "text": "textarea",
    "day": "date",
    "offering": "select",
}
_UNITS: Mapping[str, dict[str, str]] = {
    "money": {"zh": "万元", "en": "10,000 yuan"},
    "months": {"zh": "个月", "en": "months"},
    "bp": {"zh": "%", "en": "%"},
}
_REASON_LABEL = {"zh": "原因（可多选）", "en": "Reasons (one or more)"}


def move_fields(
    machine: Machine,
    move: str,
    *,
    typed: QueryDict | None = None,
    known: Mapping[str, object] | None = None,
    problems: Iterable[Problem] = (),
    offerings: Choices = (),
) -> list[dict[str, Any]]:
    """Give the fields of a move for `parts/field.html`; `known` fills what was not typed yet."""
    found = list(problems)
    made = [
        _field(machine, move, name, definition, is_needed, typed, known or {}, found, offerings)
        for name, (definition, is_needed) in machine.fields_of(move).items()
    ]
    words = machine.moves[move].reasons
    if words:
        made.append(
            {
                "id": f"{move}-{REASONS}",
                "name": REASONS,
                "kind": "checks",
                "label": _REASON_LABEL,
                "required": True,
                "choices": [(word, label) for word, label in machine.words(words).items()],
                "value": typed.getlist(REASONS) if typed is not None else [],
                "problems": _beside(found, REASONS),
            }
        )
    return made


def move_said(
    machine: Machine, move: str, typed: QueryDict
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Read what was typed for a move: its fields and reasons; refuse what cannot be read."""
    fields: dict[str, object] = {}
    problems: list[Problem] = []
    for name, (definition, _) in machine.fields_of(move).items():
        try:
            fields[name] = _read(definition, name, typed)
        except Refused as refused:
            problems += refused.problems
    Refused.raise_any(problems)
    return fields, tuple(dict.fromkeys(typed.getlist(REASONS)))


def _read(definition: CaseField, name: str, typed: QueryDict) -> object:
    if definition.type == "choices":
        return typed.getlist(name)
    text = typed.get(name, "").strip()
    if not text:
        return None
    if definition.type == "money":
        return fen_typed(text, label=definition.label, field=name)
    if definition.type == "bp":
        return bp_typed(text, label=label_typed(definition), field=name)
    if definition.type == "months":
        return months_typed(text)
    return text


def _field(
    machine: Machine,
    move: str,
    name: str,
    definition: CaseField,
    is_needed: bool,
    typed: QueryDict | None,
    known: Mapping[str, object],
    problems: list[Problem],
    offerings: Choices,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": f"{move}-{name}",
        "name": name,
        "kind": _KINDS[definition.type],
        "label": label_typed(definition),
        "help": definition.help,
        "required": is_needed,
        "unit": _UNITS.get(definition.type),
        "problems": _beside(problems, name),
    }
    if definition.type == "offering":
        made["choices"] = offerings
    elif definition.vocabulary:
        made["choices"] = list(machine.words(definition.vocabulary).items())
    if typed is not None and name in typed:
        made["value"] = typed.getlist(name) if definition.type == "choices" else typed[name]
    else:
        made["value"] = _written(definition, known.get(name))
    return made


def _written(definition: CaseField, value: object) -> object:
    if definition.type == "choices":
        return value if isinstance(value, list) else []
    if value is None:
        return ""
    if definition.type == "money" and isinstance(value, int):
        return wan_written(value)
    if definition.type == "bp" and isinstance(value, int):
        return rate_written(value)
    return value


def _beside(problems: list[Problem], name: str) -> list[Problem]:
    return [each for each in problems if each.where is not None and each.where.field == name]
