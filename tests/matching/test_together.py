"""Whether anybody can meet all clauses of a rule: found exactly, as trying everything finds it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random
from pathlib import Path

import pytest

from huoshui.matching import together
from huoshui.policy.expression import evaluate_row
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.ratings.ops.clauses import truth_of
from tests.given import pack_folder
from tests.policy.test_check import FILES

DAY = dt.date(2026, 11, 20)
COLUMNS = ("paid_fen", "share", "kind")
SEED = 20261121


def given_pack(root: Path, clauses: list[str]) -> Pack:
    """Make an offering of these clauses; its values are 1, 2 and 3."""
    values = "".join(
        f"          v{n}: {{ 2024-01-01: {{ value: {n}, cite: house#adr-0001 }} }}\n"
        f"          f{n}: {{ 2024-01-01: {{ value: {n}, unit: fen, cite: house#adr-0001 }} }}\n"
        for n in (1, 2, 3)
        if any(f"{side}{n}" in clause for side in "vf" for clause in clauses)
    )
    used = "\n".join(clauses)
    kept = "".join(
        line + "\n" for line in values.splitlines() if line.strip().split(":")[0] in used
    )
    listed = "".join(
        f'          - id: c{n}\n            when: "{clause}"\n'
        "            say: { zh: 条件, en: a clause }\n            cite: house#adr-0001\n"
        for n, clause in enumerate(clauses)
    )
    text = FILES["products/tax_loan.yaml"]
    start, end = text.index("        values:"), text.index("        amount:")
    head = f"        values:\n{kept}" if kept else ""
    changed = text[:start] + head + "        clauses:\n" + listed + text[end:]
    return load([pack_folder(root, {**FILES, "products/tax_loan.yaml": changed})], asof=DAY)


def test_two_clauses_that_exclude_each_other_are_named(tmp_path: Path) -> None:
    pack = given_pack(tmp_path, ["paid_fen >= f2", "share > v1", "paid_fen < f2"])
    problems, undecided = together.check(pack)
    assert undecided == []
    (problem,) = problems
    assert problem.code == "together.never"
    assert "c0, c2" in problem.message
    assert problem.where is not None
    assert problem.where.file == "common/products/tax_loan.yaml"
    assert problem.where.line


def test_a_score_that_no_points_reach_is_a_clause_nobody_can_meet(tmp_path: Path) -> None:
    pack = given_pack(tmp_path, ["score >= v3"])
    assert together.check(pack) == ([], [])
    high = FILES["products/tax_loan.yaml"].replace("when: score_grade = 'A'", "when: score > floor")
    high = high.replace("when: paid_fen >= floor", "when: paid_fen >= yuan(0)")
    high = high.replace("value: 10, unit: yuan", "value: 10, unit: point")
    with_points = {**FILES, "products/tax_loan.yaml": high}
    found = load([pack_folder(tmp_path / "high", with_points)], asof=DAY)
    assert [p.code for p in together.check(found)[0]] == ["together.never"], "ten is the most"


def test_a_value_that_nobody_knows_excludes_nothing(tmp_path: Path) -> None:
    pack = given_pack(tmp_path, ["share < v1", "share > v2"])
    assert [p.code for p in together.check(pack)[0]] == ["together.never"]
    offering = pack.offerings["tax_loan"]
    (cited,) = offering.values["v2"].values()
    unknown = cited.model_copy(update={"value": None})
    values = {**offering.values, "v2": {dt.date(2024, 1, 1): unknown}}
    open_ = offering.model_copy(update={"values": values})
    again = dataclasses.replace(pack, offerings={"tax_loan": open_})
    assert together.check(again) == ([], [])


ATOMS = [
    *(f"{c} {o} {v}{n}" for c, v in (("share", "v"), ("paid_fen", "f"))
      for o in ("<", "<=", ">", ">=", "=") for n in (1, 2, 3)),
    "kind = 'one'", "kind <> 'one'",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(SEED, SEED + 60))
def test_the_search_finds_what_trying_every_value_finds(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    clauses = []
    for _ in range(rng.randint(2, 5)):
        atoms = rng.sample(ATOMS, rng.randint(1, 2))
        text = f" {rng.choice(['and', 'or'])} ".join(atoms)
        clauses.append(f"not ({text})" if rng.random() < 0.2 else text)
    pack = given_pack(tmp_path, clauses)
    plan = together.compile(pack, asof=DAY)
    typed = [clause.whole.typed for clause in plan.clauses["tax_loan"] if not clause.implied]
    grid = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    possible = any(
        all(
            truth_of(evaluate_row(t, dict(zip(COLUMNS, row, strict=True)), asof=DAY)) is True
            for t in typed
        )
        for row in itertools.product(grid, grid, ["one", "two"])
    )
    problems, undecided = together.check(pack)
    assert undecided == []
    assert bool(problems) != possible, (seed, clauses)
