"""Subsidies: what is claimed stays within every cap, and comes when and as often as it may."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.explain import claims_lines, claims_report
from huoshui.kernel.errors import Where
from huoshui.matching import (
    STANDINGS,
    Claim,
    Plan,
    Taken,
    claims,
    compile,
    explain_one,
    window_of,
)
from huoshui.matching.subsidies import claims_by_verdict
from huoshui.pipeline.offering_examples import profile_row
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering
from tests.given import indicator_of, pack_of

PACKS = Path(__file__).resolve().parents[2] / "packs"
DAY = dt.date(2026, 11, 20)
NAMES = ("a", "b", "c", "d")


def subsidy(name: str, **said: Any) -> Offering:
    """Make a subsidy that pays the column of its name and asks only who applies."""
    cap = said.pop("cap", None)
    valid_until = said.pop("valid_until", None)
    cites = {"cite": "house#adr-0001"}
    values = (
        {} if cap == "none" else {"cap": {"2024-01-01": {"value": cap, "unit": "fen", **cites}}}
    )
    return Offering.model_validate(
        {
            "id": name,
            "label": {"zh": name, "en": name},
            "kind": "subsidy",
            "institution": "office",
            "terms_are": "house",
            "applicants": ["firm"],
            "purposes": [],
            "security": [],
            "values": values,
            "clauses": [],
            "amount": f"{name}_fen",
            "subsidy": {"once_per": "year", "evidence": [], **cites, **said},
            "valid_until": valid_until,
            "checked_on": "2026-11-20",
            **cites,
        }
    )


def region(*offerings: Offering, asof: dt.date = DAY) -> Pack:
    columns = [indicator_of("subject_kind", "text")]
    columns += [indicator_of(f"{name}_fen", "number", "fen") for name in NAMES]
    return pack_of(
        asof,
        offerings={offering.id: offering for offering in offerings},
        indicators={column.id: column for column in columns},
    )


def asked(
    pack: Pack,
    amounts: Mapping[str, int | None],
    taken: Sequence[Taken] = (),
    items: Sequence[str] = (),
    kind: str | None = "firm",
    plan: Plan | None = None,
) -> dict[str, Claim]:
    row: dict[str, object] = {"subject_kind": kind}
    row |= {f"{name}_fen": amounts.get(name) for name in NAMES}
    plan = plan or compile(pack, asof=pack.asof)
    traces = explain_one(pack, row, asof=pack.asof, plan=plan)
    found = claims(
        pack, row, traces, asof=pack.asof, taken=taken, items_in_hand=set(items), plan=plan
    )
    return {claim.offering: claim for claim in found}


ONE_OF = {"group": "g", "rule": "one_of"}
UP_TO = {"group": "g", "rule": "up_to", "most": "cap"}


@cache
def grouped(rule: str, cap: int | None) -> tuple[Pack, Plan]:
    """Make four subsidies of one group, each once a year."""
    stacking = ONE_OF if rule == "one_of" else UP_TO
    pack = region(*(subsidy(n, stacking=stacking, cap=cap) for n in NAMES))
    return pack, compile(pack, asof=DAY)


def weighed(
    rule: str, cap: int | None, sums: Mapping[str, int | None], taken: Sequence[Taken] = ()
) -> dict[str, Claim]:
    pack, plan = grouped(rule, cap)
    return asked(pack, sums, taken, plan=plan)


amounts = st.fixed_dictionaries({n: st.none() | st.integers(0, 4) for n in NAMES})
grants = st.lists(
    st.builds(
        Taken,
        st.sampled_from(NAMES),
        st.sampled_from([dt.date(2025, 12, 31), dt.date(2026, 1, 1), DAY]),
        st.integers(0, 4),
    ),
    max_size=2,
)


def best_of_all(rule: str, cap: int, sums: Mapping[str, int], granted: Sequence[int]) -> list[int]:
    """Try every way to pay, and give the one that pays most to the first, then the second ..."""
    ways = itertools.product(*(range(fen + 1) for fen in sums.values()))
    allowed = [
        way
        for way in ways
        if (
            sum(granted) + sum(way) <= max(cap, sum(granted))
            if rule == "up_to"
            else all(p in (0, fen) for p, fen in zip(way, sums.values(), strict=True))
            and sum(p > 0 for p in way) + len(granted) <= max(1, len(granted))
        )
    ]
    return list(max(allowed))


@pytest.mark.parametrize("rule", ["one_of", "up_to"])
@given(sums=amounts, taken=grants, cap=st.integers(0, 8))
def test_stacking_pays_what_trying_every_way_finds_best(
    rule: str, sums: dict[str, int | None], taken: list[Taken], cap: int
) -> None:
    found = weighed(rule, cap, sums, taken)
    this_year = [t for t in taken if t.on.year == DAY.year]
    used = {t.offering for t in this_year}
    open_to = {n: fen for n, fen in sums.items() if fen and n not in used}
    ranked = dict(sorted(open_to.items(), key=lambda pair: (-pair[1], pair[0])))
    best = best_of_all(rule, cap, ranked, [t.amount_fen or 0 for t in this_year])
    assert [found[name].amount_fen or 0 for name in ranked] == best


@given(sums=amounts, taken=grants, cap=st.integers(0, 8))
def test_what_is_paid_in_a_year_never_exceeds_the_cap_of_its_group(
    sums: dict[str, int | None], taken: list[Taken], cap: int
) -> None:
    found = weighed("up_to", cap, sums, taken)
    granted = sum(t.amount_fen or 0 for t in taken if t.on.year == DAY.year)
    now = sum(claim.amount_fen or 0 for claim in found.values())
    assert now + granted <= max(cap, granted)
    for claim in found.values():
        assert (claim.amount_fen is not None) == (claim.standing == "claimable")
        assert (claim.amount_fen or 0) <= (claim.formula_fen or 0)


@given(sums=amounts, taken=grants)
def test_of_a_group_of_one_at_most_one_is_paid_in_a_year(
    sums: dict[str, int | None], taken: list[Taken]
) -> None:
    found = weighed("one_of", None, sums, taken)
    paid = [claim for claim in found.values() if claim.standing == "claimable"]
    assert len(paid) <= (0 if any(t.on.year == DAY.year for t in taken) else 1)
    for claim in found.values():
        if claim.standing == "outweighed":
            assert claim.behind, "it says by what"


def test_the_last_one_is_cut_to_what_is_left_and_says_what_came_before() -> None:
    found = weighed("up_to", 5, {"a": 2, "b": 4})
    assert (found["b"].amount_fen, found["a"].amount_fen) == (4, 1)
    assert found["a"].behind == ("b",)
    used_up = weighed("up_to", 4, {"a": 2, "b": 4})["a"]
    assert (used_up.standing, used_up.behind) == ("used_up", ("b",))


def test_a_cap_or_an_earlier_payment_that_nobody_knows_leaves_the_sum_unknown() -> None:
    assert weighed("up_to", None, {"a": 2})["a"].standing == "amount_unknown"
    before = [Taken("b", DAY, None)]
    assert weighed("up_to", 5, {"a": 2}, before)["a"].standing == "amount_unknown"


ONCE = {
    ("year", dt.date(2026, 1, 1)): "taken",
    ("year", dt.date(2025, 12, 31)): "claimable",
    ("ever", dt.date(2016, 5, 5)): "taken",
    ("case", dt.date(2026, 11, 19)): "claimable",
    ("ever", dt.date(2026, 11, 21)): "claimable",  # after the day that is asked about
}


@pytest.mark.parametrize(("once", "on"), ONCE)
def test_a_subsidy_is_paid_as_often_as_it_may(once: str, on: dt.date) -> None:
    pack = region(subsidy("a", once_per=once, cap="none"))
    assert asked(pack, {"a": 3}, [Taken("a", on, 3)])["a"].standing == ONCE[once, on]


month_days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)).map(lambda d: f"{d:%m-%d}")


@given(ends=st.tuples(month_days, month_days), asof=st.dates(dt.date(2024, 1, 1), DAY))
def test_the_next_window_is_the_first_day_from_today_on_which_claims_are_taken(
    ends: tuple[str, str], asof: dt.date
) -> None:
    opens, closes = sorted(ends)
    offering = subsidy("a", opens=opens, closes=closes, cap="none")
    days = (asof + dt.timedelta(days=n) for n in range(370))
    first = next(day for day in days if opens <= f"{day:%m-%d}" <= closes)
    found = window_of(offering, asof)
    assert found.is_open == (first == asof)
    assert found.opens_on is not None
    assert found.closes_on is not None
    assert max(found.opens_on, asof) == first
    assert f"{found.closes_on:%m-%d}" == closes


def test_a_window_after_the_end_of_its_subsidy_never_opens() -> None:
    ends = {"opens": "03-01", "closes": "03-31", "cap": "none"}
    last = subsidy("a", valid_until=dt.date(2027, 3, 11), **ends)
    assert window_of(last, DAY).closes_on == dt.date(2027, 3, 10)
    over = subsidy("a", valid_until=dt.date(2027, 3, 1), **ends)
    assert window_of(over, DAY).opens_on is None
    assert not window_of(over, DAY).is_open
    found = asked(region(over), {"a": 3})["a"]
    assert (found.standing, found.amount_fen, found.formula_fen) == ("not_open", None, 3)


def test_what_is_unknown_is_never_a_sum_and_a_no_is_no_claim() -> None:
    pack = region(subsidy("a", cap="none"))
    assert asked(pack, {"a": None})["a"].standing == "amount_unknown"
    assert asked(pack, {"a": 0})["a"].standing == "nothing"
    assert asked(pack, {"a": 3}, kind=None)["a"].standing == "unknown"
    assert asked(pack, {"a": 3}, kind="person") == {}


def test_the_office_pays_unasked_only_with_every_piece_of_evidence_in_hand() -> None:
    said = {"without_application": True, "evidence": ["title", "patent"], "cap": "none"}
    pack = region(subsidy("a", **said), subsidy("b", **{**said, "without_application": False}))
    found = asked(pack, {"a": 3, "b": 3}, items=["title", "patent", "loan"])
    assert found["a"].without_application
    assert not found["b"].without_application
    lacking = asked(pack, {"a": 3}, items=["title"])["a"]
    assert (lacking.without_application, lacking.missing) == (False, ("patent",))


RIVALS: dict[str, tuple[dict[str, Any], int | None, bool]] = {
    "one whose sum nobody knows": ({}, None, True),
    "a larger one that opens later in the year": ({"opens": "12-01", "closes": "12-31"}, 9, True),
    "a smaller one that opens later": ({"opens": "12-01", "closes": "12-31"}, 2, False),
    "one that opens next year": ({"opens": "01-01", "closes": "01-31"}, 9, False),
}


@pytest.mark.parametrize("case", RIVALS)
def test_the_office_does_not_pay_unasked_what_would_cost_the_subject_a_larger_one(
    case: str,
) -> None:
    window, other_fen, waits = RIVALS[case]
    mine = subsidy("a", stacking=ONE_OF, without_application=True, cap="none")
    pack = region(mine, subsidy("b", stacking=ONE_OF, cap="none", **window))
    found = asked(pack, {"a": 3, "b": other_fen})["a"]
    assert found.standing == "claimable"
    assert found.without_application is not waits
    assert found.rivals == (("b",) if waits else ())


@cache
def demo() -> Pack:
    return load([PACKS / "common", PACKS / "demo"], asof=DAY)


def test_the_demo_has_subsidies_of_every_kind_asked_for() -> None:
    forms = {n: o.subsidy for n, o in demo().offerings.items() if o.subsidy is not None}
    assert len(forms) >= 14
    assert {form.paid_to for form in forms.values()} >= {"subject", "investor", "fund_manager"}
    assert {form.once_per for form in forms.values()} == {"year", "ever", "case"}
    for name in ("investor_reward", "fund_manager_reward"):
        assert "equity_raised" in forms[name].evidence
    assert sum(form.without_application for form in forms.values()) >= 4
    rules = {form.stacking.rule for form in forms.values() if form.stacking}
    assert rules == {"one_of", "up_to"}


def test_a_firm_of_the_demo_stacks_the_costs_of_its_loans_up_to_their_cap() -> None:
    # 1 % of 29 million is 290,000 and half a per cent 145,000, of which 100,000 is the cap;
    # 1.5 % of 8 million pledged is 120,000.  The group gives 400,000: 290,000, then 110,000 of the
    # 120,000, then nothing.
    wan = 1_000_000
    given_ = {"loans_balance_fen": 2900 * wan, "security_given_fen": 800 * wan}
    row = profile_row(demo(), given_, Where("test"))
    names = ("loan_interest_subsidy", "guarantee_fee_subsidy", "ip_pledge_cost_subsidy")
    found = claims_by_verdict(demo(), row, dict.fromkeys(names, "yes"), asof=DAY)
    paid = {claim.offering: (claim.standing, claim.amount_fen) for claim in found}
    assert paid == {
        "loan_interest_subsidy": ("claimable", 29 * wan),
        "ip_pledge_cost_subsidy": ("claimable", 11 * wan),
        "guarantee_fee_subsidy": ("used_up", None),
    }


def test_every_standing_is_said_in_both_languages() -> None:
    wan = 1_000_000
    given_ = {
        "loans_balance_fen": 2900 * wan,
        "security_given_fen": 800 * wan,
        "size_class": "small",
        "is_key_little_giant": False,
        "inventions_granted_36m_count": 0,
        "insured_fen": 10 * wan,
    }
    row = profile_row(demo(), given_, Where("test"))
    names = [n for n, o in demo().offerings.items() if o.subsidy is not None]
    verdicts: dict[str, Any] = {**dict.fromkeys(names, "yes"), "listing_reward": "unknown"}
    before = [Taken("rd_platform_reward", DAY, wan)]
    found = claims_by_verdict(demo(), row, verdicts, asof=DAY, taken=before)
    extra = claims_by_verdict(demo(), row, {"technology_contract_reward": "yes"}, asof=DAY)
    later = profile_row(demo(), {"technology_sales_12m_fen": 400 * wan}, Where("test"))
    extra += claims_by_verdict(demo(), later, {"technology_contract_reward": "yes"}, asof=DAY)
    reports = claims_report(demo(), [*found, *extra])
    assert {report["standing"] for report in reports} == set(STANDINGS)
    for zh, en in zip(claims_lines(reports, "zh"), claims_lines(reports, "en"), strict=True):
        assert zh != en
        assert "None" not in zh + en
    assert any("申领" in line for line in claims_lines(reports, "zh"))
