"""The titles of firms and their scores: each day its own rule, and as worked out by hand."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.kernel.citation import Certainty
from huoshui.kernel.errors import Where
from huoshui.matching import Plan, compile, explain_one
from huoshui.pipeline.offering_examples import profile_row, title_examples
from huoshui.pipeline.rating_examples import rating_examples
from huoshui.policy.check.citations import cited
from huoshui.policy.expression import names, parse
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import RATING_SUFFIXES, Criterion, Title
from huoshui.policy.values import resolved
from huoshui.ratings import explain

PACKS = Path(__file__).resolve().parents[2] / "packs"
TODAY, LAST_YEAR = dt.date(2026, 11, 20), dt.date(2025, 6, 30)
CHANGE = dt.date(2026, 4, 1)
"""The day on which the measures of 2026 came into force."""

NATIONAL = {"tech_sme", "high_tech", "innovative_sme", "srdi", "little_giant"}
HOUSE = {"key_little_giant", "single_champion", "gazelle", "unicorn", "gold_seed", "silver_seed"}
SCORES = {"tech_sme_points", "high_tech_points", "innovative_sme_points", "srdi_points"}
BLOCKS = ("innovation", "growth", "specialisation")


@cache
def pack_on(day: dt.date) -> Pack:
    return load([PACKS / "common", PACKS / "demo"], asof=day)


def verdict(day: dt.date, title: str, row: dict[str, object]) -> str:
    pack = pack_on(day)
    whole = profile_row(pack, {"subject_kind": "firm", **row}, Where())
    plan = _plan(day)
    (trace,) = explain_one(pack, whole, asof=day, plan=plan, offerings=[title])
    return trace.verdict


@cache
def _plan(day: dt.date) -> Plan:
    return compile(pack_on(day), asof=day, kind="titles")


def ends(rating: str, row: dict[str, object]) -> tuple[object, object]:
    pack = pack_on(TODAY)
    whole = profile_row(pack, {"subject_kind": "firm", **row}, Where())
    trace = explain(pack, rating, whole, asof=TODAY)
    return trace.low, trace.high


def test_every_title_named_is_there_and_says_whose_terms_it_has() -> None:
    titles = pack_on(TODAY).titles
    assert set(titles) >= NATIONAL | HOUSE
    assert {name for name in NATIONAL | HOUSE if titles[name].terms_are == "house"} == HOUSE


@pytest.mark.parametrize("day", [TODAY, LAST_YEAR])
def test_a_title_with_terms_of_the_house_cites_it_alone_and_the_others_never(day: dt.date) -> None:
    pack = pack_on(day)
    for name in NATIONAL | HOUSE:
        title = pack.titles[name]
        is_house = {pack.certainty(c) is Certainty.HOUSE for _, c in cited(title)}
        assert is_house == {title.terms_are == "house"}, name


def test_every_worked_example_of_a_title_comes_out_as_written() -> None:
    problems = title_examples(pack_on(TODAY))
    assert not problems, "\n".join(map(str, problems))


def test_every_worked_example_of_a_score_comes_out_as_written() -> None:
    problems = [p for p in rating_examples(pack_on(TODAY)) if p.where and _is_score(p.where)]
    assert not problems, "\n".join(map(str, problems))


def _is_score(where: Where) -> bool:
    return any(name in str(where.file) for name in SCORES)


def test_there_are_at_least_120_examples_of_titles_and_as_many_of_their_scores() -> None:
    pack = pack_on(TODAY)
    titles = {name: _count(pack, "titles", name) for name in NATIONAL | HOUSE}
    assert sum(titles.values()) >= 120
    scores = {n: _count(pack, "ratings", n) for n in pack.ratings if n.startswith(tuple(SCORES))}
    assert sum(scores.values()) >= 120


def _count(pack: Pack, kind: str, name: str) -> int:
    content = pack.examples(kind)[name].content
    assert isinstance(content, list)
    return len(content)


@pytest.mark.parametrize("name", ["innovative_sme", "srdi", "little_giant"])
def test_the_measures_of_2026_follow_those_of_2022_without_a_gap(name: str) -> None:
    before, after = pack_on(LAST_YEAR).titles[name], pack_on(TODAY).titles[name]
    assert (before.valid_until, after.valid_from) == (CHANGE, CHANGE)
    eve, day = pack_on(CHANGE - dt.timedelta(days=1)), pack_on(CHANGE)
    assert (eve.titles[name], day.titles[name]) == (before, after)
    assert [c.id for c in before.clauses] != [c.id for c in after.clauses]


@pytest.mark.parametrize("day", [TODAY, LAST_YEAR, CHANGE])
def test_every_value_that_a_title_names_is_stated_on_every_day_it_is_in_force(
    day: dt.date,
) -> None:
    for title in pack_on(day).titles.values():
        missing = [n for n, dated in title.values.items() if resolved(dated, day) is None]
        assert not missing, (title.id, missing)


def test_the_2022_scores_stand_open_so_that_no_other_days_pack_breaks() -> None:
    pack = pack_on(TODAY)
    for title in (t for day in (TODAY, LAST_YEAR) for t in pack_on(day).titles.values()):
        for rating in _ratings_named(pack, title):
            found = pack.ratings[rating]
            assert (found.valid_from, found.valid_until) in ((None, None), _span(title)), rating


def _span(title: Title) -> tuple[dt.date | None, dt.date | None]:
    return title.valid_from, title.valid_until


def _ratings_named(pack: Pack, title: Title) -> set[str]:
    named = {name for clause in title.clauses for name in names(parse(clause.when))}
    return {r for r in pack.ratings if named & {r, *(f"{r}{s}" for s in RATING_SUFFIXES)}}


def test_the_ladder_has_three_rungs_and_the_other_titles_stand_beside_it() -> None:
    for day in (TODAY, LAST_YEAR):
        titles = pack_on(day).titles
        rungs = {name: titles[name].layer for name in NATIONAL | HOUSE if titles[name].layer}
        assert rungs == {"tech_sme": 1, "innovative_sme": 1, "srdi": 2, "little_giant": 3}
        assert titles["little_giant"].after == ("srdi",)
        assert titles["key_little_giant"].after == ("little_giant",)
    assert set(pack_on(TODAY).titles["srdi"].after) == {"tech_sme", "innovative_sme"}
    assert pack_on(LAST_YEAR).titles["srdi"].after == ("innovative_sme",)


def test_every_title_is_told_by_a_flag_and_explained_in_both_languages() -> None:
    pack = pack_on(TODAY)
    for name in NATIONAL | HOUSE:
        title = pack.titles[name]
        assert title.held is not None
        assert pack.indicators[title.held].type == "flag", name
        assert title.handbook is not None
        assert all([title.handbook.zh, title.handbook.en]), name


def _criteria(pack: Pack, rating: str) -> list[Criterion]:
    return [criterion for group in pack.ratings[rating].groups for criterion in group.criteria]


def test_every_score_is_shown_out_of_a_hundred() -> None:
    pack = pack_on(TODAY)
    nobody = profile_row(pack, {}, Where())
    assert {explain(pack, name, nobody, asof=TODAY).most for name in SCORES} == {100}


def test_the_three_blocks_of_the_innovative_score_are_the_whole_cut_up() -> None:
    pack = pack_on(TODAY)
    parts = [g for b in BLOCKS for g in pack.ratings[f"innovative_sme_points_{b}"].groups]
    assert parts == list(pack.ratings["innovative_sme_points"].groups)


ratio = st.one_of(st.none(), st.integers(-2000, 10_000).map(lambda n: str(n / 10_000)))
count = st.one_of(st.none(), st.integers(0, 3))


@given(
    row=st.fixed_dictionaries(
        {
            "class_one_high_value_count": count,
            "class_one_self_main_count": count,
            "class_one_main_count": count,
            "class_two_main_count": count,
            "rd_intensity": ratio,
            "main_revenue_growth": ratio,
            "debt_ratio": ratio,
            "main_business_share": ratio,
            "product_field": st.sampled_from([None, "strategic_emerging", "other"]),
        }
    )
)
def test_the_innovative_score_is_the_sum_of_its_blocks(row: dict[str, object]) -> None:
    whole = ends("innovative_sme_points", row)
    parts = [ends(f"innovative_sme_points_{block}", row) for block in BLOCKS]
    assert whole == (sum(low for low, _ in parts), sum(high for _, high in parts))  # type: ignore[misc]


judged = st.one_of(st.none(), st.integers(0, 8))


@given(
    row=st.fixed_dictionaries(
        {
            "expert_ip_quantity_points": judged,
            "class_one_main_count": count,
            "expert_conversion_points": st.one_of(st.none(), st.integers(0, 30)),
            "conversions_per_year": st.one_of(st.none(), st.integers(0, 7).map(str)),
            "expert_growth_assets_points": judged,
            "net_assets_growth_3y": ratio,
            "expert_growth_sales_points": judged,
            "sales_growth_3y": ratio,
        }
    )
)
def test_what_an_expert_has_judged_counts_alone_and_never_beside_the_evidence(
    row: dict[str, object],
) -> None:
    """The oracle adds up the blocks one by one, judged before counted."""
    low, high = ends("high_tech_points", row)
    bands = [
        _band(row["expert_ip_quantity_points"], row["class_one_main_count"], _OF_RIGHTS, 8),
        _band(row["expert_conversion_points"], row["conversions_per_year"], _OF_RESULTS, 30),
        _band(row["expert_growth_assets_points"], row["net_assets_growth_3y"], _OF_GROWTH, 10),
        _band(row["expert_growth_sales_points"], row["sales_growth_3y"], _OF_GROWTH, 10),
    ]
    # Advancement, support, origin and bonus are open (0 to 24, with the number at most 30), and so
    # is the organisation of research (0 to 20).
    assert low == sum(band[0] for band in bands)
    assert high == min(30, 24 + bands[0][1]) + 20 + sum(band[1] for band in bands[1:])


_OF_RIGHTS = ((1.0, 7, 8), (0.0, 0, 6))
_OF_RESULTS = ((5.0, 25, 30), (4.0, 19, 24), (3.0, 13, 18), (2.0, 7, 12), (1.0, 1, 6))
_OF_GROWTH = ((0.35, 9, 10), (0.25, 7, 8), (0.15, 5, 6), (0.05, 3, 4), (1e-9, 1, 2))


def _band(
    judged: object, counted: object, bands: tuple[tuple[float, int, int], ...], most: int
) -> tuple[int, int]:
    if isinstance(judged, int):
        return judged, judged
    if counted is None:
        return 0, most
    number = float(str(counted))
    return next(((low, high) for start, low, high in bands if number >= start), (0, 0))


@given(
    sales_yuan=st.one_of(
        st.integers(0, 300_000_000), st.sampled_from([50_000_000, 50_000_001, 200_000_000])
    ),
    share_bp=st.integers(200, 700),
)
def test_the_share_of_research_asked_of_a_high_tech_firm_falls_with_its_sales(
    sales_yuan: int, share_bp: int
) -> None:
    """The oracle picks the class of sales first; the clause is written the other way round."""
    asked_bp = 500 if sales_yuan <= 50_000_000 else 400 if sales_yuan <= 200_000_000 else 300
    row: dict[str, object] = {**_HIGH_TECH, "revenue_fen": sales_yuan * 100}
    row["rd_intensity_3y"] = f"{share_bp / 10_000:.4f}"
    assert verdict(TODAY, "high_tech", row) == ("yes" if share_bp >= asked_bp else "no")


_HIGH_TECH: dict[str, object] = {
    "established_on": "2015-01-01",
    "owns_core_ip": True,
    "is_in_supported_field": True,
    "technical_staff_share": "0.30",
    "domestic_rd_share": "1",
    "high_tech_revenue_share": "0.90",
    "high_tech_points_low": 80,
    "high_tech_points_high": 80,
    "major_incidents_12m_count": 0,
}


@given(points=st.integers(0, 100), is_listed=st.booleans())
def test_nobody_is_told_yes_by_a_standard_that_nobody_knows(points: int, is_listed: bool) -> None:
    row: dict[str, object] = {
        "is_abnormal": is_listed,
        "is_seriously_dishonest": False,
        "is_restricted_business": False,
        "major_incidents_36m_count": 0,
        "innovative_sme_points_low": points,
        "innovative_sme_points_high": points,
    }
    assert verdict(TODAY, "innovative_sme", row) == ("no" if is_listed else "unknown")
