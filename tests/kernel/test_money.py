"""Amounts are read exactly in every spelling the registers use, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.kernel.money import Amount, FinerThanMinor, NotAnAmount, parse, written

# Every spelling of 注册资金 in the real registry, and what offices write besides.
SPELLINGS = [
    ("5,118(万元人民币)", 5118_0000_00, "CNY"),
    ("1,000,000(万元人民币)", 1000000_0000_00, "CNY"),
    ("1,913,250.3755(万元人民币)", 1913250_3755_00, "CNY"),
    ("0.0002(万元人民币)", 200, "CNY"),
    ("07万人民币", 7_0000_00, "CNY"),
    ("63(万)", 63_0000_00, "CNY"),
    ("18万", 18_0000_00, "CNY"),
    ("100000万元人民币", 100000_0000_00, "CNY"),
    ("10000万人民币元", 10000_0000_00, "CNY"),
    ("880(万元)", 880_0000_00, "CNY"),
    ("64396.68（万元）", 64396_6800_00, "CNY"),
    ("100(万元(人民币))", 100_0000_00, "CNY"),
    ("998(万美元)", 998_0000_00, "USD"),
    ("1278万美元", 1278_0000_00, "USD"),
    ("22,803.0725(万港币)", 22803_0725_00, "HKD"),
    ("40(万欧元)", 40_0000_00, "EUR"),
    ("654(万加拿大元)", 654_0000_00, "CAD"),
    ("4,000(万日元)", 4000_0000, "JPY"),
    ("1.5亿元", 1_5000_0000_00, "CNY"),
    ("人民币500万元整", 500_0000_00, "CNY"),
    ("￥１，２３４．５", 1234_50, "CNY"),
    ("RMB 12", 12_00, "CNY"),
    ("-3.5", -3_50, "CNY"),
    ("5百万", 500_0000_00, "CNY"),
]
UNCERTAIN = [
    *("约500万", "500万左右", "500余万", "50()", "万人民币", "5-8万", "500～800万", "伍佰万元"),
    *(
        "1,23",
        "12,34",
        "1,2345",
        "1.2.3",
        "1 234",
        "$5",
        "5万5千",
        "5元元",
        "(5)",
        "5(",
        "5)",
        "",
        "-",
    ),
    *("1e5", "NaN", "5万磅", "５００（万", "+", ".5", "5.", "--5"),
]


@pytest.mark.parametrize(("text", "minor", "currency"), SPELLINGS)
def test_a_certain_spelling_is_read_exactly(text: str, minor: int, currency: str) -> None:
    assert parse(text) == Amount(minor, currency)


@pytest.mark.parametrize("text", UNCERTAIN)
def test_an_uncertain_amount_is_none(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse(text)


def test_a_fraction_of_the_smallest_unit_is_told_apart() -> None:
    with pytest.raises(FinerThanMinor):
        parse("0.005")
    with pytest.raises(FinerThanMinor):
        parse("0.00001万日元")
    assert parse("0.0050", digits=3).minor == 5


@given(st.integers(-(10**17), 10**17))
def test_what_is_written_is_read_back(fen: int) -> None:
    assert parse(written(fen)).minor == fen


@given(st.integers(0, 10**9), st.integers(0, 6), st.sampled_from([("万", 4), ("亿", 8), ("", 0)]))
def test_a_scale_multiplies_exactly(figure: int, places: int, scale: tuple[str, int]) -> None:
    number = Decimal(figure).scaleb(-places)
    exact = number.scaleb(scale[1] + 2)
    text = f"{number:f}{scale[0]}元"
    if exact == exact.to_integral_value():
        assert parse(text).minor == int(exact)
    else:
        with pytest.raises(FinerThanMinor):
            parse(text)


@given(st.text("0123456789.,+-万亿元()约 ", max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = parse(text)
    except NotAnAmount:
        return
    assert isinstance(amount.minor, int)
