"""What an agreement's events come to: its state, folded from what happened and nothing else.

>>> folded([Happened("made", None)], conditions={"papers"})
'waiting_conditions'
>>> folded([Happened("made", None), Happened("condition_met", "papers")], conditions={"papers"})
'ready'
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

MADE, CONDITION_MET = "made", "condition_met"
"""Kinds of event that there are so far."""

WAITING, READY = "waiting_conditions", "ready"
"""States: conditions before a draw are open, or all met."""

STATES = {
    WAITING: {"zh": "待满足放款条件", "en": "waiting for its conditions"},
    READY: {"zh": "可以放款", "en": "ready to be drawn"},
}
"""What pages call the states."""

EVENTS = {
    MADE: {"zh": "协议成立", "en": "was made"},
    CONDITION_MET: {"zh": "放款条件已满足", "en": "a condition was met"},
}
"""What pages call the events."""


@dataclass(frozen=True)
class Happened:
    """An event, as far as the state depends on it."""

    kind: str
    condition: str | None


def folded(events: Iterable[Happened], *, conditions: Collection[str]) -> str:
    """Give the state that events lead to."""
    left = set(conditions)
    for event in events:
        if event.kind == CONDITION_MET:
            left.discard(event.condition or "")
    return WAITING if left else READY
