"""All leaves of a region's handbook with its chapters, zones, offices and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from huoshui.explain.numbers import LANGUAGES
from huoshui.explain.reports import MARKS
from huoshui.explain.rules import RULE_KINDS, rule_report
from huoshui.kernel.citation import Certainty, Citation
from huoshui.pipeline.handbook import labels, told
from huoshui.pipeline.handbook.leaves import Entry, Words
from huoshui.policy.expression import names, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label, Offering, Source, SourcePlace
from huoshui.policy.schema.offerings import Term
from huoshui.policy.values import resolved
from huoshui.ratings import columns


@dataclass(frozen=True)
class Shelf:
    """Entries under one heading of an index."""

    name: str
    label: Words
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Book:
    """A region's handbook on a day."""

    region: str
    pack: Pack
    entries: tuple[Entry, ...]  # by chapter, group and label

    @property
    def day(self) -> str:
        """Say the day whose rules are told."""
        return self.pack.asof.isoformat()

    @property
    def chapters(self) -> tuple[Shelf, ...]:
        """Give the chapters that have entries."""
        return _shelves(
            (name, label, [e for e in self.entries if e.section == name])
            for name, label in labels.SECTIONS.items()
        )

    @property
    def zones(self) -> tuple[Shelf, ...]:
        """Give the zones of the platform, and what is in none."""
        words = self.pack.vocabularies["zone"].entries if "zone" in self.pack.vocabularies else {}
        offered = [e for e in self.entries if e.kind == "offerings"]
        shelves = [(z, both(x), [e for e in offered if z in e.zones]) for z, x in words.items()]
        shelves.append(("none", labels.NO_ZONE, [e for e in offered if not e.zones]))
        return _shelves(shelves)

    @property
    def offices(self) -> tuple[tuple[Words, tuple[Shelf, ...]], ...]:
        """Give institutions by their kind, each with what it offers."""
        found = []
        for kind, label in labels.INSTITUTIONS.items():
            shelves = _shelves(
                (name, both(office.label), [e for e in self.entries if e.institution == name])
                for name, office in sorted(self.pack.institutions.items())
                if office.kind == kind
            )
            if shelves:
                found.append((label, shelves))
        return tuple(found)

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], Entry]:
        """Find an entry by its kind and name."""
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def citing(self) -> Mapping[str, tuple[Entry, ...]]:
        """Say which entries rest on a source, by the source."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for source in dict.fromkeys(Citation.parse(c).source for c in entry.cites()):
                found.setdefault(source, []).append(entry)
        return {source: tuple(entries) for source, entries in sorted(found.items())}

    def source(self, cite: str) -> Source:
        """Give the document that a citation names."""
        return self.pack.sources[Citation.parse(cite).source]

    def place(self, cite: str) -> SourcePlace:
        """Give the place that a citation names."""
        return self.source(cite).places[Citation.parse(cite).place]

    def mark(self, cite: str) -> Words:
        """Say in words how sure we are of what a citation gives."""
        return both(MARKS[self.place(cite).mark])

    def places_cited(self, source: str) -> list[str]:
        """Name the citations of a source that entries make."""
        cites = {c for entry in self.citing[source] for c in entry.cites()}
        return sorted(c for c in cites if Citation.parse(c).source == source)


def both(label: Label) -> Words:
    """Give a label of a pack as words."""
    return {"zh": label.zh, "en": label.en}


def book_of(pack: Pack, region: str) -> Book:
    """Tell every rule of a pack; entries that are linked to are all in the book."""
    links = _made_by(pack)
    reports = [
        rule_report(pack, kind, name) for kind in RULE_KINDS for name in pack.definitions(kind)
    ]
    entries = [_entry(pack, report, links) for report in reports]
    order = list(labels.SECTIONS)
    entries.sort(key=lambda e: (order.index(e.section), _sort_key(pack, e)))
    return Book(region, pack, tuple(entries))


def _sort_key(pack: Pack, entry: Entry) -> tuple[Any, ...]:
    layer = pack.titles[entry.name].layer if entry.kind == "titles" else None
    group = entry.group["en"] if entry.group else ""
    return (layer is None, layer or 0, entry.kind, group, entry.name)


def _made_by(pack: Pack) -> Mapping[str, tuple[str, str]]:
    """Say which title or rating a column of the profile tells of."""
    made = {title.held: ("titles", name) for name, title in pack.titles.items() if title.held}
    for name in pack.ratings:
        made |= dict.fromkeys(columns(name), ("ratings", name))
    return made


def _entry(pack: Pack, report: Mapping[str, Any], links: Mapping[str, tuple[str, str]]) -> Entry:
    kind, name = report["kind"], report["id"]
    offering = pack.offerings.get(name) if kind == "offerings" else None
    office = pack.institutions.get(offering.institution) if offering else None
    if kind == "sharings":
        report = {**report, "region_label": _region(pack, report["region"])}
    if offering:
        terms = [
            {**each, "rests_on": _rests_on(pack, offering, each["id"])} for each in report["terms"]
        ]
        report = {**report, "terms": terms}
    section, group = _chapter(pack, report)
    return Entry(
        kind=kind,
        name=name,
        section=section,
        group=group,
        label=report["label"],
        lead=report["handbook"] or _meaning(report),
        flags=told.flags(report, fictional=bool(office and office.fictional)),
        blocks=told.blocks(report, links),
        checked_on=report["checked_on"],
        cite=report["cite"],
        institution=offering.institution if offering else None,
        zones=offering.zones if offering else (),
    )


def _rests_on(pack: Pack, offering: Offering, term: str) -> str:
    """Cite the least sure of the numbers a term is computed from, or else the offering's own."""
    said = getattr(offering, term)
    texts = [said.least, said.most] if isinstance(said, Term) else [said]
    used = set().union(*(names(parse(text)) for text in texts))
    held = [
        resolved(offering.values[name], pack.asof) for name in sorted(used & set(offering.values))
    ]
    held += [
        resolved(pack.constants[c].values, pack.asof) for c in sorted(used & set(pack.constants))
    ]
    cites = [each.cite for each in held if each is not None]
    if not cites:
        return str(offering.cite)
    return str(max(cites, key=lambda cite: list(Certainty).index(pack.certainty(cite))))


def _meaning(report: Mapping[str, Any]) -> Words | None:
    """Packs say the meaning in English; the Chinese page goes without rather than untranslated."""
    return {"zh": "", "en": report["meaning"]} if report["meaning"] else None


def _chapter(pack: Pack, report: Mapping[str, Any]) -> tuple[str, Words | None]:
    kind = report["kind"]
    if kind == "sharings":
        return "guarantees", labels.FORMS[report["form"]]
    if kind != "offerings":
        return kind, None
    words = pack.vocabularies["offering_kind"].entries
    offered = report["offering_kind"]
    group = both(words[offered]) if offered in words else dict.fromkeys(LANGUAGES, offered)
    chapters = {"subsidy": "subsidies", "guarantee": "guarantees"}
    return chapters.get(offered, "offerings"), group


def _region(pack: Pack, code: str | None) -> Words | None:
    if code is None:
        return None
    for vocabulary in pack.vocabularies.values():
        if vocabulary.id.endswith("region") and code in vocabulary.entries:
            return both(vocabulary.entries[code])
    return told.plain(code)


def _shelves(found: Any) -> tuple[Shelf, ...]:
    return tuple(Shelf(name, label, tuple(entries)) for name, label, entries in found if entries)
