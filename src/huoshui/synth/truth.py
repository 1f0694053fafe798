"""The truth about the fictional region, beside the raw tables and never read by the pipeline.

entities   one row is a subject with its true and hidden values and the default flag
rows       one row is a raw row and the entity that it is about (row 1 follows the heading)
dirty      one row is a soiled raw row or cell, with the kind of dirt
missing    one row is a yearly row that never arrived
dirt       one row is a kind of dirt: how much was made, out of how much
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.synth.dirt import Tally
from huoshui.synth.population import Region
from huoshui.synth.soiling import Soiled
from huoshui.synth.trades import TRADES


def truth_written(folder: Path, region: Region, soiled: list[Soiled], tally: Tally) -> None:
    """Write the five tables of the truth."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "entities": _entities(region),
        "rows": _rows(region, soiled),
        "dirty": _dirty(soiled),
        "missing": _missing(region, soiled),
        "dirt": pa.table(
            {
                "kind": list(tally.made),
                "made": list(tally.made.values()),
                "eligible": [tally.eligible[k] for k in tally.made],
            }
        ),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def _entities(region: Region) -> pa.Table:
    people, firms = region.subjects, region.firms
    rest = len(people) - len(firms)

    def of_firms(values: np.ndarray) -> pa.Array:
        return pa.concat_arrays([(a := pa.array(values)), pa.nulls(rest, a.type)])

    parents = np.where(people.parent >= 0, people.entity[people.parent], "")
    words = pa.array([t.word for t in TRADES])
    return pa.table(
        {
            "entity": pa.array(people.entity.tolist()),
            "kind": pa.array(people.kind.tolist()),
            "code": people.code_arrow,
            "name": people.name_arrow,
            "legacy_no": pa.array([v or None for v in people.legacy_no.tolist()], pa.string()),
            "former_name": pa.array([v or None for v in people.former_name.tolist()], pa.string()),
            "branch_of": pa.array([v or None for v in parents.tolist()], pa.string()),
            "district": pa.array(people.district.tolist()),
            "industry": pa.array(people.trade_code.tolist()),
            "established_on": pa.array(people.established),
            "ceased_on": pa.array(region.alive_before),
            "trade": pa.concat_arrays(
                [words.take(pa.array(firms.trade)), pa.nulls(rest, pa.string())]
            ),
            "quality": of_firms(firms.quality),
            "stress": of_firms(firms.stress),
            "innovative": of_firms(firms.innovative),
            "staff": of_firms(firms.staff[-1]),
            "revenue_fen": of_firms(firms.revenue_fen[-1]),
            "capital_fen": of_firms(firms.capital_fen),
            "defaulted": of_firms(firms.defaulted),
        }
    )


def _words(values: list[str], at: np.ndarray) -> pa.Array:
    """Write words by position; each once, since Parquet's bytes vary where one stands twice."""
    once = list(dict.fromkeys(values))
    place = {word: n for n, word in enumerate(once)}
    places = np.array([place[word] for word in values], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(places[at]), pa.array(once))


def _rows(region: Region, soiled: list[Soiled]) -> pa.Table:
    parts = [d for s in soiled for d in s.deliveries]
    sizes = [len(d.entity) for d in parts]
    at = np.repeat(np.arange(len(parts)), sizes)
    entity = np.concatenate([d.entity for d in parts])
    return pa.table(
        {
            "feed": _words([d.feed for d in parts], at),
            "delivery": _words([d.folder for d in parts], at),
            "row": np.concatenate([np.arange(1, n + 1) for n in sizes]),
            "entity": _words(region.subjects.entity.tolist(), entity),
        }
    )


def _dirty(soiled: list[Soiled]) -> pa.Table:
    feeds, folders, rows, kinds, headings = [], [], [], [], []
    for part in (d for s in soiled for d in s.deliveries):
        for (kind, heading), mask in part.marks.items():
            at = np.flatnonzero(mask) + 1
            rows.append(at)
            feeds += [part.feed] * len(at)
            folders += [part.folder] * len(at)
            kinds += [kind] * len(at)
            headings += [heading or None] * len(at)
    return pa.table(
        {
            "feed": feeds,
            "delivery": folders,
            "row": np.concatenate(rows) if rows else np.array([], np.int64),
            "kind": kinds,
            "heading": pa.array(headings, pa.string()),
        }
    )


def _missing(region: Region, soiled: list[Soiled]) -> pa.Table:
    """One row is a yearly row that never arrived: feed, entity, year as it would be written."""
    feeds: list[str] = []
    entities: list[str] = []
    years: list[str] = []
    for lost in (s.missing for s in soiled if s.missing is not None):
        first = next(iter(lost.columns.values()))
        years += first.render().to_pylist()
        feeds += [lost.feed] * len(lost)
        entities += region.subjects.entity[lost.who].tolist()
    return pa.table({"feed": feeds, "entity": entities, "year": pa.array(years, pa.string())})
