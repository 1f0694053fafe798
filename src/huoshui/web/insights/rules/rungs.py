"""The ladder of titles as a page draws it: layer above layer, and beside it what has no layer.

Where a title stands comes from the packs alone: its `layer`, and the titles it comes `after`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label

Place = Literal["held", "met", "next", "open", "later"]
"""Held; not held with all conditions met, one failing, or one undecided; not yet its turn."""

PLACES: Mapping[Place, Label] = {
    "held": Label(zh="已有", en="held"),
    "met": Label(zh="条件已满足，可申报", en="conditions met, may be applied for"),
    "next": Label(zh="下一步：条件未满足", en="next: conditions not met"),
    "open": Label(zh="下一步：证据未齐", en="next: evidence is missing"),
    "later": Label(zh="以后", en="later"),
}


@dataclass(frozen=True)
class Step:
    """One title as it is drawn."""

    title: str
    label: Label
    place: Place
    after: tuple[Label, ...]  # titles of which one comes before

    @property
    def said(self) -> Label:
        """Say where the subject stands with it."""
        return PLACES[self.place]


@dataclass(frozen=True)
class Layer:
    """Titles that stand side by side."""

    number: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Drawn:
    """The whole drawing: the ladder from its foot up, and what stands beside it."""

    layers: tuple[Layer, ...]
    follows: tuple[Step, ...]  # without a layer, after another title
    apart: tuple[Step, ...]  # without a layer and after nothing


def place_of(*, held: bool | None, is_next: bool, verdict: str) -> Place:
    """Say where a subject stands with one title.

    >>> place_of(held=True, is_next=False, verdict="no")
    'held'
    >>> place_of(held=None, is_next=True, verdict="unknown")
    'open'
    >>> place_of(held=False, is_next=False, verdict="yes")
    'later'
    """
    if held:
        return "held"
    if not is_next:
        return "later"
    words: Mapping[str, Place] = {"yes": "met", "no": "next", "unknown": "open"}
    return words[verdict]


def drawn(pack: Pack, places: Mapping[str, Place]) -> Drawn:
    """Put titles where the packs say they stand."""
    steps = {name: _step(pack, name, place) for name, place in places.items()}
    numbers = sorted({n for name in places if (n := pack.titles[name].layer) is not None})
    loose = [name for name in places if pack.titles[name].layer is None]
    return Drawn(
        layers=tuple(Layer(n, _of_layer(pack, steps, n)) for n in numbers),
        follows=tuple(steps[name] for name in loose if pack.titles[name].after),
        apart=tuple(steps[name] for name in loose if not pack.titles[name].after),
    )


def _of_layer(pack: Pack, steps: Mapping[str, Step], number: int) -> tuple[Step, ...]:
    return tuple(step for name, step in steps.items() if pack.titles[name].layer == number)


def _step(pack: Pack, name: str, place: Place) -> Step:
    title = pack.titles[name]
    before: Sequence[Label] = [pack.titles[b].label for b in title.after if b in pack.titles]
    return Step(name, title.label, place, tuple(before))
