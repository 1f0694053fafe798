"""A run of what is new gives, to the byte, what a run of everything gives."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from huoshui.pipeline import fresh
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import Snapshot, snapshot_files
from huoshui.pipeline.run import run, session
from huoshui.pipeline.snapshot import publish
from huoshui.policy.pack import Pack
from tests.entities.worlds import CODES, NAMES, fact, random_facts
from tests.pipeline.lakes import add_batches, bytes_of, random_town, small_pack

ALWAYS = 0
"""For `fresh.MOST_SHARE`: however many are touched, only they are made anew."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return small_pack()


def published(
    home: Path, lake: Lake, pack: Pack, *, since: Snapshot | None = None, divided_above: int = 0
) -> tuple[Snapshot, bool, list[dict[str, Any]]]:
    """Give the snapshot, whether it was made of another, and the profile as the run has it."""
    with session() as engine:
        work = run(engine, lake, pack, since=since)
        snapshot = publish(work, home, divided_above=divided_above)
        return snapshot, work.since is not None, work.made().to_pylist()


def base(lake: Lake, pack: Pack, seed: int) -> None:
    """Take in a first day in which every register has facts."""
    first = random_facts(seed, 30)
    for item, rows in random_facts(seed + 1000, 30).items():
        first[item] += rows
    first["registration"].append(fact((CODES[0], NAMES[0]), region_code="430100"))
    first["branch"].append(fact((CODES[0], None), branch_code=CODES[1]))
    first["loan"].append(fact((CODES[2], NAMES[5]), contract_no="c9", balance_fen=7))
    add_batches(lake, pack, first)


@pytest.mark.parametrize("divided_above", [0, 1_000])
@pytest.mark.parametrize("seed", range(4))
def test_days_taken_one_after_another_give_what_all_of_them_give_at_once(
    seed: int, divided_above: int, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "MOST_SHARE", ALWAYS)
    lake, home, chance = Lake(tmp_path / "lake"), tmp_path / "home", random.Random(seed)
    add_batches(lake, pack, random_town(seed, 60))
    snapshot, *_ = published(home, lake, pack, divided_above=divided_above)
    for day in range(4):
        # Corrections of known keys, names that now mean two bodies, branches that are new.
        told = random_town(100 * seed + day + 7, 8)
        item = chance.choice([name for name, rows in told.items() if rows])
        add_batches(lake, pack, {item: chance.sample(told[item], 1)})
        since = fresh.published_before(home, lake, pack, None)
        assert since is not None
        assert since.name == snapshot.name
        snapshot, is_fresh, rows = published(
            home, lake, pack, since=since, divided_above=divided_above
        )
        assert is_fresh
        assert rows == snapshot.table("profile").sort_by("entity").to_pylist()
    whole, *_ = published(tmp_path / "anew", lake, pack, divided_above=divided_above)
    assert bytes_of(snapshot.folder) == bytes_of(whole.folder)
    assert snapshot_files(snapshot.folder).manifest == whole.manifest


def test_one_who_loses_a_record_because_another_now_bears_the_name_is_made_anew(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "MOST_SHARE", ALWAYS)
    lake, home, name = Lake(tmp_path / "lake"), tmp_path / "home", "芙蓉科技有限公司"
    first = {
        "registration": [fact((CODES[0], name))],
        "branch": [fact((CODES[2], None), branch_code=CODES[1])],
        "loan": [fact((None, name), contract_no="c1", balance_fen=5)],
    }
    add_batches(lake, pack, first)
    before, _, rows = published(home, lake, pack)
    assert {row["entity"]: row["owed"] for row in rows}[CODES[0]] == 5
    add_batches(lake, pack, {"registration": [fact(("91430200DDDDDDDD4D", name))]})
    after, is_fresh, rows = published(home, lake, pack, since=before)
    assert is_fresh
    assert {row["entity"]: row["owed"] for row in rows}[CODES[0]] is None
    whole, *_ = published(tmp_path / "anew", lake, pack)
    assert bytes_of(after.folder) == bytes_of(whole.folder)


