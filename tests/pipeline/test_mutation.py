"""A threshold that can be moved unnoticed is found; one with worked edges is not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from huoshui.pipeline.mutation import moved, mutate, replaced, thresholds
from huoshui.policy.loader import load
from tests.given import pack_folder
from tests.policy.test_check import FILES
from tests.policy.test_subsidy_checks import FILES as SUBSIDIES

DAY = dt.date(2026, 11, 20)
EXAMPLES = "products/tax_loan.examples.yaml"
EDGES = """
    - name: at the floor
      given: { subject_kind: one, paid_fen: 1000, score_grade: A }
      expect: yes
      amount_yuan: 10
    - name: a fen below the floor
      given: { subject_kind: one, paid_fen: 999, score_grade: A }
      expect: no
    - name: tax unknown
      given: { subject_kind: one, score_grade: A }
      expect: unknown
"""


def read(root: Path, examples: str):
    return load([pack_folder(root, {**FILES, EXAMPLES: examples})], asof=DAY)


def test_a_threshold_worked_on_both_sides_is_noticed_when_it_moves(tmp_path: Path) -> None:
    tally = mutate(read(tmp_path, EDGES), kinds=["offerings"])
    assert tally.made == 2, "the floor, up and down"
    assert tally.survivors == []


def test_a_threshold_without_an_example_on_one_side_is_found_with_its_place(tmp_path: Path) -> None:
    tally = mutate(read(tmp_path, EDGES.replace("999", "1")), kinds=["offerings"])
    (survivor,) = tally.survivors
    assert (survivor.old, survivor.new) == ("10", "9")
    assert survivor.where.file == "common/products/tax_loan.yaml"
    assert survivor.where.line
    assert tally.to_dict()["caught"] == 1


def test_the_definition_that_files_hold_is_not_changed(tmp_path: Path) -> None:
    pack = read(tmp_path, EDGES)
    before = pack.offerings["tax_loan"]
    mutate(pack, kinds=["offerings"])
    assert pack.offerings["tax_loan"] is before
    assert "other days" not in pack.remembered


def test_numbers_in_formulas_are_thresholds_and_nought_and_one_are_not() -> None:
    assert list(moved("least(a * 0.25, b) + 1")) == ["least(a * 0.26, b) + 1"]
    assert list(moved(Decimal("1.50"))) == [Decimal("1.51"), Decimal("1.49")]


def test_every_threshold_of_a_rating_is_found_once(tmp_path: Path) -> None:
    rating = read(tmp_path, EDGES).ratings["score"]
    paths = [path for path, _ in thresholds(rating)]
    assert len(paths) == len(set(paths))
    assert ("groups", 0, "criteria", 0, "tiers", 1, "at_least") in paths
    changed = replaced(rating, ("groups", 0, "criteria", 0, "tiers", 1, "at_least"), Decimal(11))
    assert changed.groups[0].criteria[0].tiers[1].at_least == 11
    assert rating.groups[0].criteria[0].tiers[1].at_least == 10


def test_a_definition_is_changed_on_the_day_of_its_examples_though_asked_for_another(
    tmp_path: Path,
) -> None:
    folder = pack_folder(tmp_path, {**FILES, EXAMPLES: EDGES})
    tally = mutate(load([folder], asof=DAY + dt.timedelta(days=1)), kinds=["offerings"])
    assert tally.made == 2
    assert tally.survivors == [], "the examples name no day, so they are worked for their own"


KINDS_OF_SUBJECT = """
    id: subject_kind
    label: { zh: 主体类型, en: kind of subject }
    entries: { firm: { zh: 企业, en: firm }, person: { zh: 个人, en: person } }
    checked_on: 2026-11-20
"""
PAID = """
    - name: a firm is paid the reward
      given: { subject_kind: firm }
      expect: yes
      amount_yuan: 5
    - name: a person is not
      given: { subject_kind: person }
      expect: no
    - name: of unknown kind
      given: {}
      expect: unknown
"""


def test_a_cap_that_subsidies_share_is_noticed_where_another_states_it_too(tmp_path: Path) -> None:
    files = {**SUBSIDIES, "vocabularies/subject_kind.yaml": KINDS_OF_SUBJECT}
    for name in ("one", "two"):
        files[f"programmes/{name}.examples.yaml"] = PAID
    shared = mutate(load([pack_folder(tmp_path, files)], asof=DAY), kinds=["offerings"])
    assert shared.made == 8, "what each pays and what both pay at most, up and down"
    assert shared.survivors == [], "packs whose subsidies state unlike caps do not load"
    alone = {path: text for path, text in files.items() if "/two." not in path}
    tally = mutate(load([pack_folder(tmp_path / "a", alone)], asof=DAY), kinds=["offerings"])
    assert {s.new for s in tally.survivors} == {"8", "10"}, "no other states it, and no example"
