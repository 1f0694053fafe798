"""A home of its own, feeds mirrored, the business day set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from huoshui.pipeline.requests import Request, archive, perform
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.project.database import Database

ROOT = Path(__file__).resolve().parents[3]
PACKS = (ROOT / "packs/common", ROOT / "packs/demo")


@pytest.fixture(scope="session")
def packs_kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packs of the demo region as a home keeps them; homes of tests only name this folder."""
    kept = tmp_path_factory.mktemp("packs")
    return kept / "packs" / archive(PACKS, kept)


@pytest.fixture
def home(
    database: Database,
    packs_kept: Path,
    switch_role: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The test's home; the feeds of the packs are in the database, and nothing has come in."""
    from django.conf import settings

    # Once Django is set up.
    from huoshui.web.sources.actions.mirroring import feeds_mirror
    from tests.web.sources.given import AT, DAY

    monkeypatch.setattr(settings, "HUOSHUI_DAY", DAY.isoformat())
    (settings.HUOSHUI_HOME / "packs").mkdir(parents=True)
    (settings.HUOSHUI_HOME / "packs" / packs_kept.name).symlink_to(packs_kept)
    switch_role("jobs")
    feeds_mirror(at=AT, today=DAY)
    switch_role("web")
    return Path(settings.HUOSHUI_HOME)


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of one batch: a row that is a fact, and one set aside because its day is none."""
    from tests.web.sources.given import AT, FEED, listed, table

    home = tmp_path_factory.mktemp("lake")
    (home / "list.csv").write_bytes(table([listed(1), listed(2, "2026-02-30")]))
    place = str(home / "list.csv")
    asked = Request("ingest", {"place": place, "feed": FEED, "recorded_at": AT.isoformat()})
    perform(asked, home=home, packs=PACKS)
    return home / "lake"


@pytest.fixture
def set_aside(lake: Path, home: Path, switch_role: Callable[[str], None]) -> Actor:
    """That lake in the test's home and mirrored, and a steward; Django is the web role."""
    from huoshui.web.sources.actions.mirroring import batches_mirror
    from tests.web.sources.given import AT, steward

    copytree(lake, home / "lake")
    switch_role("jobs")
    assert batches_mirror(home, at=AT) == 1
    switch_role("web")
    return steward()
