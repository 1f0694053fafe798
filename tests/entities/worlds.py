"""Small random worlds of facts: few codes, few names, many spellings, so that they collide."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from huoshui.entities import build
from huoshui.kernel.step import Step
from huoshui.policy.pack import Pack
from huoshui.policy.schema import FACTS_BUILT_IN, ColumnType, Item, Settlement, Vocabulary
from tests.given import pack_of

ASOF = dt.date(2026, 6, 30)

Row = dict[str, object]
Facts = Mapping[str, Sequence[Row]]

ARROW = {
    ColumnType.WHOLE: pa.int64(),
    ColumnType.MONEY: pa.int64(),
    ColumnType.DECIMAL: pa.decimal128(18, 6),
    ColumnType.DAY: pa.date32(),
    ColumnType.FLAG: pa.bool_(),
}
BUILT_IN = {
    "true_from": pa.date32(),
    "true_until": pa.date32(),
    "batch": pa.int64(),
    "source_row": pa.int64(),
}


def item_of(
    name: str,
    columns: Mapping[str, str],
    key: Sequence[str],
    *,
    absence: str = "unknown",
    required: Iterable[str] = (),
) -> Item:
    """Make an item; `columns` maps a name to its type, and to its unit behind a colon."""
    made: dict[str, object] = {}
    for column, text in columns.items():
        kind, _, unit = text.partition(":")
        made[column] = {
            "type": kind,
            "label": {"zh": column, "en": column},
            "unit": unit or None,
            "required": column in key or column in required,
        }
    return Item.model_validate(
        {
            "id": name,
            "label": {"zh": name, "en": name},
            "category": "any",
            "columns": made,
            "key": tuple(key),
            "true_from": "true_from",
            "owner": {"zh": "某局", "en": "an office"},
            "refresh": "monthly",
            "sensitivity": "internal",
            "consent": "enterprise",
            "fresh_days": 30,
            "absence": absence,
            "cite": "house#adr-0001",
            "checked_on": "2026-11-20",
        }
    )


def vocabulary_of(name: str, words: Sequence[str]) -> Vocabulary:
    """Make a vocabulary whose words are their own labels."""
    return Vocabulary.model_validate(
        {
            "id": name,
            "label": {"zh": name, "en": name},
            "checked_on": "2026-11-20",
            "entries": {w: {"zh": w, "en": w} for w in words},
        }
    )


def settlement_of(
    rule: Sequence[str], authority: Mapping[str, Sequence[str]] | None = None
) -> Settlement:
    """Make a settlement rule."""
    return Settlement.model_validate(
        {
            "id": "settlement",
            "label": {"zh": "取舍", "en": "settlement"},
            "checked_on": "2026-11-20",
            "rule": tuple(rule),
            "authority": authority or {},
            "cite": "house#adr-0001",
        }
    )


ITEMS = {
    item.id: item
    for item in (
        item_of(
            "registration",
            {
                "kind": "text",
                "legacy_no": "text",
                "former_name": "text",
                "region_code": "text",
                "status": "text",
            },
            ["true_from"],
        ),
        item_of("branch", {"branch_code": "text", "branch_name": "text"}, ["branch_code"]),
        item_of("loan", {"contract_no": "text", "balance_fen": "money:fen"}, ["contract_no"]),
    )
}
BRANCH_WORDS = ("分公司", "营业部")
LEGAL_FORMS = ("公司",)
BRACKET_WORDS = ("集团",)


def world_pack(rule: Settlement, items: Mapping[str, Item] = ITEMS, **kinds: object) -> Pack:
    """Make the pack of a world."""
    vocabularies = {
        "branch_word": vocabulary_of("branch_word", BRANCH_WORDS),
        "legal_form": vocabulary_of("legal_form", LEGAL_FORMS),
        "bracket_word": vocabulary_of("bracket_word", BRACKET_WORDS),
    }
    return pack_of(
        ASOF,
        items=items,
        entities={rule.id: rule},
        vocabularies=vocabularies,
        **kinds,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Bench:
    """An open database with a world's relations."""

    connection: duckdb.DuckDBPyConnection

    def run(self, steps: Iterable[Step]) -> Bench:
        """Make the relations that the steps describe."""
        for step in steps:
            self.connection.execute(f"CREATE {step.kind} {step.name} AS {step.sql}")
        return self

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Give the rows of a query."""
        return self.connection.execute(sql).fetchall()

    def arrow(self, sql: str) -> pa.Table:
        """Give the table of a query."""
        return self.connection.execute(sql).to_arrow_table()


def fact_schema(item: Item) -> pa.Schema:
    """Give the columns of `fact_<item>` with their types."""
    fields = [(c, ARROW.get(d.type, pa.string())) for c, d in item.columns.items()]
    fields += [(c, BUILT_IN.get(c, pa.string())) for c in FACTS_BUILT_IN if c not in item.columns]
    return pa.schema(fields)


def bench_of(pack: Pack, facts: Facts) -> Bench:
    """Open a database that holds the facts as `fact_<item>`; absent columns are null."""
    connection = duckdb.connect(config={"threads": 1})
    for item in pack.items.values():
        schema = fact_schema(item)
        rows = [{c: row.get(c) for c in schema.names} for row in facts.get(item.id, ())]
        connection.register(f"given_{item.id}", pa.Table.from_pylist(rows, schema))
        connection.execute(f"CREATE TABLE fact_{item.id} AS SELECT * FROM given_{item.id}")
    return Bench(connection)


def linked(pack: Pack, facts: Facts) -> Bench:
    """Run the entities stage over facts."""
    return bench_of(pack, facts).run(build(pack))


def fact(subject: tuple[str | None, str | None], row: int = 1, **columns: object) -> Row:
    """Make a fact; what is not said is an ordinary value."""
    return {
        "subject_code": subject[0],
        "subject_name": subject[1],
        "true_from": dt.date(2026, 1, 1),
        "batch": 1,
        "feed": "office",
        "source_file": "a.csv",
        "source_row": row,
        **columns,
    }


CODES = ("91430100AAAAAAAA1A", "91430100BBBBBBBB2B", "92430100CCCCCCCC3C", "430100000000001")
LEGACY = ("430100000000001", "430100000000002")
REFERENCE = "P0123456789ABCDEF"
NAMES = (
    "芙蓉科技有限公司",
    "芙蓉（湖南）科技有限公司",
    "湖南芙蓉 科技有限公司",
    "芙蓉科技有限公司长沙分公司",
    "湖南芙蓉科技有限公司(株洲)营业部",
    "橘子集团有限公司",
    "橘子(集团)有限公司",
    "ｏｒａｎｇｅ有限公司",
    "Orange 有限公司",
    "  ",
)


def random_facts(seed: int, size: int = 14) -> dict[str, list[Row]]:
    """Make a world in which codes, names, feeds, batches and keys collide often."""
    chance = random.Random(seed)

    def subject() -> tuple[str | None, str | None]:
        code = chance.choice((*CODES, *LEGACY, REFERENCE, None, None, None))
        return code, chance.choice((*NAMES, None))

    def row(number: int, **columns: object) -> Row:
        return fact(
            subject(),
            number,
            true_from=dt.date(2026, chance.randint(1, 9), 1),
            batch=chance.randint(1, 4),
            feed=chance.choice(("office", "bank", "other")),
            source_file=chance.choice(("a.csv", "b.csv")),
            **columns,
        )

    return {
        "registration": [
            row(
                n,
                legacy_no=chance.choice((None, *LEGACY)),
                former_name=chance.choice((None, *NAMES)),
                kind=chance.choice((None, "firm")),
                region_code=chance.choice(("430100", "430200")),
            )
            for n in range(chance.randint(0, size // 2))
        ],
        "branch": [
            row(
                n,
                branch_code=chance.choice((*CODES, *LEGACY)),
                branch_name=chance.choice((None, *NAMES)),
            )
            for n in range(chance.randint(0, 4))
        ],
        "loan": [
            row(n, contract_no=chance.choice(("c1", "c2")), balance_fen=chance.randint(0, 9))
            for n in range(chance.randint(0, size))
        ],
    }
