"""A table of invoices as wide as offices keep them: twenty columns, some cells and rows not right.

Nothing of it is kept as data: the same rows and seed give the same file.  The pack's own item and
feed of invoices given are widened to read all of its columns, so that none is taken in for free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from huoshui.engines.duckdb import DuckDB
from huoshui.policy.pack import Pack
from huoshui.policy.schema import FeedColumn, ItemColumn
from huoshui.synth.codes import credit_codes

FEED = "vat_invoice_out"
FIRMS_PER_ROW = 1 / 25  # what a city of 2.34 million entities and 60 million rows has
MOST_FIRMS = 2_340_000
DISTRICTS = (430102, 430103, 430104, 430105, 430111, 430112, 430121, 430181, 430182)

NAMES = (
    (
        "星源",
        "恒创",
        "达通",
        "信泰",
        "华利",
        "瑞兴",
        "盛佳",
        "鼎新",
        "宏合",
        "远润",
        "科锦",
        "联安",
    ),
    ("商贸", "科技", "建材", "机械", "食品", "电子", "物流", "环保"),
    ("有限公司", "有限公司", "有限责任公司", "股份有限公司"),
)
GOODS = ("金属制品", "机床", "食品", "电子元件", "建筑材料", "办公用品")
MEASURES = ("台", "件", "千克", "吨", "套", "箱", "米", "个", "批", "次")
STATES = (*("正常",) * 9, "作废", "红冲")
RATES = ("13", "9", "6", "3", "1")
WARES = 600

REPEATED = 3  # in a thousand rows: the row before it once more
NO_NUMBER = 1  # in a thousand cells: nothing where something must be
IMPOSSIBLE_DAY = 1
VAGUE_AMOUNT = 1
WITH_UNIT = 50  # in a thousand amounts: the unit is written behind it

WIDER: Mapping[str, tuple[str, dict[str, Any]]] = {
    "invoice_book": ("发票代码", {"type": "text"}),
    "goods_code": ("商品编码", {"type": "text"}),
    "goods": ("货物名称", {"type": "text"}),
    "measure": ("计量单位", {"type": "text"}),
    "quantity": ("数量", {"type": "decimal"}),
    "price_fen": ("单价", {"type": "money", "unit": "fen"}),
    "tax_rate": ("税率", {"type": "whole"}),
    "is_deducted": ("是否抵扣", {"type": "flag"}),
    "certified_on": ("认证日期", {"type": "day"}),
    "lines": ("明细行数", {"type": "whole"}),
}


def widened(pack: Pack) -> Pack:
    """Give the pack with an item and feed of invoices that read twenty columns."""
    feed = pack.feeds[FEED]
    item = pack.items[feed.item]
    columns, reads = dict(item.columns), dict(feed.columns)
    for name, (source, column) in WIDER.items():
        label = {"label": {"zh": source, "en": name.replace("_", " ")}}
        columns[name] = ItemColumn.model_validate(column | label)
        reads[name] = FeedColumn.model_validate({"from": source})
    return replace(
        pack,
        items={**pack.items, item.id: item.model_copy(update={"columns": columns})},
        feeds={**pack.feeds, FEED: feed.model_copy(update={"columns": reads})},
    )


def make(path: Path, *, rows: int, seed: int) -> None:
    """Make the table of so many rows as Parquet."""
    firms = min(MOST_FIRMS, max(1000, int(rows * FIRMS_PER_ROW)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with DuckDB(memory_limit="4GB", spill=path.parent) as engine:
        engine.arrow("firm_code", _codes(firms, seed))
        engine.table("firm", f"SELECT nth, code, {_name()} AS name FROM firm_code")
        engine.arrow("ware", _wares())
        engine.write(_invoices(rows, firms, seed), path, form="COMPRESSION zstd")


def as_csv(table: Path, path: Path) -> None:
    """Write a table as separated text; nothing in it needs quotation marks."""
    style = pa_csv.WriteOptions(quoting_style="none")
    with pq.ParquetFile(table) as file, path.open("wb") as out:
        schema = file.schema_arrow
        with pa_csv.CSVWriter(out, schema, write_options=style) as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch)


def _codes(firms: int, seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    made = (
        credit_codes("91", rng.choice(np.array(DISTRICTS), len(nths)), nths)
        for nths in np.array_split(np.arange(firms), firms // 100_000 + 1)
    )
    codes = pa.chunked_array([pa.array(part.astype(object), pa.string()) for part in made])
    return pa.table({"nth": pa.array(np.arange(firms)), "code": codes})


def _name() -> str:
    given, trade, form = (
        _drawn(words, f"nth * {k}") for words, k in zip(NAMES, (3, 5, 7), strict=True)
    )
    return f"'活水市' || {given} || nth % 997 || {trade} || {form}"


def _wares() -> pa.Table:
    nths = range(WARES)
    return pa.table(
        {
            "nth": nths,
            "goods_code": [f"1{nth * 7919:018d}" for nth in nths],
            "goods": [f"*{GOODS[nth % len(GOODS)]}*型号{nth}" for nth in nths],
            "measure": [MEASURES[nth % len(MEASURES)] for nth in nths],
        }
    )


def _number(text: str, bound: int) -> str:
    """Draw a whole number below a bound by what is hashed."""
    return f"CAST(hash({text}) % {bound} AS BIGINT)"


def _drawn(words: Sequence[str], text: str) -> str:
    """Draw one of a few words."""
    cases = " ".join(f"WHEN {nth} THEN '{word}'" for nth, word in enumerate(words[:-1]))
    return f"CASE {_number(text, len(words))} {cases} ELSE '{words[-1]}' END"


def _amount(name: str) -> str:
    return f"CAST(CAST({name} AS DECIMAL(16, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS VARCHAR)"


def _invoices(rows: int, firms: int, seed: int) -> str:
    def of(nth: int, bound: int) -> str:
        return _number(f"i * 64 + {nth + 64 * seed}", bound)

    def day(nth: int) -> str:
        return f"CAST(DATE '2024-01-01' + CAST({of(nth, 900)} AS INTEGER) AS VARCHAR)"

    repeated = f"CASE WHEN {_number('r + 99', 1000)} < {REPEATED} AND r > 0 THEN r - 1 ELSE r END"
    drawn = f"""SELECT i, i // 25 % {firms} AS seller, {of(1, firms)} AS buyer,
  {of(2, WARES)} AS ware, {of(3, 10_000_000)} AS net, {of(4, 1_000_000)} AS tax,
  {of(5, 10_000)} AS odd
