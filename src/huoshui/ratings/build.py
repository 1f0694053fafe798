"""Scores everybody at once: profile in, profile with five columns more for each scheme out.

Each criterion bins its indicator once and looks its points up; sums are of integers, so the order
of rows, the size of chunks and the number of threads change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from huoshui.kernel.cores import cores
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Bonus, Rating
from huoshui.ratings.ops.bands import band_codes
from huoshui.ratings.ops.buffers import missing_rows, put_missing, values_of
from huoshui.ratings.ops.cases import case_codes
from huoshui.ratings.ops.clauses import Truth, plain, truth
from huoshui.ratings.ops.tiers import tier_codes
from huoshui.ratings.schema import MICRO, NO_GRADE, fields, micro
from huoshui.ratings.scheme import (
    CriterionScheme,
    RatingRefusal,
    Scheme,
    compile_rating,
    in_order,
)

ROWS_AT_ONCE = 1 << 16
"""Rows scored together, so that what is being added up stays in the processor's cache."""

ROWS_A_THREAD = 1 << 18
"""Rows that one thread scores at a time; a table no longer than this takes no second one."""


class Ends(NamedTuple):
    """The least and the most points of a run of rows, in millionths, and who has no bounds."""

    low: np.ndarray
    high: np.ndarray
    unbounded: np.ndarray


def compute(
    pack: Pack, table: pa.Table, *, asof: dt.date, ratings: Sequence[str] | None = None
) -> pa.Table:
    """Add every rating's columns to the profile, a rating that reads another's after it.

    `ratings` names those wanted (none given: all); those that they read must be in the table.
    """
    for scheme in compile(pack, asof=asof, ratings=ratings):
        table = add(scheme, table)
    return table


def compile(
    pack: Pack, *, asof: dt.date, ratings: Sequence[str] | None = None
) -> tuple[Scheme, ...]:
    """Make a pack's ratings (or those named) ready, in the order in which they can be added."""
    wanted = (
        pack.ratings if ratings is None else {name: known_rating(pack, name) for name in ratings}
    )
    schemes = {name: compile_rating(pack, rating, asof=asof) for name, rating in wanted.items()}
    return tuple(in_order(pack, schemes))


def known_rating(pack: Pack, name: str) -> Rating:
    """Give a rating by name, or refuse naming those there are."""
    if name not in pack.ratings:
        raise RatingRefusal.NO_SUCH.refuse(rating=name, known=", ".join(sorted(pack.ratings)))
    return pack.ratings[name]


def add(scheme: Scheme, table: pa.Table) -> pa.Table:
    """Append one scheme's columns to a table."""
    for name, column in score(scheme, table).items():
        table = table.append_column(name, column)
    return table


def score(
    scheme: Scheme, table: pa.Table, *, threads: int | None = None
) -> dict[pa.Field, pa.Array]:
    """Compute one scheme's columns for every row of a table; threads take runs of rows."""
    for name in scheme.reads:
        if name not in table.column_names:
            raise RatingRefusal.NO_COLUMN.refuse(column=name, rating=scheme.rating.id)
    threads = threads or cores()
    if threads == 1 or table.num_rows <= ROWS_A_THREAD:
        return _scored(scheme, table)
    read = table.select(scheme.reads or table.column_names[:1])
    runs = [read.slice(i, ROWS_A_THREAD) for i in range(0, table.num_rows, ROWS_A_THREAD)]
    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(lambda run: _scored(scheme, run), runs))
    return {field: pa.concat_arrays([columns[field] for columns in made]) for field in made[0]}


