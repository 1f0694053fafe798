"""The secrets of one home: made once, kept in `keys.json` beside the lake, readable by its owner.

Each process is given what it needs and no more (`supervisor`): the web process never holds the
password of the database's owner nor the key that signs the record.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from huoshui.kernel.errors import Refusal, Where

FILE = "keys.json"


class KeysRefusal(Refusal):
    """Why the keys of a home cannot be used."""

    NOT_READABLE = (
        "The keys of this home cannot be read: {reason}.",
        "Put back {file} as it was; what was signed and stored under it needs it.",
        "无法读取本目录的密钥：{reason}。",
        "请恢复原来的 {file}；已签名和存储的内容依赖它。",
    )


@dataclass(frozen=True)
class Keys:
    """Passwords of the database's roles, and the two keys of the application."""

    admin: str  # the superuser of an embedded server; unused where the database is given
    owner: str
    web: str
    jobs: str
    django: str  # signs sessions and forms
    record: str  # seed of the Ed25519 key that signs the seals of the record, 32 bytes as hex


def keys_of(home: Path) -> Keys:
    """Give the keys of a home, making them on first use with mode 0600."""
    file = home / FILE
    if not file.exists():
        _make(file)
    try:
        return Keys(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        reason = type(error).__name__
        raise KeysRefusal.NOT_READABLE.refuse(
            where=Where(str(file)), reason=reason, file=FILE
        ) from error


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    made = Keys(*(secrets.token_hex(32) for _ in Keys.__dataclass_fields__))
    descriptor, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=file.parent)  # mode 0600
    beside = Path(name)
    with os.fdopen(descriptor, "w") as out:
        json.dump(vars(made), out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(beside, file)  # whoever comes first has made them; nobody's are overwritten
    except FileExistsError:
        pass
    finally:
        beside.unlink()
