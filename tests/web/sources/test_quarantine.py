"""A row set aside is repaired on a page and sent in again; what is forged or unchanged is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.mirroring import batches_mirror
from huoshui.web.sources.actions.repairing import quarantine_repair
from huoshui.web.sources.models import Batch, FeedState, Quarantined
from huoshui.web.sources.queries import quarantine as queries
from tests.web.sources.given import AT, FEED, worked

Switch = Callable[[str], None]
DAY_COLUMN = "列入日期"


def repaired(actor: Actor, *, batch: int = 1, row: int = 2, **raw: str) -> Job:
    with acting(actor):
        return quarantine_repair(actor, at=AT, batch=batch, row=row, raw=raw)


def test_a_row_is_set_aside_with_its_reason_and_raw_columns(set_aside: Actor) -> None:
    with acting(set_aside):
        (reason,) = queries.reasons()
        assert (reason["feed"], reason["reason"], reason["rows"]) == (FEED, "feed.not_a_day", 1)
        found = queries.row(1, 2)
        assert found is not None
        assert (found.field, found.raw[DAY_COLUMN]) == (DAY_COLUMN, "2026-02-30")
        assert FeedState.objects.get(feed=FEED).quarantined == 1


def test_raw_rows_are_seen_by_the_operator_alone(set_aside: Actor) -> None:
    with acting(
        Actor("institution", "李敏", person=set_aside.person, institution=set_aside.person)
    ):
        assert not Quarantined.objects.exists()


def test_a_corrected_row_becomes_a_fact_and_leaves_the_quarantine(
    set_aside: Actor, switch_role: Switch
) -> None:
    job = repaired(set_aside, **{DAY_COLUMN: "2026-02-28"})
    assert repaired(set_aside, **{DAY_COLUMN: "2026-02-28"}).id == job.id  # the form sent twice
    switch_role("jobs")
    worked(job)
    switch_role("web")
    with acting(set_aside):
        done = Job.objects.get(id=job.id)
        assert done.status == "done", done.problem
        assert queries.open_count() == 0
        found = queries.row(1, 2)
        assert found is not None
        assert found.resolved_in == 2
        assert FeedState.objects.get(feed=FEED).rows == 2
        assert Batch.objects.get(number=2).is_repair
    with pytest.raises(Refused, match="dealt with already, in batch 2"):
        repaired(set_aside, **{DAY_COLUMN: "2026-02-27"})


def test_a_repair_that_is_still_wrong_says_so_and_where_the_row_is_now(
    set_aside: Actor, switch_role: Switch
) -> None:
    job = repaired(set_aside, **{DAY_COLUMN: "2026-02-31"})
    switch_role("jobs")
    worked(job)
    switch_role("web")
    with acting(set_aside):
        failed = Job.objects.get(id=job.id)
        assert (failed.status, failed.problem["code"]) == ("failed", "repair.still_wrong")
        assert "batch 2" in failed.problem["message"]
        (row,) = queries.rows(feed=FEED, reason=None)
        assert (row.batch, row.source_row, row.raw[DAY_COLUMN]) == (2, 2, "2026-02-31")


def test_forged_unchanged_and_foreign_columns_are_refused(set_aside: Actor, home: Path) -> None:
    for raw, code, batch in (
        ({DAY_COLUMN: "2026-02-28"}, "repair.no_such_row", 99),
        ({DAY_COLUMN: "2026-02-30"}, "repair.unchanged", 1),
        ({"无此列": "7"}, "repair.no_such_column", 1),
    ):
        with pytest.raises(Refused) as refused:
            repaired(set_aside, batch=batch, **raw)
        assert refused.value.problems[0].code == code
    assert not (home / "repairs").exists()


def test_a_lake_that_was_made_anew_is_mirrored_anew(
    set_aside: Actor, home: Path, switch_role: Switch
) -> None:
    record = home / "lake" / "batches" / "00000001.json"
    said = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(said | {"sha256": "0" * 64, "rows_in": 7}), "utf-8")
    switch_role("jobs")
    assert batches_mirror(home, at=AT) == 1
    assert batches_mirror(home, at=AT) == 0
    switch_role("web")
    with acting(set_aside):
        assert Batch.objects.get().rows_in == 7
