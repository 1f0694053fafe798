"""A snapshot appears whole or not at all, whatever happens to the process that loads it."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import ProgrammingError, connection

from huoshui.kernel.errors import Refused
from huoshui.pipeline.published import sha256
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import DEEDS
from huoshui.web.insights import queries, tasks  # noqa: F401 - the deeds are made there
from huoshui.web.insights.actions.loading import KEPT, snapshot_load
from huoshui.web.insights.models import Profile, Snapshot
from huoshui.web.project.database import Database
from tests.given import ROOT
from tests.web.databases import AsRole
from tests.web.insights.given import AT, OPERATOR, rows_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _as_jobs(folder: Path, switch_role: Callable[[str], None]) -> None:
    switch_role("jobs")


@pytest.fixture
def another(folder: Path, tmp_path: Path) -> Callable[[int], Path]:
    """Make a snapshot like the region's, known by another batch."""

    def make(known: int) -> Path:
        made = tmp_path / "snapshots" / f"{known:08d}-{folder.name.split('-', 1)[1]}"
        shutil.copytree(folder, made)
        manifest = json.loads((made / "manifest.json").read_text("utf-8"))
        (made / "manifest.json").write_text(json.dumps({**manifest, "known": known}), "utf-8")
        return made

    return make


def in_use() -> tuple[str, int]:
    """Give the name of the snapshot that readers have, and how many rows it has."""
    with acting(OPERATOR):
        snapshot = queries.snapshot_latest()
        return snapshot.name, Profile.objects.filter(snapshot_id=snapshot.id).count()


