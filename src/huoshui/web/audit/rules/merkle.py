"""Merkle trees as RFC 6962 has them: one root stands for a list, and a short path for a member.

A leaf and an inner node are hashed with different first bytes, so that neither can pass for the
other; a list that is no power of two is split at the largest power below its length.

>>> leaves = [b"a", b"b", b"c"]
>>> proof_holds(root(leaves), b"c", 2, 3, path(leaves, 2))
True
>>> proof_holds(root(leaves), b"x", 2, 3, path(leaves, 2))
False
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


def leaf(content: bytes) -> bytes:
    """Hash one member."""
    return sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours together."""
    return sha256(b"\x01" + left + right).digest()


def root(contents: Sequence[bytes]) -> bytes:
    """Give the one hash that stands for the whole list, in its order."""
    return _levels(contents)[-1][0] if contents else sha256(b"").digest()


@dataclass(frozen=True)
class Step:
    """One step of a path to the root: the neighbour's hash, and on which side it stands."""

    hash: bytes
    is_left: bool


def path(contents: Sequence[bytes], index: int) -> tuple[Step, ...]:
    """Give the neighbours on the way from one member to the root, the nearest first."""
    if not 0 <= index < len(contents):
        raise IndexError(f"there is no member {index} among {len(contents)}")
    steps = []
    for level in _levels(contents)[:-1]:
        beside = index ^ 1
        if beside < len(level):
            steps.append(Step(level[beside], is_left=beside < index))
        index >>= 1
    return tuple(steps)


def climb(content: bytes, steps: Sequence[Step]) -> tuple[bytes, ...]:
    """Give the hashes on the way up, from the member's own to the root that the path leads to."""
    made = [leaf(content)]
    for step in steps:
        left, right = (step.hash, made[-1]) if step.is_left else (made[-1], step.hash)
        made.append(node(left, right))
    return tuple(made)


def proof_holds(
    expected: bytes, content: bytes, index: int, size: int, steps: Sequence[Step]
) -> bool:
    """Say whether a path shows that a member stands at that place of the list behind a root."""
    if not 0 <= index < size or _sides(index, size) != [step.is_left for step in steps]:
        return False
    return climb(content, steps)[-1] == expected


def _sides(index: int, size: int) -> list[bool]:
    sides = []
    while size > 1:
        beside = index ^ 1
        if beside < size:
            sides.append(beside < index)
        index, size = index >> 1, (size + 1) >> 1
    return sides


def _levels(contents: Sequence[bytes]) -> list[list[bytes]]:
    # A node without a neighbour rises as it is; that gives the same tree as the RFC's splitting.
    levels = [[leaf(content) for content in contents]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(above) * 2 :])
    return levels
