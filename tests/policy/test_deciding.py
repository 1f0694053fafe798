"""Decision tables answer by their first true row, and never claim more than what is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huoshui.kernel.errors import Refused
from huoshui.policy.deciding import (
    DecidingRefusal,
    Decision,
    PreparedTable,
    answer,
    decide,
    prepare,
)
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.given import ROOT, pack_folder

DAY = dt.date(2026, 11, 20)

TABLE = {
    "vocabularies/class.yaml": """
        id: class
        label: { zh: 类, en: class }
        entries: { good: { zh: 好, en: good }, bad: { zh: 坏, en: bad } }
        checked_on: 2026-11-20
    """,
    "tables/judged.yaml": """
        id: judged
        label: { zh: 判定, en: judged }
        inputs:
          late: { label: { zh: 迟, en: late }, type: number, unit: month }
          is_told: { label: { zh: 已告知, en: told }, type: flag }
          seen_on: { label: { zh: 日, en: day }, type: day }
          said: { label: { zh: 说, en: said }, type: text, vocabulary: class }
        outputs:
          class: { label: { zh: 类, en: class }, type: text, vocabulary: class }
          left: { label: { zh: 余, en: left }, type: number, unit: month }
        rows:
          - id: too_late
            when: late > most
            gives: { class: "'bad'", left: "0" }
            say: { zh: "超过{most}", en: "Above {most}." }
            cite: house#adr-0001
          - id: untold
            when: not is_told or seen_on > asof or said = 'bad'
            gives: { class: "'bad'", left: null }
            say: { zh: 未告知, en: Untold. }
            cite: house#adr-0001
          - id: fine
            gives: { class: "'good'", left: most - late }
            say: { zh: 可以, en: Fine. }
            cite: house#adr-0001
        values: { most: { 2020-01-01: { value: 6, unit: month, cite: house#adr-0001 } } }
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load([pack_folder(tmp_path, TABLE)], asof=DAY)


def asked(pack: Pack, **given: object) -> Decision:
    told = {"is_told": True, "seen_on": DAY, "said": "good"} | given
    return decide(pack, "judged", told, asof=DAY)


def test_the_first_true_row_answers_and_later_rows_are_not_asked(pack: Pack):
    decision = asked(pack, late=7, is_told=False)
    assert (decision.row, decision.outputs) == ("too_late", {"class": "bad", "left": 0})
    assert [row.id for row in decision.rows] == ["too_late"]


def test_the_last_row_answers_where_no_other_does(pack: Pack):
    decision = asked(pack, late=2)
    assert (decision.row, decision.outputs) == ("fine", {"class": "good", "left": 4})
    assert [row.verdict for row in decision.rows] == ["no", "no", "yes"]


def test_an_open_row_leaves_open_which_row_answers_and_says_what_would_tell(pack: Pack):
    decision = asked(pack, late=None)
    assert (decision.row, decision.may) == (None, ("too_late", "fine"))
    assert decision.outputs == {"class": None, "left": None}
    assert decision.missing == ("late",)


def test_an_output_on_which_all_rows_that_may_answer_agree_is_known(pack: Pack):
    decision = asked(pack, late=None, is_told=False)
    assert (decision.row, decision.may) == (None, ("too_late", "untold"))
    assert decision.outputs == {"class": "bad", "left": None}


def test_a_row_may_answer_and_give_nothing_known(pack: Pack):
    assert asked(pack, late=1, is_told=False).outputs == {"class": "bad", "left": None}


def test_where_no_row_holds_nothing_is_known(tmp_path: Path):
    text = TABLE["tables/judged.yaml"]
    start, end = text.index("          - id: fine"), text.index("        values:")
    files = {**TABLE, "tables/judged.yaml": text[:start] + text[end:]}
    decision = asked(load([pack_folder(tmp_path, files)], asof=DAY), late=1)
    assert (decision.row, decision.may) == (None, ())
    assert decision.outputs == {"class": None, "left": None}


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"later": 1}, DecidingRefusal.NO_INPUT),
        ({"late": "1"}, DecidingRefusal.NOT_OF_TYPE),
        ({"late": True}, DecidingRefusal.NOT_OF_TYPE),
        ({"late": float("nan")}, DecidingRefusal.NOT_OF_TYPE),
        ({"is_told": 1}, DecidingRefusal.NOT_OF_TYPE),
        ({"seen_on": "2026-11-20"}, DecidingRefusal.NOT_OF_TYPE),
        ({"said": "worse"}, DecidingRefusal.NOT_A_WORD),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(
    pack: Pack, given_: dict[str, object], code: DecidingRefusal
):
    with pytest.raises(Refused) as refused:
        asked(pack, **given_)
    (problem,) = refused.value.problems
    assert problem.code == code.code
    assert problem.where is not None
    assert problem.where.field == next(iter(given_))


def test_another_day_than_the_packs_own_is_our_mistake(pack: Pack):
    with pytest.raises(AssertionError):
        decide(pack, "judged", {}, asof=dt.date(2020, 1, 1))


@cache
def classification() -> PreparedTable:
    return prepare(load([ROOT / "packs" / "common"], asof=DAY), "loan_classification")


FLAGS = [
    "is_technical_delay",
    "is_credit_impaired",
    "is_rating_sharply_down",
    "is_evading",
    "is_in_liquidation",
    "is_misused",
    "is_repaid_by_new_borrowing",
    "is_excepted_renewal",
    "is_retail",
    "has_bad_debt_elsewhere",
    "has_recognised_enhancement",
]
LOANS = st.fixed_dictionaries(
    {
        "overdue_days": st.sampled_from([0, 1, 7, 8, 90, 91, 270, 271, 360, 361]),
        **{flag: st.booleans() for flag in FLAGS},
        "expected_loss_share": st.sampled_from([0.0, 0.4999, 0.5, 0.8999, 0.9]),
        "bad_share_here": st.sampled_from([0.0, 0.1, 0.1001]),
        "overdue_share_all_banks": st.sampled_from([0.0, 0.2, 0.2001]),
    }
)


def plainly(loan: Mapping[str, object]) -> str:
    """Classify as a person reads the table of the rule: the worst class that anything gives."""
    days, loss = loan["overdue_days"], loan["expected_loss_share"]
    assert isinstance(days, int)
    assert isinstance(loss, float)
    firm = not loan["is_retail"]
    reasons = {
        "loss": [days > 360, loss >= 0.9, loan["is_in_liquidation"]],
        "doubtful": [days > 270, loss >= 0.5, loan["is_evading"]],
        "substandard": [
            days > 90,
            loan["is_credit_impaired"],
            loan["is_rating_sharply_down"],
            firm and loan["overdue_share_all_banks"] > 0.2,  # type: ignore[operator]
            firm
            and loan["bad_share_here"] > 0.1  # type: ignore[operator]
            and not loan["has_recognised_enhancement"],
        ],
        "special_mention": [
            days > 7 or (days > 0 and not loan["is_technical_delay"]),
            loan["is_misused"],
            loan["is_repaid_by_new_borrowing"] and not loan["is_excepted_renewal"],
            firm and loan["has_bad_debt_elsewhere"],
        ],
    }
    return next((name for name, found in reasons.items() if any(found)), "normal")


@given(loan=LOANS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_every_loan_gets_the_class_that_the_rule_read_plainly_gives(loan: dict[str, object]):
    decision = answer(classification(), loan)
    assert decision.outputs["class"] == plainly(loan)
    bad = {"substandard", "doubtful", "loss"}
    assert decision.outputs["is_bad"] is (decision.outputs["class"] in bad)


@given(loan=LOANS, hidden=st.sets(st.sampled_from([*FLAGS, "overdue_days", "expected_loss_share"])))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_more_evidence_never_overturns_a_known_answer(loan: dict[str, object], hidden: set[str]):
    before = answer(classification(), {k: v for k, v in loan.items() if k not in hidden})
    after = answer(classification(), loan)
    for name, value in before.outputs.items():
        assert value is None or value == after.outputs[name]
    assert after.row in before.may
    assert set(before.missing) <= hidden
