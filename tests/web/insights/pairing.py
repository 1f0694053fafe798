"""Makers: a published snapshot in which records are in doubt, and people who may decide."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.policy.loader import load
from huoshui.policy.schema import LINKAGE_LEVELS, Linkage
from huoshui.web.insights.rules.pairs import pair_id
from tests.given import ROOT
from tests.web.given import DAY

REPRESENTATIVE, PHONE = "欧阳铁柱", "13812345678"

PARTS: Mapping[str, tuple[str, str, str]] = {
    "region": ("equal", "琼湖市", "琼湖市"),
    "trade_name": ("similar", "恒达", "恒信"),
    "representative": ("different", REPRESENTATIVE, "司马光明"),
    "phone": ("equal", PHONE, PHONE),
}


@dataclass(frozen=True)
class Doubt:
    """A record in doubt and what waits on it."""

    name: str
    entity: str
    candidate: str
    facts: int = 3
    status: str = "review"
    parts: Mapping[str, tuple[str, str, str]] | None = None
    waiting: Mapping[str, int] | None = None

    @property
    def id(self) -> str:
        """Give the id of its pair."""
        return str(pair_id(None, self.name, self.entity))

    def row(self) -> dict[str, Any]:
        """Give it as the relation has it."""
        parts = PARTS if self.parts is None else self.parts
        weight = weight_of(parts)
        row: dict[str, Any] = {
            "subject_code": None,
            "subject_name": self.name,
            "entity": self.entity,
            "candidate_name": self.candidate,
            "weight": weight,
            "probability": 1 / (1 + 2**-weight),
            "facts": self.facts,
            "status": self.status,
        }
        for part in LINKAGE_LEVELS:
            level, mine, theirs = parts.get(part, (None, None, None))
            row |= {f"level_{part}": level, f"mine_{part}": mine, f"theirs_{part}": theirs}
        return row


def weight_of(parts: Mapping[str, tuple[str, str, str]]) -> float:
    """Weigh parts by the pack's own model, in a way of its own."""
    model = _model()
    found = [
        level
        for name, part in model.parts.items()
        for level in part.levels
        if name in parts and parts[name][0] == level.id
    ]
    odds = math.prod(float(x.m) / float(x.u) for x in found)
    return math.log2(odds) + model.prior_bits


@cache
def _model() -> Linkage:
    model = load([ROOT / "packs/common", ROOT / "packs/demo"], asof=DAY).linkage
    assert model is not None
    return model


def doubted(folder: Path, home: Path, doubts: Sequence[Doubt]) -> Path:
    """Copy a published snapshot with other pairs in it, as if a run had left them in doubt."""
    made = home / "snapshots" / folder.name
    copytree(folder, made)
    tables = {
        "resemblance": pa.Table.from_pylist([d.row() for d in doubts], schema=_schema()),
        "waiting": pa.Table.from_pylist(
            [
                {"subject_code": None, "subject_name": d.name, "item": item, "facts": n}
                for d in doubts
                for item, n in (d.waiting or {}).items()
            ],
            schema=pa.schema(
                [
                    ("subject_code", pa.string()),
                    ("subject_name", pa.string()),
                    ("item", pa.string()),
                    ("facts", pa.int64()),
                ]
            ),
        ),
    }
    _publish(made, tables)
    return made


def _schema() -> pa.Schema:
    kinds = {"weight": pa.float64(), "probability": pa.float64(), "facts": pa.int64()}
    names = list(Doubt("x", "y", "z", parts={}).row())
    return pa.schema([(name, kinds.get(name, pa.string())) for name in names])


def _publish(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    place = folder / "manifest.json"
    manifest = json.loads(place.read_text("utf-8"))
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(table, path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest["files"][path.name] = {"rows": table.num_rows, "sha256": digest}
    place.write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
