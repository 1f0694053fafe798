"""What would decide an unknown: the items of fact behind each missing value.

A measured indicator is missing for want of its item; a computed one for want of what it is
computed from; a score's interval for want of its unanswered criteria.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from huoshui.explain.numbers import Language, column_label, rating_of
from huoshui.policy.expression import names, parse
from huoshui.policy.pack import Pack

NAMED_MOST = 5
"""How many missing things a sentence names."""


@dataclass(frozen=True)
class Wanting:
    """What leaves a clause open, and the items of fact that would decide it."""

    columns: tuple[str, ...]
    items: tuple[str, ...]

    @property
    def key(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give what tells it from others, of plain values."""
        return self.columns, self.items

    @classmethod
    def of(cls, pack: Pack, columns: Iterable[str], row: Mapping[str, object]) -> Wanting:
        """Ask it of a row for a clause over these columns."""
        missing = missing_columns(pack, columns, row)
        return cls(
            missing, tuple(dict.fromkeys(i for c in missing for i in items_behind(pack, c, row)))
        )


def missing_columns(
    pack: Pack, columns: Iterable[str], row: Mapping[str, object]
) -> tuple[str, ...]:
    """Give the indicators whose absence leaves a clause over these columns open."""
    found: dict[str, None] = {}
    for column in columns:
        rating = rating_of(pack, column)
        if rating is not None:
            found |= {c: None for c in _read_for(pack, rating) if row.get(c) is None}
        elif row.get(column) is None:
            found[column] = None
    return tuple(found)


def _read_for(pack: Pack, rating: str) -> Iterator[str]:
    """Give what a rating is scored from, with what says which of its groups count."""
    for group in pack.ratings[rating].groups:
        wanted = _named(group.when) & pack.indicators.keys() if group.when else set()
        yield from sorted(wanted)
        yield from (c.indicator for c in group.criteria)


def items_behind(pack: Pack, column: str, row: Mapping[str, object]) -> tuple[str, ...]:
    """Give the items that an indicator's missing value would be measured from."""
    found: dict[str, None] = {}
    _gather(pack, column, row, found, set())
    return tuple(found)


def _gather(
    pack: Pack,
    column: str,
    row: Mapping[str, object],
    found: dict[str, None],
    seen: set[str],
) -> None:
    indicator = pack.indicators.get(column)
    if indicator is None or column in seen:
        return
    seen.add(column)
    if indicator.measure is not None:
        found[indicator.measure.item] = None
        return
    inputs = sorted(_named(indicator.formula or "") & pack.indicators.keys())
    absent = [name for name in inputs if row.get(name) is None]
    for name in absent or inputs:
        _gather(pack, name, row, found, seen)


def evidence_sentence(
    pack: Pack,
    columns: Iterable[str],
    row: Mapping[str, object],
    language: Language,
    *,
    given: str | None = None,
) -> str:
    """Say what is missing and what can show it."""
    return wanting_sentence(pack, Wanting.of(pack, columns, row), language, given=given)


def wanting_sentence(
    pack: Pack, wanting: Wanting, language: Language, *, given: str | None = None
) -> str:
    """Say what is missing and what can show it; `given` names what a rule wants to see."""
    labels = [getattr(pack.items[i].label, language) for i in wanting.items if i in pack.items]
    what = _listed([column_label(pack, c, language) for c in wanting.columns], language)
    shows = _in(given, language) if given else _listed(labels, language)
    if language == "zh":
        lacking = f"缺{what}" if what else "现有数据无法判断"
        return f"{lacking}，可由{shows}证明" if shows else lacking
    lacking = f"missing: {what}" if what else "cannot be decided from what is known"
    return f"{lacking}; can be shown by {shows}" if shows else lacking


def _listed(words: list[str], language: Language) -> str:
    """Name the first few of a long list and count the rest; a report has them all."""
    named = words[:NAMED_MOST]
    if language == "zh":
        return "、".join(named) + (f"等 {len(words)} 项" if len(words) > NAMED_MOST else "")
    return ", ".join(named) + (
        f" and {len(words) - NAMED_MOST} more" if len(words) > NAMED_MOST else ""
    )


def _in(given: str, language: Language) -> str:
    """Take the language's half of a text that a pack writes as `中文 / English`."""
    zh, _, en = given.partition(" / ")
    return en if language == "en" and en else zh


@lru_cache(maxsize=4096)
def _named(text: str) -> frozenset[str]:
    """Name what a rule's text reads; a page asks it of the same few texts hundreds of times."""
    return frozenset(names(parse(text)))
