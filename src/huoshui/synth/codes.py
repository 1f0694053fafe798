"""Identifiers for invented bodies and people, made in bulk with their right check characters.

Nothing here checks an identifier; `kernel.ids` does that one at a time.  This file makes a
hundred thousand at once, and the tests hold the two to the same answer.
"""

from __future__ import annotations

import numpy as np

USCC_ALPHABET = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))  # GB 32100-2015: no I O S V Z
_USCC_WEIGHTS = np.array([3**i % 31 for i in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])  # GB 11714-1997
_THIRTY_SIX = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
_HEX_DIGITS = 16


def _joined(characters: np.ndarray) -> np.ndarray:
    """Join each row of single characters to one text."""
    wide = np.ascontiguousarray(characters.astype("U1"))
    return wide.view(f"U{wide.shape[1]}").ravel()


def _digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """Spread whole numbers into rows of decimal digits."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return numbers[:, None] // powers % 10


def _hybrid_check(digits: np.ndarray, modulus: int) -> np.ndarray:
    """Give the check digit of ISO 7064 MOD modulus+1,modulus for each row."""
    state = np.full(len(digits), modulus)
    for column in digits.T:
        state = (state + column) % modulus
        state = np.where(state == 0, modulus, state) * 2 % (modulus + 1)
    return (1 - state) % modulus


def credit_codes(kind: str, districts: np.ndarray, serials: np.ndarray) -> np.ndarray:
    """Make unified social credit codes: two characters of kind, district, organisation, check."""
    # The organisation part is spread over its alphabet so that codes do not look counted.
    spread = (serials.astype(np.int64) * 48_271 + 7_919) % 100_000_000
    body = _digits(spread, 8)
    remainder = (11 - (body * _ORGANISATION_WEIGHTS).sum(axis=1) % 11) % 11
    ten = int(np.flatnonzero(USCC_ALPHABET == "X")[0])
    own_check = np.where(remainder == 10, ten, remainder)
    head = np.array([int(c) for c in kind])
    values = np.column_stack(
        [
            np.broadcast_to(head, (len(serials), 2)),
            _digits(districts.astype(np.int64), 6),
            body,
            own_check,
        ]
    )
    check = (31 - (values * _USCC_WEIGHTS).sum(axis=1) % 31) % 31
    return _joined(USCC_ALPHABET[np.column_stack([values, check])])


def old_registration_numbers(districts: np.ndarray, serials: np.ndarray) -> np.ndarray:
    """Make fifteen-digit registration numbers: district, sequence, check of MOD 11,10."""
    digits = np.column_stack([_digits(districts.astype(np.int64), 6), _digits(serials, 8)])
    return _joined(np.column_stack([digits, _hybrid_check(digits, 10)]).astype("U1"))


def pseudonyms(letter: str, rng: np.random.Generator, count: int) -> np.ndarray:
    """Make pseudonymous references: a letter, fifteen hexadecimal digits, check of MOD 37,36."""
    hexes = rng.integers(0, _HEX_DIGITS, (count, 15))
    head = int(np.flatnonzero(letter == _THIRTY_SIX)[0])
    digits = np.column_stack([np.full(count, head), hexes])
    return _joined(_THIRTY_SIX[np.column_stack([digits, _hybrid_check(digits, 36)])])


def wrong_check(code: str) -> str:
    """Replace the last character by another of the same sort."""
    last = code[-1]
    return code[:-1] + ("1" if last == "0" else "0" if last.isdigit() else "2")
