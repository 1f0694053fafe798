"""Does the record hold?  Compare entries, seals and the witness, and say where they part.

Three things vouch for each other: an entry's columns give its digest; the digests of a span of
transactions give the root of its seal, which is signed and chained to the seal before; and each
seal stands in a witness file outside the database.  What somebody changed in one is seen in the
others, and located.  Where table and witness differ, the one whose signature holds is believed,
the witness first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from huoshui.kernel.errors import Problem, Refusal, Where
from huoshui.web.audit.rules import digests, merkle
from huoshui.web.audit.rules.digests import Entry, Seal

ERASED = "record.payload_erased"
"""The action of the entry that tells of an erasure."""

_ASK = "Compare with a copy of the record kept elsewhere, and ask who had the database then."
_ASK_ZH = "请与另行保存的存证副本比对，并查明当时谁能操作数据库。"


class RecordFinding(Refusal):
    """How the record may be found not to hold, the weightiest first."""

    SEAL_FORGED = (
        "Seal {seal} is not the platform's: {detail}.", _ASK,
        "封存 {seal} 并非本平台所签：{detail}。", _ASK_ZH,
    )  # fmt: skip
    SEAL_CHANGED = (
        "Seal {seal} was changed in the database: the witness file has another {detail}.", _ASK,
        "封存 {seal} 在数据库中被改动：见证文件中的 {detail} 不同。", _ASK_ZH,
    )  # fmt: skip
    SEAL_REMOVED = (
        "Seal {seal} was removed from the database.", _ASK,
        "封存 {seal} 已从数据库中被删除。", _ASK_ZH,
    )  # fmt: skip
    CHAIN_BROKEN = (
        "Seal {seal} does not follow the seal before it.", _ASK,
        "封存 {seal} 与前一封存不相衔接。", _ASK_ZH,
    )  # fmt: skip
    WITNESS_CHANGED = (
        "The witness file was changed at seal {seal}.", _ASK,
        "见证文件在封存 {seal} 处被改动。", _ASK_ZH,
    )  # fmt: skip
    WITNESS_SHORT = (
        "Seal {seal} stands in the database but not in the witness file.",
        "If it is the last one, wait for the next sealing, which adds it; else ask who cut the "
        "file.",
        "封存 {seal} 在数据库中有，见证文件中没有。",
        "若为最后一个，下次封存时会自动补上；否则请查明文件被谁截短。",
    )
    ENTRY_CHANGED = (
        "Entry {entry} was changed: its columns no longer give its digest.", _ASK,
        "存证 {entry} 被改动：其内容与摘要不再相符。", _ASK_ZH,
    )  # fmt: skip
    ENTRY_REWRITTEN = (
        "Entry {entry} was changed together with its digest: seal {seal} holds another digest at "
        "place {place}.", _ASK,
        "存证 {entry} 连同摘要被改写：封存 {seal} 第 {place} 位的摘要与之不同。", _ASK_ZH,
    )  # fmt: skip
    ENTRY_REMOVED = (
        "An entry was removed: seal {seal} holds its digest at place {place}, {detail}.", _ASK,
        "有一条存证被删除：封存 {seal} 第 {place} 位有其摘要（{detail}）。", _ASK_ZH,
    )  # fmt: skip
    ENTRY_INSERTED = (
        "Entry {entry} was put into the span of seal {seal} after it was sealed.", _ASK,
        "存证 {entry} 是在封存 {seal} 之后才插入的。", _ASK_ZH,
    )  # fmt: skip
    PAYLOAD_CHANGED = (
        "The payload of entry {entry} was changed.", _ASK,
        "存证 {entry} 的详情被改动。", _ASK_ZH,
    )  # fmt: skip
    PAYLOAD_REMOVED = (
        "The payload of entry {entry} is gone, and no entry tells of its erasure.", _ASK,
        "存证 {entry} 的详情不见了，也没有删除它的记录。", _ASK_ZH,
    )  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One place where the record does not hold."""

    kind: RecordFinding
    entry: int | None = None
    seal: int | None = None
    place: int | None = None  # of the leaf, from 0
    detail: str = ""

    def problem(self) -> Problem:
        """Say it in the one shape of an error."""
        where = Where(f"seal {self.seal}" if self.seal else None, row=self.entry)
        said = {each.name: getattr(self, each.name) for each in fields(self)[1:]}
        return self.kind.problem(where=where, **said)

    def to_dict(self) -> dict[str, Any]:
        """Give the parts that are known, and the problem."""
        parts = {"entry": self.entry, "seal": self.seal, "place": self.place}
        zh = dict(zip(("message_zh", "fix_zh"), self.problem().zh or (), strict=False))
        return {**self.problem().to_dict(), **zh, **parts}


