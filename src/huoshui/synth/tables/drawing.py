"""Drawing of rows: who has how many of a thing, and on which days."""

from __future__ import annotations

import numpy as np

from huoshui.synth.columns import Plain, Word
from huoshui.synth.population import Region

NO_DAY = np.datetime64("NaT", "D")


LEAST_ROWS = 3


def repeated(rng: np.random.Generator, rate: np.ndarray) -> np.ndarray:
    """Give each position as often as a Poisson draw of its rate; the likeliest if too few."""
    return _enough(np.repeat(np.arange(len(rate)), rng.poisson(np.maximum(rate, 0))), rate)


def happens(rng: np.random.Generator, chance: np.ndarray) -> np.ndarray:
    """Give the positions where an event of the chance happens; the likeliest if too few."""
    return _enough(np.flatnonzero(rng.random(len(chance)) < chance), chance)


def _enough(found: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Add the likeliest positions, so that even in a small region no table is empty."""
    if len(found) >= LEAST_ROWS:
        return found
    likeliest = np.argsort(-rate, kind="stable")[:LEAST_ROWS]
    return np.union1d(found, likeliest[rate[likeliest] > 0])


def day_lived(
    rng: np.random.Generator, region: Region, who: np.ndarray, years: float
) -> np.ndarray:
    """Draw days of the last years on which each subject was alive."""
    end = last_day(region, who)
    since = region.today - np.timedelta64(int(years * 365.25), "D")
    start = np.minimum(np.maximum(region.subjects.established[who], since), end)
    span = (end - start).astype(np.int64)
    return start + (rng.random(len(who)) * (span + 1)).astype(np.int64).astype("timedelta64[D]")


def last_day(region: Region, who: np.ndarray) -> np.ndarray:
    """Give the last day on which each subject leaves records."""
    ends = region.alive_before[who]
    return np.where(np.isnat(ends), region.today, ends)


def after(days: np.ndarray, count: np.ndarray | int) -> np.ndarray:
    """Add days."""
    return days + np.asarray(count).astype(np.int64).astype("timedelta64[D]")


def ended(
    rng: np.random.Generator, region: Region, begun: np.ndarray, share: float, most: int
) -> np.ndarray:
    """Draw a later day for a share of rows, at most so many days on; NaT for the others."""
    later = after(begun, rng.integers(10, most, len(begun)))
    over = (rng.random(len(begun)) < share) & (later <= region.today)
    return np.where(over, later, NO_DAY)


def month_ends(months: np.ndarray) -> np.ndarray:
    """Give the last day of each month."""
    return (months + 1).astype("datetime64[D]") - 1


def over_months(
    region: Region, who: np.ndarray, months: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give a row per subject and month that it lived through: subject and position of the month."""
    ends = month_ends(months)
    born = region.subjects.established[who]
    lived = (born[:, None] <= ends[None, :]) & (ends[None, :] <= last_day(region, who)[:, None])
    row, month = np.nonzero(lived)
    return who[row], month


def over_years(region: Region, firms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give a row per firm and closed year in which it had revenue."""
    revenue = region.firms.revenue_fen[:, firms] > 0
    ends = np.array([np.datetime64(f"{y}-12-31") for y in region.years])
    alive = ends[:, None] <= last_day(region, firms)[None, :]
    year, at = np.nonzero(revenue & alive)
    order = np.lexsort((year, at))
    return firms[at[order]], year[order]


def years_of(region: Region, at: np.ndarray) -> Plain:
    """Write the years at some positions."""
    return Plain(np.array(region.years)[at])


def wan(amount_wan: np.ndarray) -> np.ndarray:
    """Turn ten thousands of yuan into fen, to the hundred yuan."""
    return np.rint(np.asarray(amount_wan) * 100).astype(np.int64) * 10_000


def yuan(amount: np.ndarray) -> np.ndarray:
    """Turn yuan into fen, to the fen."""
    return np.rint(np.asarray(amount) * 100).astype(np.int64)


def flag(values: np.ndarray) -> Word:
    """Write true and false as offices do."""
    return Word(np.where(values, 0, 1), ("是", "否"))


def of_firms(region: Region, share: float, name: str) -> np.ndarray:
    """Give the firms that a source covers."""
    rng = region.rng(f"cover {name}")
    return np.flatnonzero(rng.random(len(region.firms)) < share)
