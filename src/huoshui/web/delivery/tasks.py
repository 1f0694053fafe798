"""The one task that the jobs process knows, and the deeds that jobs are made of, by name."""

from __future__ import annotations

import procrastinate


def register(app: procrastinate.App) -> None:
    """Add the tasks to the jobs process's own app."""
