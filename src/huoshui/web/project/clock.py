"""The one place of the web that reads the clock; everything else takes the time as an argument."""

from __future__ import annotations

import datetime as dt

from django.conf import settings


def moment() -> dt.datetime:
    """Give the moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Give the platform's business day: the one that was set, or the day in the region."""
    if settings.HUOSHUI_DAY:
        return dt.date.fromisoformat(settings.HUOSHUI_DAY)
    return dt.datetime.now(REGION).date()


REGION = dt.timezone(dt.timedelta(hours=8))
"""China Standard Time."""
