"""Every refusal of the rule language, with the text that earns it, the place and the fix."""

from __future__ import annotations

import pytest

from huoshui.kernel.errors import Refused, Where
from huoshui.policy.expression import Column, ExpressionRefusal, Scope, check, parse, to_sql
from tests.policy.expression.worlds import ASOF, SCOPE, UNITS

R = ExpressionRefusal

REFUSED = [
    # text, reason, place, a part of the message or of the fix
    ("", R.EMPTY, "1:1", "Write"),
    ("  \n ", R.EMPTY, "1:1", "Write"),
    ("a > 1" + " and a > 1" * 250, R.TOO_LONG, "1:1", "2505"),
    ("a -- b", R.COMMENT, "1:1", "YAML"),
    ("a /* b */ > 1", R.COMMENT, "1:1", "YAML"),
    ("a--1", R.COMMENT, "1:1", "YAML"),
    ("@a > 1", R.SYMBOL, "1:1", "@"),
    ("a == 1", R.SYMBOL, "1:3", "Write =."),
    ("a != 1", R.SYMBOL, "1:3", "Write <>."),
    ("word || 'x' = 'y'", R.SYMBOL, "1:6", "not joined"),
    ("a % 2 = 0", R.SYMBOL, "1:3", "%"),
    ("a::date = asof", R.SYMBOL, "1:2", "::"),
    ("a > 1;", R.SYMBOL, "1:6", ";"),
    ("a > ?", R.SYMBOL, "1:5", "?"),
    ("a[1] > 2", R.SYMBOL, "1:2", "["),
    ("(" * 41 + "a" + ")" * 41, R.TOO_DEEP, "1:41", "40"),
    ("not " * 41 + "is_new", R.TOO_DEEP, "1:161", "40"),
    ("a" + " + a" * 90 + " > 1", R.TOO_DEEP, "1:1", "indicator"),
    ("a >", R.SYNTAX, "1:4", "too early"),
    ("(a > 1", R.SYNTAX, "1:7", "too early"),
    ("a > 1)", R.SYNTAX, "1:6", "unexpected )"),
    ("a > 1 b", R.SYNTAX, "1:7", "unexpected b"),
    ("a,\n b", R.SYNTAX, "1:2", "unexpected ,"),
    ("select 1", R.SYNTAX, "1:1", "unexpected"),
    ("word = 'ab", R.SYNTAX, "1:8", "not closed"),
    ('"a > 1', R.SYNTAX, "1:1", "not closed"),
    ("case when is_new then 1", R.SYNTAX, "1:24", "too early"),
    ("0x1F > a", R.SYNTAX, "1:2", "unexpected"),
    ("word like 'a'", R.FORM, "1:1", "LIKE"),
    ("is_new is true", R.FORM, "1:1", "condition alone"),
    ("a in ()", R.FORM, "1:1", "List the values"),
    ("a in b", R.FORM, "1:1", "not part"),
    ("a in (select b)", R.FORM, "1:1", "not part"),
    ("a between symmetric 1 and 2", R.FORM, "1:1", "not part"),
    ("a.b > 1", R.SYMBOL, "1:2", "."),
    ("(a, b) = (1, 2)", R.FORM, "1:2", "not part"),
    ("a > interval 3 day", R.FORM, "1:1", "not part"),
    ("timestamp '2020-01-01' > asof", R.FORM, "1:11", "not part"),
    ("word = 'a' 'b'", R.FORM, "1:8", "not part"),
    ("abs(a) over () > 1", R.FORM, "1:1", "not part"),
    ("abs(distinct a) > 1", R.FORM, "1:14", "not part"),
    ("a is distinct from b", R.FORM, "1:1", "not part"),
    ("exists(select 1)", R.FORM, "1:15", "not part"),
    ("reaches(a + 1, 3)", R.FORM, "1:9", "Name a rating"),
    ("sum(a) > 1", R.UNKNOWN_FUNCTION, "1:1", "There are coalesce"),
    ("a > 1 and month_between(asof, began_on) > 1", R.UNKNOWN_FUNCTION, "1:11", "months_between"),
    ("abs(a, b) > 1", R.ARGUMENTS, "1:1", "1 argument, not 2"),
    ("round(a, 1, 2) > 1", R.ARGUMENTS, "1:1", "1 to 2 arguments, not 3"),
    ("nullif(a) > 1", R.ARGUMENTS, "1:1", "2 arguments, not 1"),
    ("least() > 1", R.ARGUMENTS, "1:1", "1 or more arguments, not 0"),
    ("null", R.NULL_LITERAL, "1:1", "is null"),
    ("a is null or\n  a = null", R.NULL_LITERAL, "2:7", "is null"),
    ("coalesce(a, null) > 1", R.NULL_LITERAL, "1:13", "is null"),
    ("case when null then 1 end > 1", R.NULL_LITERAL, "1:11", "is null"),
    ("a > 1e999", R.NOT_A_NUMBER, "1:5", "finite"),
    ("a > 1e12345", R.NOT_A_NUMBER, "1:5", "finite"),
    ("began_on > date '2023-02-30'", R.NOT_A_DAY, "1:17", "2023-02-30"),
    ("began_on > date '2023-2-3'", R.NOT_A_DAY, "1:17", "YYYY-MM-DD"),
    ("revenu_fen > debt_fen", R.UNKNOWN_NAME, "1:1", "Did you mean revenue_fen?"),
    ("is_new and\n zzzz", R.UNKNOWN_NAME, "2:2", "Name an indicator"),
    ("a and is_new", R.OPERAND_TYPE, "1:1", "a is a number"),
    ("is_new + 1 > 1", R.OPERAND_TYPE, "1:1", "a number"),
    ("not a", R.OPERAND_TYPE, "1:5", "a flag"),
    ("case when a then 1 else 2 end = 1", R.OPERAND_TYPE, "1:11", "a flag"),
    ("year(a) = 2020", R.OPERAND_TYPE, "1:6", "a day"),
    ("starts_with(a, 'x')", R.OPERAND_TYPE, "1:13", "a text"),
    ("add_months(began_on, five_percent) > asof", R.OPERAND_TYPE, "1:22", "another unit"),
    ("abs(word) > 1", R.OPERAND_TYPE, "1:5", "a number"),
    ("sqrt(word) > 1", R.OPERAND_TYPE, "1:6", "a number"),
    ("add_months(began_on, yuan(1)) > asof", R.OPERAND_TYPE, "1:22", "another unit"),
    ("a = 'x'", R.TYPES_DIFFER, "1:1", "a is a number and 'x' is a text"),
    ("began_on > 3", R.TYPES_DIFFER, "1:1", "day"),
    ("coalesce(a, is_new) > 1", R.TYPES_DIFFER, "1:1", "flag"),
    ("a in (1, 'x')", R.TYPES_DIFFER, "1:1", "text"),
    ("word > 'a'", R.TEXT_ORDER, "1:1", "in (...)"),
    ("is_new between is_old and true", R.TEXT_ORDER, "1:1", "flag"),
    ("least(word, 'x') = 'x'", R.TEXT_ORDER, "1:7", "text"),
    ("revenue_fen > score_low", R.UNITS_DIFFER, "1:1", "fen"),
    ("revenue_fen + share > 1", R.UNITS_DIFFER, "1:1", "percent"),
    ("revenue_fen / debt_fen > share", R.UNITS_DIFFER, "1:1", "ratio"),
    ("yuan(share) > debt_fen", R.UNITS_DIFFER, "1:6", "a plain number"),
    ("yuan(revenue_fen) > debt_fen", R.UNITS_DIFFER, "1:6", "fen"),
    ("revenue_fen * debt_fen > debt_fen", R.UNITS_DIFFER, "1:1", "fen·fen"),
    ("revenue_fen > 5000000", R.BARE_NUMBER, "1:1", "wan_yuan(n)"),
    ("least(revenue_fen, 100) > debt_fen", R.BARE_NUMBER, "1:1", "100"),
    ("revenue_fen > a", R.BARE_NUMBER, "1:1", "a at"),
    ("revenue_fen * share > debt_fen", R.SCALED_FACTOR, "1:15", "plain(share)"),
    ("five_percent * revenue_fen > debt_fen", R.SCALED_FACTOR, "1:1", "plain(five_percent)"),
    ("a / share > 1", R.SCALED_FACTOR, "1:5", "plain(share)"),
    ("plain(revenue_fen) > 1", R.NO_PLAIN_NUMBER, "1:1", "revenue_fen / yuan(1)"),
    ("level = 'hihg'", R.UNKNOWN_WORD, "1:9", "Did you mean 'high'?"),
    ("level in ('low', 'zzz')", R.UNKNOWN_WORD, "1:18", "high, middle, low"),
    ("add_months(began_on, a) > asof", R.NOT_CONSTANT, "1:22", "whole number"),
    ("add_months(began_on, 1.5) > asof", R.NOT_CONSTANT, "1:22", "12000"),
    ("round(a, b) > 1", R.NOT_CONSTANT, "1:10", "-12 to 12"),
    ("round(a, 13) > 1", R.NOT_CONSTANT, "1:10", "-12 to 12"),
    ("starts_with(word, other)", R.NOT_CONSTANT, "1:19", "the same for all"),
    ("case when is_new then null end = 1", R.NO_VALUE, "1:11", "one branch"),
]


