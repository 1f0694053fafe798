"""What the people of a simulated region do, each through the platform's own action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from huoshui.simulation.deeds import (
    applying,
    checking,
    lending,
    limiting,
    looking,
    reconciling,
    settling,
)

DEEDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    name: deed
    for module in (settling, applying, lending, limiting, looking, reconciling, checking)
    for name, deed in module.DEEDS.items()
}


def perform(order: dict[str, Any]) -> Any:
    """Do what an order names."""
    return DEEDS[order["do"]](order)
