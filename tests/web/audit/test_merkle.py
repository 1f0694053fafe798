"""The Merkle tree is RFC 6962's, and no proof shows what is not so."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.web.audit.rules import merkle

MEMBERS = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def rfc_tree(members: list[bytes]) -> bytes:
    """Section 2.1 of the RFC as it is written: the slow reference."""
    if not members:
        return sha256(b"").digest()
    if len(members) == 1:
        return sha256(b"\x00" + members[0]).digest()
    split = 1 << ((len(members) - 1).bit_length() - 1)
    return sha256(b"\x01" + rfc_tree(members[:split]) + rfc_tree(members[split:])).digest()


# Certificate Transparency's test vectors: eight members and the roots of the first 0 to 8.
VECTORS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_the_roots_are_those_of_the_published_vectors(size: int, root: str) -> None:
    members = [bytes.fromhex(each) for each in VECTORS[:size]]
    assert merkle.root(members).hex() == root


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_the_rfcs_for_every_length(members: list[bytes]) -> None:
    assert merkle.root(members) == rfc_tree(members)


@given(MEMBERS, st.data())
def test_every_member_has_a_path_that_proves_its_place_and_no_other(
    members: list[bytes], data: st.DataObject
) -> None:
    size = len(members)
    index = data.draw(st.integers(0, size - 1))
    root, path = merkle.root(members), merkle.path(members, index)
    assert merkle.proof_holds(root, members[index], index, size, path)
    assert not merkle.proof_holds(root, members[index] + b"x", index, size, path)
    other = data.draw(st.integers(-1, size))
    if other != index:
        assert not merkle.proof_holds(root, members[index], other, size, path)
    if path:
        assert not merkle.proof_holds(root, members[index], index, size, path[:-1])


@given(MEMBERS, st.data())
def test_changing_removing_adding_or_swapping_any_member_changes_the_root(
    members: list[bytes], data: st.DataObject
) -> None:
    root = merkle.root(members)
    index = data.draw(st.integers(0, len(members) - 1))
    before, after = members[:index], members[index + 1 :]
    assert merkle.root([*before, members[index] + b"x", *after]) != root
    assert merkle.root([*before, *after]) != root
    assert merkle.root([*before, b"new", *members[index:]]) != root
    if after and after[0] != members[index]:
        assert merkle.root([*before, after[0], members[index], *after[1:]]) != root


def test_an_inner_node_does_not_pass_for_a_member() -> None:
    members = [b"a", b"b", b"c", b"d"]
    inner = [merkle.leaf(b"a") + merkle.leaf(b"b"), merkle.leaf(b"c") + merkle.leaf(b"d")]
    assert merkle.root(inner) != merkle.root(members)


def test_there_is_no_path_to_a_member_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        merkle.path([b"a"], 1)
