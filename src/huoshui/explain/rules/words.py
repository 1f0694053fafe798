"""Clauses, formulas and dated values in words, without anybody's data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from huoshui.explain.numbers import LANGUAGES, Language, column_label, column_unit, shown
from huoshui.explain.reports import Report, citation_report
from huoshui.explain.sentences import constant_shown
from huoshui.policy.expression import names, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Clause, Dated, Label
from huoshui.policy.values import resolved

_NAME = re.compile(r"'[^']*'|is not null|is null|>=|<=|!=|\*|[a-z][a-z0-9_]*")
_HOLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")

Words = dict[Language, str]

_OPERATORS: Mapping[str, Mapping[Language, str]] = {
    "and": {"zh": "且", "en": "and"},
    "or": {"zh": "或", "en": "or"},
    "not": {"zh": "非", "en": "not"},
    "least": {"zh": "取小", "en": "the least of"},
    "greatest": {"zh": "取大", "en": "the greatest of"},
    "coalesce": {"zh": "依次取已知", "en": "the first known of"},
    "case": {"zh": "分情形：", "en": "by case:"},
    "when": {"zh": "若", "en": "if"},
    "then": {"zh": "则", "en": "then"},
    "else": {"zh": "否则", "en": "otherwise"},
    "end": {"zh": "", "en": ""},
    "in": {"zh": "属于", "en": "is one of"},
    "reaches": {"zh": "达到", "en": "reaches"},
    "is": {"zh": "为", "en": "is"},
    "null": {"zh": "未知", "en": "unknown"},
    "is not null": {"zh": "已知", "en": "is known"},
    "is null": {"zh": "未知", "en": "is unknown"},
    ">=": {"zh": "≥", "en": "≥"},
    "<=": {"zh": "≤", "en": "≤"},
    "!=": {"zh": "≠", "en": "≠"},
    "*": {"zh": "×", "en": "×"},
    "asof": {"zh": "当日", "en": "the day asked for"},
    "true": {"zh": "是", "en": "yes"},
    "false": {"zh": "否", "en": "no"},
}


def both(label: Label) -> Words:
    """Give a label as a dictionary."""
    return {"zh": label.zh, "en": label.en}


class Teller:
    """Tells the parts of one definition: its own values hide constants of the same name."""

    def __init__(self, pack: Pack, values: Mapping[str, Dated]) -> None:
        self.pack = pack
        self.dated = values
        self.now = {name: resolved(dated, pack.asof) for name, dated in values.items()}

    def formula(self, text: str) -> Words:
        """Tell an expression with the names of columns and the values in it."""
        return {x: self._formula(text, x) for x in LANGUAGES}

    def _formula(self, text: str, language: Language) -> str:
        units = self._units(text)

        def told(found: re.Match[str]) -> str:
            word = found.group()
            if word.startswith("'"):
                return self._word(word[1:-1], text, language)
            if word in self.now:
                return self.value(self.now[word], units, language)
            if word in self.pack.constants:
                return constant_shown(self.pack, word, language)
            if word in _OPERATORS:
                return _OPERATORS[word][language]
            label = column_label(self.pack, word, language)
            if label == word:
                return word
            return f"「{label}」" if language == "zh" else f"“{label}”"

        return _NAME.sub(told, text)

    def _word(self, word: str, text: str, language: Language) -> str:
        """Tell a word by the vocabulary of a column that the expression reads."""
        for column in sorted(self.columns(text)):
            indicator = self.pack.indicators.get(column)
            if indicator is not None and indicator.vocabulary:
                entry = self.pack.vocabularies[indicator.vocabulary].entries.get(word)
                if entry is not None:
                    return str(getattr(entry, language))
        return word

    def columns(self, text: str) -> set[str]:
        """Name the columns of the profile that an expression reads."""
        return names(parse(text)) - set(self.now) - set(self.pack.constants)

    def _units(self, text: str) -> set[str | None]:
        return {column_unit(self.pack, column) for column in self.columns(text)}

    def value(self, cited: Cited | None, units: set[str | None], language: Language) -> str:
        """Write a value; one without a unit has that of what it is compared with."""
        if cited is None or cited.value is None:
            return shown(self.pack, None, None, language)
        shared = next(iter(units)) if len(units) == 1 else None
        return shown(self.pack, cited.value, cited.unit or shared, language)

    def sentence(self, say: Label, text: str | None) -> Words:
        """Fill a sentence: values and constants by what they are, columns by their names."""
        units = self._units(text) if text else set()

        def filled(language: Language) -> str:
            def fill(hole: re.Match[str]) -> str:
                name = hole.group(1)
                if name in self.now:
                    return self.value(self.now[name], units, language)
                if name in self.pack.constants:
                    return constant_shown(self.pack, name, language)
                return column_label(self.pack, name, language)

            return _HOLE.sub(fill, getattr(say, language))

        return {x: filled(x) for x in LANGUAGES}

    def clause(self, clause: Clause) -> Report:
        """Tell a clause: its sentence, what it reads, the values it names, and its authority."""
        named = names(parse(clause.when)) & set(self.now)
        named |= {h for say in (clause.say.zh, clause.say.en) for h in _HOLE.findall(say)} & set(
            self.now
        )
        units = self._units(clause.when)
        return {
            "id": clause.id,
            "say": self.sentence(clause.say, clause.when),
            "formula": self.formula(clause.when),
            "text": clause.when,
            "columns": [
                {"column": c, "label": {x: column_label(self.pack, c, x) for x in LANGUAGES}}
                for c in sorted(self.columns(clause.when))
            ],
            "values": [self.timeline(name, units) for name in sorted(named)],
            "undecidable": any(
                self.now[name] is None or self.now[name].value is None  # type: ignore[union-attr]
                for name in named & names(parse(clause.when))
            ),
            **citation_report(self.pack, clause.cite),
        }

    def timeline(self, name: str, units: set[str | None] | None = None) -> Report:
        """Tell a value through time, each with its citation; which holds on the pack's day."""
        units = units or set()
        days = sorted(self.dated[name])
        held = [day for day in days if day <= self.pack.asof]
        return {
            "name": name,
            "now": {x: self.value(self.now[name], units, x) for x in LANGUAGES},
            "known": self.now[name] is not None and self.now[name].value is not None,  # type: ignore[union-attr]
            "through_time": [
                {
                    "from": day.isoformat(),
                    "shown": {x: self.value(self.dated[name][day], units, x) for x in LANGUAGES},
                    "in_force": bool(held) and day == held[-1],
                    "note": self.dated[name][day].note,
                    **citation_report(self.pack, self.dated[name][day].cite),
                }
                for day in days
            ],
        }


def number(pack: Pack, value: Decimal | None, unit: str | None) -> Words:
    """Write a number of a unit in both languages."""
    return {x: shown(pack, value, unit, x) for x in LANGUAGES}
