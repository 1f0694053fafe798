"""Explaining one firm: every offering asked clause by clause, and what its page says of each.

It is what a page does for each visit beside drawing itself: the traces of all offerings, the open
ones ranked with their terms, and the sentences, in the reader's language, of every clause that
stands open or in the way, with the evidence that is wanting.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from huoshui import explain, matching
from huoshui.bench.timing import circumstances
from huoshui.kernel.garbage import settled
from huoshui.pipeline.published import snapshot_files, snapshot_folders
from huoshui.policy.pack import Pack

WARM = 20
"""Firms explained beforehand, so that what is worked out once is not put down to the first."""


def bench_explain(pack: Pack, home: Path, *, firms: int) -> dict[str, Any]:
    """Explain each firm of a published profile once, every offering of the pack, and time each."""
    snapshot = snapshot_files(snapshot_folders(home)[-1])
    (first, *_) = snapshot.parts("profile", firms)
    rows = first.to_pylist()
    plan = matching.compile(pack, asof=pack.asof)
    for row in rows[:WARM]:
        told(pack, plan, row)
    settled()
    taken, sentences = [], 0
    for row in rows:
        started = time.perf_counter()
        sentences += told(pack, plan, row)
        taken.append((time.perf_counter() - started) * 1_000)
    p50, p99, most = np.percentile(taken, [50, 99, 100])
    return {
        "bench": "explain",
        "firms": len(rows),
        "offerings": len(plan.offerings),
        "p50_ms": round(float(p50), 2),
        "p99_ms": round(float(p99), 2),
        "most_ms": round(float(most), 2),
        "sentences_per_firm": round(sentences / len(rows), 1),
        **circumstances(),
    }


def told(
    pack: Pack, plan: matching.Plan, row: Mapping[str, object], language: explain.Language = "zh"
) -> int:
    """Explain one firm as its page does, and give how many sentences there were."""
    traces = matching.explain_one(pack, row, asof=pack.asof, plan=plan)
    open_to = matching.offers(pack, row, asof=pack.asof, plan=plan, traces=traces)
    said = len(explain.offers_report(pack, open_to, row))
    for trace in traces:
        if trace.verdict == "yes":
            continue
        stands = trace.unknown if trace.verdict == "unknown" else trace.failing
        for clause in stands:
            said += bool(explain.clause_sentence(pack, clause, row, language))
        if trace.verdict == "unknown":
            for clause in stands:
                for column in explain.missing_columns(pack, clause.columns, row):
                    tuple(explain.items_behind(pack, column, row))
    return said
