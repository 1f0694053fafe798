"""A rule tried on made-up values: what it reads becomes fields of a form, and their answer a row.

Money is typed in ten thousand yuan and shares in per cent, as people say them; a field left empty
is unknown, which is not zero.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

from huoshui.explain import LANGUAGES, Report, column_label, rating_report, whynot_report
from huoshui.kernel.errors import Problem, Where
from huoshui.matching.moved import Rules
from huoshui.matching.questions import DefinitionKind, Question, question_of
from huoshui.policy.expression import cuts, names, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label, Sharing, TableColumn
from huoshui.policy.shares import shares_of
from huoshui.ratings import explain
from huoshui.web.insights.rules.refusals import InsightRefusal

Words = dict[str, str]

SCALES: Mapping[str, tuple[Decimal, Words]] = {
    "fen": (Decimal(1_000_000), {"zh": "万元", "en": "10,000 yuan"}),
    "ratio": (Decimal("0.01"), {"zh": "%", "en": "%"}),
}
"""Units that people type otherwise than the profile keeps them: how many of it one typed is."""

PLACES = 4
"""To how many places a value of the subject's own is filled in."""

WIDER = Decimal("0.5")
"""By what part of the largest threshold a slider goes beyond it."""


@dataclass(frozen=True)
class Field:
    """A column that a rule reads, as a field of a form."""

    column: str
    label: Words
    kind: str  # number flag text day
    unit: Words | None
    value: str  # as typed; empty is unknown
    least: str = ""
    most: str = ""
    step: str = ""
    words: tuple[tuple[str, Words], ...] = ()

    @property
    def name(self) -> str:
        """Name the field in the form; a column of its own could be called like a setting."""
        return f"v_{self.column}"


def columns_of(rules: Rules, kind: DefinitionKind, name: str) -> list[str]:
    """Name what a rule reads, a score's own criteria in the place of the score."""
    wanted = list(question_of(rules, kind, name).columns)
    if kind == "ratings":
        wanted += rules.scheme(name).reads
    if kind == "sharings":
        wanted += _shares_read(rules.pack, rules.pack.sharings[name])
    found: dict[str, None] = {}
    waiting = list(dict.fromkeys(wanted))
    while waiting:
        column = waiting.pop(0)
        if column in rules.rating_of:
            waiting = [*rules.scheme(rules.rating_of[column]).reads, *waiting]
        else:
            found[column] = None
    return list(found)


def _shares_read(pack: Pack, sharing: Sharing) -> Iterator[str]:
    shares = [party.share for party in sharing.bearers] + [f.share for f in sharing.funders]
    for share in shares:
        for word in sorted(names(parse(share))) if share else ():
            if word in pack.indicators:
                yield word


def fields_of(
    rules: Rules, kind: DefinitionKind, name: str, row: Mapping[str, object]
) -> list[Field]:
    """Give the fields of a rule's form, filled with what a row has."""
    inputs = rules.pack.tables[name].inputs if kind == "tables" else {}
    points = _points(rules, question_of(rules, kind, name), kind, name)
    return [
        _field(rules.pack, column, inputs.get(column), points.get(column, ()), row.get(column))
        for column in columns_of(rules, kind, name)
    ]


def _points(
    rules: Rules, question: Question, kind: DefinitionKind, name: str
) -> dict[str, list[float]]:
    """Collect the numbers at which something changes, by column."""
    found: dict[str, list[float]] = {}
    for clause in question.clauses:
        for column in clause.whole.columns:
            cut = cuts(clause.whole.typed, column, asof=rules.asof)
            if cut is not None:
                numbers = [p for p in cut.points if isinstance(p, int | float)]
                found.setdefault(column, []).extend(numbers)
    read = {rules.rating_of[c] for c in question.columns if c in rules.rating_of}
    for rating in sorted(read | ({name} if kind == "ratings" else set())):
        for criterion in rules.scheme(rating).criteria:
            starts = [float(start) for start, _ in criterion.starts]
            found.setdefault(criterion.criterion.indicator, []).extend(starts)
    return found


def _field(
    pack: Pack, column: str, given: TableColumn | None, points: Iterable[float], value: object
) -> Field:
    indicator = pack.indicators.get(column)
    said = given or indicator
    assert said is not None, "a rule reads columns of the profile and inputs of its own"
    kind = str(said.type)
    label = _both(given.label) if given else {x: column_label(pack, column, x) for x in LANGUAGES}
    if kind == "number":
        return _number(pack, column, cast(Words, label), said.unit, list(points), value)
    entries = pack.vocabularies[said.vocabulary].entries if said.vocabulary else {}
    words = tuple((word, _both(label)) for word, label in entries.items())
    text = {True: "true", False: "false", None: ""}.get(value, value)  # type: ignore[call-overload]
    return Field(column, cast(Words, label), kind, None, str(text), words=words)


