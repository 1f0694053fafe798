"""The truth about the city, beside its raw tables and never read by the pipeline.

subjects   one row is a subject with its true name and hidden values
dirt       one row is a soiled raw row or cell: file, row, whom it is about, kind of dirt
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from huoshui.synth.city.small import Small
from huoshui.synth.soiling import Delivery

DIRT = pa.schema(
    [
        ("feed", pa.dictionary(pa.int32(), pa.string())),
        ("file", pa.dictionary(pa.int32(), pa.string())),
        ("row", pa.int64()),
        ("entity", pa.string()),
        ("kind", pa.dictionary(pa.int32(), pa.string())),
        ("heading", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def subjects(small: Small) -> pa.Table:
    """Tell of everybody in a neighbourhood."""
    region, people = small.region, small.region.subjects
    quality = -region.stress
    quality[: len(region.firms)] = region.firms.quality
    sales = small.sales_fen.copy()
    sales[: len(region.firms)] = region.firms.revenue_fen[-1]
    parents = np.where(people.parent >= 0, people.entity[people.parent], "")

    def text(values: np.ndarray) -> pa.Array:
        return pa.array([v or None for v in values.tolist()], pa.string())

    return pa.table(
        {
            "entity": text(people.entity),
            "code": people.code_arrow,
            "name": people.name_arrow,
            "kind": text(people.kind),
            "legacy_no": text(people.legacy_no),
            "former_name": text(people.former_name),
            "branch_of": text(parents),
            "district": text(people.district),
            "industry": text(people.trade_code),
            "established_on": pa.array(people.established),
            "ceased_on": pa.array(region.alive_before),
            "quality": quality,
            "stress": region.stress,
            "sales_fen": sales,
            "defaulted": small.defaulted,
        }
    )


def dirt(small: Small, delivery: Delivery, file: str, before: int) -> pa.Table | None:
    """Tell of the soiled rows of one part of a file that has some rows before it."""
    entity = small.region.subjects.entity
    rows, kinds, headings = [], [], []
    for (kind, heading), mask in delivery.marks.items():
        at = np.flatnonzero(mask)
        rows.append(at)
        kinds += [kind] * len(at)
        headings += [heading or None] * len(at)
    if not kinds:
        return None
    at = np.concatenate(rows)
    return pa.table(
        {
            "feed": pa.array([delivery.feed] * len(at), pa.string()).dictionary_encode(),
            "file": pa.array([file] * len(at), pa.string()).dictionary_encode(),
            "row": at + before + 1,
            "entity": pa.array(entity[delivery.entity[at]].tolist(), pa.string()),
            "kind": pa.array(kinds, pa.string()).dictionary_encode(),
            "heading": pa.array(headings, pa.string()).dictionary_encode(),
        },
        schema=DIRT,
    )
