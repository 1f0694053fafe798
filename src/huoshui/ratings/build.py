"""Scores everybody at once: profile in, profile with five columns more for each scheme out.

Each criterion bins its indicator once and looks its points up; sums are of integers, so the order
of rows, the size of chunks and the number of threads change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

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


def compute(
    pack: Pack, table: pa.Table, *, asof: dt.date, ratings: Sequence[str] | None = None
) -> pa.Table:
    """Add every rating's columns to the profile, a rating that reads another's after it.

    `ratings` names those wanted (none given: all); those that they read must be in the table.
    """
    wanted = (
        pack.ratings if ratings is None else {name: known_rating(pack, name) for name in ratings}
    )
    schemes = {name: compile_rating(pack, rating, asof=asof) for name, rating in wanted.items()}
    for scheme in in_order(pack, schemes):
        table = add(scheme, table)
    return table


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


def score(scheme: Scheme, table: pa.Table) -> dict[pa.Field, pa.Array]:
    """Compute one scheme's columns for every row of a table."""
    rating = scheme.rating
    for name in scheme.reads:
        if name not in table.column_names:
            raise RatingRefusal.NO_COLUMN.refuse(column=name, rating=rating.id)
    inputs = {name: plain(table[name]) for name in scheme.reads}
    rows = table.num_rows
    low = np.empty(rows, dtype=np.int64)
    high = np.empty(rows, dtype=np.int64)
    unbounded = np.zeros(rows, dtype=bool)
    coded = [(c, _codes(c, inputs[c.criterion.indicator])) for c in scheme.criteria]
    bonus = [(b, truth(typed, inputs, asof=scheme.asof)) for b, typed in scheme.bonus]
    for start in range(0, rows, ROWS_AT_ONCE):
        part = slice(start, min(start + ROWS_AT_ONCE, rows))
        _sum(scheme, coded, bonus, part, low[part], high[part], unbounded[part])
    hard = [truth(typed, inputs, asof=scheme.asof) for _, typed in scheme.hard]
    applies = truth(scheme.applies, inputs, asof=scheme.asof) if scheme.applies else None
    return _columns(scheme, low, high, unbounded, hard, applies)


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


def _sum(
    scheme: Scheme,
    coded: list[tuple[CriterionScheme, np.ndarray]],
    bonus: list[tuple[Bonus, Truth]],
    part: slice,
    low: np.ndarray,
    high: np.ndarray,
    unbounded: np.ndarray,
) -> None:
    """Add the points of one run of rows up, into the three arrays given."""
    rating = scheme.rating
    low[:] = high[:] = micro(rating.base)
    for group in rating.groups:
        group_low, group_high = np.zeros_like(low), np.zeros_like(high)
        for criterion, codes in coded:
            if criterion.group is not group:
                continue
            here = codes[part]
            group_low += criterion.points.low[here]
            group_high += criterion.points.high[here]
            if criterion.points.unbounded is not None:
                unbounded |= criterion.points.unbounded[here]
        if group.cap is not None:
            np.minimum(group_low, micro(group.cap), out=group_low)
            np.minimum(group_high, micro(group.cap), out=group_high)
        low += group_low
        high += group_high
    _bonus(scheme, bonus, part, low, high, unbounded)
    if rating.least is not None:
        np.maximum(low, micro(rating.least), out=low)
        np.maximum(high, micro(rating.least), out=high)
    if rating.most is not None:
        np.minimum(low, micro(rating.most), out=low)
        np.minimum(high, micro(rating.most), out=high)


def _bonus(
    scheme: Scheme,
    bonus: list[tuple[Bonus, Truth]],
    part: slice,
    low: np.ndarray,
    high: np.ndarray,
    unbounded: np.ndarray,
) -> None:
    """Add bonus points; a clause that is unknown may or may not earn them."""
    if not bonus:
        return
    bonus_low, bonus_high = np.zeros_like(low), np.zeros_like(high)
    for (definition, _), (_, known) in zip(scheme.bonus, bonus, strict=True):
        is_true, is_false = known.yes[part], known.no[part]
        if definition.points is None:
            unbounded |= ~is_false
            continue
        points = micro(definition.points)
        bonus_low += np.where(is_true | ~is_false & (points < 0), points, 0)
        bonus_high += np.where(is_true | ~is_false & (points > 0), points, 0)
    if scheme.rating.bonus_cap is not None:
        cap = micro(scheme.rating.bonus_cap)
        np.minimum(bonus_low, cap, out=bonus_low)
        np.minimum(bonus_high, cap, out=bonus_high)
    low += bonus_low
    high += bonus_high


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