def test_files_of_a_division_that_nothing_touched_are_the_same_files(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "MOST_SHARE", ALWAYS)
    lake, home = Lake(tmp_path / "lake"), tmp_path / "home"
    base(lake, pack, 3)
    before, *_ = published(home, lake, pack)
    elsewhere = "91430200DDDDDDDD4D"
    add_batches(lake, pack, {"loan": [fact((elsewhere, None), contract_no="c1")]})
    after, *_ = published(home, lake, pack, since=before)
    files = set(after.files("profile"))
    assert files - set(before.files("profile")) == {"profile/430200.parquet"}
    for file in set(before.files("profile")):
        assert os.path.samefile(before.folder / file, after.folder / file), file


def test_growing_beyond_one_file_is_taken_over_too(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "MOST_SHARE", ALWAYS)
    lake = Lake(tmp_path / "lake")
    base(lake, pack, 4)
    many = 1_000
    one, *_ = published(tmp_path / "home", lake, pack, divided_above=many)
    add_batches(lake, pack, {"loan": [fact((CODES[1], None), contract_no="c7")]})
    divided, *_ = published(tmp_path / "home", lake, pack, since=one)
    whole, *_ = published(tmp_path / "anew", lake, pack)
    assert len(whole.files("profile")) > 1
    assert bytes_of(divided.folder) == bytes_of(whole.folder)
    add_batches(lake, pack, {"loan": [fact((CODES[2], None), contract_no="c8")]})
    back, *_ = published(tmp_path / "home", lake, pack, since=divided, divided_above=many)
    whole, *_ = published(tmp_path / "anew", lake, pack, divided_above=many)
    assert bytes_of(back.folder) == bytes_of(whole.folder)


def test_everything_is_made_anew_where_others_may_be_touched(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, home = Lake(tmp_path / "lake"), tmp_path / "home"
    add_batches(lake, pack, {"loan": [fact((c, None), contract_no="c1") for c in CODES[:3]]})
    first, _, rows = published(home, lake, pack)
    assert [row["listed"] for row in rows] == [None, None, None]
    # The first fact of a register tells of everybody who does not stand in it.
    add_batches(lake, pack, {"branch": [fact((CODES[0], None), branch_code=CODES[1])]})
    second, is_fresh, rows = published(home, lake, pack, since=first)
    assert not is_fresh
    assert sorted(row["listed"] for row in rows) == [0, 0, 1]
    add_batches(lake, pack, {"loan": [fact((c, None), contract_no="c2") for c in CODES[:2]]})
    _, is_fresh, _ = published(home, lake, pack, since=second)
    assert not is_fresh  # two of three are touched
    monkeypatch.setattr(fresh, "made_with", lambda: "another version")
    assert fresh.published_before(home, lake, pack, None) is None


def test_a_run_that_is_killed_leaves_what_was_published(pack: Pack, tmp_path: Path) -> None:
    lake, home = Lake(tmp_path / "lake"), tmp_path / "home"
    base(lake, pack, 5)
    before, *_ = published(home, lake, pack)
    held = bytes_of(before.folder)
    add_batches(lake, pack, {"loan": [fact((CODES[1], None), contract_no="c7")]})
    dying = dedent("""
        import os, signal, sys
        from pathlib import Path
        from huoshui.pipeline import snapshot, tables
        from huoshui.pipeline.lake import Lake
        from huoshui.pipeline.run import run, session
        from tests.pipeline.lakes import small_pack

        home = Path(sys.argv[1])
        close = tables.Written.close

        def closed(table):
            close(table)
            if "evidence.parquet" in "".join(table.rows) or "evidence/" in "".join(table.rows):
                os.kill(os.getpid(), signal.SIGKILL)

        tables.Written.close = closed
        with session() as engine:
            work = run(engine, Lake(home.parent / "lake"), small_pack())
            snapshot.publish(work, home, divided_above=0)
    """)
    ended = subprocess.run([sys.executable, "-c", dying, str(home)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert any(path.name.startswith(".") for path in (home / "snapshots").iterdir())
    assert fresh.published_before(home, lake, pack, None) is not None
    assert bytes_of(snapshot_files(before.folder).folder) == held
    published(home, lake, pack, since=before)
    assert not any(path.name.startswith(".") for path in (home / "snapshots").iterdir())
