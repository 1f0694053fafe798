"""What a score says when evidence is missing, capped, clamped, barred or unbounded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from huoshui import ratings
from huoshui.kernel.errors import Refused
from huoshui.policy.schema import Rating, Vocabulary
from tests.given import indicator_of, pack_of

ASOF = dt.date(2026, 6, 30)
INDICATORS = {
    "share": indicator_of("share", "number", "ratio"),
    "count": indicator_of("count", "number", "count"),
    "grade": indicator_of("grade", "text"),
    "flag": indicator_of("flag", "flag"),
}
BOTH = {"zh": "某", "en": "some"}
SHARE = {
    "id": "share",
    "indicator": "share",
    "tiers": [{"points": 0}, {"at_least": "0.1", "points": 10}, {"above": "0.5", "points": 20}],
    "cite": "house#adr-0001",
}
COUNT = {
    "id": "count",
    "indicator": "count",
    "tiers": [{"points": 0}, {"at_least": 3, "points": 30}],
    "cite": "house#adr-0001",
}


def _rating(name: str = "made", *, criteria=(SHARE, COUNT), cap=None, **more) -> Rating:
    bands = [
        {
            "grade": grade,
            "at_least": floor,
            "label": BOTH,
            "line": {"2020-01-01": {"value": line, "unit": "yuan", "cite": "house#adr-0001"}},
            "cite": "house#adr-0001",
        }
        for grade, floor, line in (("A", 40, 1000), ("B", 20, 500))
    ]
    made = {
        "id": name,
        "label": BOTH,
        "kind": "policy",
        "base": 0,
        "groups": [{"id": "all", "label": BOTH, "cap": cap, "criteria": list(criteria)}],
        "bands": bands,
        "cite": "house#adr-0001",
        "checked_on": "2026-11-20",
    }
    return Rating.model_validate({**made, **more})


def _scored(*given: Rating, **row: object) -> dict[str, object]:
    pack = pack_of(ASOF, indicators=INDICATORS, ratings={r.id: r for r in given})
    types = {"share": pa.float64(), "count": pa.int64(), "grade": pa.string(), "flag": pa.bool_()}
    table = pa.table({name: pa.array([row.get(name)], t) for name, t in types.items()})
    return ratings.compute(pack, table, asof=ASOF).to_pylist()[0]


def _made(out: dict[str, object]) -> list[object]:
    return [out[name] for name in ratings.columns("made")]


def test_a_known_row_gets_a_score_a_grade_and_a_line() -> None:
    assert _made(_scored(_rating(), share=0.1, count=3)) == [40, 40, 40, "A", 100_000]


def test_an_exclusive_start_leaves_its_own_value_to_the_tier_before() -> None:
    assert _scored(_rating(), share=0.5, count=0)["made"] == 10
    assert _scored(_rating(), share=0.5000000000000001, count=0)["made"] == 20


def test_missing_evidence_leaves_an_interval_and_the_line_of_its_low_end() -> None:
    assert _made(_scored(_rating(), count=3)) == [None, 30, 50, None, 50_000]


def test_an_interval_inside_one_grade_has_the_grade_and_no_score() -> None:
    assert _made(_scored(_rating(), share=0.6)) == [None, 20, 50, None, 50_000]
    narrow = {**SHARE, "tiers": [{"points": 0}, {"at_least": "0.1", "points": 5}]}
    assert _made(_scored(_rating(criteria=(narrow, COUNT)), count=3))[:4] == [None, 30, 35, "B"]


def test_points_said_for_missing_evidence_leave_no_interval() -> None:
    given = {**SHARE, "missing": "2.5"}
    assert _made(_scored(_rating(criteria=(given, COUNT)), count=3))[0] == 32.5


def test_a_cap_holds_both_ends_of_the_interval() -> None:
    assert _made(_scored(_rating(cap=35), count=3))[:3] == [None, 30, 35]


def test_a_false_hard_condition_leaves_no_grade_even_where_evidence_is_missing() -> None:
    hard = [{"id": "clean", "when": "not flag", "say": BOTH, "cite": "house#adr-0001"}]
    assert _made(_scored(_rating(hard=hard), count=3, flag=True))[3:] == ["none", 0]
    assert _made(_scored(_rating(hard=hard), share=0.2, count=3))[3:] == [None, None]
    assert _made(_scored(_rating(hard=hard), share=0.0, count=0))[3:] == ["none", 0]


def test_a_subject_outside_the_scheme_is_not_rated() -> None:
    only = _rating(applies_when="grade = 'X'")
    assert _made(_scored(only, share=0.2, count=3, grade="Y")) == [None] * 5
    assert _made(_scored(only, share=0.2, count=3)) == [None] * 5


def test_an_unknown_bonus_widens_the_interval_up_to_its_cap() -> None:
    bonus = [
        {"id": n, "when": "flag", "say": BOTH, "cite": "house#adr-0001", "points": p}
        for n, p in (("one", 6), ("two", 4))
    ]
    rating = _rating(bonus=bonus, bonus_cap=8)
    assert _made(_scored(rating, share=0.2, count=3))[1:3] == [40, 48]
    assert _made(_scored(rating, share=0.2, count=3, flag=True))[0] == 48


def test_points_that_nobody_knows_leave_no_bounds() -> None:
    open_tier = {**SHARE, "tiers": [{"points": 0}, {"at_least": "0.1", "points": None}]}
    rating = _rating(criteria=(open_tier, COUNT))
    assert _made(_scored(rating, share=0.2, count=3)) == [None] * 5
    assert _made(_scored(rating, share=0.0, count=3))[0] == 30


def test_a_word_outside_the_cases_is_as_good_as_missing_unless_said_otherwise() -> None:
    cases = {"id": "g", "indicator": "grade", "cases": {"A": 9, "B": 4}, "cite": "house#adr-0001"}
    assert _made(_scored(_rating(criteria=(cases,)), grade="Z"))[1:3] == [4, 9]
    said = {**cases, "otherwise": 1}
    assert _made(_scored(_rating(criteria=(said,)), grade="Z"))[0] == 1


def test_a_rating_may_read_another_and_comes_after_it() -> None:
    hard = [{"id": "first", "when": "reaches(made, floor)", "say": BOTH, "cite": "house#adr-0001"}]
    values = {"floor": {"2020-01-01": {"value": 40, "cite": "house#adr-0001"}}}
    second = _rating("added", hard=hard, values=values)
    out = _scored(second, _rating(), share=0.1, count=3)
    assert (out["made_grade"], out["added_grade"]) == ("A", "A")
    out = _scored(second, _rating(), share=0.0, count=3)
    assert (out["made_grade"], out["added_grade"]) == ("B", "none")


def test_ratings_that_read_each_other_are_refused() -> None:
    def reader(name: str, other: str) -> Rating:
        when = f"{other} > 0"
        hard = [{"id": "h", "when": when, "say": BOTH, "cite": "house#adr-0001"}]
        return _rating(name, hard=hard)

    with pytest.raises(Refused) as refused:
        _scored(reader("made", "added"), reader("added", "made"), share=0.1)
    assert refused.value.problems[0].code == "rating.circle"


def _group(name: str, *criteria: dict, **more: object) -> dict[str, object]:
    return {"id": name, "label": BOTH, "criteria": list(criteria), **more}


def _both_kinds(**more: object) -> Rating:
    """Make a scheme with one group for everybody and one for those with the flag."""
    groups = [_group("all", SHARE), _group("flagged", COUNT, when="flag", **more)]
    return _rating(groups=groups)


def test_a_group_counts_for_those_it_is_for_and_gives_others_nothing() -> None:
    assert _scored(_both_kinds(), share=0.2, count=3, flag=True)["made"] == 40
    assert _scored(_both_kinds(), share=0.2, count=3, flag=False)["made"] == 10


def test_where_nobody_knows_whom_a_group_is_for_it_may_count_or_not() -> None:
    assert _made(_scored(_both_kinds(), share=0.2, count=3))[1:3] == [10, 40]
    burden = {**COUNT, "tiers": [{"points": -5}, {"at_least": 3, "points": 30}]}
    groups = [_group("all", SHARE), _group("flagged", burden, when="flag")]
    assert _made(_scored(_rating(groups=groups), share=0.2))[1:3] == [5, 40]


def test_unknown_points_of_a_group_that_does_not_count_leave_the_score_alone() -> None:
    open_tier = {**COUNT, "tiers": [{"points": None}]}
    groups = [_group("all", SHARE), _group("flagged", open_tier, when="flag")]
    assert _scored(_rating(groups=groups), share=0.2, count=3, flag=False)["made"] == 10
    for flag in (True, None):
        assert _made(_scored(_rating(groups=groups), share=0.2, flag=flag)) == [None] * 5


def test_only_the_best_criterion_of_a_group_of_ways_counts() -> None:
    rating = _rating(groups=[_group("ways", SHARE, COUNT, take="best")])
    assert _scored(rating, share=0.9, count=3)["made"] == 30
    assert _scored(rating, share=0.9, count=0)["made"] == 20
    assert _made(_scored(rating, share=0.9))[1:3] == [20, 30]
    assert _scored(rating, count=3)["made"] == 30  # whatever the share is, it earns less


def test_where_an_expert_chooses_between_two_points_both_ends_stay_possible() -> None:
    chosen = {**COUNT, "tiers": [{"points": 0}, {"at_least": 3, "points": 24, "points_most": 30}]}
    rating = _rating(criteria=(SHARE, chosen))
    assert _made(_scored(rating, share=0.2, count=3))[1:4] == [34, 40, None]
    assert _made(_scored(rating, share=0.2))[1:3] == [10, 40]
    turned = {**COUNT, "tiers": [{"points": 30, "points_most": 24}]}
    pack = pack_of(ASOF, ratings={"made": _rating(criteria=(turned,))})
    assert [p.code for p in ratings.check(pack)] == ["rating.points_turned"]


def _by_word() -> Rating:
    groups = [
        _group("young", SHARE, when="grade = 'young'"),
        _group("old", COUNT, when="grade = 'old'"),
    ]
    return _rating(groups=groups)


def test_groups_for_different_words_of_one_column_are_never_added_up() -> None:
    least = {"share": 0.2, "count": 3}
    assert _made(_scored(_by_word(), **least))[1:3] == [0, 30]  # another word is possible
    words = dict.fromkeys(("young", "old"), BOTH)
    vocabulary = Vocabulary.model_validate(
        {"id": "age", "label": BOTH, "entries": words, "checked_on": "2026-11-20"}
    )
    graded = INDICATORS["grade"].model_copy(update={"vocabulary": "age"})
    pack = pack_of(
        ASOF,
        indicators={**INDICATORS, "grade": graded},
        ratings={"made": _by_word()},
        vocabularies={"age": vocabulary},
    )
    trace = ratings.explain(pack, "made", {**least, "grade": None}, asof=ASOF)
    assert (trace.low, trace.high) == (10, 30)  # one of the two words it is
    moves = [(m.id, m.columns, m.rises_to, m.falls_to) for m in trace.missing]
    assert moves == [("grade", ("grade",), 30, 10)]


def test_what_a_group_left_out_would_need_is_not_called_missing() -> None:
    pack = pack_of(ASOF, indicators=INDICATORS, ratings={"made": _by_word()})
    trace = ratings.explain(pack, "made", {"grade": "young"}, asof=ASOF)
    assert [m.id for m in trace.missing] == ["share"]
    assert [(g.id, g.counts) for g in trace.groups] == [("young", True), ("old", False)]


def test_points_finer_than_a_millionth_are_refused() -> None:
    rating = _rating(base="0.0000001")
    assert [p.code for p in ratings.check(pack_of(ASOF, ratings={"made": rating}))] == [
        "rating.too_fine"
    ]
    with pytest.raises(Refused, match="millionth"):
        _scored(rating, share=0.1)


def test_another_day_than_the_packs_and_a_missing_column_are_refused() -> None:
    pack = pack_of(ASOF, indicators=INDICATORS, ratings={"made": _rating()})
    with pytest.raises(Refused) as refused:
        ratings.compute(pack, pa.table({"share": [0.1]}), asof=ASOF)
    assert refused.value.problems[0].code == "rating.no_column"
    with pytest.raises(Refused) as refused:
        ratings.compute(pack, pa.table({"share": [0.1]}), asof=dt.date(2020, 1, 1))
    assert refused.value.problems[0].code == "rating.other_day"
    with pytest.raises(Refused) as refused:
        ratings.explain(pack, "no_such", {}, asof=ASOF)
    assert refused.value.problems[0].code == "rating.no_such"


def test_the_trace_names_what_moves_the_score_farthest_first() -> None:
    pack = pack_of(ASOF, indicators=INDICATORS, ratings={"made": _rating()})
    trace = ratings.explain(pack, "made", {"share": None, "count": None}, asof=ASOF)
    assert [m.id for m in trace.missing] == ["count", "share"]
    assert (trace.missing[0].rises_to, trace.missing[0].falls_to) == (Decimal(30), Decimal(20))
    known = ratings.explain(pack, "made", {"share": 0.2, "count": 5}, asof=ASOF)
    assert [c.tier for c in known.criteria] == [">= 0.1, <= 0.5", ">= 3"]
    assert not known.missing


def test_row_order_and_the_size_of_runs_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = pack_of(ASOF, indicators=INDICATORS, ratings={"made": _rating()})
    table = pa.table({"share": [0.0, None, 0.3, 0.9, 0.1], "count": [3, 2, None, 9, 0]})
    whole = ratings.compute(pack, table, asof=ASOF)
    monkeypatch.setattr("huoshui.ratings.build.ROWS_AT_ONCE", 2)
    assert ratings.compute(pack, table, asof=ASOF).equals(whole)
    turned = ratings.compute(pack, table.take([4, 3, 2, 1, 0]), asof=ASOF)
    assert turned.take([4, 3, 2, 1, 0]).equals(whole)


def test_threads_and_runs_of_rows_change_no_score(monkeypatch) -> None:
    pack = pack_of(ASOF, indicators=INDICATORS, ratings={"made": _rating()})
    scheme = ratings.compile_rating(pack, pack.ratings["made"], asof=ASOF)
    shares, counts = [None, 0.0, 0.1, 0.6, float("nan")], [None, 2, 3]
    table = pa.table(
        {
            "share": pa.array([shares[i % 5] for i in range(100)], pa.float64()),
            "count": pa.array([counts[i % 3] for i in range(100)], pa.float64()),
        }
    )
    whole = ratings.score(scheme, table, threads=1)
    monkeypatch.setattr("huoshui.ratings.build.ROWS_A_THREAD", 7)
    parts = ratings.score(scheme, table, threads=2)
    assert [c.to_pylist() for c in parts.values()] == [c.to_pylist() for c in whole.values()]
