"""Identifiers of subjects: one small file per standard, each with the same few functions.

`compact` gives the number as it is kept, `validate` the same or raises one of python-stdnum's
exceptions, `is_valid` asks, `calc_check_digit` computes.  A pack names a scheme by its key here.

>>> SCHEMES["uscc"].validate("9143 0000 6000 3734 0P")
Traceback (most recent call last):
    ...
stdnum.exceptions.InvalidChecksum: The number's checksum or check digit is invalid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from huoshui.kernel.ids import masked, person_ref, project_ref, registration_number, uscc


@dataclass(frozen=True)
class Scheme:
    """A kind of identifier: what it is called and how it is checked."""

    zh: str
    en: str
    validate: Callable[[str], str]


SCHEMES: Mapping[str, Scheme] = {
    "uscc": Scheme("统一社会信用代码", "unified social credit code", uscc.validate),
    "registration_number": Scheme(
        "工商注册号", "registration number", registration_number.validate
    ),
    "person_ref": Scheme("人员标识", "person reference", person_ref.validate),
    "project_ref": Scheme("项目标识", "project reference", project_ref.validate),
    "masked": Scheme("脱敏编号", "masked number", masked.validate),
}
"""The identifiers that a pack may name, by scheme."""

__all__ = [
    "SCHEMES",
    "InvalidChecksum",
    "InvalidFormat",
    "InvalidLength",
    "Scheme",
    "ValidationError",
    "masked",
    "person_ref",
    "project_ref",
    "registration_number",
    "uscc",
]