@pytest.mark.parametrize(("text", "reason", "place", "says"), REFUSED)
def test_a_text_outside_the_language_is_refused_with_its_place_and_a_fix(
    text: str, reason: ExpressionRefusal, place: str, says: str
) -> None:
    with pytest.raises(Refused) as caught:
        check(parse(text), SCOPE)
    (problem,) = caught.value.problems
    assert problem.code == reason.code, str(problem)
    assert problem.where is not None
    assert f"{problem.where.line}:{problem.where.column}" == place, str(problem)
    assert says in str(problem)
    assert problem.fix


def test_every_refusal_is_reached() -> None:
    elsewhere = {R.AMBIGUOUS_NAME, R.UNIT_NOT_GIVEN, R.RESULT_TYPE, R.RESULT_UNIT, R.SQL_TOO_LONG}
    assert {reason for _, reason, _, _ in REFUSED} | elsewhere == set(R)


def reasons(text: str, scope: Scope, **wanted: object) -> list[str]:
    with pytest.raises(Refused) as caught:
        check(parse(text), scope, **wanted)  # type: ignore[arg-type]
    return [p.code for p in caught.value.problems]


def test_a_name_that_is_both_a_column_and_a_value_is_refused() -> None:
    scope = Scope(columns={"cap": Column("number")}, values={"cap": SCOPE.values["cap"]})
    assert reasons("cap > 1", scope) == [R.AMBIGUOUS_NAME.code]


