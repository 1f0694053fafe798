"""A rule that decides at once approves exactly what is asked, or refers and says every reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.explain import automatic_report
from huoshui.kernel.errors import Where
from huoshui.matching import REASONS, Asked, AutomaticTrace, Limits, automatic, compile, quota_of
from huoshui.pipeline.offering_examples import profile_row
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited

PACKS = Path(__file__).resolve().parents[2] / "packs"
DAY = dt.date(2026, 11, 20)
OFFERING = "trust_easy_loan"
WAN = 1_000_000
GOOD: Mapping[str, object] = {
    "subject_kind": "firm",
    "registration_status": "operating",
    "utility_arrears_fen": 0,
    "electricity_growth": "0.05",
    "housing_fund_coverage": "0.8",
    "social_insurance_arrears_fen": 0,
    "sales_12m_fen": 1_500 * WAN,
    "open_enforcements_count": 0,
    "overdue_now_fen": 0,
    "lenders_count": 1,
}
NOTHING = Limits(open_fen=0, day_taken_fen=0, quota_left_fen=10**12)


@cache
def pack() -> Pack:
    return load([PACKS / "common", PACKS / "demo"], asof=DAY)


@cache
def plan() -> Any:
    return compile(pack(), asof=DAY, offerings=[OFFERING, "knowledge_value_loan"])


def decided(
    fen: int = 100 * WAN,
    months: int = 12,
    purpose: str = "working_capital",
    limits: Limits = NOTHING,
    offering: str = OFFERING,
    **changed: object,
) -> AutomaticTrace:
    row = profile_row(pack(), {**GOOD, **changed}, Where("test"))
    asked = Asked(fen, months, purpose)
    return automatic(pack(), offering, row, asked, limits, asof=DAY, plan=plan())


def test_what_is_asked_within_every_bound_is_approved_as_asked() -> None:
    trace = decided()
    assert trace.outcome == "approve"
    assert (trace.amount_fen, trace.rate_bp, trace.months) == (100 * WAN, 370, 12)
    assert trace.reasons == ()


REFERRED = {
    "no_rule": lambda: decided(offering="knowledge_value_loan"),
    "purpose_outside": lambda: decided(purpose="farming"),
    "not_open": lambda: decided(utility_arrears_fen=1),
    "open_unknown": lambda: decided(utility_arrears_fen=None),
    "rule_fails": lambda: decided(lenders_count=4),
    "rule_unknown": lambda: decided(lenders_count=None),
    "amount_unknown": lambda: decided(sales_12m_fen=None),
    "asks_too_much": lambda: decided(100 * WAN + 1, sales_12m_fen=15_000 * WAN),
    "months_outside": lambda: decided(months=13),
    "subject_limit": lambda: decided(limits=Limits(250 * WAN, 0, 10**12), sales_12m_fen=10**12),
    "day_limit": lambda: decided(limits=Limits(0, 950 * WAN, 10**12)),
    "quota_used_up": lambda: decided(limits=Limits(0, 0, 100 * WAN - 1)),
    "limit_unknown": lambda: decided(limits=Limits(0, None, 10**12)),
}


@pytest.mark.parametrize("code", REFERRED)
def test_each_reason_refers_and_is_said_in_both_languages(code: str) -> None:
    trace = REFERRED[code]()
    assert trace.outcome == "refer"
    assert code in trace.codes
    assert (trace.amount_fen, trace.rate_bp, trace.months) == (None, None, None)
    report: Any = automatic_report(pack(), trace, dict.fromkeys(trace.reads))
    (told, *_) = [reason for reason in report["reasons"] if reason["reason"] == code]
    assert told["sentence"]["zh"] != told["sentence"]["en"]
    assert report["granted"] is None


def test_the_words_of_the_pack_and_the_reasons_of_the_program_are_the_same() -> None:
    assert list(pack().vocabularies["referral_reason"].entries) == list(REASONS)
    assert set(REASONS) - set(REFERRED) == {"months_unknown", "rate_unknown"}, "see the next test"


@pytest.mark.parametrize(("key", "unit"), [("rate", "bp"), ("months", "month")])
def test_a_rate_or_a_term_that_nobody_knows_refers(key: str, unit: str) -> None:
    unknown = Cited.model_validate({"value": None, "unit": unit, "cite": "house#offer-terms"})
    old = pack().offerings[OFFERING]
    assert old.automatic is not None
    changed = old.model_copy(
        update={
            "values": {**old.values, "nobody_knows": {dt.date(2024, 1, 1): unknown}},
            "automatic": old.automatic.model_copy(update={key: "nobody_knows"}),
        }
    )
    other = replace(pack(), offerings={**pack().offerings, OFFERING: changed})
    row = profile_row(other, GOOD, Where("test"))
    asked = Asked(100 * WAN, 12, "working_capital")
    trace = automatic(other, OFFERING, row, asked, NOTHING, asof=DAY)
    assert trace.codes == (f"{key}_unknown",)


def test_a_quota_that_the_file_does_not_state_does_not_stand_in_the_way() -> None:
    assert decided(limits=Limits(0, 0, None, has_quota=False)).outcome == "approve"
    assert "limit_unknown" in decided(limits=Limits(0, 0, None)).codes
    assert quota_of(pack(), OFFERING, dict(GOOD), asof=DAY) == 20_000 * WAN
    assert quota_of(pack(), "knowledge_value_loan", dict(GOOD), asof=DAY) is None


def test_several_reasons_are_all_told() -> None:
    trace = decided(fen=200 * WAN, months=48, purpose="farming", lenders_count=9)
    assert {"purpose_outside", "rule_fails", "asks_too_much", "months_outside"} <= set(trace.codes)


MAYBE = st.one_of(st.none(), st.integers(0, 500 * WAN))


@given(
    fen=st.integers(1, 300 * WAN),
    months=st.integers(1, 48),
    limits=st.builds(Limits, open_fen=MAYBE, day_taken_fen=MAYBE, quota_left_fen=MAYBE),
    lenders=st.one_of(st.none(), st.integers(0, 6)),
    sales=st.one_of(st.none(), st.integers(0, 5_000 * WAN)),
)
def test_nothing_is_ever_declined_and_no_unknown_is_ever_approved(
    fen: int, months: int, limits: Limits, lenders: int | None, sales: int | None
) -> None:
    trace = decided(fen, months, limits=limits, lenders_count=lenders, sales_12m_fen=sales)
    assert trace.outcome in ("approve", "refer")
    assert (trace.outcome == "refer") == bool(trace.reasons)
    if trace.outcome == "refer":
        return
    assert None not in (lenders, sales, limits.open_fen, limits.day_taken_fen)
    assert None not in {c.verdict for c in (*trace.clauses, *trace.verdict.clauses)}
    assert trace.amount_fen == fen <= 100 * WAN
    assert fen <= (limits.quota_left_fen or 0)
    assert fen + (limits.open_fen or 0) <= 300 * WAN
    assert fen + (limits.day_taken_fen or 0) <= 1_000 * WAN


@given(less=st.integers(0, 99 * WAN), fen=st.integers(1, 150 * WAN))
def test_asking_for_less_is_never_referred_where_more_is_approved(less: int, fen: int) -> None:
    if decided(fen).outcome == "approve":
        assert decided(max(1, fen - less)).outcome == "approve"
