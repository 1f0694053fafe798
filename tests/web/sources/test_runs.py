"""A run is asked once for what it rests on; packs are published once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.pipeline.requests import archived, snapshot_folders
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.mirroring import feeds_mirror
from huoshui.web.sources.actions.running import run_ask
from huoshui.web.sources.models import PackPublication
from tests.web.sources.given import AT, DAY, listed, steward, table, uploaded, worked


def test_without_facts_there_is_nothing_to_run(home: Path) -> None:
    actor = steward()
    with pytest.raises(Refused, match="nothing to run"), acting(actor):
        run_ask(actor, at=AT, today=DAY)


def test_a_run_publishes_a_snapshot_and_asks_for_it_to_be_loaded(
    home: Path, switch_role: Callable[[str], None]
) -> None:
    actor = steward()
    _, ingest = uploaded(actor, table([listed(n) for n in range(5)]))
    switch_role("jobs")
    worked(ingest)
    switch_role("web")
    with acting(actor):
        first = run_ask(actor, at=AT, today=DAY)
        assert run_ask(actor, at=AT, today=DAY).id == first.id
    switch_role("jobs")
    worked(first)
    switch_role("web")
    with acting(actor):
        done = Job.objects.get(id=first.id)
        assert done.status == "done", done.problem
        (folder,) = snapshot_folders(home)
        loading = Job.objects.get(task="insights.load")
        assert loading.args == {"folder": str(folder)}
        assert done.result["link"] == f"/jobs/{loading.id}"


def test_the_packs_of_a_first_start_are_on_record_and_kept(
    home: Path, switch_role: Callable[[str], None]
) -> None:
    actor, digest = steward(), pack_on(DAY).digest
    with acting(actor):
        made = PackPublication.objects.get()
    assert (made.digest, made.counts["offerings"]) == (digest, len(pack_on(DAY).offerings))
    assert archived(home, digest)
    switch_role("jobs")
    feeds_mirror(at=AT, today=DAY)  # as another start does
    switch_role("web")
    with acting(actor):
        assert PackPublication.objects.count() == 1
