"""A project's reference, for subjects that are neither a body nor a person.

The form is `reference`'s with the letter X.  A project may seek finance before the body that will
carry it out exists.

>>> calc_check_digit("X0123456789ABCDE")
'F'
>>> is_valid("X0123456789ABCDE!")
False
"""

from huoshui.kernel.ids.reference import Reference, calc_check_digit, compact

LETTER = "X"

_OF_A_PROJECT = Reference(LETTER)
validate, is_valid = _OF_A_PROJECT.validate, _OF_A_PROJECT.is_valid

__all__ = ["LETTER", "calc_check_digit", "compact", "is_valid", "validate"]
