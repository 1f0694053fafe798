"""Which groups count where it is not known whom they are for.

A group may count for some subjects only: start-ups, firms of one trade.  Groups that want different
words of one column exclude each other, so where the word is missing exactly one of them holds, and
the score lies between the least and the most of them; taken one by one, all or none might count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from huoshui.policy.expression import Scope, parse
from huoshui.policy.expression.nodes import Call, Literal, Name
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label, Rating
from huoshui.ratings.ops.clauses import condition


@dataclass(frozen=True, eq=False)
class Choice:
    """Sets of groups of which exactly one counts, by one piece of evidence."""

    id: str  # the column whose words are the options, else the first group's own id
    label: Label
    columns: tuple[str, ...]  # what decides it
    options: tuple[tuple[int, ...], ...]  # places of groups in the rating; () is none of them

    @property
    def asked(self) -> int:
        """Give a group whose condition is unknown exactly where the choice is open."""
        return self.options[0][0]


def choices_of(pack: Pack, rating: Rating, scope: Scope) -> tuple[Choice, ...]:
    """Gather the groups that one piece of evidence decides between."""
    ways: dict[str, dict[str, list[int]]] = {}
    columns: dict[str, str] = {}
    for nth, group in enumerate(rating.groups):
        if group.when is None:
            continue
        column, word = _word_wanted(group.when, scope) or ("", "")
        key = f"{column} =" if column else group.when
        ways.setdefault(key, {}).setdefault(word, []).append(nth)
        columns[key] = column
    return tuple(
        _by_word(pack, columns[key], options)
        if columns[key]
        else _by_condition(rating, scope, options[""])
        for key, options in ways.items()
    )


def _word_wanted(text: str, scope: Scope) -> tuple[str, str] | None:
    """Read a condition of the form `column = 'word'`."""
    match parse(text).root:
        case Call("=", (Name(name), Literal(str(word)))) if name in scope.columns:
            return name, word
    return None


def _by_word(pack: Pack, column: str, options: Mapping[str, list[int]]) -> Choice:
    indicator = pack.indicators.get(column)
    words = pack.vocabularies.get(indicator.vocabulary or "") if indicator else None
    made = [tuple(groups) for groups in options.values()]
    if words is None or not words.entries.keys() <= options.keys():
        made.append(())  # a word that no group wants
    label = indicator.label if indicator else Label(zh=column, en=column)
    return Choice(column, label, (column,), tuple(made))


def _by_condition(rating: Rating, scope: Scope, groups: list[int]) -> Choice:
    first = rating.groups[groups[0]]
    assert first.when is not None, "only groups with a condition are gathered"
    return Choice(first.id, first.label, condition(first.when, scope).columns, (tuple(groups), ()))
