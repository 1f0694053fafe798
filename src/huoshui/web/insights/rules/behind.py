"""Which items of fact stand behind a column of the profile, a clause or a score.

An institution may be told a column only where it may read every item behind it, so this counts
each input of a formula and each criterion of a rating, whether its value is known or not.

>>> may_read({"loan", "title"}, {"loan": "enterprise", "title": "none"}, given={"loan"})
True
>>> may_read({"talent"}, {"talent": "person"}, given=set())
False
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from huoshui import indicators, ratings
from huoshui.matching import Plan
from huoshui.policy.expression import names, parse
from huoshui.policy.pack import Pack

PUBLIC, PERSONAL = "none", "person"
"""Words of an item's `consent`: nobody is asked; the person whom it tells of is asked."""


def items_of(pack: Pack, columns: Iterable[str]) -> frozenset[str]:
    """Give every item that values of these columns are made of."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(columns)
    while waiting:
        column = waiting.pop()
        if column in seen:
            continue
        seen.add(column)
        indicator = pack.indicators.get(column)
        if indicator is None:
            waiting += _read_by_rating(pack, column)
        elif indicator.measure is not None:
            found.add(indicator.measure.item)
        else:
            waiting += indicators.parts(pack, column)
    return frozenset(found)


def _read_by_rating(pack: Pack, column: str) -> tuple[str, ...]:
    for name, rating in pack.ratings.items():
        if column in ratings.columns(name):
            return ratings.compile_rating(pack, rating, asof=pack.asof).reads
    return ()


def columns_of(plan: Plan, offering: str) -> tuple[str, ...]:
    """Give the columns that an offering's clauses and terms read."""
    clauses = (name for clause in plan.clauses[offering] for name in clause.whole.columns)
    terms = plan.terms[offering].expressions.values()
    return tuple(dict.fromkeys((*clauses, *sorted({n for e in terms for n in e.columns}))))


def items_of_offering(pack: Pack, plan: Plan, offering: str) -> frozenset[str]:
    """Give the items that must be readable for an offering to be decided, public ones too."""
    automatic = pack.offerings[offering].automatic
    return items_of(pack, columns_of(plan, offering)) | (
        _named_in(pack, offering) if automatic else frozenset()
    )


def _named_in(pack: Pack, offering: str) -> frozenset[str]:
    """Give the items behind the rules that decide at once, which name columns as clauses do."""
    from_rule = pack.offerings[offering].automatic
    assert from_rule is not None
    texts = [clause.when for clause in from_rule.clauses]
    texts += [t for t in (from_rule.amount, from_rule.rate, from_rule.months) if t]
    columns = pack.indicators.keys() | {c for name in pack.ratings for c in ratings.columns(name)}
    return items_of(pack, sorted({n for t in texts for n in names(parse(t))} & columns))


def consent_asked(pack: Pack, items: Iterable[str]) -> tuple[list[str], list[str]]:
    """Sort items by who is asked: the subject itself, and persons whom they tell of."""
    known = [pack.items[item] for item in sorted(items)]
    own = [i.id for i in known if i.consent not in (PUBLIC, PERSONAL)]
    return own, [i.id for i in known if i.consent == PERSONAL]


def may_read(items: Iterable[str], asks: Mapping[str, str], *, given: Collection[str]) -> bool:
    """Say whether every item is public or was consented to."""
    return all(asks.get(item) == PUBLIC or item in given for item in items)
