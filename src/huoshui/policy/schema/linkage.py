"""How alike a record and an entity must be to be one: the model of resemblance, as a pack has it.

It is Fellegi and Sunter's: each part of two descriptions agrees on a level, and a level weighs
log2(m / u) bits, m being how often it occurs where the two are one and u where they are not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import model_validator

from huoshui.policy.schema.parts import Cite, Cited, Definition, Form, Identifier, Label, Number

LINKAGE_LEVELS: Mapping[str, tuple[str, ...]] = {
    "region": ("equal", "within", "different"),
    "trade_name": (
        "equal_rare",
        "equal_few",
        "equal_common",
        "look_alike",
        "similar",
        "contained",
        "different",
    ),
    "industry": ("equal", "contained", "different"),
    "legal_form": ("equal", "different"),
    "branch": ("equal", "different"),
    "address": ("equal", "similar", "different"),
    "representative": ("equal", "masked", "different"),
    "phone": ("equal", "different"),
}
"""Parts in the order they are shown, and the levels that a pair is found to agree on."""


class Level(Form):
    """How far two values of a part agree, how often that happens, and the sentence that says it."""

    id: Identifier
    say: Label  # may name {mine} and {theirs}
    m: Number  # among pairs that are one
    u: Number  # among pairs that are not
    bearers_most: int | None = None  # holds where no more entities bear the value; null: any

    @model_validator(mode="after")
    def _are_chances(self) -> Level:
        if not (0 < self.m <= 1 and 0 < self.u <= 1):
            raise ValueError("m and u are above 0 and at most 1")
        return self

    @property
    def bits(self) -> float:
        """Give the weight of evidence."""
        return math.log2(self.m / self.u)


class LinkagePart(Form):
    """A part that is compared; its levels from the strongest agreement down."""

    label: Label
    levels: tuple[Level, ...]


class Linkage(Definition):
    """The model that records are linked by, or a region's words for it.

    One file of all packs read together states the `parts`; a region's own file adds the places
    and the words of names there.
    """

    parts: dict[Identifier, LinkagePart] = {}
    one_in: Cited | None = None  # how many entities a record could be of: the prior odds
    same_bits: Cited | None = None  # from here on a record joins the entity
    review_bits: Cited | None = None  # from here on a person is asked
    rival_bits: Cited | None = None  # by how much the best candidate must be ahead of the next
    block_most: Cited | None = None  # entities that share a key; beyond, the key proposes nobody
    places: dict[Literal["province", "city", "county"], str] = {}  # names, between blanks
    place_ends: str = ""  # what a place's name may do without, between blanks
    legal_forms: dict[str, str] = {}  # what ends a body's own name -> the form that it stands for
    trade_words: str = ""  # words that say what a body does, between blanks
    look_alikes: str = ""  # groups of characters that are taken for one another, between blanks
    fitted: dict[str, str] | None = None  # how m and u were fitted: sample, labels, program ...
    cite: Cite

    @model_validator(mode="after")
    def _is_whole(self) -> Linkage:
        numbers = (
            self.one_in,
            self.same_bits,
            self.review_bits,
            self.rival_bits,
            self.block_most,
        )
        if self.parts and any(each is None or each.value is None for each in numbers):
            raise ValueError("a model needs its prior, its thresholds and the size of a block")
        letters = "".join(self.look_alikes.split())
        if twice := sorted({letter for letter in letters if letters.count(letter) > 1}):
            raise ValueError(f"in two groups of look_alikes: {''.join(twice)}")
        return self

    def joined(self, others: Iterable[Linkage]) -> Linkage:
        """Add the words of other files."""
        every = [self, *(each for each in others if each.id != self.id)]
        levels: tuple[Literal["province", "city", "county"], ...] = ("province", "city", "county")
        places = {level: " ".join(each.places.get(level, "") for each in every) for level in levels}
        forms = {word: form for each in every for word, form in each.legal_forms.items()}
        words, alike = (
            " ".join(getattr(each, name) for each in every)
            for name in ("trade_words", "look_alikes")
        )
        return self.model_copy(
            update={
                "places": places,
                "legal_forms": forms,
                "trade_words": words,
                "look_alikes": alike,
            }
        )

    @property
    def prior_bits(self) -> float:
        """Give the odds, before anything is compared, that a record is of a given entity."""
        return -math.log2(_given(self.one_in) - 1)

    def bits(self, name: str) -> float:
        """Give a threshold by its key, such as `same_bits`."""
        return _given(getattr(self, name))


def _given(cited: Cited | None) -> float:
    assert cited is not None, "a model has all its numbers"
    assert cited.value is not None, "a model has all its numbers"
    return float(cited.value)
