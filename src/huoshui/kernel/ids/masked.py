"""The number of a masked sample firm: E and digits, as in the CUMCM 2020 data; it has no check.

>>> validate(" e123 ")
'E123'
>>> is_valid("91110000600037341L")
False
"""

from __future__ import annotations

import re

from stdnum.exceptions import InvalidFormat, ValidationError

_FORM = re.compile(r"E[0-9]{1,9}")


def compact(number: str) -> str:
    """Give the number without blanks, in capitals."""
    return number.strip().upper()


def validate(number: str) -> str:
    """Give the number as it is kept, or raise that it is none."""
    number = compact(number)
    if not _FORM.fullmatch(number):
        raise InvalidFormat
    return number


def is_valid(number: str) -> bool:
    """Tell whether the number has the form."""
    try:
        return bool(validate(number))
    except ValidationError:
        return False
