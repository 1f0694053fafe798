"""What names alone tell is worked out once: later runs ask for new names, and publish the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from huoshui.entities.build import who
from huoshui.kernel.step import asked
from huoshui.pipeline import kept
from huoshui.pipeline.kept import Kept
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import Work, name_entities, run, session, take_facts
from huoshui.pipeline.snapshot import publish
from tests.entities.resembling import pack
from tests.entities.worlds import Row, fact
from tests.pipeline.lakes import add_batches, bytes_of

TOLD = ("name_normal", "name_part", "address_part", "pair_text")
TRADES = ("芙蓉", "橘洲", "麓山", "湘江", "岳麓", "浏阳", "云麓", "望城")
KINDS = ("科技有限公司", "贸易有限公司", "建材有限责任公司")


def day(seed: int, count: int) -> dict[str, list[Row]]:
    """Make registrations with codes, and loans to names of which each may have a slip."""
    chance = random.Random(seed)
    made: dict[str, list[Row]] = {"registration": [], "loan": []}
    for nth in range(count):
        trade, kind = chance.choice(TRADES) + chance.choice(TRADES), chance.choice(KINDS)
        place = f"示例大道{chance.randint(1, 99)}号"
        code = f"91430100{seed % 10}{nth:03d}ABCD5K"
        made["registration"].append(fact((code, trade + kind), nth, address=place))
        other = chance.choice(TRADES)[0] if chance.random() < 0.5 else trade[0]
        named = (None, other + trade[1:] + kind)
        made["loan"].append(fact(named, nth, contract_no=f"{seed}-{nth}"))
        made["registration"].append(fact(named, nth + count, address=place))
    return made


def links(lake: Lake, memory: Kept | None) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    """Give who is who and who resembles whom, and how many texts were looked at for it."""
    with session() as engine:
        work = Work(engine, lake, pack(), lake.last_batch, kept=memory)
        take_facts(work)
        name_entities(work)
        every = [
            tuple(row.values())
            for name in ("subject_entity", "unlinked", "resemblance")
            for row in engine.query(f"SELECT * FROM {name} ORDER BY ALL").to_pylist()
        ]
        return every, {name: work.rows(asked(name)) for name in TOLD}


@pytest.mark.parametrize("seed", range(2))
def test_with_what_is_kept_the_links_of_each_day_are_those_found_without(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_FILES", 2)
    lake = Lake(tmp_path / "lake")
    for number in range(4):
        add_batches(lake, pack(), day(10 * seed + number, 20 if number == 0 else 4))
        found, _ = links(lake, Kept(tmp_path / "kept"))
        anew, _ = links(lake, None)
        assert found == anew
        for name in TOLD:
            (folder,) = (tmp_path / "kept" / name).iterdir()
            assert 1 <= len(list(folder.iterdir())) <= 2


def test_a_run_looks_only_at_names_and_pairs_that_no_run_has_looked_at(tmp_path: Path) -> None:
    lake, folder = Lake(tmp_path / "lake"), tmp_path / "kept"
    add_batches(lake, pack(), day(1, 20))
    _, first = links(lake, Kept(folder))
    assert min(first.values()) > 0
    _, again = links(lake, Kept(folder))
    assert again == dict.fromkeys(TOLD, 0)
    add_batches(lake, pack(), {"loan": [fact((None, "荷塘月色贸易有限公司"), contract_no="n")]})
    _, after = links(lake, Kept(folder))
    assert after["name_normal"] == after["name_part"] == 1
    assert after["address_part"] == 0


def test_what_other_rules_kept_is_not_used_and_goes(tmp_path: Path) -> None:
    lake, folder = Lake(tmp_path / "lake"), tmp_path / "kept"
    add_batches(lake, pack(), day(1, 10))
    links(lake, Kept(folder))
    (known,) = (folder / "name_part").iterdir()
    known.rename(folder / "name_part" / "of other rules")
    _, looked_at = links(lake, Kept(folder))
    assert looked_at["name_part"] > 0
    assert looked_at["name_normal"] == 0
    assert [each.name for each in (folder / "name_part").iterdir()] == [known.name]


def test_a_memory_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    lake, folder = Lake(tmp_path / "lake"), tmp_path / "kept"
    add_batches(lake, pack(), day(1, 10))
    found, _ = links(lake, Kept(folder))
    for path in folder.rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-9])
    again, looked_at = links(lake, Kept(folder))
    assert again == found
    assert min(looked_at.values()) > 0
    assert links(lake, Kept(folder)) == (found, dict.fromkeys(TOLD, 0))


def test_of_two_runs_at_once_one_adds_what_it_found(tmp_path: Path) -> None:
    lake, folder = Lake(tmp_path / "lake"), tmp_path / "kept"
    add_batches(lake, pack(), day(1, 10))
    with session() as engine:
        early, late = Kept(folder), Kept(folder)
        work = Work(engine, lake, pack(), lake.last_batch, kept=late)
        take_facts(work)
        late.steps(engine, who(pack(), asof=pack().asof))  # it saw nothing kept when it began
        work.kept = early
        name_entities(work)
        late.keep(engine)
    found, looked_at = links(lake, Kept(folder))
    assert found == links(lake, None)[0]
    assert looked_at == dict.fromkeys(TOLD, 0)


def test_a_snapshot_is_the_same_to_the_byte_with_and_without(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    published = []
    for number in range(2):
        add_batches(lake, pack(), day(number, 8))
        for home, memory in (("a", Kept(tmp_path / "kept")), ("b", None)):
            with session() as engine:
                work = run(engine, lake, pack(), kept=memory)
                published.append(bytes_of(publish(work, tmp_path / home).folder))
    assert published[0] == published[1]
    assert published[2] == published[3]


def test_where_nobody_resembles_anybody_nothing_of_it_is_kept(tmp_path: Path) -> None:
    lake, folder = Lake(tmp_path / "lake"), tmp_path / "kept"
    alone = fact(("91430100AAAAAAAA1A", "芙蓉科技有限公司"), address="示例大道1号")
    add_batches(lake, pack(), {"registration": [alone]})
    _, looked_at = links(lake, Kept(folder))
    assert looked_at["pair_text"] == 0
    assert sorted(each.name for each in folder.iterdir()) == sorted({*TOLD} - {"pair_text"})
