"""Fits the model of resemblance with Splink: how often each level occurs, and among whom.

u is estimated on random pairs of two halves of the register, of which no pair is one body; m on
pairs that are known to be one.  The fitted model is a pack, and needs no Splink to be used.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from huoshui.entities.ops.resemblance import NAME_COLUMNS, comparisons
from huoshui.policy.schema import Linkage

COLUMNS = (
    *NAME_COLUMNS,
    *("bearers", "trade_bearers", "representative", "is_masked", "address", "address_head"),
    *("is_telling", "phone"),
)
"""What a description of a body has, beside `id`, to be compared."""

Chances = Mapping[str, Mapping[str, tuple[float, float]]]
"""m and u of each level of each part."""

_LEAST = 1e-8
"""What a level that was never seen is taken to occur."""


def fitted(
    model: Linkage,
    asking: pa.Table,
    known: pa.Table,
    labels: pa.Table,
    *,
    seed: int,
    pairs: float = 1e7,
) -> Chances:
    """Give m and u of every level.

    `labels` has the columns `asking` and `known`: ids of pairs that are one.
    """
    half = known.num_rows // 2
    others = _linker(model, [known.slice(0, half), known.slice(half)])
    others.training.estimate_u_using_random_sampling(
        max_pairs=pairs, seed=seed, min_count_per_level=None
    )
    same = _linker(model, [asking, known])
    named = labels.rename_columns({"asking": "unique_id_l", "known": "unique_id_r"})
    for side, name in (("l", "asking"), ("r", "known")):
        told = pa.array([name] * labels.num_rows, pa.string())
        named = named.append_column(f"source_dataset_{side}", told)
    same.training.estimate_m_from_pairwise_labels(same._db_api.register(named))
    m, u = (_said(each, chance) for each, chance in ((same, "m"), (others, "u")))
    return {
        part: {
            level.id: (
                max(m[part].get(level.id, 0.0), _LEAST),
                max(u[part].get(level.id, 0), _LEAST),
            )
            for level in levels.levels
        }
        for part, levels in model.parts.items()
    }


def weighed(model: Linkage, asking: pa.Table, known: pa.Table) -> pa.Table:
    """Let Splink weigh every pair of two small tables by the model: `asking`, `known`, `weight`."""
    linker = _linker(model, [asking, known])
    found = linker.inference.predict(threshold_match_weight=-1e9).as_pyarrow_table()
    return pa.table(
        {
            "asking": found["unique_id_l"],
            "known": found["unique_id_r"],
            "weight": found["match_weight"],
        }
    )


def _linker(model: Linkage, tables: Sequence[pa.Table]) -> Any:
    from splink import DuckDBAPI, Linker, SettingsCreator

    api = DuckDBAPI()
    sides = [
        api.register(
            table.rename_columns({"id": "unique_id"}).select(["unique_id", *COLUMNS]),
            dataset_display_name=name,
        )
        for table, name in zip(tables, ("asking", "known"), strict=True)
    ]
    settings = SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=2.0**model.prior_bits / (1 + 2.0**model.prior_bits),
        comparisons=_comparisons(model),
        blocking_rules_to_generate_predictions=["1 = 1"],
        retain_intermediate_calculation_columns=True,
    )
    return Linker(sides, settings, log_level=logging.ERROR)


def _comparisons(model: Linkage) -> list[dict[str, Any]]:
    """Say the comparisons in Splink's words, with the model's m and u."""
    found = []
    for part, how in comparisons(model).items():
        given = {level.id: level for level in model.parts[part].levels}
        levels: list[dict[str, Any]] = []
        if how.known != "TRUE":
            levels.append(
                {
                    "sql_condition": f"NOT ({_sided(how.known)})",
                    "label_for_charts": "unknown",
                    "is_null_level": True,
                }
            )
        for nth, (name, test) in enumerate(how.levels):
            last = nth == len(how.levels) - 1
            levels.append(
                {
                    "sql_condition": "ELSE" if last else _sided(test),
                    "label_for_charts": name,
                    "m_probability": float(given[name].m),
                    "u_probability": float(given[name].u),
                }
            )
        found.append({"output_column_name": part, "comparison_levels": levels})
    return found


def _sided(sql: str) -> str:
    """Say a condition of `a` and `e` of columns that end with _l and _r.

    >>> _sided("a.phone = e.phone")
    'phone_l = phone_r'
    """
    return re.sub(
        r"\b([ae])\.(\w+)", lambda told: told[2] + ("_l" if told[1] == "a" else "_r"), sql
    )


def _said(linker: Any, chance: str) -> dict[str, dict[str, float]]:
    """Read a fitted chance off a linker's model."""
    settings = linker.misc.save_model_to_json()
    return {
        comparison["output_column_name"]: {
            level["label_for_charts"]: float(level[f"{chance}_probability"])
            for level in comparison["comparison_levels"]
            if isinstance(level.get(f"{chance}_probability"), float | int)
        }
        for comparison in settings["comparisons"]
    }
