"""How verdicts are written, what they refuse, and what the codes beside them say."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pyarrow as pa
import pytest

from huoshui import matching
from huoshui.kernel.errors import Refused
from huoshui.matching.ops.cells import cells
from huoshui.matching.schema import packed
from huoshui.policy.schema import Offering
from tests.given import indicator_of, pack_of

ASOF = dt.date(2026, 6, 30)
INDICATORS = {
    "subject_kind": indicator_of("subject_kind", "text"),
    "staff": indicator_of("staff", "number", "count"),
    "flag": indicator_of("flag", "flag"),
    "founded": indicator_of("founded", "day"),
}


def _offering(name: str, *clauses: str, values=None, **more) -> Offering:
    both = {"zh": "某", "en": "some"}
    made = {
        "id": name,
        "label": both,
        "kind": "loan",
        "institution": "bank",
        "terms_are": "house",
        "applicants": ["firm"],
        "purposes": ["research"],
        "security": ["credit"],
        "values": {
            key: {"2020-01-01": {"value": value, "cite": "house#adr-0001"}}
            for key, value in (values or {}).items()
        },
        "clauses": [
            {"id": f"c{i}", "when": when, "say": both, "cite": "house#adr-0001"}
            for i, when in enumerate(clauses)
        ],
        "cite": "house#adr-0001",
        "checked_on": "2026-11-20",
    }
    return Offering.model_validate({**made, **more})


def _pack(*offerings: Offering):
    return pack_of(ASOF, indicators=INDICATORS, offerings={o.id: o for o in offerings})


def _profile(**columns: list[object]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    given = {"subject_kind": ["firm"] * rows, **columns}
    types = {"staff": pa.int64(), "flag": pa.bool_(), "founded": pa.date32()}
    return pa.table({n: pa.array(v, types.get(n, pa.string())) for n, v in given.items()})


def _verdicts(pack, profile: pa.Table, position: int = 0) -> list[str]:
    words = matching.verdicts(pack, profile, asof=ASOF)
    yes, no = matching.decoded(words, position)
    return ["yes" if y else "no" if n else "unknown" for y, n in zip(yes, no, strict=True)]


def test_a_word_is_never_negative_and_never_says_both() -> None:
    pack = _pack(*(_offering(f"o{i:03d}") for i in range(130)))
    words = matching.verdicts(pack, _profile(staff=[1, 2]), asof=ASOF)
    assert words.column_names == [f"{side}_{w}" for side in ("yes", "no") for w in range(3)]
    assert words["yes_0"].to_pylist() == [2**63 - 1] * 2
    assert words["yes_2"].to_pylist() == [2**4 - 1] * 2
    assert words["no_0"].to_pylist() == [0, 0]


def test_packed_bits_come_back_as_they_were() -> None:
    bits = np.random.default_rng(7).random((5, 200)) < 0.5
    words = packed(bits)
    table = pa.table({f"{s}_{w}": words[:, w] for s in ("yes", "no") for w in range(4)})
    for position in range(200):
        assert (matching.decoded(table, position)[0] == bits[:, position]).all()


def test_a_clause_on_an_unknown_value_leaves_everybody_unknown() -> None:
    pack = _pack(_offering("only", "staff > gap", values={"gap": None}))
    assert _verdicts(pack, _profile(staff=[0, None, 5])) == ["unknown"] * 3


def test_a_clause_that_reads_no_column_decides_for_everybody() -> None:
    pack = _pack(_offering("late", "asof >= date '2027-01-01'"), _offering("open"))
    assert _verdicts(pack, _profile(staff=[1, 2])) == ["no", "no"]
    assert _verdicts(pack, _profile(staff=[1, 2]), 1) == ["yes", "yes"]


def test_no_rows_and_no_offerings_give_empty_words() -> None:
    assert matching.verdicts(_pack(), _profile(staff=[1]), asof=ASOF)["yes_0"].to_pylist() == [0]
    empty = _profile(staff=[1]).slice(0, 0)
    assert matching.verdicts(_pack(_offering("o", "staff > 0")), empty, asof=ASOF).num_rows == 0


def test_a_false_clause_outweighs_an_unknown_one() -> None:
    pack = _pack(_offering("o", "staff > 0", "flag"))
    profile = _profile(staff=[0, 0, 1, 1], flag=[None, True, None, True])
    assert _verdicts(pack, profile) == ["no", "no", "unknown", "yes"]


def test_a_clause_that_joins_two_columns_by_or_is_decided_by_their_answers() -> None:
    pack = _pack(_offering("o", "staff >= 10 or not flag"))
    plan = matching.compile(pack, asof=ASOF)
    assert not plan.conditions.computed
    assert len(plan.made_of[plan.uses[0][-1]]) == 2
    profile = _profile(staff=[10, 9, None, 9], flag=[None, True, False, None])
    assert _verdicts(pack, profile) == ["yes", "no", "yes", "unknown"]


def test_reasons_tell_of_each_clause_whether_it_is_true_or_false() -> None:
    pack = _pack(_offering("o", "staff >= 10"), _offering("p", "staff > 20 or staff * staff = 81"))
    plan = matching.compile(pack, asof=ASOF)
    words = plan.evaluate(_profile(staff=[9, 10, 20, 21, None]), reasons=True)
    bits = [plan.uses[0][-1], plan.uses[1][-1]]
    told = [
        [None if not (true | false) >> bit & 1 else bool(true >> bit & 1) for bit in bits]
        for true, false in zip(*(words[f"{side}_0"].to_pylist() for side in _SIDES), strict=True)
    ]
    assert told == [[False, True], [True, False], [True, False], [True, True], [None, None]]


_SIDES = ("true", "false")


def test_a_threshold_is_a_cell_of_its_own_between_its_neighbours() -> None:
    assert cells([0.5], whole=True) == ([1], [0, 1])
    starts, inside = cells([0.5], whole=False)
    assert inside[0] < 0.5 == inside[1] < inside[2]
    assert starts == inside[1:]


def test_chunked_and_dictionary_columns_and_threads_change_nothing(monkeypatch) -> None:
    monkeypatch.setattr("huoshui.matching.ops.sweep.ROWS_AT_ONCE", 7)
    rng = random.Random(3)
    pack = _pack(_offering("o", "staff >= 2", "flag"), _offering("p", "staff > 3 or flag"))
    profile = _profile(
        staff=[rng.choice([None, 1, 2, 3, 4]) for _ in range(50)],
        flag=[rng.choice([None, True, False]) for _ in range(50)],
    )
    plan = matching.compile(pack, asof=ASOF)
    whole = plan.evaluate(profile, threads=1)
    parts = pa.concat_tables([profile.slice(0, 13), profile.slice(13)])
    assert plan.evaluate(parts, threads=2).equals(whole)
    words = profile["subject_kind"].dictionary_encode()
    assert plan.evaluate(profile.set_column(0, "subject_kind", words)).equals(whole)


def test_another_day_a_missing_column_and_a_wrong_name_are_refused() -> None:
    pack = _pack(_offering("o", "staff > 0"))
    with pytest.raises(Refused) as refused:
        matching.compile(pack, asof=dt.date(2020, 1, 1))
    assert refused.value.problems[0].code == "matching.other_day"
    with pytest.raises(Refused) as refused:
        matching.verdicts(pack, pa.table({"subject_kind": ["firm"]}), asof=ASOF)
    assert refused.value.problems[0].code == "matching.no_column"
    with pytest.raises(Refused) as refused:
        matching.explain_one(pack, {}, asof=ASOF, offerings=["no_such"])
    assert refused.value.problems[0].code == "matching.no_such"


def test_words_that_say_both_or_lack_rows_are_found() -> None:
    profile = _profile(staff=[1])
    both = pa.table({"yes_0": [1], "no_0": [1]})
    assert [p.code for p in matching.check(both, profile, 1)] == ["verdict.both"]
    assert [p.code for p in matching.check(both.slice(0, 0), profile, 1)] == ["verdict.rows_differ"]


def test_rules_of_one_meaning_are_traced_each_in_its_own_words_and_asked_once_if_alike() -> None:
    named = [_offering(n, "staff > least", values={"least": "5"}) for n in ("named", "again")]
    pack = _pack(*named, _offering("plain", "staff > 5"))
    traces = matching.explain_one(pack, {"subject_kind": "firm", "staff": 7}, asof=ASOF)
    found = {trace.offering: trace.clauses[-1].trace for trace in traces}
    assert {name: trace.text for name, trace in found.items()} == {
        "named": "staff > least",
        "again": "staff > least",
        "plain": "staff > 5",
    }
    assert found["named"].cites == ("house#adr-0001",)
    assert found["plain"].cites == ()
    assert found["named"] is found["again"]
