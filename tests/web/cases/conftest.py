"""The small region's snapshot, with a stage of firms and banks on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.web.insights.conftest import folder, loaded, parties  # noqa: F401 - fixtures by name
from tests.web.insights.given import rows_of


@pytest.fixture
def stage(loaded: Any, parties: Any, folder: Path) -> Any:  # noqa: F811
    """Whoever is needed, on a fresh database with the snapshot in it."""
    from tests.web.cases.given import Stage  # once Django is set up

    return Stage(parties, rows_of(folder))
