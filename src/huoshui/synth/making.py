"""Making of the fictional region: its raw tables, its truth and a manifest, in a folder.

raw/1-initial/   what offices hand over first
raw/2-later/     what comes late, and corrections of what came first
truth/           what is true and which rows are dirty; never read by the pipeline
manifest.json    seed, day and rows of each file
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from huoshui.kernel.errors import Refusal
from huoshui.synth.dirt import Dirt, Tally
from huoshui.synth.population import Region, region_made
from huoshui.synth.rawtable import RawTable
from huoshui.synth.soiling import Soiled, soil
from huoshui.synth.tables import (
    assessment,
    credit,
    flows,
    government,
    innovation,
    invoices,
    payments,
    people,
    registration,
    risk,
    statements,
    titles,
)
from huoshui.synth.truth import truth_written
from huoshui.synth.writing import written

OFFICES = (
    registration,
    people,
    titles,
    innovation,
    government,
    assessment,
    credit,
    risk,
    statements,
    flows,
    payments,
    invoices,
)
"""The files of tables, small tables first."""

LEAST_FIRMS = 200
TABLES = 80  # how many raw tables OFFICES make

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many raw tables are written, and how many there are."""


class RegionRefusal(Refusal):
    """Why a region is not made."""

    TOO_SMALL = (
        "With {firms} firms some kinds of dirt would not occur.",
        "Ask for {least} firms or more.",
    )


@dataclass(frozen=True)
class MadeSummary:
    """What was made."""

    folder: Path
    seed: int
    asof: dt.date
    firms: int
    subjects: dict[str, int]
    rows: dict[str, int]  # raw rows by feed
    dirt: dict[str, int]  # rows or cells by kind of dirt
    files: int

    @property
    def raw_rows(self) -> int:
        """Give the raw rows in all."""
        return sum(self.rows.values())


def clean_tables(region: Region, dirt: Dirt) -> Iterator[RawTable]:
    """Give every raw table before it is soiled."""
    for office in OFFICES:
        yield from office.tables(region, dirt)


def make(
    folder: Path,
    *,
    firms: int = 20_000,
    seed: int,
    asof: dt.date,
    dirt: Dirt | None = None,
    progress: Progress | None = None,
) -> MadeSummary:
    """Write a region to an empty or a new folder; the same arguments make the same bytes."""
    if firms < LEAST_FIRMS:
        raise RegionRefusal.TOO_SMALL.refuse(firms=firms, least=LEAST_FIRMS)
    rates = dirt or Dirt()
    region = region_made(seed, firms, asof)
    tally, rows, files = Tally(), {}, {}
    soiled: list[Soiled] = []
    for nth, table in enumerate(clean_tables(region, rates)):
        if progress:
            progress("region", nth, TABLES)
        made = soil(table, region.subjects, rates, region.rng(f"dirt {table.feed}"))
        for delivery in made.deliveries:
            name = f"raw/{delivery.folder}/{delivery.feed}.{delivery.format}"
            written(delivery.table, folder / name, encoding=delivery.encoding)
            files[name] = len(delivery.entity)
            delivery.table = delivery.table.slice(0, 0)  # its rows are on disk now
        rows[table.feed] = sum(len(d.entity) for d in made.deliveries)
        tally.join([made.tally])
        soiled.append(made)
    if progress:
        progress("region", len(soiled), TABLES)
    truth_written(folder / "truth", region, soiled, tally)
    kinds, counts = _counted(region)
    manifest = {
        "seed": seed,
        "asof": asof.isoformat(),
        "firms": firms,
        "fictional": "示例省活水市；人员、企业与数据均为虚构",
        "dirt": asdict(rates),
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return MadeSummary(
        folder=folder,
        seed=seed,
        asof=asof,
        firms=firms,
        subjects=dict(zip(kinds, counts, strict=True)),
        rows=rows,
        dirt=dict(tally.made),
        files=len(files),
    )


def _counted(region: Region) -> tuple[list[str], list[int]]:
    kinds = list(dict.fromkeys(region.subjects.kind.tolist()))
    return kinds, [len(region.subjects.of(k)) for k in kinds]
