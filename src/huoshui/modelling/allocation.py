"""Allocates a sum of money over applicants so that the expected profit is greatest.

An applicant who is offered a rate takes it or is lost to another lender, the likelier the higher
the rate.  Each fen lent at the rate r to an applicant that defaults with probability p is worth

    (1 - lost(r)) * ((1 - p) * r - p * loss_share)

so the best rate does not depend on the amount and is found first, among the rates given.  Amounts
are then a mixed-integer program (each zero, or from the least to the most in whole steps, together
within the budget), solved to proven optimality by HiGHS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from huoshui.kernel.errors import Refusal
from huoshui.modelling.faults import library


class AllocationRefusal(Refusal):
    """Why money is not allocated."""

    NO_CURVE = (
        "Nobody says how many applicants of grade {grade} are lost at which rate.",
        "Give the curve, or an empty one for a grade that gets nothing.",
    )
    BOUNDS = (
        "Amounts from {least} to {most} in steps of {step} fen leave nothing to choose.",
        "Let the least be a whole number of steps, at least one, and the most no smaller.",
    )


@dataclass(frozen=True)
class RatePoint:
    """A rate and the share of applicants lost to other lenders at it."""

    rate_bp: int
    lost_share: float


Curves = Mapping[str, Sequence[RatePoint]]
"""What is known of each grade; a grade with no point gets nothing."""


@dataclass(frozen=True)
class Applicant:
    """Who asks: a grade, which has a curve, and a probability of default."""

    id: str
    grade: str
    default_probability: float


@dataclass(frozen=True)
class Terms:
    """What every loan and all of them together must keep to."""

    budget_fen: int
    least_fen: int
    most_fen: int
    step_fen: int
    loss_share: float  # of the amount, where the borrower defaults


@dataclass(frozen=True)
class Offer:
    """What one applicant is offered; nothing at all where the amount is 0."""

    applicant: Applicant
    amount_fen: int
    rate_bp: int | None
    lost_share: float | None
    margin: float  # expected profit on each fen offered, at the best rate

    @property
    def profit_fen(self) -> float:
        """Give the expected profit of a year."""
        return self.amount_fen * self.margin


@dataclass(frozen=True)
class Allocation:
    """All offers in the order of the applicants, and how sure it is that none better exists."""

    offers: tuple[Offer, ...]
    gap: float  # between this profit and the proven bound, as a share of it

    @property
    def amount_fen(self) -> int:
        """Give the sum of what is offered."""
        return sum(offer.amount_fen for offer in self.offers)

    @property
    def profit_fen(self) -> float:
        """Give the expected profit of a year."""
        return sum(offer.profit_fen for offer in self.offers)


def margin_of(probability: float, point: RatePoint, *, loss_share: float) -> float:
    """Give the expected profit on each fen offered at a rate.

    >>> round(margin_of(0.02, RatePoint(500, 0.2), loss_share=1.0), 6)
    0.0232
    """
    rate = point.rate_bp / 10_000
    kept = 1 - point.lost_share
    return kept * ((1 - probability) * rate - probability * loss_share)


def best_rate(
    applicant: Applicant, curves: Curves, *, loss_share: float
) -> tuple[RatePoint | None, float]:
    """Give the rate of greatest expected profit and that profit; none where every rate loses."""
    if applicant.grade not in curves:
        raise AllocationRefusal.NO_CURVE.refuse(grade=applicant.grade)
    best: tuple[RatePoint | None, float] = (None, 0.0)
    for point in curves[applicant.grade]:
        margin = margin_of(applicant.default_probability, point, loss_share=loss_share)
        if margin > best[1]:
            best = (point, margin)
    return best


def allocate(applicants: Sequence[Applicant], curves: Curves, terms: Terms) -> Allocation:
    """Choose every applicant's rate and amount."""
    least, rest = divmod(terms.least_fen, terms.step_fen)
    most = terms.most_fen // terms.step_fen
    if rest or not 1 <= least <= most:
        raise AllocationRefusal.BOUNDS.refuse(
            least=terms.least_fen, most=terms.most_fen, step=terms.step_fen
        )
    rated = [best_rate(a, curves, loss_share=terms.loss_share) for a in applicants]
    margins = np.array([margin for _, margin in rated])
    steps, gap = _steps(margins, least, most, terms.budget_fen // terms.step_fen)
    offers = []
    for applicant, (point, margin), count in zip(applicants, rated, steps, strict=True):
        amount = int(count) * terms.step_fen
        taken = point if amount else None
        offers.append(
            Offer(
                applicant,
                amount,
                taken.rate_bp if taken else None,
                taken.lost_share if taken else None,
                margin,
            )
        )
    return Allocation(tuple(offers), gap)


def _steps(margins: np.ndarray, least: int, most: int, budget: int) -> tuple[np.ndarray, float]:
    """Choose whole steps for each: none, or from least to most; the sum within the budget."""
    wanted = np.flatnonzero(margins > 0)
    steps = np.zeros(len(margins), dtype=np.int64)
    if len(wanted) == 0:
        return steps, 0.0
    optimize = library("scipy.optimize")
    count = len(wanted)
    # Two unknowns for each: how many steps, and whether any (0 or 1).
    identity = np.eye(count)
    rows = [
        optimize.LinearConstraint(np.hstack([identity, -least * identity]), 0, np.inf),
        optimize.LinearConstraint(np.hstack([identity, -most * identity]), -np.inf, 0),
        optimize.LinearConstraint(np.append(np.ones(count), np.zeros(count)), 0, budget),
    ]
    found = optimize.milp(
        # Scaled, as the solver's tolerances are absolute and margins are a few hundredths.
        np.append(-margins[wanted] / margins.max(), np.zeros(count)),
        constraints=rows,
        integrality=np.ones(2 * count),
        bounds=optimize.Bounds(0, np.append(np.full(count, most), np.ones(count))),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0, found.message  # offering nothing is always allowed
    steps[wanted] = np.rint(found.x[:count]).astype(np.int64)
    return steps, float(found.mip_gap or 0.0)