def _scored(scheme: Scheme, table: pa.Table) -> dict[pa.Field, pa.Array]:
    rating = scheme.rating
    inputs = {name: plain(table[name]) for name in scheme.reads}
    rows = table.num_rows
    low = np.empty(rows, dtype=np.int64)
    high = np.empty(rows, dtype=np.int64)
    unbounded = np.zeros(rows, dtype=bool)
    codes = _all_codes(scheme, inputs)
    bonus = [(b, truth(typed, inputs, asof=scheme.asof)) for b, typed in scheme.bonus]
    counts = [truth(typed, inputs, asof=scheme.asof) if typed else None for typed in scheme.whens]
    for start in range(0, rows, ROWS_AT_ONCE):
        part = slice(start, min(start + ROWS_AT_ONCE, rows))
        ends = Ends(low[part], high[part], unbounded[part])
        groups = [_group(scheme, nth, codes, part) for nth in range(len(scheme.rating.groups))]
        _sum(scheme, groups, counts, part, ends)
        _bonus(scheme, bonus, part, ends)
        _clamp(rating, ends)
    hard = [truth(typed, inputs, asof=scheme.asof) for _, typed in scheme.hard]
    applies = truth(scheme.applies, inputs, asof=scheme.asof) if scheme.applies else None
    return _columns(scheme, low, high, unbounded, hard, applies)


def _all_codes(scheme: Scheme, inputs: Mapping[str, pa.Array]) -> list[np.ndarray]:
    """Give each criterion's codes; criteria that cut one column alike share them."""
    made: dict[object, np.ndarray] = {}
    for c in scheme.criteria:
        key = _cut(c)
        if key not in made:
            made[key] = _codes(c, inputs[c.criterion.indicator])
    return [made[_cut(c)] for c in scheme.criteria]


def _cut(scheme: CriterionScheme) -> object:
    words = tuple(scheme.words.items())
    return scheme.criterion.indicator, scheme.starts, words, scheme.missing_code


