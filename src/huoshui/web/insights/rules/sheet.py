"""A profile laid out to be read: categories, their items with sources and age, their figures.

An item is late where its feed has brought nothing new, about anybody, within the days that the
pack promises.  That a subject's own newest fact is old says only that nothing happened since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from huoshui.explain.reports import Report, column_report
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Item, Label
from huoshui.web.insights.rules.behind import items_of

State = Literal["fresh", "late", "none", "missing"]
"""In time; behind its promise; no record where no record means none; nothing known."""


class Told(Protocol):
    """What one feed says of an item (see `queries.profile.FeedEvidence`)."""

    feed: str
    facts: int
    newest_true_on: dt.date | None


@dataclass(frozen=True)
class ItemSheet:
    """An item of fact: what is known of it, from where, how new."""

    item: Item
    state: State
    told: Sequence[tuple[Label | None, Told]]  # the feed's label and what it says
    newest_true_on: dt.date | None
    feed_newest_on: dt.date | None
    facts: int


@dataclass(frozen=True)
class Figure:
    """An indicator: its value as people read it, and the items it is made of."""

    report: Report
    meaning: str
    known: bool
    computed: bool
    items: Sequence[Item]


@dataclass(frozen=True)
class CategorySheet:
    """One of the catalogue's categories."""

    id: str
    label: Label
    items: Sequence[ItemSheet]
    figures: Sequence[Figure]

    def count(self, *states: State) -> int:
        """Count the items in any of these states."""
        return sum(item.state in states for item in self.items)

    @property
    def known(self) -> int:
        """Count the items with facts."""
        return self.count("fresh", "late")

    @property
    def figures_known(self) -> int:
        """Count the figures with a value."""
        return sum(figure.known for figure in self.figures)


def sheet(
    pack: Pack,
    row: Mapping[str, object],
    evidence: Mapping[str, Sequence[Told]],
    newest: Mapping[str, Mapping[str, str]],
    *,
    today: dt.date,
) -> list[CategorySheet]:
    """Lay a profile out by category, in the catalogue's order."""
    figures: dict[str, list[Figure]] = {}
    who_is_who = {item.category for item in pack.items.values() if item.about == "identity"}
    for indicator in pack.indicators.values():
        figures.setdefault(indicator.group or "", []).append(_figure(pack, indicator.id, row))
    return [
        CategorySheet(
            category.id,
            category.label,
            [
                _item(pack, item, evidence.get(item.id, ()), newest.get(item.id, {}), today)
                for item in pack.items.values()
                if item.category == category.id
            ],
            figures.get(category.id, []),
        )
        for category in sorted(pack.categories.values(), key=lambda c: c.order)
        if category.id not in who_is_who
    ]


def _item(
    pack: Pack, item: Item, told: Sequence[Told], newest: Mapping[str, str], today: dt.date
) -> ItemSheet:
    feed_newest = max(map(dt.date.fromisoformat, newest.values()), default=None)
    days = [one.newest_true_on for one in told if one.newest_true_on is not None]
    return ItemSheet(
        item,
        state_of(item, has_facts=bool(told), feed_newest=feed_newest, today=today),
        [(pack.feeds[one.feed].label if one.feed in pack.feeds else None, one) for one in told],
        max(days, default=None),
        feed_newest,
        sum(one.facts for one in told),
    )


def state_of(item: Item, *, has_facts: bool, feed_newest: dt.date | None, today: dt.date) -> State:
    """Say how an item stands."""
    late = feed_newest is None or (today - feed_newest).days > item.fresh_days
    if has_facts:
        return "late" if late else "fresh"
    return "none" if item.absence == "means_none" and feed_newest is not None else "missing"


def _figure(pack: Pack, name: str, row: Mapping[str, object]) -> Figure:
    indicator = pack.indicators[name]
    return Figure(
        column_report(pack, name, row.get(name)),
        indicator.meaning,
        row.get(name) is not None,
        indicator.formula is not None,
        [pack.items[item] for item in sorted(items_of(pack, (name,)))],
    )
