"""The operations that a measure may name, one file each.

Each gives `measured(ask)`, the SQL of its value, and `trace(ask)`, the SQL of the facts it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from huoshui.indicators.ops import (
    active_months,
    edge_day,
    financial_year,
    holding,
    latest,
    since,
    top_share,
    trailing,
    variation,
)
from huoshui.indicators.ops.asking import Ask, Flat, Grouped


class Operation(Protocol):
    """What every file here gives."""

    def measured(self, ask: Ask) -> Flat | Grouped:
        """Give the SQL of the value."""
        ...

    def trace(self, ask: Ask) -> str:
        """Give the SQL of the facts that the value is made of, from `{facts}`."""
        ...


OPS: Mapping[str, Operation] = {
    "latest": latest,
    "holding": holding,
    "financial_year": financial_year,
    "trailing": trailing,
    "top_share": top_share,
    "active_months": active_months,
    "variation": variation,
    "since": since,
    "edge_day": edge_day,
}
"""Operation by its name in a measure."""

__all__ = ["OPS", "Ask", "Flat", "Grouped", "Operation"]
