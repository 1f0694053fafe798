"""Which entity a record without a known code resembles, part by part, and by how much."""

from __future__ import annotations

from huoshui.entities import schema


def nothing() -> str:
    """Make `resemblance` without rows, where no pack states a model."""
    columns = ", ".join(f"CAST(NULL AS {kind}) AS {c}" for c, kind in schema.RESEMBLANCE.items())
    return f"SELECT {columns} WHERE FALSE"
