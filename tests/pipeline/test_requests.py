"""Work asked of the pipeline is done in a process of its own, told of, refused and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from huoshui.kernel.errors import Refused
from huoshui.pipeline import requests
from huoshui.pipeline.requests import Request, perform
from tests.region import told

DAY = "2026-11-20"
Region = tuple[Path, dict[str, Any]]


@pytest.fixture
def home(small_region: Region, tmp_path: Path) -> Path:
    """Give a copy of the small region that a test may change."""
    return Path(shutil.copytree(small_region[0], tmp_path / "home"))


def refused(request: Request, home: Path, packs: list[Path]) -> list[str]:
    with pytest.raises(Refused) as caught:
        perform(request, home=home, packs=packs)
    return [problem.code for problem in caught.value.problems]


def children(of: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [pid for pid, parent in pairs if parent == of and is_huoshui(pid)]


def is_huoshui(pid: int) -> bool:
    said = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True)
    return "huoshui.cli.main" in said.stdout


def wait_until_gone(pid: int, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_huoshui(pid):
            return True
        time.sleep(0.1)
    return False


def test_a_run_tells_how_far_it_is_and_publishes_a_snapshot_and_its_packs(
    home: Path, demo_packs: list[Path]
) -> None:
    shutil.rmtree(home / "snapshots")
    told: list[tuple[str, int, int]] = []
    request = Request("run", {"asof": DAY})
    answer = perform(
        request, home=home, packs=demo_packs, on_progress=lambda *each: told.append(each)
    )
    assert {"entities", "indicators"} <= {what for what, _, _ in told}
    assert all(0 <= done <= total for _, done, total in told)
    (folder,) = requests.snapshot_folders(home)
    assert Path(answer["snapshot"]) == folder
    snapshot = requests.snapshot_files(folder)
    assert (snapshot.known, snapshot.asof.isoformat()) == (answer["known"], DAY)
    assert snapshot.table("profile").num_rows == answer["entities"]
    assert [path.name for path in requests.archived(home, snapshot.pack_digest)] == [
        "common",
        "demo",
    ]


def test_a_snapshot_whose_file_was_changed_is_refused(home: Path) -> None:
    (folder,) = requests.snapshot_folders(home)
    path = folder / "evidence.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(Refused, match=r"published\.altered.*evidence"):
        requests.snapshot_files(folder)
    with pytest.raises(Refused, match=r"published\.no_snapshot"):
        requests.snapshot_files(folder / "nothing")


def test_a_file_is_taken_in_and_a_repair_of_what_was_set_aside_too(
    home: Path, demo_packs: list[Path], tmp_path: Path
) -> None:
    before = requests.batches(home)[-1].batch
    bad = next(home.glob("region-*/raw/1-initial/penalties.csv")).read_text("utf-8-sig")
    heading, first, *_ = bad.splitlines()
    (tmp_path / "penalties.csv").write_text(
        f"{heading}\n{first.rsplit(',', 1)[0]},2023-02-30\n", "utf-8"
    )
    at = "2026-11-20T08:00:00+00:00"
    args = {"place": str(tmp_path / "penalties.csv"), "feed": "penalties", "recorded_at": at}
    (file,) = perform(Request("ingest", args), home=home, packs=demo_packs)["files"]
    assert (file["status"], file["rows_quarantined"]) == ("ingested", 1)
    (batch,) = requests.batches(home, since=before)
    assert (batch.batch, batch.recorded_at) == (file["batch"], at)
    (row,) = requests.quarantine_rows(home, since=before).to_pylist()
    assert (row["batch"], row["reason"]) == (batch.batch, "feed.not_a_day")

    out = tmp_path / "repair.jsonl"
    assert told("quarantine", "export", out, "--home", home, "--feed", "penalties").code == 0
    lines = [line for line in out.read_text("utf-8").splitlines() if "2023-02-30" in line]
    out.write_text(lines[0].replace("2023-02-30", "2023-02-28") + "\n", "utf-8")
    request = Request("resubmit", {"file": str(out)})
    (file,) = perform(request, home=home, packs=demo_packs)["files"]
    assert (file["status"], file["rows_quarantined"]) == ("ingested", 0)
    assert requests.quarantine_rows(home, since=before, open_only=True).num_rows == 0
    assert requests.resolved(requests.batches(home))[row["batch"], row["source_row"]] > before


def test_a_file_that_is_refused_says_why_in_the_answer(
    home: Path, demo_packs: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "penalties.csv").write_text("not,the,heading\n1,2,3\n", "utf-8")
    args = {"place": str(tmp_path / "penalties.csv"), "feed": "penalties"}
    (file,) = perform(Request("ingest", args), home=home, packs=demo_packs)["files"]
    assert file["status"] == "refused"
    assert file["problem"]["fix"]


def test_one_subject_is_explained_with_the_facts_behind(home: Path, demo_packs: list[Path]) -> None:
    (folder,) = requests.snapshot_folders(home)
    entity = requests.snapshot_files(folder).table("entity")["entity"][0].as_py()
    request = Request("explain", {"subject": entity, "asof": DAY})
    answer = perform(request, home=home, packs=demo_packs)
    assert answer["entity"] == entity
    assert answer["facts"]


def test_a_refusal_comes_back_as_it_was_and_no_name_is_taken_for_an_option(
    home: Path, demo_packs: list[Path]
) -> None:
    for name in ("91NOSUCH", "--help"):
        request = Request("explain", {"subject": name, "asof": DAY})
        assert refused(request, home, demo_packs) == ["subject.unknown"], name
    assert refused(Request("run", {"asof": DAY, "known": 9999}), home, demo_packs) == [
        "lake.no_batch"
    ]


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("dance", {}),
        ("run", {}),
        ("run", {"asof": DAY, "shell": "rm"}),
        ("ingest", {"place": None}),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_starts(
    kind: Any, args: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match=r"request\.not_askable"):
        Request(kind, args)


def test_work_that_is_killed_or_cancelled_leaves_no_process_and_says_so(
    home: Path, demo_packs: list[Path]
) -> None:
    seen: list[int] = []

    def kill(what: str, done: int, total: int) -> None:
        if not seen:
            seen.extend(children(os.getpid()))
            os.kill(seen[0], signal.SIGKILL)

    with pytest.raises(Refused, match=r"request\.killed.*SIGKILL"):
        perform(Request("run", {"asof": DAY}), home=home, packs=demo_packs, on_progress=kill)
    assert {"request.killed", "lake.busy"} <= requests.RETRIED

    def cancel(what: str, done: int, total: int) -> None:
        seen[:] = children(os.getpid())
        raise KeyError("cancelled")

    with pytest.raises(KeyError):
        perform(Request("run", {"asof": DAY}), home=home, packs=demo_packs, on_progress=cancel)
    assert seen
    assert not any(map(is_huoshui, seen))


ASKING = """
import sys
from pathlib import Path
from huoshui.pipeline.requests import Request, perform
home, *packs = map(Path, sys.argv[1:])
request = Request("run", {"asof": "2026-11-20"})
perform(request, home=home, packs=packs, on_progress=lambda *each: print(each, flush=True))
"""


def test_work_ends_when_the_one_that_asked_is_killed(home: Path, demo_packs: list[Path]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ASKING, str(home), *map(str, demo_packs)],
        stdout=subprocess.PIPE,
        text=True,
    ) as asking:
        assert asking.stdout is not None
        assert asking.stdout.readline()
        (worker,) = children(asking.pid)
        asking.kill()
    assert wait_until_gone(worker)
    assert told("run", "--home", home, "--asof", DAY, "--json").code == 0


def test_the_process_asked_is_given_no_password(
    home: Path, demo_packs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUOSHUI_DB_URL", "postgresql://web:secret-of-the-web@nowhere/x")
    monkeypatch.setenv("HUOSHUI_SECRET_KEY", "secret-of-the-web")
    said: list[str] = []

    def look(what: str, done: int, total: int) -> None:
        if not said:
            (worker,) = children(os.getpid())
            said.append(Path(f"/proc/{worker}/environ").read_text("utf-8"))
        raise KeyError("seen")

    with pytest.raises(KeyError):
        perform(Request("run", {"asof": DAY}), home=home, packs=demo_packs, on_progress=look)
    assert "HUOSHUI_PROGRESS" in said[0]
    assert "secret-of-the-web" not in said[0]


def test_asking_loads_no_engine() -> None:
    code = "import sys, huoshui.pipeline.requests; print('duckdb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
