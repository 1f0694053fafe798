"""Fits the model of resemblance on the task of the linkage benchmark, where the truth is known.

The platform cuts names and addresses itself, so that what is fitted is what is compared later.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyarrow as pa

from huoshui.bench.link import task, who
from huoshui.engines.duckdb import DuckDB
from huoshui.entities.ops.resemblance import NAME_COLUMNS
from huoshui.policy.pack import Pack

_TOLD = ("representative", "is_masked", "address", "address_head", "is_telling", "phone")
_ABSENT = {"is_masked": "FALSE", "is_telling": "FALSE"}


def _first(who: str) -> str:
    """Write one of the things that registrations say of each, whichever comes first."""
    order = ", ".join(_TOLD)
    numbered = f"row_number() OVER (PARTITION BY {who} ORDER BY {order}) AS nth"
    return f"(SELECT *, {numbered} FROM {who}_told)"


def described(engine: DuckDB) -> tuple[pa.Table, pa.Table]:
    """Give who asks and who is known, each described once, from the steps of a run."""
    named = ", ".join(f"n.{c}" for c in NAME_COLUMNS)
    told = ", ".join(f"coalesce(t.{c}, {_ABSENT.get(c, 'NULL')}) AS {c}" for c in _TOLD)
    asking = engine.query(f"""
SELECT n.asker AS id, {named}, CAST(0 AS BIGINT) AS bearers, CAST(0 AS BIGINT) AS trade_bearers,
  {told}
FROM asker_compared AS n
LEFT JOIN {_first("asker")} AS t ON t.asker = n.asker AND t.nth = 1
ORDER BY n.asker""")
    known = engine.query(f"""
SELECT n.entity AS id, {named}, b.bearers, b.trade_bearers, {told}
FROM (SELECT *, row_number() OVER (PARTITION BY entity ORDER BY is_current DESC, normal) AS nth
  FROM (SELECT p.*, m.is_current FROM entity_named AS p
    JOIN name_bearer AS m ON m.entity = p.entity AND m.normal = p.normal) AS borne) AS n
JOIN trade_bearer AS b ON b.trade_name = n.trade_name AND b.core = n.core AND b.branch = n.branch
LEFT JOIN {_first("entity")} AS t ON t.entity = n.entity AND t.nth = 1
WHERE n.nth = 1 ORDER BY hash(n.entity)""")
    return asking, known


def link_fit(
    pack: Pack, *, registry: Path | None, records: int, seed: int, pairs: float
) -> dict[str, Any]:
    """Fit m and u on a task; give them with the bits they make."""
    from huoshui.modelling.linkage import fitted  # Splink is an extra

    model = pack.linkage
    assert model is not None, "the packs given state a model"
    made = task(registry, records=records, seed=seed)
    with DuckDB() as engine:
        who(engine, pack, made.records)
        asking, known = described(engine)
        engine.arrow("truth", made.truth)
        labels = engine.query("""
SELECT DISTINCT a.asker AS asking, t.code AS known FROM truth AS t
JOIN record AS r ON r.record = t.record
JOIN asker_compared AS a ON a.subject_code IS NOT DISTINCT FROM r.code
  AND a.subject_name = r.name
JOIN entity_named AS e ON e.entity = t.code
WHERE t.relation = 'same' ORDER BY 1, 2""")
    chances = fitted(model, asking, known, labels, seed=seed, pairs=pairs)
    return {
        "registered": known.num_rows,
        "asking": asking.num_rows,
        "labels": labels.num_rows,
        "pairs": pairs,
        "levels": {
            part: {
                level: {"m": f"{m:.6g}", "u": f"{u:.6g}", "bits": round(math.log2(m / u), 2)}
                for level, (m, u) in levels.items()
            }
            for part, levels in chances.items()
        },
    }
