"""Seats: people that a demonstration puts in place, each in one role, so that anybody can try it.

A seat for a subject names no firm: it says which offering the subject must be open to, and the
first such one of the region is taken, so that a region made anew has its seats filled too.
"""

from __future__ import annotations

from huoshui.policy.schema.parts import Cite, Definition, Form, Identifier, Label


class SeatSubject(Form):
    """Which subject a seat is for: one of a kind that an offering is open to."""

    kind: Identifier  # a word of the vocabulary subject_kind
    open_to: Identifier | None = None  # an offering
    nth: int = 0  # which of them, from 0; seats of one subject say the same


class Seat(Definition):
    """A person of a demonstration, invented, and the role they sign in with."""

    sign_in: Identifier
    name: Label
    role: Identifier
    institution: Identifier | None = None
    subject: SeatSubject | None = None
    branch_of: Identifier | None = None  # the institution is a branch of this one
    cite: Cite
