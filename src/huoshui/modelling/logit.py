"""The logit: log-odds of default as a weighted sum, by maximum likelihood, with a ridge or without.

Newton's method on the concave log-likelihood less half the ridge times the squared weights (the
intercept is not held back).  Few columns and many rows make each step a small linear system.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huoshui.modelling.faults import ModelRefusal
from huoshui.modelling.metrics import log_loss_of

STEPS_MOST = 100
GRADIENT_MOST = 1e-9
LOGIT_MOST = 30.0
"""Log-odds beyond this mean that the likelihood has no maximum: a column separates exactly."""


@dataclass(frozen=True, eq=False)
class Logit:
    """Fitted weights."""

    intercept: float
    weights: np.ndarray

    def of(self, x: np.ndarray) -> np.ndarray:
        """Give the log-odds of being bad, row by row."""
        return self.intercept + x @ self.weights


def logit_fit(x: np.ndarray, bad: np.ndarray, *, ridge: float = 0.0) -> Logit:
    """Find the weights of greatest (penalised) likelihood."""
    rows, columns = x.shape
    design = np.column_stack([np.ones(rows), x])
    penalty = np.full(columns + 1, ridge)
    penalty[0] = 0.0
    share = bad.mean()
    beta = np.zeros(columns + 1)
    beta[0] = np.log(share / (1 - share))
    loss = _loss(design, bad, beta, penalty)
    for _ in range(STEPS_MOST):
        probability = 1 / (1 + np.exp(-np.clip(design @ beta, -500, 500)))
        gradient = design.T @ (bad - probability) - penalty * beta
        if np.abs(gradient).max() <= GRADIENT_MOST * rows:
            break
        weight = probability * (1 - probability)
        hessian = (design * weight[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        scale = 1.0
        while (tried := _loss(design, bad, beta + scale * step, penalty)) > loss + 1e-12 * rows:
            scale /= 2
            if scale < 1e-6:
                break
        beta, loss = beta + scale * step, tried
        if ridge == 0 and np.abs(design @ beta).max() > LOGIT_MOST:
            raise ModelRefusal.NO_MAXIMUM.refuse()
    return Logit(float(beta[0]), beta[1:])


def _loss(design: np.ndarray, bad: np.ndarray, beta: np.ndarray, penalty: np.ndarray) -> float:
    return log_loss_of(bad, design @ beta) * len(bad) + 0.5 * float((penalty * beta**2).sum())
