"""Titles: what a subject may be recognised as, what it takes, and where it stands among others."""

from __future__ import annotations

from typing import Literal

from huoshui.policy.schema.parts import Cite, Clause, Dated, Definition, Identifier, Label


class Title(Definition):
    """A title that subjects earn, such as a high-tech enterprise.

    Every number stands in `values`, dated and cited; clauses name them and columns of the profile,
    scores of ratings included.  A title is no offering: nobody gives it money, but offerings ask
    for it.
    """

    applicants: tuple[Identifier, ...]  # words of the vocabulary subject_kind
    held: Identifier | None = None  # the flag indicator that tells who holds it now
    layer: int | None = None  # its place on the ladder; titles of one number stand side by side
    after: tuple[Identifier, ...] = ()  # titles of which one must be held before
    lasts: Identifier | None = None  # one of `values`, in months; null: no end, or not known
    terms_are: Literal["cited", "house", "mixed"]  # whose terms these are; shown to the reader
    values: dict[Identifier, Dated] = {}
    clauses: tuple[Clause, ...]  # all must hold
    handbook: Label | None = None
    cite: Cite
