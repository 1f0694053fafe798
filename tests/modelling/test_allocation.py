"""Allocation against trying everything, on cases small enough to try."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from huoshui.kernel.errors import Refused
from huoshui.modelling.allocation import (
    Allocation,
    Applicant,
    RatePoint,
    Terms,
    allocate,
    best_rate,
    margin_of,
)

CURVES = {
    "A": [RatePoint(400, 0.0), RatePoint(800, 0.5), RatePoint(1500, 0.9)],
    "B": [RatePoint(400, 0.0), RatePoint(800, 0.4), RatePoint(1500, 0.85)],
    "D": [],
}


def terms(budget: int, least: int, most: int) -> Terms:
    return Terms(budget, least, most, step_fen=1, loss_share=1.0)


def applicants(seed: int, count: int) -> list[Applicant]:
    random = np.random.default_rng(seed)
    return [
        Applicant(f"F{i}", str(random.choice(["A", "B", "D"])), float(random.beta(1, 14)))
        for i in range(count)
    ]


def brute(people: list[Applicant], t: Terms) -> float:
    """Try every rate and every amount for everybody."""
    best = 0.0
    amounts = [0, *range(t.least_fen, t.most_fen + 1)]
    worth = []
    for person in people:
        points = CURVES[person.grade]
        margins = [margin_of(person.default_probability, p, loss_share=1.0) for p in points]
        worth.append([(a, a * m) for a in amounts for m in margins] + [(0, 0.0)])
    for choice in itertools.product(*[sorted(set(w)) for w in worth]):
        if sum(amount for amount, _ in choice) <= t.budget_fen:
            best = max(best, sum(profit for _, profit in choice))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_no_choice_of_rates_and_amounts_earns_more(seed: int) -> None:
    people = applicants(seed, 3)
    for budget, least, most in ((7, 2, 4), (5, 3, 4), (20, 2, 4), (3, 2, 3)):
        t = terms(budget, least, most)
        found = allocate(people, CURVES, t)
        assert found.profit_fen == pytest.approx(brute(people, t), abs=1e-12), (seed, budget)
        keeps_to_terms(found, t)


def keeps_to_terms(found: Allocation, t: Terms) -> None:
    assert found.amount_fen <= t.budget_fen
    assert found.gap == 0
    for offer in found.offers:
        assert offer.amount_fen == 0 or t.least_fen <= offer.amount_fen <= t.most_fen
        assert (offer.rate_bp is None) == (offer.amount_fen == 0)
        assert not (offer.applicant.grade == "D" and offer.amount_fen)


def test_when_the_rest_of_the_budget_is_below_the_least_another_gives_some_up() -> None:
    people = [Applicant("a", "A", 0.0), Applicant("b", "A", 0.001)]
    found = allocate(people, CURVES, terms(5, 3, 4))
    assert [o.amount_fen for o in found.offers] == [4, 0]
    found = allocate(people, CURVES, terms(6, 3, 4))
    assert [o.amount_fen for o in found.offers] == [3, 3]


def test_whoever_loses_money_at_every_rate_is_offered_nothing() -> None:
    people = [Applicant("a", "A", 0.5), Applicant("b", "D", 0.0)]
    assert best_rate(people[0], CURVES, loss_share=1.0) == (None, 0.0)
    found = allocate(people, CURVES, terms(100, 1, 10))
    assert found.amount_fen == 0
    assert found.profit_fen == 0


def test_a_smaller_loss_never_earns_less() -> None:
    people = applicants(3, 8)
    profits = [
        allocate(people, CURVES, Terms(40, 2, 9, 1, loss_share=share)).profit_fen
        for share in (1.0, 0.6, 0.0)
    ]
    assert profits == sorted(profits)


def test_a_grade_without_a_curve_and_bounds_that_leave_no_choice_are_refused() -> None:
    for people, t, code in (
        ([Applicant("a", "Z", 0.1)], terms(10, 1, 2), "allocation.no_curve"),
        ([Applicant("a", "A", 0.1)], terms(10, 5, 2), "allocation.bounds"),
        ([Applicant("a", "A", 0.1)], Terms(10, 3, 8, 2, 1.0), "allocation.bounds"),
    ):
        with pytest.raises(Refused) as refused:
            allocate(people, CURVES, t)
        assert refused.value.problems[0].code == code
