"""Who is linked by resemblance, who is left to a person, and what a person's word does."""

from __future__ import annotations

import random

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot.errors import ErrorLevel

from huoshui.entities import build, checks, waterfall
from huoshui.kernel.ids import uscc
from huoshui.kernel.step import Step
from tests.entities.resembling import pack, registered, who, word, world
from tests.entities.worlds import Bench, Row, bench_of, fact


def code_of(number: int) -> str:
    """Make a unified code with its check character."""
    body = f"91439902{number:08d}X"
    return next(body + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if uscc_ok(body + last))


def uscc_ok(code: str) -> bool:
    return bool(uscc.is_valid(code))


A, B, C = code_of(1), code_of(2), code_of(3)
LED = {"representative": "张清越", "address": "示例省活水市清源区恒达路12号3栋101室"}
NAME = "活水市清越软件有限公司"
REGISTER = [
    registered(A, NAME, 1, phone="10012345678", **LED),
    registered(
        B, "活水市恒达软件有限公司", 2, representative="李信", address="活水市望江区信路9号"
    ),
]


def linked_to(name: str, code: str | None = None, **told: object) -> tuple[object, object]:
    record = registered(code, name, 9, feed="second", batch=2, **told)
    return who(world(registration=[*REGISTER, record]))[code, name]


@pytest.mark.parametrize(
    "name",
    [
        "清越软件有限公司",  # the region left out
        "示例省活水市清越软件有限公司",  # or added
        "清越活水市软件有限公司",  # or moved
        "活水市清越软件有限责任公司",  # another legal form
        "活水市清樾软件有限公司",  # a slip
        "活水市清越软伴有限公司",  # a slip in the words of the trade
    ],
)
def test_a_record_under_another_name_joins_the_body_it_resembles(name: str) -> None:
    assert linked_to(name, **LED) == (A, "resemblance")


def test_traditional_characters_and_brackets_are_the_same_name() -> None:
    assert linked_to("清越（活水市）軟件有限公司") == (A, "name")


def test_a_code_that_fails_its_check_leaves_the_name_to_decide() -> None:
    wrong = A[:-1] + ("0" if A[-1] != "0" else "1")
    assert linked_to(NAME, wrong) == (A, "name")
    assert linked_to("他山电器有限公司", wrong) == (wrong, "code")


def test_another_body_with_a_name_one_character_away_stays_by_itself() -> None:
    told = {"representative": "周远", "address": "活水市望江区大同路77号"}
    entity, how = linked_to("活水市清超软件有限公司", **told)
    assert (how, str(entity)[0]) == ("name_only", "N")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("活水市朋源软件有限公司", "linked"),  # 明 and 朋 look alike
        ("活水市恒源软件有限公司", "review"),  # 明 and 恒 do not
    ],
)
def test_a_slip_between_characters_that_look_alike_tells_more_than_another(
    written: str, found: str
) -> None:
    bench = world(
        registration=[registered(C, "活水市明源软件有限公司")],
        loan=[fact((None, written), contract_no="c1")],
    )
    (row,) = bench.arrow("SELECT entity, status FROM resemblance").to_pylist()
    assert (row["entity"], row["status"]) == (C, found)


def test_a_slip_that_moves_where_the_name_is_cut_is_seen() -> None:
    known = registered(C, "活水市能源公司", representative="周远")
    record = registered(None, "活水市能愿公司", 9, representative="周远")
    found = who(world(registration=[known, record]))
    assert found[None, "活水市能愿公司"] == (C, "resemblance")


def test_a_branch_is_linked_to_its_body_and_never_merged() -> None:
    name = f"{NAME}城东营业部"
    bench = world(registration=[*REGISTER, registered(None, name, 9, **LED)])
    (entity, how) = who(bench)[None, name]
    assert how == "name_only"
    assert bench.rows("SELECT branch, parent FROM branch_link") == [(entity, A)]


def test_two_codes_are_never_made_one_by_resemblance() -> None:
    bench = world(registration=[*REGISTER, registered(C, NAME, 9, **LED)])
    assert {how for _, how in who(bench).values()} == {"code"}


def test_a_name_that_two_bear_joins_the_one_that_the_address_and_the_person_tell() -> None:
    twin = registered(C, NAME, 8, representative="吴方", address="活水市石桥市北街1号")
    record = registered(None, NAME, 9, **LED)
    bench = world(registration=[*REGISTER, twin, record])
    assert who(bench)[None, NAME] == (A, "resemblance")


def test_an_uncertain_pair_waits_for_a_person_and_its_waterfall_adds_up() -> None:
    bench = world(
        registration=REGISTER, loan=[fact((None, "活水市清樾软件有限公司"), contract_no="c1")]
    )
    (row,) = bench.arrow("SELECT * FROM resemblance").to_pylist()
    assert (row["entity"], row["status"], row["facts"]) == (A, "review", 1)
    bars = waterfall(pack(), row)
    assert sum(bar.bits for bar in bars) == pytest.approx(row["weight"], abs=1e-6)
    assert [bar.part for bar in bars][:2] == ["prior", "region"]
    assert "清樾" in next(bar for bar in bars if bar.part == "trade_name").sentence.zh


