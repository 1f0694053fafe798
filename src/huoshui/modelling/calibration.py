"""Probabilities that rows held out bear out: the card's own statement, corrected by its record.

A card fitted to few rows is too sure of itself.  The logit of the outcomes on the held-out log-odds
says by how much: a slope below one draws all probabilities toward the average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huoshui.modelling.card import risk_of
from huoshui.modelling.logit import logit_fit
from huoshui.modelling.validation import Validation, chance


@dataclass(frozen=True)
class Calibration:
    """How stated log-odds become borne-out ones."""

    intercept: float
    slope: float

    def of_scores(self, scores: np.ndarray) -> np.ndarray:
        """Give the probability of default of scores of the fitted card."""
        return chance(self.intercept + self.slope * risk_of(scores))


def calibration_of(validation: Validation) -> Calibration:
    """Fit the correction on each row's mean held-out log-odds."""
    mean = validation.risk.mean(axis=0)
    fitted = logit_fit(mean[:, None], validation.bad)
    return Calibration(fitted.intercept, float(fitted.weights[0]))