def _codes(scheme: CriterionScheme, column: pa.Array) -> np.ndarray:
    """Give each row's code; the place of missing evidence is the last code."""
    if scheme.words:
        return case_codes(column, scheme.words, missing=scheme.missing_code)
    values, missing = values_of(column), missing_rows(column)
    codes = np.empty(len(values), dtype=np.uint8)
    for start in range(0, len(values), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        codes[part] = tier_codes(values[part], scheme.starts)
        here = None if missing is None else missing[part]
        put_missing(codes[part], values[part], here, scheme.missing_code)
    return codes


def _group(scheme: Scheme, nth: int, codes: list[np.ndarray], part: slice) -> Ends:
    """Give what one group earns by a run of rows, were it to count for all of them."""
    group = scheme.rating.groups[nth]
    rows = part.stop - part.start
    zeros = np.zeros(rows, dtype=np.int64)
    made = Ends(zeros, zeros.copy(), np.zeros(rows, dtype=bool))
    is_first = True
    for criterion, every in zip(scheme.criteria, codes, strict=True):
        if criterion.group is not group:
            continue
        points, here = criterion.points, every[part]
        if is_first or group.take == "sum":
            np.add(made.low, points.low[here], out=made.low)
            np.add(made.high, points.high[here], out=made.high)
        else:
            np.maximum(made.low, points.low[here], out=made.low)
            np.maximum(made.high, points.high[here], out=made.high)
        if points.unbounded is not None:
            np.logical_or(made.unbounded, points.unbounded[here], out=made.unbounded)
        is_first = False
    if group.cap is not None:
        np.minimum(made.low, micro(group.cap), out=made.low)
        np.minimum(made.high, micro(group.cap), out=made.high)
    return made


def _sum(
    scheme: Scheme, groups: list[Ends], counts: list[Truth | None], part: slice, ends: Ends
) -> None:
    """Add up the groups that count, and where nobody knows which do, bound what they may give."""
    ends.low[:] = ends.high[:] = micro(scheme.rating.base)
    for group, known in zip(groups, counts, strict=True):
        counted = slice(None) if known is None else known.yes[part]
        ends.low[counted] += group.low[counted]
        ends.high[counted] += group.high[counted]
        ends.unbounded[counted] |= group.unbounded[counted]
    for choice in scheme.choices:
        known = counts[choice.asked]
        assert known is not None, "a choice is between groups with a condition"
        rows = np.flatnonzero(~(known.yes[part] | known.no[part]))
        if not len(rows):
            continue
        lows, highs = [], []
        for option in choice.options:
            none = np.zeros(len(rows), dtype=np.int64)
            lows.append(sum((groups[g].low[rows] for g in option), none))
            highs.append(sum((groups[g].high[rows] for g in option), none))
            for g in option:
                ends.unbounded[rows] |= groups[g].unbounded[rows]
        ends.low[rows] += np.minimum.reduce(lows)
        ends.high[rows] += np.maximum.reduce(highs)


def _clamp(rating: Rating, ends: Ends) -> None:
    for end in (ends.low, ends.high):
        if rating.least is not None:
            np.maximum(end, micro(rating.least), out=end)
        if rating.most is not None:
            np.minimum(end, micro(rating.most), out=end)


def _bonus(scheme: Scheme, bonus: list[tuple[Bonus, Truth]], part: slice, ends: Ends) -> None:
    """Add bonus points; a clause that is unknown may or may not earn them."""
    if not bonus:
        return
    bonus_low, bonus_high = np.zeros_like(ends.low), np.zeros_like(ends.high)
    for definition, known in bonus:
        is_true, is_false = known.yes[part], known.no[part]
        if definition.points is None:
            np.logical_or(ends.unbounded, ~is_false, out=ends.unbounded)
            continue
        points = micro(definition.points)
        bonus_low += np.where(is_true | ~is_false & (points < 0), points, 0)
        bonus_high += np.where(is_true | ~is_false & (points > 0), points, 0)
    if scheme.rating.bonus_cap is not None:
        cap = micro(scheme.rating.bonus_cap)
        np.minimum(bonus_low, cap, out=bonus_low)
        np.minimum(bonus_high, cap, out=bonus_high)
    np.add(ends.low, bonus_low, out=ends.low)
    np.add(ends.high, bonus_high, out=ends.high)


def _columns(
    scheme: Scheme,
    low: np.ndarray,
    high: np.ndarray,
    unbounded: np.ndarray,
    hard: list[Truth],
    applies: Truth | None,
) -> dict[pa.Field, pa.Array]:
    rows = len(low)
    rated = applies.yes if applies is not None else np.ones(rows, dtype=bool)
    bounded = rated & ~unbounded
    failed, passed = np.zeros(rows, dtype=bool), np.ones(rows, dtype=bool)
    for condition in hard:
        failed |= condition.no
        passed &= condition.yes
    floors = [_floor(band.floor) for band in scheme.bands]
    at_low, at_high = band_codes(low, floors), band_codes(high, floors)
    none = len(floors)
    at_low[failed] = at_high[failed] = none
    # A false hard condition decides the grade even where the score has no bounds, and so does a
    # score below every band even where a hard condition is unknown.
    gradeless = (rated & failed) | (bounded & (at_high == none))
    decided = (bounded & passed & (at_low == at_high)) | gradeless
    line_known = (bounded & passed) | gradeless
    lines_fen = [band.line_fen for band in scheme.bands]
    no_line = 0 if any(line is not None for line in lines_fen) else None
    words = pa.array([*(band.band.grade for band in scheme.bands), NO_GRADE], pa.string())
    lines = pa.array([*lines_fen, no_line], pa.int64())
    if not scheme.bands:  # a scheme without bands gives a score and nothing else
        decided = line_known = np.zeros(rows, dtype=bool)
    made = [
        pa.array(low / MICRO, mask=~(bounded & (low == high))),
        pa.array(low / MICRO, mask=~bounded),
        pa.array(high / MICRO, mask=~bounded),
        words.take(pa.array(at_low, mask=~decided)),
        lines.take(pa.array(at_low, mask=~line_known)),
    ]
    return dict(zip(fields(scheme.rating.id), made, strict=True))


def _floor(floor: int | None) -> int:
    return -(2**63) if floor is None else floor
