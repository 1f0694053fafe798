"""A small region's tax records: one item, one feed for each format, and makers of raw files."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from huoshui.engines.duckdb import DuckDB
from huoshui.kernel.ids import uscc
from huoshui.pipeline.ingest import known_facts
from huoshui.pipeline.lake import Lake
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed, Item, Vocabulary
from tests.given import pack_of

ASOF = dt.date(2026, 11, 20)
HEADING = (
    "纳税人识别号",
    "纳税人名称",
    "所属期",
    "税种",
    "金额",
    "人数",
    "税率",
    "入库日期",
    "更正",
)

ITEM = {
    "id": "tax",
    "label": {"zh": "缴税", "en": "Tax"},
    "category": "tax",
    "columns": {
        "month": {"type": "day", "required": True, "label": {"zh": "月", "en": "Month"}},
        "kind": {
            "type": "choice",
            "vocabulary": "tax_kind",
            "required": True,
            "label": {"zh": "税种", "en": "Kind"},
        },
        "paid_fen": {
            "type": "money",
            "unit": "fen",
            "at_least": 0,
            "label": {"zh": "金额", "en": "Paid"},
        },
        "staff": {"type": "whole", "unit": "person", "label": {"zh": "人数", "en": "Staff"}},
        "rate": {"type": "decimal", "unit": "percent", "label": {"zh": "税率", "en": "Rate"}},
        "paid_on": {"type": "day", "label": {"zh": "入库日", "en": "Paid on"}},
        "corrected": {"type": "flag", "label": {"zh": "更正", "en": "Corrected"}},
    },
    "key": ["month", "kind"],
    "true_from": "month",
    "owner": {"zh": "税务", "en": "Tax office"},
    "refresh": "monthly",
    "sensitivity": "confidential",
    "consent": "enterprise",
    "fresh_days": 40,
    "absence": "unknown",
    "cite": "house#adr-0001",
    "checked_on": "2026-11-20",
}

COLUMNS = {
    "month": {"from": "所属期", "form": "yyyymm"},
    "kind": {"from": "税种", "map": {"增值税": "vat"}},
    "paid_fen": {"from": "金额", "unit": "yuan"},
    "staff": {"from": "人数"},
    "rate": {"from": "税率"},
    "paid_on": {"from": "入库日期"},
    "corrected": {"from": "更正"},
}


def feed(
    name: str = "tax_csv",
    format: str = "csv",
    path: str | None = "*.csv",
    **changes: Any,
) -> Feed:
    """Make a feed of the item; `source` and others may be given anew."""
    source = {"format": format, "path": path, "encodings": ["utf-8", "gb18030"]}
    said = {
        "id": name,
        "label": {"zh": name, "en": name},
        "item": "tax",
        "source": source | changes.pop("source", {}),
        "subject": {"code": "纳税人识别号", "name": "纳税人名称"},
        "columns": COLUMNS,
        "owner": {"zh": "税务", "en": "Tax office"},
        "checked_on": "2026-11-20",
    }
    return Feed.model_validate(said | changes)


def pack(*feeds: Feed) -> Pack:
    """Make a pack of the item and the feeds; by default one for each format of file."""
    if not feeds:
        feeds = (
            feed(),
            feed("tax_jsonl", "jsonl", "*.jsonl"),
            feed("tax_parquet", "parquet", "*.parquet"),
            feed("tax_xlsx", "xlsx", "*.xlsx"),
        )
    words = {"vat": {"zh": "增值税款", "en": "VAT"}, "income": {"zh": "所得税", "en": "income tax"}}
    vocabulary = Vocabulary.model_validate(
        {
            "id": "tax_kind",
            "label": {"zh": "税种", "en": "kind of tax"},
            "entries": words,
            "checked_on": "2026-11-20",
        }
    )
    return pack_of(
        ASOF,
        items={"tax": Item.model_validate(ITEM)},
        feeds={f.id: f for f in feeds},
        vocabularies={"tax_kind": vocabulary},
    )


def code(nth: int) -> str:
    """Give the nth firm's code."""
    stem = f"91430100{nth:09d}"
    return stem + uscc.calc_check_digit(stem)


def row(nth: int, **changes: str) -> tuple[str, ...]:
    """Give the nth good raw row; single columns may be given anew."""
    good = {
        "纳税人识别号": code(nth),
        "纳税人名称": f"湘江第{nth}科技有限公司",
        "所属期": f"2024{nth % 12 + 1:02d}",
        "税种": ("增值税", "income", "所得税")[nth % 3],
        "金额": f"{nth}.5",
        "人数": str(nth),
        "税率": "13",
        "入库日期": f"2025-01-{nth % 28 + 1:02d}",
        "更正": "否",
    }
    return tuple((good | changes).values())


def write_csv(
    path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", heading=HEADING
) -> Path:
    """Write a raw file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


def records(rows: Sequence[Sequence[str]]) -> list[Mapping[str, str]]:
    """Give raw rows by column."""
    return [dict(zip(HEADING, row, strict=True)) for row in rows]


def facts(lake: Lake, pack: Pack, known: int | None = None) -> pa.Table:
    """Give the facts known by a batch, in order."""
    with DuckDB() as engine:
        known_facts(engine, lake, pack, known)
        return engine.query("SELECT * FROM fact_tax ORDER BY batch, source_row")
