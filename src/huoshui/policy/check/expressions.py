"""Every expression of a pack parses, names what exists, and has the type and unit it is used in."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.policy.expression import Scope, Typed, names, parse
from huoshui.policy.expression import check as check_types
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Automatic, Clause, Indicator, Label, Offering, Rating
from huoshui.policy.scope import application_scope, item_scope, profile_scope

_NUMBER = re.compile(r"(?<![\w.'])\d+(\.\d+)?(?![\w.'-])")
_FREE_NUMBERS = {"0", "1"}


class RuleRefusal(Refusal):
    """Why a rule of a pack is refused when it loads."""

    NOT_A_CONDITION = "This gives a {type}, not yes or no.", "Compare it with something."
    NOT_AN_AMOUNT = "This gives {got}, not {wanted}.", "Bring it to {wanted}."
    UNCITED_NUMBER = (
        "The number {number} stands in a clause without a day and a citation.",
        "Put it into values with its day and citation, and name it here.",
    )
    NAMES_NOTHING = (
        "The sentence names {{{name}}}, which this definition does not have.",
        "Name one of its values or a column.",
    )
    IN_A_CIRCLE = "These are computed from each other: {names}.", "Break the circle."
    CLAUSE_TWICE = "Two clauses are called {name}.", "Give each its own id."
    NOT_A_LIMIT = (
        "{name} is no value of this definition that is a sum of money.",
        "Add it to values, with a unit of money, its day and its citation.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield every expression that cannot be used as it stands."""
    for indicator in pack.indicators.values():
        yield from _indicator(pack, indicator)
    yield from _circles(pack)
    for rating in pack.ratings.values():
        yield from _rating(pack, rating)
    for offering in pack.offerings.values():
        yield from _offering(pack, offering)
    for title in pack.titles.values():
        yield from clauses_problems(
            pack, title.clauses, profile_scope(pack, title.values), "titles", title.id
        )


def typed_problems(
    text: str, scope: Scope, where: Where, wanted: tuple[str, str | None]
) -> Iterator[Problem]:
    """Yield what is wrong with an expression that should have a type and a unit."""
    try:
        typed: Typed = check_types(parse(text, where), scope, unit=wanted[1])
    except Refused as refused:
        yield from refused.problems
        return
    kind, unit = wanted
    if kind == "flag" and typed.type != "flag":
        yield RuleRefusal.NOT_A_CONDITION.problem(where=where, type=typed.type)
    elif typed.type != kind:
        words = f"{kind} in {unit}" if unit else kind
        yield RuleRefusal.NOT_AN_AMOUNT.problem(where=where, got=typed.type, wanted=words)


def _indicator(pack: Pack, indicator: Indicator) -> Iterator[Problem]:
    where = pack.where("indicators", indicator.id, "formula")
    if indicator.formula is not None:
        scope = profile_scope(pack, indicator.values)
        yield from typed_problems(indicator.formula, scope, where, (indicator.type, indicator.unit))
    measure = indicator.measure
    if measure is not None and measure.where is not None and measure.item in pack.items:
        scope = item_scope(pack, pack.items[measure.item])
        where = pack.where("indicators", indicator.id, "measure", "where")
        yield from typed_problems(measure.where, scope, where, ("flag", None))


def _circles(pack: Pack) -> Iterator[Problem]:
    graph = {}
    for indicator in pack.indicators.values():
        if indicator.formula is not None:
            try:
                named = names(parse(indicator.formula))
            except Refused:  # said already, with its place
                continue
            graph[indicator.id] = named & set(pack.indicators)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        where = pack.where("indicators", circle[0], "formula")
        yield RuleRefusal.IN_A_CIRCLE.problem(where=where, names=" → ".join(circle))


def _rating(pack: Pack, rating: Rating) -> Iterator[Problem]:
    scope = profile_scope(pack, rating.values)
    for key, clauses in (("hard", rating.hard), ("bonus", rating.bonus)):
        for nth, clause in enumerate(clauses):
            yield from _clause(pack, scope, clause, "ratings", rating.id, (key, nth))
    for nth, group in enumerate(rating.groups):
        if group.when is not None:
            where = pack.where("ratings", rating.id, "groups", nth, "when")
            yield from typed_problems(group.when, scope, where, ("flag", None))
    if rating.applies_when is not None:
        where = pack.where("ratings", rating.id, "applies_when")
        yield from typed_problems(rating.applies_when, scope, where, ("flag", None))


