"""A pack's YAML is read strictly: nothing is guessed, and every fault has its line."""

from __future__ import annotations

import pytest

from huoshui.policy.reading import Document, read


def document(text: str | bytes) -> Document:
    return read(text if isinstance(text, bytes) else text.encode(), "pack/x.yaml")


def test_words_stay_words_and_only_true_and_false_are_flags() -> None:
    text = "a: yes\nb: no\nc: true\nd: 2024-01-31\ne: 12\nf: '12'\ng: ~\nh: on\ni: 0042\n"
    assert document(text).content == {
        "a": "yes", "b": "no", "c": True, "d": "2024-01-31", "e": 12,
        "f": "12", "g": None, "h": "on", "i": "0042",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: 0.03\n", "yaml.pointed_number", 2),
        ("a: 1\nb: 2e3\n", "yaml.pointed_number", 2),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "yaml.key_twice", 4),
        ("a: [1\n", "yaml.not_yaml", 2),
        ("", "yaml.empty", None),
        ("# only a remark\n", "yaml.empty", None),
        ("a: {<<: {b: 1}}\n", "yaml.not_allowed", 1),
        ("? [a]\n: 1\n", "yaml.not_allowed", 1),
        ("a: 企业".encode("gbk"), "yaml.not_utf8", None),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    text: str | bytes, code: str, line: int | None
) -> None:
    (problem,) = document(text).problems
    assert problem.code == code
    assert problem.where is not None
    assert problem.where.line == line
    assert problem.fix


def test_the_line_of_every_part_is_known_and_of_a_missing_part_its_parent() -> None:
    read_in = document("a:\n  b:\n    - 1\n    - 2\n")
    assert read_in.where(("a", "b", 1)).line == 4
    assert read_in.where(("a", "b", 7)).line == 2
    assert read_in.where(("z",)).line == 1