def load_elsewhere(database: Database, folder: Path, die_at: str = "") -> int:
    """Load in a process of its own; give how it ended."""
    environment = {
        **os.environ,
        "HUOSHUI_DB_URL": database.url("jobs"),
        "HUOSHUI_HOME": str(folder.parents[1]),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.web.insights.loader", str(folder), die_at]
    return subprocess.run(command, env=environment, check=False).returncode


def partitions(as_role: AsRole) -> int:
    return int(
        as_role("owner")
        .execute("SELECT count(*) FROM pg_class WHERE relname ~ '^insights_profile_[0-9]+$'")
        .fetchone()[0]
    )


def test_loading_the_same_snapshot_again_changes_nothing(folder: Path) -> None:
    first = snapshot_load(folder, at=AT)
    again = snapshot_load(folder, at=AT + HOUR)
    assert again.id == first.id
    assert again.attached_at == AT
    with acting(SYSTEM):
        assert list(Entry.objects.values_list("action", flat=True)) == ["snapshot.attached"]


def test_an_earlier_snapshot_loaded_again_is_the_one_in_use(
    folder: Path, another: Callable[[int], Path]
) -> None:
    snapshot_load(folder, at=AT)
    later = another(900)
    snapshot_load(later, at=AT + HOUR)
    assert in_use()[0] == later.name
    snapshot_load(folder, at=AT + 2 * HOUR)
    assert in_use()[0] == folder.name


def test_old_snapshots_give_way_and_can_come_back(
    folder: Path, another: Callable[[int], Path], as_role: AsRole
) -> None:
    made = [folder, *(another(900 + n) for n in range(KEPT))]
    for n, each in enumerate(made):
        snapshot_load(each, at=AT + n * HOUR)
    with acting(SYSTEM):
        status = dict(Snapshot.objects.values_list("name", "status"))
    assert status == {p.name: "attached" if p is not folder else "retired" for p in made}
    assert partitions(as_role) == KEPT
    snapshot_load(folder, at=AT + 9 * HOUR)
    assert in_use() == (folder.name, len(rows_of(folder)))


def test_a_partition_that_somebody_reads_is_removed_by_a_later_load(
    folder: Path, another: Callable[[int], Path], as_role: AsRole
) -> None:
    snapshot_load(folder, at=AT)
    reading = as_role("web")
    reading.execute("SELECT count(*) FROM insights_profile")  # holds its lock until it ends
    for n in range(KEPT):
        snapshot_load(another(900 + n), at=AT + (n + 1) * HOUR)
    assert in_use()[0].startswith(f"{900 + KEPT - 1:08d}")
    assert partitions(as_role) == KEPT + 1
    reading.commit()
    snapshot_load(another(950), at=AT + 9 * HOUR)
    assert partitions(as_role) == KEPT


@pytest.mark.parametrize("die_at", ["insights.profile", "insights.evidence", "attach"])
def test_a_load_that_is_killed_leaves_the_old_snapshot_and_the_next_cleans_up(
    folder: Path,
    another: Callable[[int], Path],
    database: Database,
    as_role: AsRole,
    die_at: str,
) -> None:
    rows = len(rows_of(folder))
    snapshot_load(folder, at=AT)
    later = another(900)
    assert load_elsewhere(database, later, die_at) == -9
    assert in_use() == (folder.name, rows)
    assert partitions(as_role) == 2
    snapshot_load(later, at=AT + HOUR)
    assert in_use() == (later.name, rows)
    assert partitions(as_role) == 2
    with acting(SYSTEM):
        assert Snapshot.objects.filter(status="loading").count() == 0


def test_readers_meanwhile_have_the_old_snapshot_or_the_new_one_and_never_a_half(
    folder: Path, another: Callable[[int], Path], database: Database
) -> None:
    rows, pieces = len(rows_of(folder)), len(rows_of(folder, "evidence"))
    before = snapshot_load(folder, at=AT)
    command = [sys.executable, "-m", "tests.web.insights.reader", database.url("web")]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        after = [snapshot_load(another(900 + n), at=AT + (n + 1) * HOUR) for n in range(KEPT - 1)]
        out, _ = reader.communicate("stop\n")
    met = {row[0]: tuple(row[1:4]) for row in json.loads(out)}
    assert set(met) <= {before.id, *(each.id for each in after)}
    assert before.id in met
    assert set(met.values()) == {(rows, pieces, len(before.offerings))}


def test_a_snapshot_whose_file_was_altered_is_refused(
    folder: Path, another: Callable[[int], Path]
) -> None:
    torn = another(900)
    with (torn / "profile.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Refused) as refused:
        snapshot_load(torn, at=AT)
    assert refused.value.problems[0].code == "published.altered"


def test_words_with_every_mark_and_numbers_at_their_ends_come_back(
    folder: Path, another: Callable[[int], Path]
) -> None:
    odd = another(900)
    table = pq.read_table(odd / "profile.parquet")
    words = ['a"b', "a\\b", "a\tb\nc\r", "{a,b}", "NULL", "", " ", "\\N", "活水\u3000😀"]
    column = [*words, *[None] * (table.num_rows - len(words))]
    numbers = [2**63 - 1, -(2**63), 0, *[None] * (table.num_rows - 3)]
    floats = [5e-324, 1.7976931348623157e308, -0.0, 0.1 + 0.2, *[1 / 3] * (table.num_rows - 4)]
    table = _put(table, "tax_grade", pa.array(column, pa.string()))
    table = _put(table, "revenue_fen", pa.array(numbers, pa.int64()))
    table = _put(table, "debt_ratio", pa.array(floats, pa.float64()))
    pq.write_table(table, odd / "profile.parquet")
    manifest = json.loads((odd / "manifest.json").read_text("utf-8"))
    manifest["files"]["profile.parquet"]["sha256"] = sha256(odd / "profile.parquet")
    (odd / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    snapshot_load(odd, at=AT)
    with acting(OPERATOR):
        for row in table.slice(0, 12).to_pylist():
            found = queries.row_of(OPERATOR, entity=row["entity"])
            assert found == row
            assert str(found["debt_ratio"]) == str(row["debt_ratio"])


def _put(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def test_the_web_role_can_neither_load_nor_drop_a_snapshot(
    folder: Path, switch_role: Callable[[str], None]
) -> None:
    snapshot = snapshot_load(folder, at=AT)
    switch_role("web")
    for sql in (
        "SELECT insights_partition_drop(%s)",
        "SELECT insights_partition_make(%s)",
        "SELECT insights_partition_attach(%s)",
        "DELETE FROM insights_snapshot WHERE id = %s",
        "UPDATE insights_profile SET name = '' WHERE snapshot_id = %s",
        f"SELECT count(*) FROM insights_profile_{snapshot.id} WHERE snapshot_id = %s",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(OPERATOR),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [snapshot.id])


def test_the_deed_loads_a_snapshot_of_the_home_and_no_other_folder(folder: Path) -> None:
    work, job = DEEDS["insights.load"].work, Job(args={"folder": str(folder)})
    told = work(job, at=AT, tell=lambda *_: None)
    assert told["snapshot"] == folder.name
    assert told["rows"] == len(rows_of(folder))
    for elsewhere in ("..", "/etc", "../../snapshots", ""):
        with pytest.raises(Refused) as refused:
            work(Job(args={"folder": elsewhere}), at=AT, tell=lambda *_: None)
        assert refused.value.problems[0].code == "published.no_snapshot"


def test_two_loads_at_once_load_it_once(folder: Path, database: Database) -> None:
    environment = {
        **os.environ,
        "HUOSHUI_DB_URL": database.url("jobs"),
        "HUOSHUI_HOME": str(folder.parents[1]),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.web.insights.loader", str(folder), ""]
    both = [subprocess.Popen(command, env=environment) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    with acting(SYSTEM):
        assert Snapshot.objects.count() == 1
        assert Entry.objects.count() == 1
    assert in_use() == (folder.name, len(rows_of(folder)))
