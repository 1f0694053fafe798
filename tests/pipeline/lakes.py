"""Lakes of small made worlds, batch by batch, so that a run can be asked after each of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.facts.schema import arrow_schema
from huoshui.pipeline.lake import Batch, Lake
from huoshui.policy.pack import Pack
from tests.entities.worlds import ITEMS, Row, fact, settlement_of, world_pack
from tests.indicators.worlds import measure_of

MEASURES = {
    "loans": ("number", "count", {"op": "holding", "aggregate": "count", "item": "loan"}),
    "owed": ("number", "fen", {"op": "latest", "column": "balance_fen", "item": "loan"}),
    "state": ("text", None, {"op": "latest", "column": "kind", "item": "registration"}),
    "listed": ("number", "count", {"op": "holding", "aggregate": "count", "item": "branch"}),
}


def small_pack() -> Pack:
    """Make a pack of few items and indicators; the register of branches is complete."""
    items = dict(ITEMS)
    items["branch"] = items["branch"].model_copy(update={"absence": "means_none"})
    made = {
        name: measure_of(name, kind, unit, measure)
        for name, (kind, unit, measure) in MEASURES.items()
    }
    rule = settlement_of(["authority", "latest_true", "latest_known"], {"loan": ["bank"]})
    return world_pack(rule, items, indicators=made)


PLACES = ("430100", "430200", "110101")
TRADES = ("芙蓉", "橘子", "麓山", "湘江", "岳麓", "浏阳")


def random_town(seed: int, size: int) -> dict[str, list[Row]]:
    """Make facts of thirty bodies that bear one another's names, half of the loans by name only.

    There are enough bodies that most are not spoken of by a day's few facts.
    """
    chance = random.Random(seed)
    codes = [f"91{PLACES[n % 3]}{'ABCDEFGHJK'[n // 3] * 9}{n % 10}" for n in range(30)]
    names = [f"{trade}{kind}有限公司" for trade in TRADES for kind in ("科技", "贸易", "建材", "")]
    made: dict[str, list[Row]] = {"registration": [], "branch": [], "loan": []}
    for nth in range(size):
        code, name = chance.choice(codes), chance.choice(names)
        item = chance.choice(("registration", "loan", "loan", "branch"))
        about: Row = {}
        if item == "loan":
            code = chance.choice((code, None))
            about = {"contract_no": chance.choice("ab"), "balance_fen": chance.randint(0, 9)}
        elif item == "branch":
            about = {"branch_code": chance.choice(codes), "branch_name": f"{name}长沙分公司"}
        else:
            about = {"kind": chance.choice((None, "firm")), "former_name": chance.choice(names)}
        made[item].append(fact((code, name), nth, feed=chance.choice(("office", "bank")), **about))
    return made


def add_batches(lake: Lake, pack: Pack, facts: Mapping[str, Iterable[Row]]) -> None:
    """Commit a batch for each item that has any facts."""
    with lake.writing() as writer:
        for item, rows in facts.items():
            number = writer.next_batch()
            told = [{**row, "batch": number} for row in rows]
            if not told:
                continue
            schema = arrow_schema(pack.items[item])
            listed = [{c: row.get(c) for c in schema.names} for row in told]
            path = writer.staging / "facts.parquet"
            pq.write_table(pa.Table.from_pylist(listed, schema), path)
            count = len(told)
            batch = Batch(
                number, "office", item, "a.csv", f"{number}", "made", count, count, 0, 0, 0
            )
            writer.commit(batch, facts=path, quarantine=None)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
