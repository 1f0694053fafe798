"""A region lives some months by a seed; what must hold holds, killed on the way or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huoshui.simulation.run import simulate

SEED, MONTHS, LOANS = 20261121, 2, 6


@pytest.fixture(scope="module")
def lived(
    small_region: tuple[Path, dict[str, Any]], demo_packs: list[Path]
) -> dict[bool, dict[str, Any]]:
    """The same months twice: undisturbed, and with processes killed on the way."""
    print(f"seed {SEED}")
    return {
        kill: simulate(
            seed=SEED, months=MONTHS, loans=LOANS, kill=kill, packs=tuple(demo_packs),
            region=small_region[0],
        )
        for kill in (False, True)
    }  # fmt: skip


@pytest.mark.parametrize("kill", [False, True])
def test_after_each_month_everything_holds(lived: dict[bool, dict[str, Any]], kill: bool) -> None:
    found = lived[kill]
    print(f"seed {found['seed']}")
    assert found["failures"] == []
    assert found["checks_failed"] == 0
    assert set(found["checks_by_name"].values()) == {MONTHS}


def test_processes_that_are_killed_change_nothing_of_the_story(
    lived: dict[bool, dict[str, Any]],
) -> None:
    undisturbed, killed = lived[False], lived[True]
    assert not undisturbed["killed"]
    assert killed["killed"]["end of day"] >= 1
    for name in ("story", "books", "actions", "refusals", "planted", "loans"):
        assert killed[name] == undisturbed[name], name


def test_a_month_is_as_full_of_life_as_it_says(lived: dict[bool, dict[str, Any]]) -> None:
    found = lived[False]
    assert found["loans"] >= LOANS
    assert {"apply", "draw", "pay", "instruct", "statement"} <= set(found["actions"])
    assert {"loan_event.conditions_open", "agreement.key_of_other"} <= set(found["refusals"])
    assert found["planted"]
