"""A snapshot of the small region, loaded by the jobs role and met as the web role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.databases import AsRole
from tests.web.insights.given import AT, Parties, folder_of


@pytest.fixture
def folder(
    small_region: tuple[Path, dict[str, Any]], database: object, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of the region's snapshot, in the region's home, where its packs are kept."""
    from django.conf import settings

    monkeypatch.setattr(settings, "HUOSHUI_HOME", small_region[0])
    return folder_of(small_region[0])


@pytest.fixture
def loaded(switch_role: Callable[[str], None], folder: Path) -> Any:
    """The snapshot in the database; Django is connected as the web role afterwards."""
    from huoshui.web.insights.actions.loading import snapshot_load  # once Django is set up

    switch_role("jobs")
    snapshot = snapshot_load(folder, at=AT)  # `template` has it already: this finds it
    switch_role("web")
    return snapshot


@pytest.fixture
def parties(database: object, as_role: AsRole) -> Parties:
    """A maker of parties."""
    return Parties(as_role("owner", autocommit=True))
