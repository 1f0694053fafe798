"""The rows behind figures: each fact once, with its file and row, and the figures made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huoshui.policy.pack import Pack

ROWS_MOST = 500
"""Rows that are kept of one item; the count tells of the others."""

FIRST = ("feed", "source_file", "source_row", "batch", "holds_from", "holds_until")


def facts_of_item(pack: Pack, facts: Iterable[Mapping[str, Any]], item: str) -> dict[str, Any]:
    """Gather the facts of one item from an explanation, where each figure repeats its own."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    used: dict[tuple[Any, ...], list[str]] = {}
    for told in facts:
        name = told["indicator"]
        measure = pack.indicators[name].measure
        if measure is None or measure.item != item:
            continue
        for fact in told["facts"]:
            key = (fact["batch"], fact["source_file"], fact["source_row"])
            merged.setdefault(key, {}).update(fact)
            used.setdefault(key, []).append(name)
    order = sorted(merged, key=lambda k: (str(merged[k]["holds_from"]), *map(str, k)), reverse=True)
    columns = dict.fromkeys(n for key in order for n in merged[key] if n not in FIRST)
    return {
        "item": item,
        "total": len(order),
        "columns": list(columns),
        "facts": [{**merged[key], "figures": used[key]} for key in order[:ROWS_MOST]],
    }
