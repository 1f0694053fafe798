"""A model of resemblance that does not fit is refused with what is wrong."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml

from huoshui.policy.check import linkages
from huoshui.policy.schema import LINKAGE_LEVELS, Linkage
from tests.given import ROOT, pack_of

DAY = dt.date(2026, 11, 20)


@cache
def shipped() -> dict[str, Any]:
    text = (ROOT / "packs/common/linkages/subject.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text))


def codes(*changes: Callable[[dict[str, Any]], object]) -> list[str]:
    """Give the codes of what is wrong with the shipped model, changed."""
    made = {}
    for nth, change in enumerate(changes):
        given = copy.deepcopy(shipped())
        change(given)
        made[f"m{nth}"] = Linkage.model_validate({**given, "id": f"m{nth}"})
    return [problem.code for problem in linkages.check(pack_of(DAY, linkages=made))]


def test_the_shipped_model_fits() -> None:
    assert codes(lambda given: None) == []
    assert set(shipped()["parts"]) == set(LINKAGE_LEVELS)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda given: given["parts"].pop("phone"), "linkage.parts"),
        (lambda given: given["parts"]["phone"]["levels"].reverse(), "linkage.levels"),
        (lambda given: given["review_bits"].update(value="9"), "linkage.review_above"),
    ],
)
def test_a_fault_is_named(change: Callable[[dict[str, Any]], object], code: str) -> None:
    assert codes(change) == [code]


def test_two_models_are_one_too_many() -> None:
    assert codes(lambda given: None, lambda given: None) == ["linkage.models"]


def test_chances_lie_above_nothing_and_a_model_has_all_its_numbers() -> None:
    with pytest.raises(ValueError, match="above 0"):
        codes(lambda given: given["parts"]["phone"]["levels"][0].update(m="0"))
    with pytest.raises(ValueError, match="thresholds"):
        codes(lambda given: given.pop("same_bits"))


def test_a_character_looks_alike_in_one_group_only() -> None:
    with pytest.raises(ValueError, match="in two groups of look_alikes: 木"):
        codes(lambda given: given.update(look_alikes="木本 木术"))


def test_other_files_add_words_to_the_model() -> None:
    model = Linkage.model_validate(shipped())
    more = {key: shipped()[key] for key in ("label", "cite", "checked_on")}
    there = Linkage.model_validate({**more, "id": "there", "places": {"county": "丙县"}})
    joined = pack_of(DAY, linkages={"subject": model, "there": there}).linkage
    assert joined is not None
    assert joined.places["county"].split() == ["丙县"]
    assert joined.places["city"].split() == model.places["city"].split()
    assert pack_of(DAY, linkages={"there": there}).linkage is None
