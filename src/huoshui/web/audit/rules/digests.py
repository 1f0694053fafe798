"""What is hashed of an entry and of a seal, written down to the byte.

An entry's digest covers every column and, in place of its payload, the salted digest of the
payload: a payload can be erased while the digest, and everything built on it, still holds.  Text
is canonical JSON: keys in order, no spaces, UTF-8, and no numbers but integers, since a database
and a program may write one fraction in two ways.

>>> canonical({"b": [1, "二"], "a": None}).decode()
'{"a":null,"b":[1,"二"]}'
>>> plain({"rate": 0.5, "on": dt.date(2026, 11, 20)})
{'rate': '0.5', 'on': '2026-11-20'}
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SALT_BYTES = 16
FIRST_PREVIOUS = bytes(32)
_SIGNED = b"huoshui record seal 1\n"


@dataclass(frozen=True)
class Payload:
    """What an entry says at length: salt and body, or neither once it was erased."""

    salt: bytes | None
    body: Any
    erased_at: dt.datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One entry of the record, as it stands in the database."""

    id: int
    xid: int
    at: dt.datetime
    actor_kind: str
    actor: str
    person_id: UUID | None
    subject_id: UUID | None
    institution_id: UUID | None
    action: str
    object_kind: str
    object_id: str
    reason: str | None
    rule: str | None
    payload_digest: bytes | None
    digest: bytes = b""
    payload: Payload | None = None


_HASHED = tuple(each.name for each in fields(Entry))[:-2]


@dataclass(frozen=True)
class Seal:
    """A signed root over the entries of a span of transactions, chained to the seal before."""

    n: int
    xid_from: int  # the first transaction sealed
    xid_until: int  # the first one not sealed
    entries: int
    leaves: tuple[bytes, ...]
    root: bytes
    previous: bytes
    sealed_at: dt.datetime
    hash: bytes = b""
    signature: bytes = b""

    def to_dict(self) -> dict[str, Any]:
        """Give it as the witness file and an export keep it."""
        return {
            **{name: written(getattr(self, name)) for name in _CHAINED},
            "leaves": b"".join(self.leaves).hex(),
            "hash": self.hash.hex(),
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> Seal:
        """Read what `to_dict` wrote."""
        return cls(
            n=int(said["n"]),
            xid_from=int(said["xid_from"]),
            xid_until=int(said["xid_until"]),
            entries=int(said["entries"]),
            leaves=apart(bytes.fromhex(said["leaves"])),
            root=bytes.fromhex(said["root"]),
            previous=bytes.fromhex(said["previous"]),
            sealed_at=dt.datetime.fromisoformat(said["sealed_at"]),
            hash=bytes.fromhex(said["hash"]),
            signature=bytes.fromhex(said["signature"]),
        )


_CHAINED = ("n", "xid_from", "xid_until", "entries", "root", "previous", "sealed_at")


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
"""Made once: most of the time of writing something short would be making it."""


def canonical_text(value: Any) -> str:
    """Write plain data in the one way that is hashed."""
    return _WRITER.encode(value)


def canonical(value: Any) -> bytes:
    """Give the bytes of that text."""
    return _WRITER.encode(value).encode()


def clean(text: str) -> str:
    """Replace what PostgreSQL cannot keep in a text: the zero byte and lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def plain(value: Any) -> Any:
    """Make data plain: days, moments, ids and fractions become text; words lose what cannot stay.

    A thing that is none of these is our mistake and fails.
    """
    kind = type(value)
    if kind is str:  # what most values are
        return clean(value)
    if value is None or kind is int or kind is bool:
        return value
    match value:
        case Enum():
            return plain(value.value)
        case int():
            return value
        case str():
            return clean(value)
        case dt.datetime():
            return moment(value)
        case dt.date() | UUID():
            return str(value)
        case bytes():
            return value.hex()
        case Mapping():
            return {
                clean(key if type(key) is str else str(key)): plain(each)
                for key, each in value.items()
            }
        case Iterable():
            ordered = sorted(value) if isinstance(value, set | frozenset) else value
            return [plain(each) for each in ordered]
        case _ if hasattr(value, "is_finite") or isinstance(value, float):
            return str(value)
    raise TypeError(f"the record cannot keep a {type(value).__name__}")


def moment(at: dt.datetime) -> str:
    """Write a moment in UTC with its microseconds."""
    return at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def payload_digest(salt: bytes, body: Any) -> bytes:
    """Hash a payload so that nobody can guess it back once its salt is gone."""
    return payload_text_digest(salt, canonical_text(body))


def payload_text_digest(salt: bytes, text: str) -> bytes:
    """Hash a payload that is written already."""
    return sha256(salt + text.encode()).digest()


def entry_digest(entry: Entry) -> bytes:
    """Hash every column of an entry but the digest itself."""
    said = {name: written(getattr(entry, name)) for name in _HASHED}
    return sha256(canonical({"v": "1", **said})).digest()


def entry_form(**columns: Any) -> str:
    """Write what will be hashed of an entry that has no number yet, as a format of the database.

    It has places for the entry's number (1), the number of what it tells of (2), where that is
    not known either, and the transaction's number (3).
    """
    return canonical_text(_form(columns))


def entry_forms(each: Iterable[Mapping[str, Any]], **shared: Any) -> str:
    """Write that of many entries as one list, of columns that differ and columns that they share.

    Each form in the list is to the byte what `entry_form` gives.
    """
    said = _form(shared)
    return canonical_text(
        [
            said | {name: _in_form(written(value)) for name, value in columns.items()}
            for columns in each
        ]
    )


def _form(columns: Mapping[str, Any]) -> dict[str, str | None]:
    said = {name: _in_form(written(columns.get(name))) for name in _HASHED}
    if said["object_id"] is None:
        said["object_id"] = "%2$s"
    return said | {"v": "1", "id": "%1$s", "xid": "%3$s"}


def _in_form(text: str | None) -> str | None:
    return text and text.replace("%", "%%")


def seal_hash(seal: Seal) -> bytes:
    """Hash what a seal stands for; its leaves are in its root."""
    said = {name: written(getattr(seal, name)) for name in _CHAINED}
    return sha256(canonical({"v": "1", **said})).digest()


def signed(seal_digest: bytes, key: bytes) -> bytes:
    """Sign a seal's hash with the platform's private key (32 bytes, Ed25519)."""
    return Ed25519PrivateKey.from_private_bytes(key).sign(_SIGNED + seal_digest)


def public_key(key: bytes) -> bytes:
    """Give the public key of a private one."""
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def signature_holds(signature: bytes, seal_digest: bytes, key: bytes) -> bool:
    """Say whether a signature was made by the private key of a public one."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _SIGNED + seal_digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def apart(leaves: bytes) -> tuple[bytes, ...]:
    """Give the digests that were kept end to end."""
    return tuple(leaves[at : at + 32] for at in range(0, len(leaves), 32))


def written(value: Any) -> str | None:
    """Write a column's value as the text that is hashed."""
    if type(value) is str:
        return value
    match value:
        case None:
            return None
        case dt.datetime():
            return moment(value)
        case bytes():
            return value.hex()
    return str(value)