@dataclass
class Checked:
    """What was looked at, and every finding, the weightiest first."""

    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """Give it as data."""
        return {
            "holds": self.holds,
            "entries": self.entries,
            "seals": self.seals,
            "unsealed": self.unsealed,
            "findings": [finding.to_dict() for finding in self.findings],
        }


Between = Callable[[int, int | None], Iterable[Entry]]
"""Give the entries of the transactions in [from, until), ordered by id; until may be open."""


def check(
    between: Between,
    seals: Iterable[Seal],
    witness: Iterable[Seal] | None,
    keys: Sequence[bytes],
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> Checked:
    """Check the whole record; `witness` None means that no witness file was given."""
    made = Checked()
    table = {seal.n: seal for seal in seals}
    outside = None if witness is None else {seal.n: seal for seal in witness}
    believed = _believed(table, outside, keys, made.findings)
    made.seals = len(table)
    looking = _Entries(made)
    reached = 0
    for done, seal in enumerate(believed):
        tick(done, len(believed))
        if seal.xid_from > reached:  # a seal is missing here: the digests are still looked at
            looking.loose(between(reached, seal.xid_from))
        looking.sealed(between(seal.xid_from, seal.xid_until), seal)
        reached = max(reached, seal.xid_until)
    before = made.entries
    looking.loose(between(reached, None))
    made.unsealed = made.entries - before
    looking.settle()
    weight = list(RecordFinding)
    made.findings.sort(
        key=lambda f: (weight.index(f.kind), f.seal or 0, f.place or 0, f.entry or 0)
    )
    return made


def seal_fault(seal: Seal, keys: Sequence[bytes]) -> str:
    """Say why a seal is not sound in itself; empty where it is."""
    if len(seal.leaves) != seal.entries or merkle.root(seal.leaves) != seal.root:
        return "its digests do not give its root"
    if digests.seal_hash(seal) != seal.hash:
        return "its fields do not give its hash"
    if not any(digests.signature_holds(seal.signature, seal.hash, key) for key in keys):
        return "its signature does not hold"
    return ""


def _believed(
    table: Mapping[int, Seal],
    outside: Mapping[int, Seal] | None,
    keys: Sequence[bytes],
    findings: list[Finding],
) -> list[Seal]:
    believed: list[Seal] = []
    for n in range(1, max([*table, *(outside or ())], default=0) + 1):
        inside, seen = table.get(n), (outside or {}).get(n)
        faults = [seal_fault(each, keys) if each else "it is missing" for each in (inside, seen)]
        if inside is None:
            findings.append(Finding(RecordFinding.SEAL_REMOVED, seal=n))
        elif seen is not None and not faults[1] and seen != inside:
            findings.append(_different(inside, seen))
        elif faults[0]:
            findings.append(Finding(RecordFinding.SEAL_FORGED, seal=n, detail=faults[0]))
        if seen is None:
            if outside is not None and inside is not None:
                findings.append(Finding(RecordFinding.WITNESS_SHORT, seal=n))
        elif faults[1]:
            findings.append(Finding(RecordFinding.WITNESS_CHANGED, seal=n))
        seal = next((s for s, f in ((seen, faults[1]), (inside, faults[0])) if s and not f), None)
        if seal is None:
            continue
        if not _follows(seal, believed[-1] if believed else None):
            findings.append(Finding(RecordFinding.CHAIN_BROKEN, seal=n))
        believed.append(seal)
    return believed


def _different(inside: Seal, seen: Seal) -> Finding:
    names = [f.name for f in fields(Seal) if getattr(inside, f.name) != getattr(seen, f.name)]
    return Finding(RecordFinding.SEAL_CHANGED, seal=inside.n, detail=", ".join(names))


def _follows(seal: Seal, before: Seal | None) -> bool:
    if before is None:
        return seal.n == 1 and seal.previous == digests.FIRST_PREVIOUS
    return (
        seal.n == before.n + 1
        and seal.previous == before.hash
        and seal.xid_from == before.xid_until
    )


class _Entries:
    """Looks at entries span by span; what takes a second look is settled at the end."""

    def __init__(self, made: Checked) -> None:
        self.made = made
        self.erased: list[int] = []  # entries whose payload was erased
        self.told: set[str] = set()  # entries of which an entry tells that it was erased
        self.removed: dict[bytes, Finding] = {}
        self.strangers: set[bytes] = set()  # kept digests of entries that do not belong there

    def loose(self, entries: Iterable[Entry]) -> None:
        """Look at entries that no seal holds."""
        for entry in entries:
            if not self._sound(entry):
                self.strangers.add(entry.digest)
                self._find(RecordFinding.ENTRY_CHANGED, entry=entry.id)

    def sealed(self, entries: Iterable[Entry], seal: Seal) -> None:
        """Look at the entries of a seal's span, and match them with its leaves."""
        place_of = {leaf: place for place, leaf in enumerate(seal.leaves)}
        gap: list[Entry] = []
        reached, last = 0, None
        for entry in entries:
            sound = self._sound(entry)
            place = place_of.get(entry.digest)
            if place is None or place < reached:
                gap.append(entry)
                continue
            self._gap(gap, seal, reached, place, last)
            if not sound:
                self._find(RecordFinding.ENTRY_CHANGED, entry=entry.id, seal=seal.n, place=place)
            gap, reached, last = [], place + 1, entry.id
        self._gap(gap, seal, reached, len(seal.leaves), last)

    def settle(self) -> None:
        """Report removals that were no moves, and erasures that nobody told of."""
        for leaf, finding in self.removed.items():
            if leaf not in self.strangers:
                self.made.findings.append(finding)
        for entry in self.erased:
            if str(entry) not in self.told:
                self._find(RecordFinding.PAYLOAD_REMOVED, entry=entry)

    def _gap(self, gap: list[Entry], seal: Seal, start: int, stop: int, last: int | None) -> None:
        """Match what stands between two places that are known to be right."""
        places = range(start, stop)
        for entry, place in zip(gap, places, strict=False):
            self.strangers.add(entry.digest)
            self._find(RecordFinding.ENTRY_REWRITTEN, entry=entry.id, seal=seal.n, place=place)
        for entry in gap[len(places) :]:
            self.strangers.add(entry.digest)
            self._find(RecordFinding.ENTRY_INSERTED, entry=entry.id, seal=seal.n)
        for place in places[len(gap) :]:
            detail = "the first of all" if last is None else f"after entry {last}"
            self.removed[seal.leaves[place]] = Finding(
                RecordFinding.ENTRY_REMOVED, seal=seal.n, place=place, detail=detail
            )

    def _sound(self, entry: Entry) -> bool:
        self.made.entries += 1
        if entry.action == ERASED:
            self.told.add(entry.object_id)
        self._look_at_payload(entry)
        return digests.entry_digest(entry) == entry.digest

    def _look_at_payload(self, entry: Entry) -> None:
        payload = entry.payload
        if payload is None:
            if entry.payload_digest is not None:
                self.erased.append(entry.id)
        elif payload.salt is None:
            self.erased.append(entry.id)
            if payload.body is not None or payload.erased_at is None:
                self._find(RecordFinding.PAYLOAD_CHANGED, entry=entry.id)
        elif digests.payload_digest(payload.salt, payload.body) != entry.payload_digest:
            self._find(RecordFinding.PAYLOAD_CHANGED, entry=entry.id)

    def _find(self, kind: RecordFinding, **where: int | None) -> None:
        self.made.findings.append(Finding(kind, **where))  # type: ignore[arg-type]
