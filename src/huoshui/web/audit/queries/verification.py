"""Does the record hold?  Read all of it from the database and the witness file, and say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from huoshui.kernel.step import Tick, unwatched
from huoshui.web.audit import models
from huoshui.web.audit.queries.seals import sealing_paused, seals
from huoshui.web.audit.rules import digests, findings, witness
from huoshui.web.audit.rules.digests import Entry, Payload

_COLUMNS = (
    *("id", "xid", "at", "actor_kind", "actor", "person_id", "subject_id", "institution_id"),
    *("action", "object_kind", "object_id", "reason", "rule", "payload_digest", "digest"),
)
_PAYLOAD = ("payload__entry_id", "payload__salt", "payload__body", "payload__erased_at")


def record_findings(
    *, keys: Sequence[bytes], file: Path | None, tick: Tick = unwatched
) -> findings.Checked:
    """Check every entry and seal against each other and the witness `file`.

    `keys` are the public keys whose signatures count.  The caller acts as somebody who sees all.
    """
    with sealing_paused():
        outside = None if file is None else witness.seals(file)
        inside = list(seals())
    return findings.check(
        entries_between,
        inside,
        outside,
        keys,
        lambda done, total: tick("verify", done, total),
    )


def entries_between(start: int, until: int | None) -> Iterator[Entry]:
    """Give the entries that transactions from `start` to before `until` wrote, by their numbers."""
    rows = models.Entry.objects.filter(xid__gte=start)
    if until is not None:
        rows = rows.filter(xid__lt=until)
    chosen = rows.order_by("id").values_list(*_COLUMNS, *_PAYLOAD)
    for row in chosen.iterator(chunk_size=2000):
        yield entry_of(row)


def entry_of(row: Sequence[Any]) -> Entry:
    """Give a row of columns and payload as the rules know an entry."""
    columns = dict(zip(_COLUMNS, row, strict=False))
    has_payload, salt, body, erased_at = row[len(_COLUMNS) :]
    payload = Payload(_bytes(salt), body, erased_at) if has_payload is not None else None
    kept = {"payload_digest": _bytes(columns["payload_digest"]), "digest": bytes(columns["digest"])}
    return Entry(**{**columns, **kept, "payload": payload})


def record_lines(exported: str) -> Iterator[str]:
    """Give the whole record as JSON lines, which the stand-alone verifier reads."""
    with sealing_paused():
        kept = list(seals())
    yield _line({"record": 1, "exported_at": exported, "seals": len(kept)})
    for seal in kept:
        yield _line({"seal": seal.to_dict()})
    for entry in entries_between(0, None):
        yield _line({"entry": entry_dict(entry)})


def entry_dict(entry: Entry) -> dict[str, Any]:
    """Give an entry as plain data, bytes in hex and moments in UTC."""
    said = {name: digests.written(getattr(entry, name)) for name in _COLUMNS}
    if entry.payload is None:
        return {**said, "payload": None}
    payload = entry.payload
    return {
        **said,
        "payload": {
            "salt": digests.written(payload.salt),
            "body": payload.body,
            "erased_at": digests.written(payload.erased_at),
        },
    }


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
