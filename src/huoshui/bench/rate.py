"""Rating a city: the twelve-indicator scheme, every scheme, and one fitted card beside its makers.

The card is fitted by optbinning on a sample of the profile drawn; its bins and points are then
written as a rating of ours and as a card of scorecardpy, so that all three score the same card,
and their scores must agree.  The scheme does more than a card: caps, hard conditions, a least and
a most score where evidence is missing, a grade and a line.
"""

from __future__ import annotations

import datetime as dt
import sys
import warnings
from decimal import Decimal
from functools import partial
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa

from huoshui import ratings
from huoshui.bench.timing import circumstances, median_of, timed
from huoshui.indicators import profile_schema
from huoshui.modelling.scoring import score_table
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Rating

MISSING = 0.1
FITTED_ROWS = 20_000
SCHEME = "knowledge_value"
"""The scheme of twelve indicators that the packs hold for everybody."""


def drawn(pack: Pack, schemes: list[ratings.Scheme], rows: int, seed: int) -> pa.Table:
    """Draw the columns that schemes read, each about the starts of its own tiers."""
    rng = np.random.default_rng(seed)
    types = {field.name: field.type for field in profile_schema(pack)}
    starts: dict[str, list[float]] = {}
    words: dict[str, set[str]] = {}
    for scheme in schemes:
        for criterion in scheme.criteria:
            name = criterion.criterion.indicator
            starts.setdefault(name, []).extend(float(start) for start, _ in criterion.starts)
            words.setdefault(name, set()).update(criterion.words)
    columns = {}
    for name in sorted({name for scheme in schemes for name in scheme.reads} & types.keys()):
        kind, absent = types[name], rng.random(rows) < MISSING
        if pa.types.is_boolean(kind):
            made = pa.array(rng.random(rows) < 0.1, mask=absent)
        elif pa.types.is_string(kind):
            indicator = pack.indicators.get(name)
            vocabulary = pack.vocabularies.get((indicator and indicator.vocabulary) or "")
            listed = list(vocabulary.entries) if vocabulary else sorted(words.get(name) or {"x"})
            places = pa.array(rng.integers(0, len(listed), rows, dtype=np.int32), mask=absent)
            made = pa.DictionaryArray.from_arrays(places, pa.array(listed))
        else:
            points = starts.get(name) or [1.0]
            values = rng.choice(points, rows) * rng.uniform(0, 2, rows)
            values = values.astype("int64") if not pa.types.is_floating(kind) else values
            made = pa.array(values, mask=absent)
            made = made.cast(pa.int32()).cast(kind) if pa.types.is_date32(kind) else made
        columns[name] = made
    return pa.table(columns)


def bench_rate(pack: Pack, *, rows: int, rounds: int, seed: int) -> dict[str, Any]:
    """Score everybody by the scheme, by all ratings, and by one fitted card beside its makers."""
    scheme = ratings.compile_rating(pack, pack.ratings[SCHEME], asof=pack.asof)
    table = drawn(pack, [scheme], rows, seed)
    seconds = median_of([timed(lambda: ratings.score(scheme, table)) for _ in range(rounds)])
    fitted = _fitted(table, scheme, seed)
    card_seconds, peer_seconds, scorecardpy_seconds = fitted.raced(table, rounds)
    every = [ratings.compile_rating(pack, r, asof=pack.asof) for r in pack.ratings.values()]
    wide = drawn(pack, every, rows, seed)
    seconds_all = timed(lambda: ratings.compute(pack, wide, asof=pack.asof))
    return {
        "bench": "rate",
        "rows": rows,
        "indicators": len(scheme.criteria),
        "seconds": round(seconds, 3),
        "ratings": len(every),
        "seconds_all": round(seconds_all, 3),
        "card_seconds": round(card_seconds, 3),
        "peer_seconds": round(peer_seconds, 3),
        "ratio": round(peer_seconds / card_seconds, 2),
        "ratio_is": "peer_seconds over card_seconds: one fitted card on the same rows",
        "scorecardpy_seconds": round(scorecardpy_seconds, 3),
        "rounds": rounds,
        "peer": "optbinning's Scorecard.score, and beside it scorecardpy's scorecard_ply",
        **circumstances(),
    }


