"""A pack as at a day: every definition in force, by kind and name, with its place in the files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from huoshui.kernel.citation import Certainty, Citation
from huoshui.kernel.errors import Where
from huoshui.policy.reading import Document
from huoshui.policy.schema import (
    Allocation,
    BusinessCalendar,
    Category,
    Chart,
    Constant,
    DecisionTable,
    Definition,
    Feed,
    Indicator,
    Institution,
    Item,
    Lending,
    Linkage,
    Offering,
    Posting,
    Rating,
    Register,
    Role,
    Seat,
    Settlement,
    Sharing,
    Source,
    Title,
    Unit,
    Vocabulary,
    Workflow,
)


@dataclass(frozen=True)
class Pack:
    """Everything that policy says on one day; made by `loader.load`, never changed."""

    asof: dt.date
    digest: str  # sha256 of all files, names and bytes
    units: Mapping[str, Unit]
    sources: Mapping[str, Source]
    vocabularies: Mapping[str, Vocabulary]
    constants: Mapping[str, Constant]
    categories: Mapping[str, Category]
    items: Mapping[str, Item]
    feeds: Mapping[str, Feed]
    indicators: Mapping[str, Indicator]
    ratings: Mapping[str, Rating]
    institutions: Mapping[str, Institution]
    offerings: Mapping[str, Offering]
    entities: Mapping[str, Settlement]
    documents: Mapping[tuple[str, str], Document] = field(repr=False)
    example_documents: Mapping[tuple[str, str], Document] = field(repr=False)
    roots: tuple[Path, ...] = ()
    turns: tuple[dt.date, ...] = ()  # the days that its files name: it changes on no other
    titles: Mapping[str, Title] = field(default_factory=dict)
    tables: Mapping[str, DecisionTable] = field(default_factory=dict)
    sharings: Mapping[str, Sharing] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    seats: Mapping[str, Seat] = field(default_factory=dict)
    linkages: Mapping[str, Linkage] = field(default_factory=dict)
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    charts: Mapping[str, Chart] = field(default_factory=dict)
    postings: Mapping[str, Posting] = field(default_factory=dict)
    allocations: Mapping[str, Allocation] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    lendings: Mapping[str, Lending] = field(default_factory=dict)
    remembered: dict[str, object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # made of the pack once, by whoever needs it again and again; a copy begins with none

    @property
    def settlement(self) -> Settlement:
        """The rule that settles conflicts between feeds, with every region's authorities."""
        (stated,) = (each for each in self.entities.values() if each.rule)
        authority = {
            item: feeds for each in self.entities.values() for item, feeds in each.authority.items()
        }
        return stated.model_copy(update={"authority": authority})

    @property
    def linkage(self) -> Linkage | None:
        """The model that records are linked by, with every region's words; none: names decide."""
        stated = [each for each in self.linkages.values() if each.parts]
        if not stated:
            return None
        return stated[0].joined(self.linkages.values())

    def definitions(self, kind: str) -> Mapping[str, Definition]:
        """Give the definitions of a kind, by the name of its attribute here."""
        found = getattr(self, kind)
        assert isinstance(found, Mapping), f"{kind} is not a kind of definition"
        return found

    def where(self, kind: str, name: str, *path: str | int) -> Where:
        """Say in which file and line a definition, or a part of it, stands."""
        document = self.documents.get((kind, name))
        return document.where(path) if document else Where(field=f"{kind}.{name}")

    def certainty(self, citation: Citation) -> Certainty:
        """Say how sure we are of what a place in a source gives."""
        return self.sources[citation.source].places[citation.place].mark

    def examples(self, kind: str) -> Mapping[str, Document]:
        """Give the worked examples of a kind, by the definition they stand beside."""
        every = self.example_documents
        return {name: every[k, name] for k, name in every if k == kind}
