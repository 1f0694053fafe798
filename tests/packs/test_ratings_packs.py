"""Schemes of the packs: what they add up to, how far missing evidence moves them, what is unknown.

Scores of named firms are worked by hand in the examples beside each scheme.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from huoshui.kernel.citation import Certainty
from huoshui.pipeline.offering_examples import title_examples
from huoshui.pipeline.rating_examples import rating_examples
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.ratings import Scheme, compile_rating, score, trace
from tests.given import ROOT

HOUSE = ("innovation_points", "knowledge_value", "technology_flow", "investment_flow")
REGIONS = ("chongqing_knowledge_value", "hubei_knowledge_value")
UNREAD = ("innovation_points_national", "hunan_knowledge_value", "commercial_value")
PACKS = [ROOT / "packs" / name for name in ("common", "hunan", "chongqing", "hubei")]
STAGES = ("start_up", "growth", "mature")
STEP = Decimal("0.0001")


def _load(folders: list[Path], day: dt.date) -> Pack:
    return load(folders, asof=day)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return _load(PACKS, dt.date(2026, 11, 20))


def _scheme(pack: Pack, name: str) -> Scheme:
    return compile_rating(pack, pack.ratings[name], asof=pack.asof)


def _answers(pack: Pack, scheme: Scheme) -> dict[str, list[object]]:
    """Give values of every kind for each column: a value in each tier, or each word there is."""
    found: dict[str, list[object]] = {}
    for criterion in scheme.criteria:
        column = criterion.criterion.indicator
        indicator = pack.indicators[column]
        if criterion.words:
            found[column] = list(pack.vocabularies[indicator.vocabulary or ""].entries)
            if criterion.criterion.otherwise is not None:
                found[column].append("none of these")
            continue
        whole = pack.units[indicator.unit or "ratio"].whole
        step = 1 if whole else STEP
        for number, _ in criterion.starts:
            for value in (number - step, number, number + step):
                found.setdefault(column, []).append(int(value) if whole else float(value))
    if scheme.choices:
        found["stage"] = list(STAGES)
    return found


def _row(pack: Pack, scheme: Scheme, known: Mapping[str, object]) -> dict[str, object]:
    clean = {"subject_kind": "firm", "is_dishonest_debtor": False, "is_abnormal": False}
    return {**dict.fromkeys(scheme.reads), **clean, **known}


def _ends(
    pack: Pack, scheme: Scheme, rows: list[dict[str, object]]
) -> list[tuple[float | None, float | None]]:
    """Score rows at once and give the two ends of each."""
    types = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string(), "day": pa.date32()}
    made = {
        name: pa.array([r[name] for r in rows], types[pack.indicators[name].type])
        for name in scheme.reads
    }
    columns = list(score(scheme, pa.table(made)).values())
    return list(zip(columns[1].to_pylist(), columns[2].to_pylist(), strict=True))


def _extreme(
    pack: Pack, scheme: Scheme, row: dict[str, object], answers: dict[str, list[object]], best: bool
) -> Decimal:
    """Fill every gap in turn with what is best, or worst, for the score; criteria do not mix."""
    found = []
    is_staged = "stage" in row and row["stage"] is None
    stages: list[object] = list(STAGES) if is_staged else [row.get("stage")]
    for stage in stages:
        tried = {**row, **({"stage": stage} if stage else {})}
        for column in [c for c in answers if tried.get(c) is None]:
            rows = [{**tried, column: value} for value in answers[column]]
            ends = _ends(pack, scheme, rows)
            place = max if best else min
            tried = rows[place(range(len(rows)), key=lambda n: ends[n][best])]
        found.append(trace(pack, scheme, tried).score)
    assert None not in found, "with every gap filled the score is known"
    return max(found) if best else min(found)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", HOUSE)
def test_the_interval_is_exactly_what_the_missing_evidence_can_still_make(
    pack: Pack, name: str, seed: int
) -> None:
    rng = random.Random(seed)
    scheme = _scheme(pack, name)
    answers = _answers(pack, scheme)
    known = {c: rng.choice(v) for c, v in answers.items() if rng.random() < 0.6}
    row = _row(pack, scheme, known)
    found = trace(pack, scheme, row)
    assert found.low == _extreme(pack, scheme, row, answers, best=False)
    assert found.high == _extreme(pack, scheme, row, answers, best=True)
    for _ in range(20):
        filled = {c: rng.choice(v) for c, v in answers.items() if row.get(c) is None}
        made = trace(pack, scheme, {**row, **filled}).score
        assert made is not None
        assert found.low <= made <= found.high


@pytest.mark.parametrize("name", HOUSE)
def test_what_is_missing_moves_the_score_as_far_as_it_says_the_farthest_first(
    pack: Pack, name: str
) -> None:
    scheme = _scheme(pack, name)
    answers = _answers(pack, scheme)
    rng = random.Random(7)
    known = {c: rng.choice(v) for c, v in answers.items() if c == "stage" or rng.random() < 0.4}
    row = _row(pack, scheme, known)
    found = trace(pack, scheme, row)
    assert len(found.missing) >= 3
    moves = [one.moves for one in found.missing]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] > 0
    for one in found.missing:
        (column,) = one.columns
        told = [trace(pack, scheme, {**row, column: value}) for value in answers[column]]
        assert one.rises_to == max(t.low for t in told), one.id
        assert one.falls_to == min(t.high for t in told), one.id


def test_a_firm_of_unknown_stage_is_asked_for_what_its_stage_rests_on(pack: Pack) -> None:
    scheme = _scheme(pack, "innovation_points")
    known = {c: values[-1] for c, values in _answers(pack, scheme).items() if c != "stage"}
    row = _row(pack, scheme, {**known, "patent_applications_36m_count": 0, "rd_intensity": 0.0})
    found = trace(pack, scheme, row)
    # start-up loses 12 and 12 of 100, growth 8 and 9, maturity 7 and 8
    assert (found.low, found.high) == (76, 85)
    assert [m.columns for m in found.missing] == [("stage",)]
    assert (found.missing[0].rises_to, found.missing[0].falls_to) == (85, 76)


@pytest.mark.parametrize("name", HOUSE)
def test_house_weights_are_declared_add_up_to_100_and_are_cautioned_about(
    pack: Pack, name: str
) -> None:
    rating = pack.ratings[name]
    assert rating.caution is not None
    assert "违约概率" in rating.caution.zh
    scheme = _scheme(pack, name)
    answers = _answers(pack, scheme)
    for stage in STAGES if scheme.choices else (None,):
        row = _row(pack, scheme, {"stage": stage} if stage else {})
        assert _extreme(pack, scheme, row, answers, best=True) == 100
        assert _extreme(pack, scheme, row, answers, best=False) == 0
    if name != "knowledge_value":
        assert rating.full_marks == 100
        assert all(g.weight is not None for g in rating.groups)
    marks = {pack.certainty(c.cite) for g in rating.groups for c in g.criteria}
    assert marks == {Certainty.HOUSE}


def test_innovation_points_ask_the_same_eighteen_of_every_stage_with_weights_of_its_own(
    pack: Pack,
) -> None:
    asked: dict[str, list[str]] = {}
    weights: dict[str, list[Decimal | None]] = {}
    for group in pack.ratings["innovation_points"].groups:
        assert group.when is not None
        asked.setdefault(group.when, []).extend(c.indicator for c in group.criteria)
        weights.setdefault(group.when, []).extend(c.weight for c in group.criteria)
    national = pack.ratings["innovation_points_national"].groups
    listed = [c.indicator for g in national for c in g.criteria]
    assert len(listed) == len(set(listed)) == 18
    assert list(asked) == [f"stage = '{stage}'" for stage in STAGES]
    assert all(columns == listed for columns in asked.values())
    assert len({tuple(w) for w in weights.values()}) == 3


@pytest.mark.parametrize("name", UNREAD)
def test_a_scheme_that_nobody_has_read_scores_nobody(pack: Pack, name: str) -> None:
    scheme = _scheme(pack, name)
    assert not scheme.may_be_scored
    rating = pack.ratings[name]
    assert rating.caution is not None
    for criterion in (c for g in rating.groups for c in g.criteria):
        points = [t.points for t in criterion.tiers] + list(criterion.cases.values())
        assert set(points) == {None}
        assert pack.certainty(criterion.cite) is Certainty.UNKNOWN
    found = trace(pack, scheme, _row(pack, scheme, dict.fromkeys(scheme.reads, 1)))
    assert (found.low, found.high, found.grade, found.line_fen) == (None,) * 4


@pytest.mark.parametrize("name", REGIONS)
def test_a_region_gives_a_line_by_its_own_grade_and_by_nothing_else(pack: Pack, name: str) -> None:
    scheme = _scheme(pack, name)
    column = name.split("_")[0] + "_grade"
    graded = {
        grade: trace(pack, scheme, _row(pack, scheme, {column: grade})).line_fen
        for grade in ("A", "B", "C", "D", "E", "none")
    }
    wan = {
        "chongqing_grade": (500, 400, 300, 160, 80, 0),
        "hubei_grade": (1000, None, None, None, 100, 0),
    }[column]
    assert list(graded.values()) == [None if w is None else w * 1_000_000 for w in wan]
    full = {c.criterion.indicator: 9 for c in scheme.criteria if c.starts == () and not c.words}
    found = trace(pack, scheme, _row(pack, scheme, full))
    assert (found.score, found.grade, found.line_fen) == (None, None, None)
    assert column in scheme.reads


def test_each_day_has_its_own_version_of_the_hunan_scheme() -> None:
    days = {
        dt.date(2025, 6, 15): "hunan-knowledge-value-2022",
        dt.date(2025, 6, 16): "hunan-knowledge-value-2025",
    }
    for day, source in days.items():
        read = _load(PACKS[:2], day).ratings["hunan_knowledge_value"]
        assert {c.cite.source for g in read.groups for c in g.criteria} == {source}, day


def test_every_worked_example_of_the_regions_comes_out_as_written(pack: Pack) -> None:
    problems = [*rating_examples(pack), *title_examples(pack)]
    ours = [p for p in problems if p.where and not str(p.where.file).startswith("common/titles")]
    assert not ours, "\n".join(map(str, ours))