class _Card:
    """One card in three forms: optbinning's, scorecardpy's and ours."""

    def __init__(self, theirs: Any, columns: list[str]) -> None:
        """Write the bins and points of a fitted card as ours and as scorecardpy's."""
        import pandas as pd

        self.theirs, self.columns = theirs, columns
        criteria, frames = [], {}
        told = theirs.table(style="detailed")
        for name in columns:
            points = told[told["Variable"] == name]["Points"].to_numpy()
            splits = list(theirs.binning_process_.get_binned_variable(name).splits)
            tiers = [{"points": _decimal(points[0])}] + [
                {"at_least": Decimal(repr(float(split))), "points": _decimal(p)}
                for split, p in zip(splits, points[1:], strict=False)
            ]
            lost = _decimal(points[len(splits) + 2])  # after the bins and the special values
            criteria.append(
                {"id": name, "indicator": name, "tiers": tiers, "missing": lost, "cite": _CITE}
            )
            ends = [float("-inf"), *map(float, splits), float("inf")]
            bins = [f"[{a!r},{b!r})" for a, b in pairwise(ends)]
            worth = [*(float(tier["points"]) for tier in tiers), float(lost)]
            frames[name] = pd.DataFrame(
                {"variable": name, "bin": [*bins, "missing"], "points": worth}
            )
        base = _decimal(theirs.intercept_)
        start = {"variable": ["basepoints"], "bin": [None], "points": [float(base)]}
        self.frames = {"basepoints": pd.DataFrame(start), **frames}
        self.rating = _rating(base, criteria)

    def raced(self, table: pa.Table, rounds: int) -> tuple[float, float, float]:
        """Score a table in all three forms by turns; give the middle seconds of each."""
        by_card = partial(_scorecardpy().scorecard_ply, replace_blank_na=False)
        frame = table.select(self.columns).to_pandas()
        made: dict[str, Any] = {}

        def ours() -> None:
            made["ours"] = score_table(self.rating, table)[self.rating.id]

        def optbinning() -> None:
            made["optbinning"] = self.theirs.score(frame)

        def by_scorecardpy() -> None:
            made["scorecardpy"] = by_card(frame, self.frames)["score"]

        taken: dict[str, list[float]] = {"ours": [], "optbinning": [], "scorecardpy": []}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the peers' libraries about each other
            for turn in range(rounds):
                taken["ours"].append(timed(ours))
                taken["optbinning"].append(timed(optbinning))
                if not turn:  # it is far slower than either
                    taken["scorecardpy"].append(timed(by_scorecardpy))
        scores = made["ours"].to_numpy()
        for peer in ("optbinning", "scorecardpy"):
            apart = float(np.abs(scores - np.asarray(made[peer])).max())
            assert apart < TOLERANCE, f"{peer} scores up to {apart} points otherwise"
        ours_, theirs_, slow = (median_of(seconds) for seconds in taken.values())
        return ours_, theirs_, slow


def _scorecardpy() -> Any:
    """Import scorecardpy, which asks for a module that setuptools has since dropped.

    It needs `pkg_resources` only to find its sample data, which nobody asks for here.
    """
    sys.modules.setdefault("pkg_resources", ModuleType("pkg_resources"))
    import scorecardpy

    return scorecardpy


TOLERANCE = 0.001
"""Ours holds points to a millionth; twelve roundings stay far below this."""

_CITE = "fit-bench#points"


def _decimal(points: float) -> Decimal:
    return Decimal(repr(round(float(points), 6)))


def _rating(base: Decimal, criteria: list[dict[str, Any]]) -> Rating:
    both = {"zh": "拟合卡", "en": "Fitted card"}
    return Rating.model_validate(
        {
            "id": "bench_card",
            "label": both,
            "meaning": "A card fitted to a made outcome, to be scored by three programs.",
            "kind": "scorecard",
            "base": base,
            "groups": [{"id": "fitted", "label": both, "criteria": criteria}],
            "cite": _CITE,
            "checked_on": dt.date(2026, 11, 20),
        }
    )


def _fitted(table: pa.Table, scheme: ratings.Scheme, seed: int) -> _Card:
    """Fit a card of the scheme's indicators to an outcome that follows from them."""
    from optbinning import BinningProcess, Scorecard
    from sklearn.linear_model import LogisticRegression

    columns = [c.criterion.indicator for c in scheme.criteria if c.starts]
    frame = table.select(columns).slice(0, FITTED_ROWS).to_pandas()
    rng = np.random.default_rng(seed)
    ranks = frame.rank(pct=True).fillna(0.5).to_numpy()
    bad = rng.random(len(frame)) < 1 / (1 + np.exp(ranks.sum(axis=1) - len(columns) / 2 + 2))
    binned = BinningProcess(columns)
    card = Scorecard(
        binning_process=binned,
        estimator=LogisticRegression(),
        scaling_method="min_max",
        scaling_method_params={"min": 300, "max": 850},
        intercept_based=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        card.fit(frame, bad.astype(int), metric_missing="empirical")
    return _Card(card, columns)
