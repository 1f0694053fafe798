"""Real names: one code is one body whatever it is called, one name is not, branches stay apart.

What is known of real branches comes from pairs whose maker joined them by unique prefixes of
names, so a link missed here is a name that our cutting reads otherwise.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huoshui.bench.link import who
from huoshui.engines.duckdb import DuckDB
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.synth.lookalikes import TRADE_CHARACTERS
from huoshui.synth.second_office import RECORDS
from tests.conftest import PACKS

NAME, CODE = "企业名称", "统一社会信用代码"
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load([PACKS / "common"], asof=dt.date(2026, 11, 20))


@pytest.fixture(scope="module")
def pairs(shared_data: Path) -> list[Row]:
    rows: list[Row] = pq.read_table(
        shared_data / "registry" / "branch_parent_pairs.parquet"
    ).to_pylist()
    return rows


def registered(bodies: Iterable[tuple[str | None, str]]) -> pa.Table:
    """Make the records of a register that knows no more than codes and names."""
    rows = [
        {"record": n, "office": "register", "code": code, "name": name}
        for n, (code, name) in enumerate(dict.fromkeys(bodies))
    ]
    return pa.Table.from_pylist(rows, RECORDS)


def asked(pack: Pack, records: pa.Table, *queries: str) -> Iterator[list[dict[str, Any]]]:
    """Resolve records, then ask of what came out."""
    with DuckDB(threads=1) as engine:
        who(engine, pack, records)
        for query in queries:
            yield engine.query(query).to_pylist()


def groups(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


ENTITIES = "SELECT subject_code, subject_name, entity FROM subject_entity"


def test_rows_that_share_a_code_are_one_body_whatever_it_is_called(
    shared_data: Path, pack: Pack
) -> None:
    rows = groups(shared_data / "registry" / "natural_dups_same_code.csv")
    (found,) = asked(pack, registered((row[CODE], row[NAME]) for row in rows), ENTITIES)
    names: dict[str, set[str]] = {}
    for row in found:
        assert row["entity"] == row["subject_code"]
        names.setdefault(row["entity"], set()).add(row["subject_name"])
    given: dict[str, set[str]] = {}
    for row in rows:
        given.setdefault(row[CODE], set()).add(row[NAME])
    assert names == given
    assert len(given) == 85


def test_rows_that_share_a_name_but_not_a_code_are_several_bodies(
    shared_data: Path, pack: Pack
) -> None:
    rows = groups(shared_data / "registry" / "natural_dups_same_name.csv")
    given = registered((row[CODE], row[NAME]) for row in rows)
    (found,) = asked(pack, given, ENTITIES)
    assert {row["entity"] for row in found} == {row[CODE] for row in rows}
    assert len({row[NAME] for row in rows}) == 89
    assert len(several(rows)) == 7  # the other rows repeat their code with their name


def test_a_name_that_several_bodies_bear_leads_to_none_of_them(
    shared_data: Path, pack: Pack
) -> None:
    rows = groups(shared_data / "registry" / "natural_dups_same_name.csv")
    borne = several(rows)
    nameless: list[tuple[str | None, str]] = [(None, name) for name in borne]
    given = [(row[CODE], row[NAME]) for row in rows]
    (found,) = asked(pack, registered([*given, *nameless]), ENTITIES)
    codes = {code for code, _ in given}
    led = {
        row["subject_name"] for row in found if row["entity"] in codes and not row["subject_code"]
    }
    assert not led & set(borne)


def several(rows: Iterable[Row]) -> dict[str, set[str]]:
    """Give the names that several codes bear."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row[NAME], set()).add(row[CODE])
    return {name: codes for name, codes in found.items() if len(codes) > 1}


@pytest.mark.slow
def test_real_branches_are_linked_to_their_parents_and_merged_with_none(
    pairs: Sequence[Row], pack: Pack
) -> None:
    """Every branch leads to its parent; three in a thousand by a branch that stands between."""
    given = registered(bodies(pairs))
    merged, links = asked(pack, given, MERGED, LINKS)
    assert merged == []
    assert len(pairs) == 15_000
    above = {row["branch"]: row["parent"] for row in links}
    direct = sum(above[row["分支代码"]] == row["母公司代码"] for row in pairs)
    assert direct / len(pairs) > 0.997
    for row in pairs:
        nearer = above[row["分支代码"]]
        assert row["母公司代码"] in (nearer, above.get(nearer)), row


@pytest.mark.slow
def test_a_branch_is_linked_to_no_body_that_only_resembles_its_own(
    pairs: Sequence[Row], pack: Pack
) -> None:
    """The parents are gone; in their place stand bodies of nearly the same names."""
    taken = {row["母公司名称"] for row in pairs}
    others = {name: other for name in taken if (other := twin(name)) not in taken}
    twins = [(f"X{n:05d}", other) for n, other in enumerate(others.values())]
    branches = [(r["分支代码"], r["分支名称"]) for r in pairs if r["母公司名称"] in others]
    assert len(twins) > 5_000
    links, merged = asked(pack, registered([*twins, *branches]), LINKS, MERGED)
    made = {code for code, _ in twins}
    assert not [row for row in links if row["parent"] in made]
    assert merged == []


MERGED = "SELECT * FROM subject_entity WHERE subject_code <> entity"
LINKS = "SELECT branch, parent FROM branch_link"


def bodies(pairs: Sequence[Row]) -> Iterator[tuple[str | None, str]]:
    for row in pairs:
        yield row["母公司代码"], row["母公司名称"]
        yield row["分支代码"], row["分支名称"]


def twin(name: str) -> str:
    """Change one character in the middle of a name."""
    place = min(4, len(name) // 2)
    character = TRADE_CHARACTERS[len(name) * 7 % len(TRADE_CHARACTERS)]
    return name[:place] + character + name[place + 1 :]
