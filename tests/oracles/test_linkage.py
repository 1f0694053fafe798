"""The weights of pairs against Splink's own, for the same model and the same pairs."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from huoshui.bench.link_fit import described
from huoshui.engines.duckdb import DuckDB
from huoshui.entities import build
from tests.entities.resembling import pack, registered
from tests.entities.test_resemblance import code_of
from tests.entities.worlds import fact_schema

pytest.importorskip("splink")

TRADES = ("清越", "清樾", "恒达", "恒信", "大同", "大洞庭")
WORDS = ("软件", "软件科技", "电器", "商贸")
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "有限公司城东分公司")
PLACES = ("活水市", "示例省", "清源区", "示例省活水市", "")
ADDRESSES = ("示例省活水市清源区恒达路12号3栋", "清源区恒达路12号", "望江区信路9号", "古楼乡", None)
PEOPLE = ("张清越", "张**", "李信", None)
PHONES = ("10012345678", "10087654321", None)


@pytest.mark.slow
def test_a_pair_weighs_what_splink_says_it_weighs() -> None:
    chance = random.Random(5)

    def record(code: str | None, row: int) -> dict[str, object]:
        name = "".join(map(chance.choice, (PLACES, TRADES, WORDS, FORMS)))
        return registered(
            code,
            name,
            row,
            representative=chance.choice(PEOPLE[:1] + PEOPLE[2:] if code else PEOPLE),
            address=chance.choice(ADDRESSES),
            phone=chance.choice(PHONES),
        )

    rows = [record(code_of(n), n) for n in range(60)] + [record(None, 60 + n) for n in range(60)]
    world = pack()
    model = world.linkage
    assert model is not None
    with DuckDB(threads=1) as engine:
        for item in world.items.values():
            given = rows if item.id == "registration" else []
            schema = fact_schema(item)
            told = [{c: row.get(c) for c in schema.names} for row in given]
            engine.arrow(f"fact_{item.id}", pa.Table.from_pylist(told, schema))
        engine.steps(build(world))
        asking, known = described(engine)
        alone = "SELECT asker FROM asker_told GROUP BY asker HAVING count(*) > 1"
        ours = engine.query(
            f"SELECT asker, entity, weight FROM pair_weighed WHERE asker NOT IN ({alone})"
        ).to_pylist()
    from huoshui.modelling.linkage import weighed

    theirs = {
        (row["asking"], row["known"]): row["weight"]
        for row in weighed(model, asking, known).to_pylist()
    }
    assert len(ours) > 100
    for row in ours:
        said = theirs[row["asker"], row["entity"]]
        assert row["weight"] == pytest.approx(said, abs=1e-6), row
