"""What a run amounts to, in the few numbers a newcomer looks at first."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from huoshui import matching, ratings
from huoshui.pipeline.run import Work


def summary(work: Work) -> dict[str, Any]:
    """Count what came in, what became of it, and what was found; seconds by stage beside."""
    assert work.verdicts is not None
    batches = work.lake.batches(work.known)
    each = matching.counts(work.verdicts, list(work.pack.offerings))
    return {
        "known": work.known,
        "asof": work.asof.isoformat(),
        "rows_in": sum(b.rows_in for b in batches),
        "rows_known_before": sum(b.rows_known for b in batches),
        "facts": sum(b.rows_new for b in batches),
        "quarantined": sum(b.rows_quarantined for b in batches),
        "items": len({b.item for b in batches if b.rows_new}),
        "entities": work.made().num_rows,
        "entities_by_kind": _counted(work, "SELECT kind, count(*) FROM entity GROUP BY 1"),
        "branches_linked": _one(work, "SELECT count(*) FROM branch_link"),
        "names_unlinked": _one(work, "SELECT count(*) FROM unlinked"),
        "indicators": len(work.pack.indicators),
        "indicator_values": _values(work),
        "rated": {name: rating_counts(work, name) for name in work.pack.ratings},
        "offerings": len(work.pack.offerings),
        "pairs": {
            "yes": sum(c.yes for c in each),
            "no": sum(c.no for c in each),
            "unknown": sum(c.unknown for c in each),
        },
        "seconds": {name: round(seconds, 2) for name, seconds in work.seconds.items()},
    }


def definition_counts(work: Work) -> dict[str, dict[str, Any]]:
    """Count for every definition how many subjects it is a yes, a no or unknown for; by grade."""
    assert work.verdicts is not None
    assert work.titles is not None
    counted: dict[str, dict[str, Any]] = {}
    words = (("offerings", work.verdicts), ("titles", work.titles))
    for kind, table in words:
        each = matching.counts(table, list(work.pack.definitions(kind)))
        counted[kind] = {c.offering: {"yes": c.yes, "no": c.no, "unknown": c.unknown} for c in each}
    counted["ratings"] = {name: rating_counts(work, name) for name in work.pack.ratings}
    return counted


def rating_counts(work: Work, rating: str) -> dict[str, Any]:
    """Count subjects by grade; `open` are rated with an interval over several grades."""
    names = ratings.columns(rating)
    table = work.made()
    grades = table.column(names.grade).value_counts().to_pylist()
    known = {row["values"]: row["counts"] for row in grades if row["values"] is not None}
    rated = table.num_rows - table.column(names.low).null_count
    by_grade = {grade: known[grade] for grade in sorted(known)}
    by_grade["open"] = rated - sum(known.values())
    exact = table.num_rows - table.column(names.score).null_count
    return {"subjects": rated, "exact": exact, "grades": by_grade}


def open_to(work: Work, offering: str) -> list[str]:
    """Give the entities that an offering is open to."""
    assert work.verdicts is not None
    yes, _ = matching.decoded(work.verdicts, list(work.pack.offerings).index(offering))
    found: list[str] = pc.filter(work.verdicts.column("entity"), yes).to_pylist()
    return found


def _values(work: Work) -> int:
    table = work.made()
    return sum(
        table.num_rows - table.column(name).null_count
        for name in work.pack.indicators
        if name in table.column_names
    )


def _one(work: Work, sql: str) -> int:
    return int(work.engine.query(sql).column(0)[0].as_py())


def _counted(work: Work, sql: str) -> dict[str, int]:
    rows = work.engine.query(sql + " ORDER BY 1").to_pydict()
    words, counts = rows.values()
    return {word or "unknown": count for word, count in zip(words, counts, strict=True)}