UNSURE = "活水市清樾软件有限公司"


def tables(words: list[Row]) -> list[list[tuple[object, ...]]]:
    """Give everything that is made of a world in which people said these words."""
    facts: dict[str, list[Row]] = {
        "registration": REGISTER,
        "loan": [
            fact((None, UNSURE), contract_no="c1"),
            fact((A, NAME), 2, contract_no="c2"),
            fact((B, "活水市恒达软件有限公司"), 3, contract_no="c3"),
        ],
        "identity_decision": words,
    }
    bench = world(**facts)
    made = ("subject_entity", "unlinked", "resemblance", "branch_link", "entity", "settled_loan")
    made += ("settled_registration",)
    return [bench.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in made]


@pytest.mark.parametrize("subject", [(None, UNSURE), (B, "活水市恒达软件有限公司")])
def test_a_merge_that_is_taken_back_leaves_everything_as_it_never_was(
    subject: tuple[str | None, str],
) -> None:
    never = tables([])
    merged = tables([word(subject, A, True)])
    assert merged != never
    assert tables([word(subject, A, True), word(subject, A, None, day=2)]) == never


def test_unmerging_parts_everything_again_and_never_proposes_the_pair() -> None:
    said = [word((None, UNSURE), A, True), word((None, UNSURE), A, False, day=2)]
    never, parted = tables([]), tables(said)
    assert [t for n, t in enumerate(parted) if n != 2] == [t for n, t in enumerate(never) if n != 2]
    (row,) = world(registration=REGISTER, identity_decision=said).rows(
        "SELECT count(*) FROM subject_entity WHERE how = 'decided'"
    )
    assert row == (0,)
    assert parted[2][0] != never[2][0]
    assert "decided_different" in parted[2][0]


def test_a_word_joins_two_codes_under_the_first_and_follows_who_was_joined_before() -> None:
    words = [word((C, "丙"), B, True), word((B, None), A, True)]
    facts = [*REGISTER, registered(C, "丙", 9)]
    found = who(world(registration=facts, identity_decision=words))
    assert {entity for entity, _ in found.values()} == {min(A, B, C)}
    circle = [*words, word((A, None), C, True)]
    assert who(world(registration=facts, identity_decision=circle)) == found


def test_who_was_said_to_be_somebody_else_is_not_led_there_by_name() -> None:
    loan = [fact((None, NAME), contract_no="c1")]
    assert who(world(registration=REGISTER, loan=loan))[None, NAME] == (A, "name")
    parted = who(
        world(registration=REGISTER, loan=loan, identity_decision=[word((None, NAME), A, False)])
    )
    assert parted[None, NAME][1] == "name_only"


VARIANTS = (
    NAME,
    "清越软件有限公司",
    UNSURE,
    "活水市恒达软件有限责任公司",
    "活水市恆達軟件有限公司",
)


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_and_batches_changes_no_link(chance: random.Random) -> None:
    rows = [
        registered(
            chance.choice((None, None, None, A[:-1] + "0")),
            chance.choice(VARIANTS),
            n + 10,
            representative=chance.choice((None, "张清越", "张**", "李信")),
            address=chance.choice((None, LED["address"], "恒达路12号")),
        )
        for n in range(8)
    ]
    words = [
        word((None, chance.choice(VARIANTS)), chance.choice((A, B)), chance.choice((True, False)))
        for _ in range(2)
    ]
    for each, day in zip(words, (3, 4), strict=True):  # words differ in their day; rows need not
        each["true_from"] = each["true_from"].replace(day=day)  # type: ignore[attr-defined]
    first = world(registration=[*REGISTER, *rows], identity_decision=words)
    chance.shuffle(rows)
    chance.shuffle(words)
    renumbered = [{**row, "batch": chance.randint(1, 5)} for row in rows]
    second = world(registration=[*renumbered, *REGISTER], identity_decision=words)
    columns = "subject_code, subject_name, entity, weight, status"
    assert who(first) == who(second)
    shown = f"SELECT {columns} FROM resemblance ORDER BY ALL"
    assert first.rows(shown) == second.rows(shown)
    assert offending(second) == []


def offending(bench: Bench) -> list[str]:
    bench.run(checks(pack()))
    return [each.name for each in checks(pack()) if bench.rows(f"SELECT * FROM {each.name}")]


def test_every_step_with_a_model_can_be_said_to_the_other_engine() -> None:
    for step in build(pack()):
        (said,) = sqlglot.transpile(
            step.sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
        )
        assert said, step.name


def test_without_any_facts_nobody_resembles_anybody() -> None:
    empty: list[Step] = build(pack())
    assert bench_of(pack(), {}).run(empty).rows("SELECT * FROM resemblance") == []
