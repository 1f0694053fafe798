"""How fresh a feed is: by its newest fact, against what its item promises.

>>> today = dt.date(2026, 11, 20)
>>> [state_of(day, 30, today) for day in (dt.date(2026, 11, 1), dt.date(2026, 9, 1), None)]
['fresh', 'late', 'never']
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

State = Literal["fresh", "late", "never"]

STATES: dict[State, dict[str, str]] = {
    "fresh": {"zh": "按时", "en": "Fresh"},
    "late": {"zh": "逾期", "en": "Late"},
    "never": {"zh": "从未到达", "en": "Never came"},
}


def state_of(newest_true_on: dt.date | None, fresh_days: int, today: dt.date) -> State:
    """Say whether a feed keeps its item's promise on a day."""
    if newest_true_on is None:
        return "never"
    return "fresh" if (today - newest_true_on).days <= fresh_days else "late"
