"""The columns of facts: an item's own, and those that every fact has beside them."""

from __future__ import annotations

import hashlib
import json

import pyarrow as pa

from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, Feed, Item, ItemColumn

ARROW: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.CHOICE: pa.string(),
    ColumnType.CODE: pa.string(),
    ColumnType.WHOLE: pa.int64(),
    ColumnType.DECIMAL: pa.decimal128(18, 6),
    ColumnType.MONEY: pa.int64(),
    ColumnType.DAY: pa.date32(),
    ColumnType.FLAG: pa.bool_(),
}
SQL: dict[ColumnType, str] = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.CHOICE: "VARCHAR",
    ColumnType.CODE: "VARCHAR",
    ColumnType.WHOLE: "BIGINT",
    ColumnType.DECIMAL: "DECIMAL(18, 6)",
    ColumnType.MONEY: "BIGINT",
    ColumnType.DAY: "DATE",
    ColumnType.FLAG: "BOOLEAN",
}

SUBJECT = ("subject_code", "subject_name")
TIMES = ("true_from", "true_until")
ORIGIN = ("batch", "feed", "source_file", "source_row")

READING = 1
"""Counts the ways of reading: raised when one changes, so that files are read anew."""

QUARANTINE = pa.schema(
    [
        ("batch", pa.int64()),
        ("feed", pa.string()),
        ("item", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("reason", pa.string()),  # a code of FeedRefusal, such as feed.not_a_day
        ("field", pa.string()),
        ("message", pa.string()),
        ("fix", pa.string()),
        ("also", pa.string()),  # further reasons, as reason@field
        ("raw", pa.string()),  # the raw row as a JSON object
    ]
)
"""One row for each raw row that was set aside."""


def own_columns(item: Item) -> list[str]:
    """Name the columns that tell one fact from another: the subject, the item's, the times."""
    return [*SUBJECT, *item.columns, *(t for t in TIMES if t not in item.columns)]


def arrow_schema(item: Item) -> pa.Schema:
    """Give the schema of an item's facts as they lie in the lake."""
    types = {name: ARROW[column.type] for name, column in item.columns.items()}
    types |= dict.fromkeys((*SUBJECT, "feed", "source_file"), pa.string())
    types |= dict.fromkeys(TIMES, pa.date32()) | dict.fromkeys(("batch", "source_row"), pa.int64())
    return pa.schema([(name, types[name]) for name in (*own_columns(item), *ORIGIN)])


def definition_digest(feed: Feed, item: Item, pack: Pack) -> str:
    """Give a digest of all that decides how the feed reads, and of nothing else."""
    words = {c.vocabulary for c in item.columns.values() if c.vocabulary in pack.vocabularies}
    units = {c.unit for c in feed.columns.values()} | {c.unit for c in item.columns.values()}
    said = {
        "reading": READING,
        "feed": feed.model_dump(
            mode="json", include={"id", "source", "subject", "columns", "where"}
        ),
        "columns": {name: _meaning(column) for name, column in item.columns.items()},
        "item": item.model_dump(mode="json", include={"id", "key", "true_from", "true_until"}),
        "vocabularies": {
            name: pack.vocabularies[name].model_dump(mode="json", include={"entries"})
            for name in sorted(filter(None, words))
        },
        "units": {name: str(pack.units[name].scale) for name in sorted(filter(None, units))},
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _meaning(column: ItemColumn) -> dict[str, object]:
    return column.model_dump(mode="json", exclude={"label", "personal"})
