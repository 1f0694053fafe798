"""What an open offering gives, in which order, and which offerings answer a need."""

from __future__ import annotations

import datetime as dt

import pytest

from huoshui import matching
from huoshui.kernel.errors import Refused
from huoshui.policy.schema import Offering, Vocabulary
from tests.given import indicator_of, pack_of

ASOF = dt.date(2026, 6, 30)
INDICATORS = {
    "subject_kind": indicator_of("subject_kind", "text"),
    "sales": indicator_of("sales", "number", "fen"),
    "flag": indicator_of("flag", "flag"),
}


def _words(name: str, *words: str) -> Vocabulary:
    both = {"zh": name, "en": name}
    entries = dict.fromkeys(words, both)
    given = {"id": name, "label": both, "entries": entries, "checked_on": "2026-11-20"}
    return Vocabulary.model_validate(given)


VOCABULARIES = {
    "subject_kind": _words("subject_kind", "firm", "person"),
    "purpose": _words("purpose", "research", "start_up"),
    "security": _words("security", "credit", "ip_pledge", "guarantee"),
}


def _offering(name: str, *, clause: str | None = None, values=None, **more) -> Offering:
    both = {"zh": "某", "en": "some"}
    say = {"id": "c", "when": clause, "say": both, "cite": "house#adr-0001"}
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
            key: {"2020-01-01": {"value": value, "unit": unit, "cite": "house#adr-0001"}}
            for key, (value, unit) in (values or {}).items()
        },
        "clauses": [say] if clause else [],
        "cite": "house#adr-0001",
        "checked_on": "2026-11-20",
    }
    return Offering.model_validate({**made, **more})


def _pack(*offerings: Offering):
    made = {o.id: o for o in offerings}
    return pack_of(ASOF, indicators=INDICATORS, offerings=made, vocabularies=VOCABULARIES)


def _priced(name: str, rate: int, amount: int, **more) -> Offering:
    values = {"price": (rate, "bp"), "most": (amount, "yuan"), "longest": (24, "month")}
    term = {"least": "longest / 4", "most": "longest"}
    return _offering(name, values=values, rate="price", amount="most", term=term, **more)


ROW = {"subject_kind": "firm", "sales": 12345, "flag": None}


def _terms(offering: Offering) -> matching.Terms:
    pack = _pack(offering)
    plan = matching.compile(pack, asof=ASOF)
    return matching.terms_of(plan.terms[offering.id], ROW, asof=ASOF)


def test_an_amount_is_floored_to_the_fen_and_never_below_nothing() -> None:
    share = {"share": ("0.0001", "ratio")}
    assert _terms(_offering("o", values=share, amount="sales * share")).amount_fen == 1
    assert _terms(_offering("o", amount="sales - yuan(1000)")).amount_fen == 0
    assert _terms(_offering("o")).amount_fen is None


def test_cost_is_rate_and_fee_less_relief_and_unknown_if_any_is() -> None:
    values = {"a": (300, "bp"), "b": (50, "bp"), "c": (100, "bp"), "gap": (None, "bp")}
    known = _terms(_offering("o", values=values, rate="a", fee="b", relief="c"))
    assert (known.cost_bp, known.stated) == (250, ("rate", "fee", "relief"))
    unknown = _terms(_offering("o", values=values, rate="a", fee="gap"))
    assert (unknown.rate_bp, unknown.cost_bp) == (300, None)


def test_what_is_open_is_ranked_by_cost_then_amount_then_name_unknown_cost_last() -> None:
    gap = {"gap": (None, "bp")}
    pack = _pack(
        _priced("dear", 500, 900),
        _priced("cheap_b", 300, 100),
        _priced("cheap_a", 300, 100),
        _priced("cheap_large", 300, 800),
        _offering("unpriced", values=gap, rate="gap"),
        _priced("closed", 1, 999, clause="sales < yuan(1)"),
        _priced("maybe", 1, 999, clause="flag"),
    )
    ranked = [offer.offering for offer in matching.offers(pack, ROW, asof=ASOF)]
    assert ranked == ["cheap_large", "cheap_a", "cheap_b", "dear", "unpriced"]


def _answer(pack, **need: object) -> list[tuple[str, str, str]]:
    given = {"amount_fen": 50_000, "months": 12, "purpose": "research"}
    given |= {"security": frozenset({"credit"}), **need}
    fits = matching.answer(pack, ROW, matching.Need(**given), asof=ASOF)
    return [(f.offering, f.trace.verdict, f.cover) for f in fits]


def test_a_need_is_answered_open_before_unknown_and_whole_before_part() -> None:
    pack = _pack(
        _priced("part", 100, 100),
        _priced("whole", 500, 900),
        _priced("maybe", 50, 900, clause="flag"),
        _priced("closed", 1, 999, clause="sales < yuan(1)"),
        _offering("no_amount"),
    )
    assert _answer(pack) == [
        ("whole", "yes", "full"),
        ("part", "yes", "partly"),
        ("no_amount", "yes", "unknown"),
        ("maybe", "unknown", "full"),
    ]


def test_a_need_asks_for_purpose_security_and_term() -> None:
    pack = _pack(
        _priced("research", 100, 900),
        _priced("founding", 100, 900, purposes=["start_up"]),
        _priced("pledged", 100, 900, security=["ip_pledge", "guarantee"]),
        _priced("bare", 100, 900, security=[]),
    )
    assert [n for n, _, _ in _answer(pack)] == ["bare", "research"]
    either = frozenset({"guarantee", "credit"})
    assert [n for n, _, _ in _answer(pack, security=either)] == ["bare", "pledged", "research"]
    assert [n for n, _, _ in _answer(pack, purpose="start_up")] == ["founding"]
    assert _answer(pack, months=25) == _answer(pack, months=5) == []
    assert len(_answer(pack, months=24)) == len(_answer(pack, months=6)) == 2
    assert _answer(pack, subject_kind="person") == []


def test_a_need_that_cannot_be_answered_says_everything_wrong_with_it() -> None:
    with pytest.raises(Refused) as refused:
        _answer(_pack(), amount_fen=0, months=0, purpose="fun", security=frozenset({"luck"}))
    codes = [p.code for p in refused.value.problems]
    assert codes == ["need.no_amount", "need.no_term", "need.no_such_word", "need.no_such_word"]
