"""Identifiers are checked as their standards say, and as python-stdnum does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as standard
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength

from huoshui.kernel import ids
from huoshui.kernel.ids import person_ref, project_ref, registration_number, uscc

REGION = st.text("0123456789", min_size=8, max_size=8)
BODY = st.text(uscc.ALPHABET, min_size=9, max_size=9)


@given(REGION, BODY, st.sampled_from(uscc.ALPHABET))
def test_a_unified_code_is_valid_exactly_where_the_library_says_so(
    region: str, body: str, last: str
) -> None:
    stem = region + body
    assert uscc.calc_check_digit(stem) == standard.calc_check_digit(stem)
    assert uscc.is_valid(stem + last) == standard.is_valid(stem + last)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ一-", max_size=20))
def test_any_text_is_judged_as_the_library_does(text: str) -> None:
    assert uscc.is_valid(text) == standard.is_valid(text)


def _sound(scheme: str, body: str) -> str:
    module = {"person_ref": person_ref, "project_ref": project_ref}.get(scheme)
    if module:
        stem = {"person_ref": "P", "project_ref": "X"}[scheme] + body
        return stem + module.calc_check_digit(stem)
    if scheme == "registration_number":
        return body + registration_number.calc_check_digit(body)
    return body + uscc.calc_check_digit(body)


BODIES = {
    "uscc": st.builds(str.__add__, REGION, BODY),
    "registration_number": st.text("0123456789", min_size=14, max_size=14),
    "person_ref": st.text("0123456789ABCDEF", min_size=15, max_size=15),
    "project_ref": st.text("0123456789ABCDEF", min_size=15, max_size=15),
}


@pytest.mark.parametrize("scheme", BODIES)
@given(data=st.data())
def test_one_changed_character_is_always_found(scheme: str, data: st.DataObject) -> None:
    sound = _sound(scheme, data.draw(BODIES[scheme]))
    validate = ids.SCHEMES[scheme].validate
    assert validate(f" {sound.lower()} ") == sound
    place = data.draw(st.integers(1, len(sound) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEF"))
    if other != sound[place]:
        with pytest.raises(ids.ValidationError):
            validate(sound[:place] + other + sound[place + 1 :])


def test_the_example_of_the_old_standard_has_its_check_digit() -> None:
    assert registration_number.calc_check_digit("11010800000001") == "6"


@pytest.mark.parametrize(
    ("scheme", "text", "fault"),
    [
        ("uscc", "9143", InvalidLength),
        ("uscc", "9143000060003734IL", InvalidFormat),
        ("registration_number", "43000000000001", InvalidLength),
        ("registration_number", "43000000000001X", InvalidFormat),
        ("registration_number", "430000000000012", InvalidChecksum),
        ("person_ref", "P123", InvalidLength),
        ("person_ref", "X0123456789ABCDEC", InvalidFormat),
        ("project_ref", "P0123456789ABCDEF", InvalidFormat),
        ("masked", "E", InvalidFormat),
    ],
)
def test_what_is_wrong_with_a_number_is_told(
    scheme: str, text: str, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        ids.SCHEMES[scheme].validate(text)
