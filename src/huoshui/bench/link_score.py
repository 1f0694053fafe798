"""How right somebody's links are, beside the truth of the task, over all and by kind of dirt.

A link says that a record of the second office is about a body of the register (`same`) or is a
branch of it (`branch`); no link says that the record is about nobody of the register.  A branch
said to be its firm is wrong twice: a wrong link, and a right one missing.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from huoshui.engines.duckdb import DuckDB

LINKS = pa.schema([("record", pa.int64()), ("code", pa.string()), ("relation", pa.string())])

_JUDGED = """
WITH link AS (
  SELECT DISTINCT record, code, coalesce(relation, 'same') AS relation
  FROM given_link WHERE code IS NOT NULL
), made AS (
  SELECT t.record, t.kind, count(l.code) AS made,
    count(*) FILTER (WHERE l.code = t.code AND l.relation = t.relation) AS right_ones,
    CASE WHEN t.relation = 'none' THEN 0 ELSE 1 END AS due
  FROM truth AS t LEFT JOIN link AS l ON l.record = t.record
  GROUP BY t.record, t.kind, t.relation
)
SELECT kind, count(*) AS records, sum(made)::BIGINT AS made, sum(right_ones)::BIGINT AS right_ones,
  sum(due)::BIGINT AS due, count(*) FILTER (WHERE made = 0) AS alone
FROM made GROUP BY kind ORDER BY kind"""


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _f1(right: float, made: float, due: float) -> float:
    return round(_share(2 * right, made + due), 4)


def score(truth: pa.Table, links: pa.Table) -> dict[str, Any]:
    """Score links: `record`, `code` and, where it is no plain identity, `relation`.

    For `near_identical`, which has no right link, the class looked for is the record that stays
    alone, among all records one character away from a registered name: those of `near_identical`
    that stay alone are right, those of `ocr_slip` that do are wrong.
    """
    if "relation" not in links.column_names:
        same = pa.array(["same"] * links.num_rows, pa.string())
        links = links.append_column("relation", same)
    with DuckDB() as engine:
        engine.arrow("truth", truth)
        engine.arrow("given_link", links.select(LINKS.names).cast(LINKS))
        kinds = {row["kind"]: row for row in engine.query(_JUDGED).to_pylist()}
    total = {
        key: sum(row[key] for row in kinds.values())
        for key in ("records", "made", "right_ones", "due")
    }
    by_kind = {k: _f1(r["right_ones"], r["made"], r["due"]) for k, r in kinds.items()}
    if twin := kinds.get("near_identical"):
        slips = kinds.get("ocr_slip", {"alone": 0})["alone"]
        by_kind["near_identical"] = _f1(twin["alone"], twin["alone"] + slips, twin["records"])
    return {
        "dirty": total["records"],
        "precision": round(_share(total["right_ones"], total["made"]), 4),
        "recall": round(_share(total["right_ones"], total["due"]), 4),
        "f1": _f1(total["right_ones"], total["made"], total["due"]),
        "f1_by_kind": by_kind,
        "least_f1": min(by_kind.values(), default=0.0),
        "counts_by_kind": {
            k: {key: r[key] for key in ("records", "due", "made", "right_ones", "alone")}
            for k, r in kinds.items()
        },
    }
