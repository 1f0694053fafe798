"""Arithmetic of units: what may be compared, and what a product or a quotient is measured in.

A unit is powers of dimensions and a scale.  Two units agree when both are the same; percent and
ratio, or fen and yuan, share the dimensions but not the scale, so they do not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from huoshui.policy.schema import Label, Unit


def dimension(unit: Unit) -> dict[str, int]:
    """Give the powers that are not zero."""
    return {d: p for d, p in unit.dimension.items() if p}


def is_same_dimension(one: Unit, other: Unit) -> bool:
    """Tell whether a number in one can be turned into the other by a factor."""
    return dimension(one) == dimension(other)


def agree(one: Unit, other: Unit) -> bool:
    """Tell whether numbers in the two may be added and compared as they stand."""
    return is_same_dimension(one, other) and one.scale == other.scale


def is_part_of_one(unit: Unit) -> bool:
    """Tell whether it is a pure number on another scale, such as percent."""
    return not dimension(unit) and unit.scale != 1


def is_plain(unit: Unit | None) -> bool:
    """Tell whether it is a bare number or a ratio."""
    return unit is None or (not dimension(unit) and unit.scale == 1)


def base(unit: Unit, units: Mapping[str, Unit]) -> Unit:
    """Find the first unit of the same dimensions, in which such values are computed."""
    return _known(unit.model_copy(update={"scale": Decimal(1), "whole": False}), units)


def product(one: Unit, other: Unit, units: Mapping[str, Unit], *, power: int = 1) -> Unit:
    """Multiply two units, or divide them where `power` is -1."""
    powers = dict(one.dimension)
    for name, exponent in other.dimension.items():
        powers[name] = powers.get(name, 0) + power * exponent
    powers = {d: p for d, p in powers.items() if p}
    sign = "·" if power == 1 else "/"
    label = Label(
        zh=f"{one.label.zh}{sign}{other.label.zh}", en=f"{one.label.en}{sign}{other.label.en}"
    )
    scale = one.scale * other.scale if power == 1 else one.scale / other.scale
    is_bare = not powers or (one.bare and other.bare)
    return _known(Unit(label=label, dimension=powers, scale=scale, bare=is_bare), units)


def ratio(units: Mapping[str, Unit]) -> Unit:
    """Give the unit of a pure number."""
    return _known(Unit(label=Label(zh="比率", en="ratio")), units)


def _known(unit: Unit, units: Mapping[str, Unit]) -> Unit:
    """Give the pack's own unit of these dimensions and this scale, where it has one."""
    return next((u for u in units.values() if agree(u, unit)), unit)


def said(unit: Unit | None) -> str:
    """Name a unit in a sentence."""
    return "no unit" if unit is None else unit.label.en or unit.label.zh
