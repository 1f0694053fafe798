"""Small made-up tables of outcomes, for tests of fitting."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

TRADES = ("food", "tools", "cloth", "paper")


def outcomes(rows: int, *, seed: int = 7) -> pa.Table:
    """Make rows whose default depends on debt (often missing), trade and age, and not on noise."""
    random = np.random.default_rng(seed)
    debt, age = random.gamma(2, 20, rows), random.integers(1, 40, rows)
    trade = random.integers(0, len(TRADES), rows)
    risk = -1.6 + 0.03 * (debt - 40) - 0.05 * (age - 15) + np.array([0.9, 0, -0.9, 0])[trade]
    is_known = random.random(rows) > 0.2
    risk = np.where(is_known, risk, 0.2)
    bad = random.random(rows) < 1 / (1 + np.exp(-risk))
    words = [TRADES[t] if random.random() > 0.05 else None for t in trade]
    return pa.table(
        {
            "Debt": pa.array(debt, mask=~is_known),
            "age": pa.array(age),
            "trade": pa.array(words),
            "noise": pa.array(random.normal(size=rows)),
            "listed": pa.array(random.random(rows) < 0.3),
            "bad": pa.array(bad.astype(int)),
        }
    )
