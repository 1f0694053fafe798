"""Making of the city: neighbourhood after neighbourhood, each table straight to its own file.

raw/1-initial/   what offices hand over first, one Parquet file a table
raw/2-later/     what comes late, and corrections of what came first
truth/           what is true and which rows are dirty; never read by the pipeline
manifest.json    seed, day, rates of dirt and rows of each file

A neighbourhood is a region of its own with numbers of its own, made by the makers of the small
region and those of the city's small.  What is told of one does not depend on how many follow.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from huoshui.kernel.errors import Refusal
from huoshui.policy.schema import Feed
from huoshui.synth.city import registers, returns, truth
from huoshui.synth.city.claiming import Office, as_item, as_office, numbered_apart, parted
from huoshui.synth.city.offices import OFFICES
from huoshui.synth.city.small import Small, small_made
from huoshui.synth.city.streams import Streams
from huoshui.synth.crowd import QUIET, Crowd
from huoshui.synth.dirt import Dirt, Tally
from huoshui.synth.lookalikes import TRADE_CHARACTERS
from huoshui.synth.making import Progress, clean_tables
from huoshui.synth.names import Naming
from huoshui.synth.population import region_made
from huoshui.synth.rawtable import RawTable
from huoshui.synth.soiling import soil
from huoshui.synth.trades import CITY_SHOP_TRADES

NEIGHBOURHOOD = 50_000
"""Market entities that are made at a time."""

LEAST_ENTITIES = 2_000
TABLES = 188  # how many raw tables a city has

SHARES = {QUIET: 0.28, "individual_business": 0.59, "cooperative": 0.03}
"""Of the market entities; the rest are firms that are told of in full."""

BESIDE = {"person": 0.002, "project": 0.0005, "branch": 0.02}
"""Who is no market entity, for each that is one."""

TWINS = 0.01  # of the quiet firms, named as another but for one character
METERED = 0.16
RUN_OF_NUMBERS = 10_000_000  # more than any table of a neighbourhood has rows
NAMING = Naming(TRADE_CHARACTERS, (0.45, 0.30))


class CityRefusal(Refusal):
    """Why a city is not made."""

    TOO_SMALL = (
        "With {entities} market entities some tables would be empty.",
        "Ask for {least} or more.",
        "仅有{entities}个经营主体，部分数据表会是空的。",
        "请给出{least}个或以上。",
    )


@dataclass(frozen=True)
class CitySummary:
    """What was made."""

    folder: Path
    seed: int
    asof: dt.date
    entities: int  # market entities: firms, individual businesses and cooperatives
    subjects: dict[str, int]
    rows: dict[str, int]  # raw rows by feed
    dirt: dict[str, int]  # rows or cells by kind of dirt
    files: int

    @property
    def raw_rows(self) -> int:
        """Give the raw rows in all."""
        return sum(self.rows.values())


def make_city(
    folder: Path,
    *,
    entities: int,
    seed: int,
    asof: dt.date,
    feeds: Mapping[str, Feed],
    dirt: float = 1.0,
    neighbourhood: int = NEIGHBOURHOOD,
    progress: Progress | None = None,
) -> CitySummary:
    """Write a city to an empty or a new folder; the same arguments make the same bytes.

    `dirt` scales every rate: 0 is clean, 1 is usual.
    """
    if entities < LEAST_ENTITIES:
        raise CityRefusal.TOO_SMALL.refuse(entities=entities, least=LEAST_ENTITIES)
    rates = _rates(dirt)
    streams, tally = Streams(folder), Tally()
    kinds: dict[str, int] = {}
    first = 0
    sizes = _sizes(entities, neighbourhood)
    for nth, size in enumerate(sizes):
        if progress:
            progress("city", nth, len(sizes))
        small = _neighbourhood(_seed(seed, nth), size, asof, first, dirt)
        people = small.region.subjects
        first += len(people)
        for kind in np.unique(people.kind).tolist():
            kinds[kind] = kinds.get(kind, 0) + len(people.of(kind))
        streams.add("truth/subjects.parquet", truth.subjects(small))
        for name, table in tables(small, rates, feeds):
            _delivered(streams, small, name, numbered_apart(table, nth * RUN_OF_NUMBERS), rates,
                       tally)  # fmt: skip
    if progress:
        progress("city", len(sizes), len(sizes))
    files = streams.close()
    rows: dict[str, int] = {}
    for file, count in files.items():
        if file.startswith("raw/"):
            rows[Path(file).stem] = rows.get(Path(file).stem, 0) + count
    manifest = {
        "seed": seed,
        "asof": asof.isoformat(),
        "entities": entities,
        "fictional": "示例省活水市；人员、企业与数据均为虚构",
        "subjects": kinds,
        "dirt": {"scale": dirt, "twins": TWINS * dirt, **asdict(rates)},
        "made": tally.made,
        "eligible": tally.eligible,
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return CitySummary(
        folder=folder,
        seed=seed,
        asof=asof,
        entities=entities,
        subjects=kinds,
        rows=rows,
        dirt=dict(tally.made),
        files=len(files),
    )


def tables(small: Small, dirt: Dirt, feeds: Mapping[str, Feed]) -> Iterator[tuple[str, RawTable]]:
    """Give every raw table of a neighbourhood before it is soiled, with the name of its lot."""
    takers: dict[str, list[Office]] = {}
    for office in OFFICES:
        for lot in office.lots:
            takers.setdefault(lot, []).append(office)
    for table in clean_tables(small.region, dirt):
        offices = takers.get(table.feed)
        if not offices:
            yield table.feed, table
            continue
        held = as_item(table, feeds[table.feed])
        for part, rows in parted(small.region, held, table.feed, offices, feeds):
            yield table.feed, part or table.take(rows)
    for lots in (registers.lots, returns.lots):
        for name, rest, table in lots(small):
            for part, rows in parted(small.region, table, name, takers.get(name, []), feeds):
                if part:
                    yield name, part
                elif rest and len(rows):
                    yield name, as_office(table.take(rows), feeds[rest])


def _rates(scale: float) -> Dirt:
    usual = Dirt()
    return Dirt(**{f.name: min(getattr(usual, f.name) * scale, 1.0) for f in fields(Dirt)})


def _sizes(entities: int, neighbourhood: int) -> list[int]:
    """Part the city; a last part too small to have every table joins the one before it."""
    whole, rest = divmod(entities, neighbourhood)
    sizes = [neighbourhood] * whole
    if rest >= LEAST_ENTITIES or not sizes:
        return [*sizes, rest]
    return [*sizes[:-1], sizes[-1] + rest]


def _seed(seed: int, nth: int) -> int:
    return int(np.random.SeedSequence([seed, nth]).generate_state(1, np.uint64)[0])


def _neighbourhood(seed: int, size: int, asof: dt.date, first: int, dirt: float) -> Small:
    numbers = {kind: round(size * share) for kind, share in SHARES.items()}
    firms = size - sum(numbers.values())
    numbers |= {kind: max(8, round(size * share)) for kind, share in BESIDE.items()}
    crowd = Crowd(
        numbers,
        naming=NAMING,
        shops=CITY_SHOP_TRADES,
        streets=True,
        metered=METERED,
        twins=TWINS * dirt,
        first=first,
        in_parts=True,
    )
    return small_made(region_made(seed, firms, asof, crowd))


def _delivered(
    streams: Streams, small: Small, lot: str, table: RawTable, dirt: Dirt, tally: Tally
) -> None:
    """Soil a table and add its rows to its files, and what is dirty in them to the truth."""
    made = soil(table, small.region.subjects, dirt, small.region.rng(f"dirt {lot} {table.feed}"))
    tally.join([made.tally])
    for delivery in made.deliveries:
        file = f"raw/{delivery.folder}/{delivery.feed}.parquet"
        before = streams.add(file, delivery.table)
        told = truth.dirt(small, delivery, file, before)
        if told is not None:
            streams.add("truth/dirt.parquet", told)