def _clause(
    pack: Pack,
    scope: Scope,
    clause: Clause,
    kind: str,
    name: str,
    path: tuple[str | int, ...],
) -> Iterator[Problem]:
    where = pack.where(kind, name, *path, "when")
    yield from condition_problems(clause.when, scope, where)
    yield from sentence_problems(pack, clause.say, scope, kind, name, (*path, "say"))


def condition_problems(text: str, scope: Scope, where: Where) -> Iterator[Problem]:
    """Yield what is wrong with a condition, uncited numbers included."""
    yield from typed_problems(text, scope, where, ("flag", None))
    yield from uncited_numbers(text, where)


def uncited_numbers(text: str, where: Where) -> Iterator[Problem]:
    """Yield the numbers that stand in an expression without a day and a citation."""
    for number in _NUMBER.finditer(re.sub(r"'[^']*'", "''", text)):
        if number.group() not in _FREE_NUMBERS:
            yield RuleRefusal.UNCITED_NUMBER.problem(where=where, number=number.group())


def sentence_problems(
    pack: Pack, say: Label, scope: Scope, kind: str, name: str, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Yield the names in a sentence that are neither values nor columns."""
    for language in ("zh", "en"):
        for _, field, _, _ in string.Formatter().parse(getattr(say, language)):
            if field is not None and field not in scope.values and field not in scope.columns:
                yield RuleRefusal.NAMES_NOTHING.problem(
                    where=pack.where(kind, name, *path, language), name=field
                )


def clauses_problems(
    pack: Pack, clauses: tuple[Clause, ...], scope: Scope, kind: str, name: str
) -> Iterator[Problem]:
    """Yield what is wrong with the clauses of an offering or a title."""
    seen: set[str] = set()
    for nth, clause in enumerate(clauses):
        yield from _clause(pack, scope, clause, kind, name, ("clauses", nth))
        if clause.id in seen:
            where = pack.where(kind, name, "clauses", nth, "id")
            yield RuleRefusal.CLAUSE_TWICE.problem(where=where, name=clause.id)
        seen.add(clause.id)


def _offering(pack: Pack, offering: Offering) -> Iterator[Problem]:
    scope = profile_scope(pack, offering.values)
    yield from clauses_problems(pack, offering.clauses, scope, "offerings", offering.id)
    terms = {"amount": "fen", "rate": "bp", "fee": "bp", "relief": "bp"}
    for key, unit in terms.items():
        text = getattr(offering, key)
        if text is not None:
            where = pack.where("offerings", offering.id, key)
            yield from typed_problems(text, scope, where, ("number", unit))
    if offering.term is not None:
        for key in ("least", "most"):
            where = pack.where("offerings", offering.id, "term", key)
            yield from typed_problems(
                getattr(offering.term, key), scope, where, ("number", "month")
            )
    if offering.quota_fen is not None:
        where = pack.where("offerings", offering.id, "quota_fen")
        yield from typed_problems(offering.quota_fen, scope, where, ("number", "fen"))
    if offering.automatic is not None:
        yield from _automatic(pack, offering, offering.automatic)


def _automatic(pack: Pack, offering: Offering, rule: Automatic) -> Iterator[Problem]:
    """Yield what is wrong with a rule that decides at once; it may also name what is asked."""
    scope = application_scope(pack, offering.values)
    seen = {clause.id for clause in offering.clauses}
    for nth, clause in enumerate(rule.clauses):
        path = ("automatic", "clauses", nth)
        yield from _clause(pack, scope, clause, "offerings", offering.id, path)
        if clause.id in seen:
            where = pack.where("offerings", offering.id, *path, "id")
            yield RuleRefusal.CLAUSE_TWICE.problem(where=where, name=clause.id)
        seen.add(clause.id)
    for key, unit in (("amount", "fen"), ("rate", "bp"), ("months", "month")):
        text = getattr(rule, key)
        if text is not None:
            where = pack.where("offerings", offering.id, "automatic", key)
            yield from typed_problems(text, scope, where, ("number", unit))
    for key in ("subject_most", "day_most"):
        name = getattr(rule, key)
        if name is not None and not _is_money(pack, offering, name):
            where = pack.where("offerings", offering.id, "automatic", key)
            yield RuleRefusal.NOT_A_LIMIT.problem(where=where, name=name)


def _is_money(pack: Pack, offering: Offering, name: str) -> bool:
    dated = offering.values.get(name, {})
    units = [pack.units.get(cited.unit or "") for cited in dated.values()]
    return bool(units) and all(unit and unit.dimension == {"money": 1} for unit in units)
