"""What a webhook carries: an event in the form of CloudEvents, and a signature over it.

The signature covers the moment it was made and the body, so that an old message cannot be sent
again as a new one; the receiver knows a repeat by `Idempotency-Key`, the same for every attempt.

>>> made = signature("secret", b"{}", 1764547200)
>>> is_signed("secret", b"{}", made, now=1764547260)
True
>>> is_signed("secret", b"{} ", made, now=1764547260), is_signed("secret", b"{}", made, now=2e9)
(False, False)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SIGNATURE, KEY = "Huoshui-Signature", "Idempotency-Key"
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
TOLERANCE_SECONDS = 300
"""How old a signature may be when it arrives; clocks differ and networks queue."""


def event(id: str, *, topic: str, at: dt.datetime, receiver: str, body: Mapping[str, Any]) -> bytes:
    """Write a message as an event; the same message gives the same bytes."""
    said = {
        "specversion": "1.0",
        "id": id,
        "source": "/huoshui",
        "type": topic,
        "subject": receiver,
        "time": at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(body),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, body: bytes, stamp: int) -> str:
    """Sign a body as at a moment."""
    return f"t={stamp},v1={_mac(secret, body, stamp)}"


def is_signed(secret: str, body: bytes, given: str, *, now: float) -> bool:
    """Say whether a signature is ours, over this body, and not too old: what a receiver asks."""
    parts = dict(part.partition("=")[::2] for part in given.split(","))
    if not parts.get("t", "").isdigit():
        return False
    stamp = int(parts["t"])
    is_fresh = abs(now - stamp) <= TOLERANCE_SECONDS
    return is_fresh and hmac.compare_digest(parts.get("v1", ""), _mac(secret, body, stamp))


def _mac(secret: str, body: bytes, stamp: int) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
