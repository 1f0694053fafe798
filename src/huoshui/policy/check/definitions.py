"""Names in one definition exist in another: columns, vocabularies, units, institutions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from huoshui.kernel.errors import Problem, Refusal
from huoshui.kernel.ids import SCHEMES
from huoshui.policy.pack import Pack
from huoshui.policy.schema import (
    FACTS_BUILT_IN,
    FACTS_RESERVED,
    RATING_SUFFIXES,
    ColumnType,
    Criterion,
    Feed,
    Indicator,
    Item,
    Measure,
    Offering,
    Rating,
    Title,
)
from huoshui.policy.scope import APPLICATION_COLUMNS


class DefinitionRefusal(Refusal):
    """Why definitions do not fit each other."""

    NO_SUCH = "There is no {kind} {name}.", "Use {near}, or define {name}."
    NO_COLUMN = "The item {item} has no column {name}.", "Use {near}."
    NAME_RESERVED = (
        "No item may have a column called {name}; rows carry one of that name on their way.",
        "Say more: listing_reason rather than reason.",
    )
    UNIT_NEEDED = "The column {name} has no unit.", "Say its unit; money in facts is in fen."
    UNIT_OF_MONEY = "Money in facts is kept in fen, not {unit}.", "Write unit: fen."
    DIMENSION = (
        "The raw unit {raw} cannot become {unit}.",
        "Give a unit of the same dimension.",
    )
    NOT_FED = "The feed does not fill {name}, which {item} requires.", "Map a raw column to it."
    NO_READING = "The column {name} says neither from nor value.", "Say where it is read from."
    ABSENCE = (
        "Where {item} has no row it is unknown, not {when_missing}.",
        "Write when_missing: unknown; only a complete register tells that there is none.",
    )
    MEASURE_NEEDS = "A measure of the kind {op} needs {key}.", "Add {key}."
    TIER_ORDER = "The tiers do not ascend at the {nth}.", "Order them from the lowest start up."
    TIER_START = (
        "A tier after the first has exactly one start.",
        "Give at_least or above, not both.",
    )
    BAND_ORDER = "The bands do not descend at {grade}.", "Order them from the best down."
    CASES_FOR = "{indicator} is a {type}; cases are for words and flags.", "Use tiers."
    TIERS_FOR = "{indicator} is a {type}; tiers are for numbers.", "Use cases."
    SETTLEMENTS = (
        "The packs read together state {count} settlement rules, not one.",
        "State the rule in one file of entities/; others add authorities only.",
    )
    AUTHORITY_TWICE = (
        "The authority for {item} is also said in {other}.",
        "Say it in one file.",
    )
    ID_TAKEN = "{name} is already the name of a {kind}.", "Choose another name."


_NEEDS: dict[str, tuple[str, ...]] = {
    "latest": ("column",),
    "holding": ("aggregate",),
    "financial_year": ("column", "aggregate"),
    "trailing": ("aggregate", "months"),
    "top_share": ("column", "by", "top", "months"),
    "active_months": ("months",),
    "variation": ("column", "months"),
    "since": ("column", "edge"),
    "edge_day": ("column", "edge"),
}


def check(pack: Pack) -> Iterator[Problem]:
    """Yield every name that leads nowhere and every pair of parts that do not fit."""
    for item in pack.items.values():
        yield from _item(pack, item)
    for feed in pack.feeds.values():
        yield from _feed(pack, feed)
    for indicator in pack.indicators.values():
        yield from _indicator(pack, indicator)
    for rating in pack.ratings.values():
        yield from _rating(pack, rating)
    for institution in pack.institutions.values():
        if institution.branch_of is not None:
            where = pack.where("institutions", institution.id, "branch_of")
            yield from _exists("institution", institution.branch_of, pack.institutions, where)
    for offering in pack.offerings.values():
        yield from _offering(pack, offering)
    for title in pack.titles.values():
        yield from _title(pack, title)
    yield from _names_taken(pack)
    yield from _settlements(pack)


def _settlements(pack: Pack) -> Iterator[Problem]:
    stated = sum(bool(settlement.rule) for settlement in pack.entities.values())
    if stated != 1:
        yield DefinitionRefusal.SETTLEMENTS.problem(count=stated)
    said: dict[str, str] = {}
    for settlement in pack.entities.values():
        for item, feeds in settlement.authority.items():
            where = pack.where("entities", settlement.id, "authority", item)
            yield from _exists("item", item, pack.items, where)
            for feed in feeds:
                yield from _exists("feed", feed, pack.feeds, where)
            if item in said:
                yield DefinitionRefusal.AUTHORITY_TWICE.problem(
                    where=where, item=item, other=said[item]
                )
            said[item] = settlement.id


def _exists(kind: str, name: str, known: Iterable[str], where: object) -> Iterator[Problem]:
    known = list(known)
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        yield DefinitionRefusal.NO_SUCH.problem(
            where=where,  # type: ignore[arg-type]
            kind=kind,
            name=name,
            near=near[0] if near else f"a {kind} that exists",
        )


def _column(pack: Pack, item: Item, name: str, where: object) -> Iterator[Problem]:
    known = [*item.columns, *FACTS_BUILT_IN]
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        yield DefinitionRefusal.NO_COLUMN.problem(
            where=where,  # type: ignore[arg-type]
            item=item.id,
            name=name,
            near=near[0] if near else "one of " + ", ".join(item.columns),
        )


def _item(pack: Pack, item: Item) -> Iterator[Problem]:
    yield from _exists(
        "category", item.category, pack.categories, pack.where("items", item.id, "category")
    )
    for name, column in item.columns.items():
        where = pack.where("items", item.id, "columns", name)
        if name in FACTS_RESERVED or name in FACTS_BUILT_IN:
            yield DefinitionRefusal.NAME_RESERVED.problem(where=where, name=name)
        if column.type is ColumnType.CHOICE or column.vocabulary:
            yield from _exists("vocabulary", column.vocabulary or "", pack.vocabularies, where)
        if column.type is ColumnType.CODE:
            yield from _exists("scheme", column.scheme or "", SCHEMES, where)
        if column.type in (ColumnType.WHOLE, ColumnType.DECIMAL, ColumnType.MONEY):
            if column.unit is None:
                yield DefinitionRefusal.UNIT_NEEDED.problem(where=where, name=name)
            else:
                yield from _exists("unit", column.unit, pack.units, where)
            if column.type is ColumnType.MONEY and column.unit not in (None, "fen"):
                yield DefinitionRefusal.UNIT_OF_MONEY.problem(where=where, unit=column.unit)
    for name in (*item.key, item.true_from, *([item.true_until] if item.true_until else [])):
        yield from _column(pack, item, name, pack.where("items", item.id))


def _feed(pack: Pack, feed: Feed) -> Iterator[Problem]:
    where = pack.where("feeds", feed.id, "item")
    item = pack.items.get(feed.item)
    yield from _exists("item", feed.item, pack.items, where)
    yield from _exists(
        "scheme", feed.subject.scheme, SCHEMES, pack.where("feeds", feed.id, "subject")
    )
    if item is None:
        return
    for name, column in feed.columns.items():
        where = pack.where("feeds", feed.id, "columns", name)
        yield from _column(pack, item, name, where)
        if column.source is None and column.value is None:
            yield DefinitionRefusal.NO_READING.problem(where=where, name=name)
        target = item.columns.get(name)
        if target is None:
            continue
        if column.unit is not None:
            yield from _exists("unit", column.unit, pack.units, where)
            raw, kept = pack.units.get(column.unit), pack.units.get(target.unit or "")
            if raw and kept and raw.dimension != kept.dimension:
                yield DefinitionRefusal.DIMENSION.problem(
                    where=where, raw=column.unit, unit=target.unit
                )
        vocabulary = pack.vocabularies.get(target.vocabulary or "")
        if column.map and vocabulary:
            for word in column.map.values():
                yield from _exists(f"word of {vocabulary.id}", word, vocabulary.entries, where)
    for name, target in item.columns.items():
        if target.required and name not in feed.columns:
            yield DefinitionRefusal.NOT_FED.problem(
                where=pack.where("feeds", feed.id, "columns"), name=name, item=item.id
            )


def _indicator(pack: Pack, indicator: Indicator) -> Iterator[Problem]:
    where = pack.where("indicators", indicator.id)
    if indicator.unit is not None:
        yield from _exists("unit", indicator.unit, pack.units, where)
    elif indicator.type == "number":
        yield DefinitionRefusal.UNIT_NEEDED.problem(where=where, name=indicator.id)
    if indicator.vocabulary:
        yield from _exists("vocabulary", indicator.vocabulary, pack.vocabularies, where)
    if indicator.measure is not None:
        yield from _measure(pack, indicator, indicator.measure)


def _measure(pack: Pack, indicator: Indicator, measure: Measure) -> Iterator[Problem]:
    where = pack.where("indicators", indicator.id, "measure")
    item = pack.items.get(measure.item)
    yield from _exists("item", measure.item, pack.items, where)
    for key in _NEEDS[measure.op]:
        if getattr(measure, key) is None:
            yield DefinitionRefusal.MEASURE_NEEDS.problem(where=where, op=measure.op, key=key)
    if measure.aggregate in ("sum", "max", "min", "count_distinct") and measure.column is None:
        yield DefinitionRefusal.MEASURE_NEEDS.problem(
            where=where, op=f"{measure.op} {measure.aggregate}", key="column"
        )
    if item is None:
        return
    for name in (measure.column, measure.by):
        if name is not None:
            yield from _column(pack, item, name, where)
    if indicator.when_missing != "unknown" and item.absence != "means_none":
        yield DefinitionRefusal.ABSENCE.problem(
            where=where, item=item.id, when_missing=indicator.when_missing
        )


def _rating(pack: Pack, rating: Rating) -> Iterator[Problem]:
    for g, group in enumerate(rating.groups):
        for c, criterion in enumerate(group.criteria):
            yield from _criterion(pack, rating, criterion, ("groups", g, "criteria", c))
    starts = [band.at_least for band in rating.bands]
    for band, start, worse in zip(rating.bands, starts, starts[1:], strict=False):
        if start is None or (worse is not None and worse >= start):
            yield DefinitionRefusal.BAND_ORDER.problem(
                where=pack.where("ratings", rating.id, "bands"), grade=band.grade
            )


def _criterion(
    pack: Pack, rating: Rating, criterion: Criterion, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    where = pack.where("ratings", rating.id, *path)
    indicator = pack.indicators.get(criterion.indicator)
    yield from _exists("indicator", criterion.indicator, pack.indicators, where)
    if indicator and criterion.tiers and indicator.type != "number":
        yield DefinitionRefusal.TIERS_FOR.problem(
            where=where, indicator=indicator.id, type=indicator.type
        )
    if indicator and criterion.cases and indicator.type not in ("text", "flag"):
        yield DefinitionRefusal.CASES_FOR.problem(
            where=where, indicator=indicator.id, type=indicator.type
        )
    last = None
    for nth, tier in enumerate(criterion.tiers):
        start = tier.at_least if tier.at_least is not None else tier.above
        if (nth > 0 and start is None) or (tier.at_least is not None and tier.above is not None):
            yield DefinitionRefusal.TIER_START.problem(where=where)
        elif start is not None:
            place = (start, tier.above is not None)
            if last is not None and place <= last:
                yield DefinitionRefusal.TIER_ORDER.problem(where=where, nth=nth + 1)
            last = place


def _offering(pack: Pack, offering: Offering) -> Iterator[Problem]:
    def words(key: str, vocabulary: str) -> Iterator[Problem]:
        where = pack.where("offerings", offering.id, key)
        entries = pack.vocabularies[vocabulary].entries if vocabulary in pack.vocabularies else ()
        for word in getattr(offering, key):
            yield from _exists(f"word of {vocabulary}", word, entries, where)

    where = pack.where("offerings", offering.id, "institution")
    yield from _exists("institution", offering.institution, pack.institutions, where)
    yield from words("applicants", "subject_kind")
    yield from words("purposes", "purpose")
    yield from words("security", "security")
    yield from words("zones", "zone")
    yield from words("stages", "stage")
    yield from words("repayment", "repayment")
    ids = [condition.id for condition in offering.conditions]
    for nth, name in enumerate(ids):
        if name in ids[:nth]:
            where = pack.where("offerings", offering.id, "conditions", nth, "id")
            yield DefinitionRefusal.ID_TAKEN.problem(where=where, name=name, kind="condition")


def _title(pack: Pack, title: Title) -> Iterator[Problem]:
    words = pack.vocabularies["subject_kind"].entries if "subject_kind" in pack.vocabularies else ()
    where = pack.where("titles", title.id, "applicants")
    for word in title.applicants:
        yield from _exists("word of subject_kind", word, words, where)
    flags = [name for name, i in pack.indicators.items() if i.type == "flag"]
    if title.held is not None:
        where = pack.where("titles", title.id, "held")
        yield from _exists("indicator that is a flag", title.held, flags, where)
    for nth, name in enumerate(title.after):
        where = pack.where("titles", title.id, "after", nth)
        yield from _exists("title", name, pack.titles, where)
    if title.lasts is not None:
        where = pack.where("titles", title.id, "lasts")
        yield from _exists("value of the title", title.lasts, title.values, where)


def _names_taken(pack: Pack) -> Iterator[Problem]:
    """Names that become columns or words of one expression scope must not collide."""
    taken: dict[str, str] = {"asof": "day"}
    taken |= dict.fromkeys(APPLICATION_COLUMNS, "column of applications")
    for kind, names in (
        ("indicator", pack.indicators),
        ("constant", pack.constants),
        ("rating", [f"{r}{s}" for r in pack.ratings for s in ("", *RATING_SUFFIXES)]),
    ):
        for name in names:
            if name in taken:
                yield DefinitionRefusal.ID_TAKEN.problem(
                    where=pack.where(f"{kind}s", name), name=name, kind=taken[name]
                )
            taken[name] = kind
