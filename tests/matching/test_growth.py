"""The growth path: where a subject stands, what is next, and what a title would open."""

from __future__ import annotations

from huoshui.matching import Rules, compile, ladder
from huoshui.policy.schema import Offering, Title
from tests.matching.chance import DAY, HOUSE, indicator, label, offering, pack_with


def title(name: str, layer: int, when: str, *after: str) -> Title:
    return Title.model_validate(
        {
            "id": name,
            "label": label(name),
            "applicants": ["firm"],
            "held": f"is_{name}",
            "layer": layer,
            "after": list(after),
            "terms_are": "house",
            "clauses": [{"id": "must", "when": when, "say": label(when), "cite": HOUSE}],
            "cite": HOUSE,
            "checked_on": "2026-11-20",
        }
    )


def named(name: str, kind: str, when: str, amount: str) -> Offering:
    made = offering([when]).model_dump(mode="json", by_alias=True, exclude={"cite", "clauses"})
    clause = {"id": "must", "when": when, "say": label(when), "cite": HOUSE}
    return Offering.model_validate(
        {**made, "id": name, "kind": kind, "amount": amount, "cite": HOUSE, "clauses": [clause]}
    )


def test_a_title_opens_what_asks_for_it_and_the_next_is_the_one_whose_steps_are_made() -> None:
    columns = [
        indicator("subject_kind", "text", vocabulary="subject_kind"),
        indicator("staff", "number", "count"),
        *(indicator(f"is_{name}", "flag") for name in ("small", "special", "giant")),
    ]
    pack = pack_with(columns, [], ["staff >= 1"])
    pack.titles.update(  # type: ignore[attr-defined]
        small=title("small", 1, "staff >= 5"),
        special=title("special", 2, "staff >= 10", "small"),
        giant=title("giant", 3, "staff >= 20", "special"),
    )
    pack.offerings.update(  # type: ignore[attr-defined]
        reward=named("reward", "subsidy", "is_special", "yuan(500)"),
        loan=named("loan", "loan", "is_special and staff >= 8", "yuan(9000)"),
        greater=named("greater", "subsidy", "is_giant", "yuan(700)"),
        both=named("both", "subsidy", "is_small or is_giant", "yuan(100)"),
    )
    row = {"subject_kind": "firm", "staff": 9, "is_small": True, "is_special": False}
    row["is_giant"] = False
    plan = compile(pack, asof=DAY)
    rungs = ladder(Rules(pack), row, asof=DAY, plan=plan)
    assert [(r.title, r.held, r.is_next, r.verdict) for r in rungs] == [
        ("small", True, False, "yes"),
        ("special", False, True, "no"),
        ("giant", False, False, "no"),
    ]
    opens = {r.title: {o.offering for o in r.opens} for r in rungs}
    # `both` is open already, and is no gain of the giant's.
    assert opens == {"small": set(), "special": {"reward", "loan"}, "giant": {"greater"}}
    subsidies = frozenset({"reward", "greater", "both"})
    assert [r.subsidy_fen(subsidies) for r in rungs] == [0, 50_000, 70_000]
