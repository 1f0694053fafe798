"""Registers of security: which office enters which kind of asset, and what the entry does.

Some security exists only once it is entered, some exists by contract and only holds against
others once entered; money is not drawn before the entry where the law makes it the security.
"""

from __future__ import annotations

from typing import Literal

from huoshui.policy.schema.parts import Cite, Definition, Form, Identifier, Label


class RegisteredAsset(Form):
    """A kind of asset that a register enters."""

    label: Label
    kind: Identifier  # a word of the vocabulary asset_kind
    right: Literal["pledge", "mortgage"]
    effect: Literal["created", "opposable"]  # the entry makes the security, or shows it to others
    cite: Cite


class Register(Definition):
    """An office that enters security, its assets, and what proves the entry."""

    office: Label
    region: str | None = None  # a prefix of GB/T 2260; null: the whole country
    proof: Label  # what the office gives: the number of a certificate or of an entry
    assets: dict[Identifier, RegisteredAsset]
    cite: Cite
