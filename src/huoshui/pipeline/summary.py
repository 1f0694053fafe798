"""What a run amounts to, in the few numbers a newcomer looks at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from huoshui import matching, ratings
from huoshui.kernel.sql import literal, quoted
from huoshui.pipeline.evaluation import ENTITY, WORDS_OF, Table
from huoshui.pipeline.fresh import TOUCHED
from huoshui.pipeline.run import Work


def summary(work: Work, counts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Count what came in, what became of it, and what was found; seconds by stage beside.

    `counts` are the `definition_counts` that the snapshot of the run has.
    """
    batches = work.lake.batches(work.known)
    return {
        "known": work.known,
        "asof": work.asof.isoformat(),
        "since": work.since.known if work.since else None,  # what was not touched stays from there
        "entities_touched": work.rows(TOUCHED) if work.since else None,
        "rows_in": sum(b.rows_in for b in batches),
        "rows_known_before": sum(b.rows_known for b in batches),
        "facts": sum(b.rows_new for b in batches),
        "quarantined": sum(b.rows_quarantined for b in batches),
        "items": len({b.item for b in batches if b.rows_new}),
        "entities": work.rows("profile"),
        "entities_by_kind": _counted(work, "SELECT kind, count(*) FROM entity GROUP BY 1"),
        "branches_linked": _one(work, "SELECT count(*) FROM branch_link"),
        "names_unlinked": _one(work, "SELECT count(*) FROM unlinked"),
        "indicators": len(work.pack.indicators),
        "indicator_values": _values(work),
        "rated": counts["ratings"],
        "offerings": len(work.pack.offerings),
        "pairs": {
            word: sum(each[word] for each in counts["offerings"].values())
            for word in ("yes", "no", "unknown")
        },
        "seconds": {name: round(seconds, 2) for name, seconds in work.seconds.items()},
    }


def definition_counts(work: Work) -> dict[str, dict[str, Any]]:
    """Count for every definition how many subjects it is a yes, a no or unknown for; by grade."""
    counted: dict[str, dict[str, Any]] = {}
    for name, kind in WORDS_OF.items():
        each = matching.counts(_words(work, name), list(work.pack.definitions(kind)))
        counted[kind] = {c.offering: {"yes": c.yes, "no": c.no, "unknown": c.unknown} for c in each}
    counted["ratings"] = rating_counts(work, work.pack.ratings)
    return counted


def rating_counts(work: Work, wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Count subjects of ratings by grade; `open` are rated with an interval over several grades."""
    columns = {rating: ratings.columns(rating) for rating in wanted}
    if not columns:
        return {}
    each = " UNION ALL ".join(
        f"SELECT {literal(rating)} AS rating, {quoted(names.grade)} AS grade, count(*) AS rows,"
        f" count({quoted(names.low)}) AS rated, count({quoted(names.score)}) AS exact"
        " FROM profile GROUP BY 2"
        for rating, names in columns.items()
    )
    counts = work.engine.query(f"SELECT * FROM ({each}) AS told ORDER BY rating, grade").to_pylist()
    return {rating: _by_grade([c for c in counts if c["rating"] == rating]) for rating in columns}


def _by_grade(counts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_grade = {row["grade"]: row["rows"] for row in counts if row["grade"] is not None}
    rated = sum(row["rated"] for row in counts)
    by_grade["open"] = rated - sum(by_grade.values())
    return {"subjects": rated, "exact": sum(row["exact"] for row in counts), "grades": by_grade}


def open_to(work: Work, offering: str) -> list[str]:
    """Give the entities that an offering is open to."""
    words = work.made("verdicts")
    yes, _ = matching.decoded(words, list(work.pack.offerings).index(offering))
    found: list[str] = pc.filter(words.column("entity"), yes).to_pylist()
    return found


def _words(work: Work, name: Table) -> pa.Table:
    """Give the verdict words without whose they are, for counting."""
    columns = work.engine.query(f"SELECT * FROM {name} LIMIT 0").column_names
    listed = ", ".join(quoted(c) for c in columns if c != ENTITY)
    return work.engine.query(f"SELECT {listed} FROM {name}")


def _values(work: Work) -> int:
    """Count the indicators' values that are known."""
    if not work.pack.indicators:
        return 0
    each = " + ".join(f"count({quoted(name)})" for name in work.pack.indicators)
    return _one(work, f"SELECT {each} FROM profile")


def _one(work: Work, sql: str) -> int:
    return int(work.engine.query(sql).column(0)[0].as_py())


def _counted(work: Work, sql: str) -> dict[str, int]:
    rows = work.engine.query(sql + " ORDER BY 1").to_pydict()
    words, counts = rows.values()
    return {word or "unknown": count for word, count in zip(words, counts, strict=True)}
