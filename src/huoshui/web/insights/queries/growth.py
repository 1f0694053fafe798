"""Where a subject stands among the titles, by a snapshot's rules and its own row."""

from __future__ import annotations

from collections.abc import Mapping

from huoshui import matching
from huoshui.web.insights.queries.policy import Policy
from huoshui.web.insights.rules.rungs import Place, place_of

Row = Mapping[str, object]


def places(policy: Policy, row: Row) -> dict[str, Place]:
    """Give for each title whether it is held, next or later, and whether its conditions hold.

    Nothing is searched for, so a home page can ask it.
    """
    pack, rules = policy.pack, policy.rules
    whole = rules.whole_row(row)
    held = {n: bool(t.held and whole.get(t.held)) for n, t in pack.titles.items()}
    found: dict[str, Place] = {}
    for name, title in pack.titles.items():
        is_open = not title.after or any(held.get(before) for before in title.after)
        question = matching.question_of(rules, "titles", name)
        answer = matching.ask(rules, question, whole, asof=pack.asof)
        found[name] = place_of(
            held=held[name], is_next=not held[name] and is_open, verdict=answer.verdict
        )
    return found