def test_a_unit_that_the_pack_does_not_define_is_refused() -> None:
    assert reasons("yuan(1) > 1", Scope()) == [R.UNIT_NOT_GIVEN.code]
    assert reasons("x > 1", Scope({"x": Column("number", "ell")})) == [R.UNIT_NOT_GIVEN.code]


def test_what_an_expression_gives_must_be_what_is_asked() -> None:
    assert reasons("a > 1", SCOPE, type="number") == [R.RESULT_TYPE.code]
    assert reasons("debt_fen", SCOPE, type="number", unit="ratio") == [R.RESULT_UNIT.code]
    assert reasons("5000", SCOPE, unit="fen") == [R.RESULT_UNIT.code]
    assert reasons("share + 1", SCOPE, unit="ratio") == [R.RESULT_UNIT.code]


def test_the_place_in_the_file_is_kept_and_the_place_in_the_text_said() -> None:
    where = Where("packs/demo/x.yaml", line=7, column=5, field="when")
    for text in ("a >", "a > zz"):
        with pytest.raises(Refused) as caught:
            check(parse(text, where), SCOPE)
        assert caught.value.problems[0].where == where
        assert "1:" in caught.value.problems[0].message


def test_all_faults_of_an_expression_are_told_together() -> None:
    found = reasons("zzz > 1 and level = 'hihg' and not a", SCOPE)
    assert found == [R.UNKNOWN_NAME.code, R.UNKNOWN_WORD.code, R.OPERAND_TYPE.code]


def test_a_fault_that_follows_from_another_is_not_told() -> None:
    assert reasons("abs(zzz) + is_new > 'x'", SCOPE) == [R.UNKNOWN_NAME.code]


def test_sql_that_would_grow_beyond_reason_is_refused() -> None:
    text = "a"
    for _ in range(8):
        text = f"round({text}, 2)"
    typed = check(parse(text + " > 1"), Scope({"a": Column("number")}, units=UNITS))
    with pytest.raises(Refused) as caught:
        to_sql(typed, asof=ASOF)
    assert caught.value.problems[0].code == R.SQL_TOO_LONG.code
