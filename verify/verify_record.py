#!/usr/bin/env python3
"""Verify an export of Huoshui's record without Huoshui.

    python verify_record.py EXPORT.jsonl --seals seals.jsonl --key PUBLIC_KEY

It needs Python 3.11 and the package `cryptography`, and is deliberately written a second time,
from the format alone (docs/explain/record.md): a mistake in the platform's own checking is not
repeated here.  Exit codes: 0 the record holds, 3 it does not, 2 it could not be read.

EXPORT comes from `huoshui record export`; seals.jsonl is the witness file, best a copy that lay
elsewhere; the key is 64 hexadecimal digits or a file holding them, and must come from whom you
trust, not from the export.
"""

import argparse
import difflib
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY_FIELDS = [
    *("id", "xid", "at", "actor_kind", "actor", "person_id", "subject_id", "institution_id"),
    *("action", "object_kind", "object_id", "reason", "rule", "payload_digest"),
]
SEAL_FIELDS = ["n", "xid_from", "xid_until", "entries", "root", "previous", "sealed_at"]
SIGNED = b"huoshui record seal 1\n"
NOT_READABLE, DOES_NOT_HOLD = 2, 3


def sha(*parts):
    return hashlib.sha256(b"".join(parts))


def text(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def said(fields, row):
    return {"v": "1", **{name: row[name] for name in fields}}


def tree_hash(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha().digest()
    if len(leaves) == 1:
        return sha(b"\x00", leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\x01", tree_hash(leaves[:split]), tree_hash(leaves[split:])).digest()


def leaves_of(seal):
    raw = bytes.fromhex(seal["leaves"])
    return [raw[i : i + 32] for i in range(0, len(raw), 32)]


def seal_is_sound(seal, keys):
    leaves = leaves_of(seal)
    if len(leaves) != int(seal["entries"]) or tree_hash(leaves).hex() != seal["root"]:
        return False
    if sha(text(said(SEAL_FIELDS, seal))).hexdigest() != seal["hash"]:
        return False
    for key in keys:
        try:
            message = SIGNED + bytes.fromhex(seal["hash"])
            key.verify(bytes.fromhex(seal["signature"]), message)
            return True
        except InvalidSignature:
            continue
    return False


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if not line.endswith("\n"):
                return  # torn by a crash
            yield json.loads(line)


class Verifier:
    def __init__(self, keys):
        self.keys = keys
        self.findings = []
        self.unsound = set()
        self.erased = set()
        self.told = set()
        self.removed = {}
        self.strangers = set()

    def find(self, code, entry=None, seal=None, place=None):
        self.findings.append({"code": code, "entry": entry, "seal": seal, "place": place})

    def believed_seals(self, table, witness):
        """Give the seals to go by: the witness's where it is sound, else the database's."""
        chosen, before = [], None
        for n in range(1, max([*table, *(witness or {})], default=0) + 1):
            row, seen = table.get(n), (witness or {}).get(n)
            row_sound = row is not None and seal_is_sound(row, self.keys)
            seen_sound = seen is not None and seal_is_sound(seen, self.keys)
            if row is None:
                self.find("seal_removed", seal=n)
            elif seen_sound and seen != row:
                self.find("seal_changed", seal=n)
            elif not row_sound:
                self.find("seal_forged", seal=n)
            if seen is not None and not seen_sound:
                self.find("witness_changed", seal=n)
            if seen is None and witness is not None and row is not None:
                self.find("witness_short", seal=n)
            seal = seen if seen_sound else row if row_sound else None
            if seal is None:
                continue
            expected = ("0" * 64, 0, seal["xid_from"])
            if before is not None:
                expected = (before["hash"], int(before["n"]), before["xid_until"])
            if (seal["previous"], int(seal["n"]) - 1, seal["xid_from"]) != expected:
                self.find("chain_broken", seal=n)
            chosen.append(seal)
            before = seal
        return chosen

    def look(self, entry):
        """Check one entry in itself."""
        if sha(text(said(ENTRY_FIELDS, entry))).hexdigest() != entry["digest"]:
            self.unsound.add(entry["id"])
        if entry["action"] == "record.payload_erased":
            self.told.add(entry["object_id"])
        payload, digest = entry["payload"], entry["payload_digest"]
        if payload is None or payload["salt"] is None:
            if payload is not None or digest is not None:
                self.erased.add(entry["id"])
            if payload is not None and (payload["body"] is not None or not payload["erased_at"]):
                self.find("payload_changed", entry=int(entry["id"]))
        elif sha(bytes.fromhex(payload["salt"]), text(payload["body"])).hexdigest() != digest:
            self.find("payload_changed", entry=int(entry["id"]))

    def compare(self, seal, entries):
        """Match the entries of a seal's span, in the order of their ids, with its leaves."""
        n, leaves = int(seal["n"]), [leaf.hex() for leaf in leaves_of(seal)]
        kept = [entry["digest"] for entry in entries]
        matcher = difflib.SequenceMatcher(None, leaves, kept, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                for place, entry in zip(range(a, b), entries[c:d], strict=True):
                    if entry["id"] in self.unsound:
                        self.find("entry_changed", int(entry["id"]), n, place)
                continue
            for place, entry in zip(range(a, b), entries[c:d], strict=False):
                self.strangers.add(entry["digest"])
                self.find("entry_rewritten", int(entry["id"]), n, place)
            for entry in entries[c:d][b - a :]:
                self.strangers.add(entry["digest"])
                self.find("entry_inserted", int(entry["id"]), n)
            for place in range(a, b)[d - c :]:
                self.removed[leaves[place]] = (n, place)

    def verify(self, entries, table, witness):
        for entry in entries:
            self.look(entry)
        held = set()
        for seal in self.believed_seals(table, witness):
            start, stop = int(seal["xid_from"]), int(seal["xid_until"])
            span = [e for e in entries if start <= int(e["xid"]) < stop]
            held.update(e["id"] for e in span)
            self.compare(seal, sorted(span, key=lambda e: int(e["id"])))
        loose = [e for e in entries if e["id"] not in held]
        for entry in loose:
            if entry["id"] in self.unsound:
                self.strangers.add(entry["digest"])
                self.find("entry_changed", int(entry["id"]))
        for leaf, (n, place) in self.removed.items():
            if leaf not in self.strangers:
                self.find("entry_removed", None, n, place)
        for number in self.erased - self.told:
            self.find("payload_removed", int(number))
        return len(loose)


def key_from(given):
    raw = Path(given).read_text().strip() if Path(given).is_file() else given
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(raw))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Verify an export of Huoshui's record.")
    parser.add_argument("export")
    parser.add_argument("--seals", help="the witness file, or a copy of it")
    parser.add_argument("--key", action="append", required=True, help="public key; repeatable")
    given = parser.parse_args(arguments)
    try:
        verifier = Verifier([key_from(key) for key in given.key])
        lines = list(read_lines(given.export))
        entries = [line["entry"] for line in lines if "entry" in line]
        table = {int(line["seal"]["n"]): line["seal"] for line in lines if "seal" in line}
        witness = None
        if given.seals:
            witness = {int(seal["n"]): seal for seal in read_lines(given.seals)}
        loose = verifier.verify(entries, table, witness)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"cannot be read: {type(error).__name__}: {error}\n")
        return NOT_READABLE
    holds = not verifier.findings
    answer = {"holds": holds, "entries": len(entries), "seals": len(table), "unsealed": loose}
    sys.stdout.write(json.dumps({**answer, "findings": verifier.findings}, indent=2) + "\n")
    return 0 if holds else DOES_NOT_HOLD


if __name__ == "__main__":
    sys.exit(main())
