"""Rules that load but mean nothing are refused too: dead tiers, grades, values, circles."""

from __future__ import annotations

from pathlib import Path

import pytest

from huoshui.kernel.errors import Refusal, Refused
from huoshui.policy.check.schemes import SchemeRefusal
from huoshui.policy.check.timelines import TimelineRefusal
from huoshui.policy.loader import PackRefusal, load
from tests.given import pack_folder
from tests.policy.test_check import DAY, FILES

TITLE = """
    id: {id}
    label: {{ zh: 称号, en: title }}
    applicants: [one]
    layer: {layer}
    after: [{after}]
    terms_are: house
    clauses:
      - id: pays
        when: paid_fen > yuan(0)
        say: {{ zh: 缴税, en: pays tax }}
        cite: house#adr-0001
    cite: house#adr-0001
    checked_on: 2026-11-20
"""
OTHER = FILES["ratings/score.yaml"].replace("id: score", "id: other", 1)
WHOLE = {
    **FILES,
    "titles/first.yaml": TITLE.format(id="first", layer=1, after=""),
    "titles/second.yaml": TITLE.format(id="second", layer=2, after="first"),
    "ratings/other.yaml": OTHER.replace(
        "cite: house#adr-0001\n        checked_on",
        "applies_when: score > 1\n        cite: house#adr-0001\n        checked_on",
    ),
}
SCORE, OFFER = "ratings/score.yaml", "products/tax_loan.yaml"

BAND_B = "          - { grade: B, at_least: 2, label: { zh: 乙, en: B }, cite: house#adr-0001 }\n"

PLANTED: list[tuple[str, str, str, Refusal]] = [
    (SCORE, "tiers: [{ points: 0 }", "tiers: [{ at_least: 1, points: 0 }", SchemeRefusal.TIER_GAP),
    (SCORE, "{ above: 20,", "{ at_least: 10, points: 7 }, { above: 20,",
     SchemeRefusal.TIER_OVERLAP),
    (SCORE, "{ above: 20,", "{ above: 10, points: 6 }, { at_least: 11, points: 7 }, { above: 20,",
     SchemeRefusal.TIER_DEAD),
    (SCORE, "at_least: 10, points: 5", 'at_least: 10, points: 5 }, { above: "10.2", points: 6 }, '
     '{ above: "10.4", points: 7', SchemeRefusal.TIER_DEAD),
    (SCORE, "above: 20, points: 9", "above: 20, points: 5", SchemeRefusal.TIER_IDLE),
    (SCORE, "at_least: 8", "at_least: 11", SchemeRefusal.GRADE_UNREACHABLE),
    (SCORE, BAND_B, BAND_B.replace("2", "1") + BAND_B.replace("B, at_least: 2", "C"),
     SchemeRefusal.GRADE_UNREACHABLE),
    (SCORE, "indicator: paid_fen", "indicator: paid_fen\n                weight: 8",
     SchemeRefusal.WEIGHTS),
    (SCORE, "- id: tax\n", "- id: tax\n            weight: 11\n", SchemeRefusal.WEIGHTS),
    (SCORE, "base: 0", "base: 0\n        full_marks: 100", SchemeRefusal.WEIGHTS),
    (OFFER, "kind: loan", "kind: loan\n        valid_from: 2025-01-01\n"
     "        valid_until: 2025-01-01", PackRefusal.ENDS_FIRST),
    ("titles/first.yaml", "after: []", "after: [second]", TimelineRefusal.TITLES_IN_A_CIRCLE),
    ("titles/second.yaml", "layer: 2", "layer: 1", TimelineRefusal.LAYER_ORDER),
    (SCORE, "kind: policy", "kind: policy\n        applies_when: other > 1",
     TimelineRefusal.RATINGS_IN_A_CIRCLE),
    (OFFER, "unit: yuan, cite: house#adr-0001 }", "unit: yuan, cite: house#adr-0001 }, "
     "2026-01-01: { value: 1, unit: ratio, cite: house#adr-0001 }",
     TimelineRefusal.DIMENSION_CHANGES),
    (OFFER, "values:\n", "values:\n          ceiling: { 2024-01-01: { value: 1, unit: yuan, cite: "
     "house#adr-0001 } }\n", TimelineRefusal.NEVER_USED),
]  # fmt: skip


def test_the_pack_that_these_are_planted_in_is_sound(tmp_path: Path) -> None:
    pack = load([pack_folder(tmp_path, WHOLE)], asof=DAY)
    assert set(pack.titles) == {"first", "second"}
    assert set(pack.ratings) == {"score", "other"}


@pytest.mark.parametrize(
    ("file", "old", "new", "refusal"),
    PLANTED,
    ids=[f"{p[3].code}-{n}" for n, p in enumerate(PLANTED)],
)
def test_a_rule_that_means_nothing_is_refused_with_its_file_line_and_fix(
    tmp_path: Path, file: str, old: str, new: str, refusal: Refusal
) -> None:
    assert old in WHOLE[file]
    files = {**WHOLE, file: WHOLE[file].replace(old, new, 1)}
    with pytest.raises(Refused) as error:
        load([pack_folder(tmp_path, files)], asof=DAY)
    found = [p for p in error.value.problems if p.code == refusal.code]
    assert found, [str(p) for p in error.value.problems]
    assert found[0].fix
    assert found[0].where is not None
    assert found[0].where.file
    assert found[0].where.line


def test_every_reason_is_planted() -> None:
    assert {*SchemeRefusal, *TimelineRefusal, PackRefusal.ENDS_FIRST} == {p[3] for p in PLANTED}


def test_bins_of_a_fitted_card_may_weigh_the_same(tmp_path: Path) -> None:
    text = WHOLE[SCORE].replace("above: 20, points: 9", "above: 20, points: 5")
    card = text.replace("kind: policy", "kind: scorecard").replace("at_least: 8", "at_least: 5")
    files = {**WHOLE, SCORE: card}
    assert load([pack_folder(tmp_path, files)], asof=DAY).ratings["score"].kind == "scorecard"