FROM (SELECT {repeated} AS i FROM range({rows}) t(r))"""
    return f"""SELECT s.code AS 销方税号, s.name AS 销方名称,
  CASE WHEN odd < {NO_NUMBER * 10} THEN '' ELSE CAST(2443000000000000 + i * 9973 AS VARCHAR) END
    AS 发票号码,
  CASE WHEN odd BETWEEN 10 AND {IMPOSSIBLE_DAY * 10 + 9} THEN '2024-02-30' ELSE {day(6)} END
    AS 开票日期,
  b.code AS 对方税号, b.name AS 对方名称,
  CASE WHEN odd BETWEEN 20 AND {VAGUE_AMOUNT * 10 + 19} THEN '约500万'
    WHEN odd >= {10_000 - WITH_UNIT * 10} THEN {_amount("net")} || '元' ELSE {_amount("net")} END
    AS 金额,
  {_amount("tax")} AS 税额, {_amount("net + tax")} AS 价税合计,
  {_drawn(STATES, "i * 64 + 7")} AS 发票状态,
  CAST(43000000 + {of(8, 4000)} AS VARCHAR) AS 发票代码,
  goods_code AS 商品编码, goods AS 货物名称, measure AS 计量单位,
  {_amount(of(9, 100_000))} AS 数量, {_amount(of(10, 1_000_000))} AS 单价,
  {_drawn(RATES, "i * 64 + 11")} AS 税率, {_drawn(("是", "否"), "i * 64 + 12")} AS 是否抵扣,
  CASE WHEN {of(13, 3)} > 0 THEN {day(14)} END AS 认证日期,
  CAST(1 + {of(15, 20)} AS VARCHAR) AS 明细行数
FROM ({drawn}) d JOIN firm s ON s.nth = d.seller JOIN firm b ON b.nth = d.buyer
JOIN ware w ON w.nth = d.ware"""
