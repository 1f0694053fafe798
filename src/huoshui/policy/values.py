"""Dated values: which one is in force on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from huoshui.policy.schema import Cited


def resolved(dated: Mapping[dt.date, Cited], asof: dt.date) -> Cited | None:
    """Give the value in force on a day, or None if none had taken effect yet.

    A value whose `value` is null is in force and unknown, which is not the same as None.
    """
    started = [day for day in dated if day <= asof]
    return dated[max(started)] if started else None
