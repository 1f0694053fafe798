"""The form of a change: which threshold, what it is to be, from when, on what ground, and why.

What was typed stays in the form when it is refused, and each problem stands where it belongs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from huoshui.kernel.errors import Problem, Where
from huoshui.policy.editing import EditRefusal
from huoshui.web.sources.rules.sandbox import CandidateRefusal

_FIELDS = {
    EditRefusal.NO_PART.code: "part",
    EditRefusal.FORM.code: "part",
    EditRefusal.SAME.code: "value",
    EditRefusal.NOT_A_NUMBER.code: "value",
    EditRefusal.IN_THE_PAST.code: "day",
    EditRefusal.DAY_TAKEN.code: "day",
    CandidateRefusal.NOT_A_DAY.code: "day",
    EditRefusal.NO_CITATION.code: "cite",
    EditRefusal.CITED_NOWHERE.code: "cite",
    CandidateRefusal.NO_REASON.code: "reason",
}
"""Beside which field each problem is shown; any other stands above the form."""


def edit_fields(
    rows: Sequence[Mapping[str, Any]],
    *,
    today: dt.date,
    language: str,
    typed: Mapping[str, str] | None = None,
    problems: Iterable[Problem] = (),
) -> list[dict[str, Any]]:
    """Give the fields of a change for `parts/field.html`."""
    said, wrong = typed or {}, list(problems)
    choices = [(row["part"], _choice(row, language)) for row in rows]
    made: list[dict[str, Any]] = [
        {
            "name": "part",
            "kind": "select",
            "label": {"zh": "要改的阈值", "en": "Threshold"},
            "choices": choices,
        },
        {
            "name": "value",
            "kind": "number",
            "label": {"zh": "新值", "en": "New value"},
            "help": {
                "zh": "按原单位填写；只有无人知晓时才留空。",
                "en": "In the same unit; leave it empty only where nobody knows it.",
            },
        },
        {
            "name": "day",
            "kind": "date",
            "label": {"zh": "自哪天起", "en": "From which day"},
            "value": today.isoformat(),
        },
        {
            "name": "cite",
            "kind": "text",
            "label": {"zh": "出处", "en": "Source"},
            "help": {
                "zh": "写成 来源编号#位置；本平台自定的写 house#…。",
                "en": "As source-id#place; house#... for the house's own judgement.",
            },
        },
        {
            "name": "reason",
            "kind": "textarea",
            "rows": 2,
            "label": {"zh": "理由", "en": "Reason"},
        },
    ]
    for field in made:
        name = field["name"]
        field["id"] = f"edit-{name}"
        field["required"] = name != "value"
        field["value"] = said.get(name, field.get("value", ""))
        field["problems"] = [p for p in wrong if _FIELDS.get(p.code) == name]
    return made


def above(problems: Iterable[Problem]) -> list[Problem]:
    """Give the problems that stand above the form."""
    return [each for each in problems if each.code not in _FIELDS]


def _choice(row: Mapping[str, Any], language: str) -> str:
    value = {"zh": "未知", "en": "unknown"}[language] if row["value"] is None else row["value"]
    of = row["of"][language] if isinstance(row["of"], Mapping) else None
    unit = row["unit"][language] if isinstance(row["unit"], Mapping) else row["unit"] or ""
    named = " · ".join(x for x in (row["what"][language], of, row["spot"]) if x)
    return f"{named}: {value} {unit}".strip()


def edit_said(typed: Mapping[str, str], kind: str, id: str) -> dict[str, Any]:
    """Read what was typed for a change; refuse a day that is none."""
    value = typed.get("value", "").strip()
    return {
        "kind": kind,
        "id": id,
        "part": typed.get("part", "").strip(),
        "day": day_said(typed.get("day", "")),
        "new": value or None,
        "cite": typed.get("cite", "").strip() or None,
        "reason": typed.get("reason", "").strip(),
    }


def day_said(text: str) -> dt.date:
    """Read a day, or refuse."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise CandidateRefusal.NOT_A_DAY.refuse(where=Where(field="day"), text=text.strip() or "?")