def _number(
    pack: Pack, column: str, label: Words, unit: str | None, points: list[float], value: object
) -> Field:
    scale, said = SCALES.get(unit or "", (Decimal(1), None))
    whole = unit is not None and pack.units[unit].whole and unit not in SCALES
    if said is None and unit is not None:
        said = _both(pack.units[unit].label)
    typed = [Decimal(str(point)) / scale for point in points]
    held = value if isinstance(value, int | float) and math.isfinite(value) else None
    now = None if held is None else round(Decimal(str(held)) / scale, PLACES)
    ends = [*typed, *([now] if now is not None else []), Decimal(0)]
    most = max(ends) * (1 + WIDER) if max(ends) > 0 else Decimal(1)
    least = min(ends) * (1 + WIDER) if min(ends) < 0 else Decimal(0)
    step = Decimal(1) if whole else Decimal(1).scaleb((most - least or Decimal(1)).adjusted() - 2)
    grid = [d for d in (*typed, now) if d is not None]
    finest = min((int(d.normalize().as_tuple().exponent) for d in grid), default=0)
    step = min(step, Decimal(1).scaleb(max(finest, -4)))
    most = (most / step).to_integral_value(rounding="ROUND_CEILING") * step
    least = (least / step).to_integral_value(rounding="ROUND_FLOOR") * step
    text = "" if now is None else _plain(now)
    return Field(column, label, "number", said, text, _plain(least), _plain(most), _plain(step))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _both(label: Label) -> Words:
    return {"zh": label.zh, "en": label.en}


def read(
    fields: Iterable[Field], typed: Mapping[str, str], pack: Pack
) -> tuple[dict[str, object], dict[str, str], list[Problem]]:
    """Read what was typed: values by column, the texts to show again, and what cannot be read."""
    values: dict[str, object] = {}
    shown: dict[str, str] = {}
    problems: list[Problem] = []
    for field in fields:
        text = typed.get(field.name, "").strip()
        shown[field.column] = text
        try:
            values[field.column] = _value(field, text, pack) if text else None
        except (ValueError, InvalidOperation):
            values[field.column] = None
            problems.append(
                InsightRefusal.NOT_READ.problem(where=Where(field=field.name), value=text[:40])
            )
    return values, shown, problems


def _value(field: Field, text: str, pack: Pack) -> object:
    if field.kind == "flag":
        return {"true": True, "false": False}[text] if text in ("true", "false") else _no(text)
    if field.kind == "day":
        return dt.date.fromisoformat(text)
    if field.kind == "text":
        known = [word for word, _ in field.words]
        return text[:200] if not known or text in known else _no(text)
    number = Decimal(text)
    if not number.is_finite() or abs(number) >= Decimal("1e15"):
        raise ValueError(text)
    indicator = pack.indicators.get(field.column)
    unit = indicator.unit if indicator else None
    kept = number * SCALES.get(unit or "", (Decimal(1), None))[0]
    is_whole = unit is not None and pack.units[unit].whole
    if is_whole and kept != kept.to_integral_value():
        raise ValueError(text)
    return int(kept) if is_whole else float(kept)


def _no(text: str) -> object:
    raise ValueError(text)


def tried(rules: Rules, kind: DefinitionKind, name: str, values: Mapping[str, object]) -> Report:
    """Ask a rule of made-up values: the verdict with its clauses, and a score or shares beside."""
    row = rules.whole_row(dict(values))
    for rating in rules.order:
        if rating in rules.pack.ratings and _is_read(rules, kind, name, rating):
            row.update(rules.rated(rating, row, rules.asof))
    answer = whynot_report(rules.pack, kind, name, row, rules.asof, rules=rules)
    found: Report = {"answer": answer, "rating": None, "shares": None}
    if kind == "ratings":
        trace = explain(rules.pack, name, row, asof=rules.asof)
        found["rating"] = rating_report(rules.pack, trace, row)
    if kind == "sharings":
        found["shares"] = _shares(rules.pack, name, row, rules.asof)
    return found


def _is_read(rules: Rules, kind: DefinitionKind, name: str, rating: str) -> bool:
    read = rules.behind(frozenset(question_of(rules, kind, name).columns))
    own = rules.behind(frozenset(rules.scheme(name).reads)) if kind == "ratings" else frozenset()
    makes = {c for c, owner in rules.rating_of.items() if owner == rating}
    return rating == name or not makes.isdisjoint(read | own)


def _shares(pack: Pack, name: str, row: Mapping[str, object], asof: dt.date) -> list[Report]:
    labels = {b.id: _both(b.label) for b in pack.sharings[name].bearers}
    found = shares_of(pack, name, row, asof=asof)
    return [
        {
            "label": labels[part.id],
            "bound": part.bound,
            "share": None if part.share is None else f"{_plain(part.share * 100)} %",
        }
        for part in found.bearers
    ]
