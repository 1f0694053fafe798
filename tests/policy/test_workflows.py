"""Workflows and roles that do not hold together are refused: every reason is planted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refusal, Refused
from huoshui.pipeline.workflow_examples import WorkflowExampleRefusal, workflow_examples
from huoshui.policy.check.roles import RoleRefusal
from huoshui.policy.check.workflows import WorkflowRefusal
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.given import UNITS, pack_folder

DAY = dt.date(2026, 11, 20)

FILES = {
    "units.yaml": UNITS
    + """
day_count: { label: { zh: 天, en: days }, dimension: { day: 1 }, whole: true }
megabyte: { label: { zh: 兆, en: MB }, dimension: { data: 1 }, scale: 1000000 }
""",
    "vocabularies/subject_kind.yaml": """
        id: subject_kind
        label: { zh: 主体, en: subject }
        entries: { firm: { zh: 企业, en: firm } }
        checked_on: 2026-11-20
    """,
    "vocabularies/why_not.yaml": """
        id: why_not
        label: { zh: 原因, en: reason }
        entries: { unsure: { zh: 存疑, en: unsure } }
        checked_on: 2026-11-20
    """,
    "roles/owner.yaml": """
        id: owner
        label: { zh: 负责人, en: owner }
        party: subject
        subject_kinds: [firm]
        may: [case.open, case.submit]
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
    "roles/officer.yaml": """
        id: officer
        label: { zh: 经办人, en: officer }
        party: institution
        institution_kinds: [bank]
        may: [case.decide]
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
    "workflows/filing.yaml": """
        id: filing
        label: { zh: 备案, en: filing }
        subject_kinds: [firm]
        values:
          days: { 2024-01-01: { value: 5, unit: day_count, cite: house#adr-0001 } }
          most: { 2024-01-01: { value: 100, unit: yuan, cite: house#adr-0001 } }
          size: { 2024-01-01: { value: 1, unit: megabyte, cite: house#adr-0001 } }
        states:
          drafted:
            label: { zh: 草稿, en: drafted }
            meaning: { zh: 草稿, en: drafted }
            waits_for: subject
          sent:
            label: { zh: 已报送, en: sent }
            meaning: { zh: 已报送, en: sent }
            waits_for: institution
            deadline: { days: days, then: expire }
          done:
            label: { zh: 完成, en: done }
            meaning: { zh: 完成, en: done }
            ends: true
          gone:
            label: { zh: 过期, en: gone }
            meaning: { zh: 过期, en: gone }
            ends: true
        fields:
          sum_fen: { label: { zh: 金额, en: sum }, type: money, most: most }
          why: { label: { zh: 原因, en: why }, type: choice, vocabulary: why_not }
        documents:
          proof:
            label: { zh: 证明, en: proof }
            media_types: [application/pdf]
            bytes_most: size
            required_for: [send]
            required_when: { field: sum_fen, above: most }
        moves:
          begin:
            label: { zh: 起草, en: begin }
            records: { zh: 起草, en: began }
            from: []
            to: drafted
            party: subject
            by: case.open
            fields: [sum_fen]
          send:
            label: { zh: 报送, en: send }
            records: { zh: 报送, en: sent }
            from: [drafted]
            to: sent
            party: subject
            by: case.submit
            guards: [{ is: documents_given }, { is: at_most, field: sum_fen, value: most }]
          settle:
            label: { zh: 办结, en: settle }
            records: { zh: 办结, en: settled }
            from: [sent]
            to: done
            party: institution
            by: case.decide
            fields: [why]
            guards: [{ is: other_person, move: send }]
          expire:
            label: { zh: 过期, en: expire }
            records: { zh: 过期, en: expired }
            from: [sent]
            to: gone
            party: system
            guards: [{ is: deadline_passed }]
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
}

FLOW, OWNER, OFFICER = "workflows/filing.yaml", "roles/owner.yaml", "roles/officer.yaml"

PLANTED = [
    (FLOW, "to: sent", "to: snet", WorkflowRefusal.NO_SUCH),
    (FLOW, "fields: [sum_fen]", "fields: [sum]", WorkflowRefusal.NO_SUCH),
    (FLOW, "vocabulary: why_not", "vocabulary: why", WorkflowRefusal.NO_SUCH),
    (FLOW, "days: days", "days: dayz", WorkflowRefusal.NO_SUCH),
    (FLOW, "move: send", "move: sned", WorkflowRefusal.NO_SUCH),
    (FLOW, "subject_kinds: [firm]", "subject_kinds: [farm]", WorkflowRefusal.NO_SUCH),
    (FLOW, "from: [drafted]", "from: []", WorkflowRefusal.OPENINGS),
    (FLOW, "subject_kinds: [firm]", "subject_kinds: []", WorkflowRefusal.ABOUT),
    (FLOW, "to: gone", "to: done", WorkflowRefusal.UNREACHED),
    (FLOW, "from: [drafted]", "from: [sent]", WorkflowRefusal.DEAD_END),
    (FLOW, "from: [sent]", "from: [sent, done]", WorkflowRefusal.NOT_AN_END),
    (FLOW, "waits_for: subject", "", WorkflowRefusal.WAITS_FOR_NOBODY),
    (OFFICER, "case.decide", "case.read", WorkflowRefusal.NOBODY_MAY),
    (FLOW, "by: case.decide", "by: case.settle", WorkflowRefusal.NO_PERMISSION),
    (FLOW, "party: institution", "party: system", WorkflowRefusal.SYSTEM),
    (FLOW, "by: case.decide", "", WorkflowRefusal.PERMISSION_NEEDED),
    (FLOW, "then: expire", "then: settle", WorkflowRefusal.DEADLINE),
    (FLOW, "{ is: other_person, move: send }", "{ is: other_person }", WorkflowRefusal.GUARD_NEEDS),
    (FLOW, "field: sum_fen, value", "field: why, value", WorkflowRefusal.NOT_A_NUMBER),
    (FLOW, "bytes_most: size", "bytes_most: most", WorkflowRefusal.VALUE_UNIT),
    (FLOW, "value: 5", "value: null", WorkflowRefusal.VALUE_UNKNOWN),
    (FLOW, ", vocabulary: why_not", "", WorkflowRefusal.NO_WORDS),
    (FLOW, "fields: [why]", "", WorkflowRefusal.NOT_ASKED),
    (FLOW, "required_for: [send]", "required_for: [settle]", WorkflowRefusal.NOT_GUARDED),
    (OWNER, "case.open, ", "case.opened, case.open, ", RoleRefusal.NO_PERMISSION),
    (OWNER, "case.open, ", "case.open, feed.upload, ", RoleRefusal.NOT_FOR_PARTY),
    (OWNER, "case.open, ", "case.open, case.open, ", RoleRefusal.TWICE),
    (OWNER, "subject_kinds: [firm]", "institution_kinds: [bank]", RoleRefusal.KINDS_OF_OTHER),
    (OWNER, "subject_kinds: [firm]", "subject_kinds: [farm]", RoleRefusal.NO_KIND),
]

BEGIN = "{ move: begin, by: owner, fields: { sum_fen: 10000 } }"
SEND = "{ move: send, by: owner }"
EXAMPLES = f"""
- name: settled
  walk: [{BEGIN}, {SEND}, {{ move: settle, by: officer, fields: {{ why: unsure }} }}]
  expect: done
- name: expired
  walk: [{BEGIN}, {SEND}, {{ move: expire, by: system, after_days: 5 }}]
  expect: gone
- name: one fen too much
  walk: [{{ move: begin, by: owner, fields: {{ sum_fen: 10001 }} }}]
  refused: [field.too_large]
"""
EXAMPLES_PLANTED = [
    ("by: officer", "by: officier", WorkflowExampleRefusal.NO_ROLE),
    ("after_days: 5", "after_days: 4", WorkflowExampleRefusal.STOPPED),
    ("expect: done", "expect: gone", WorkflowExampleRefusal.ENDS_IN),
    ("expect: done", "expect: done\n  due_days: 4", WorkflowExampleRefusal.ENDS_IN),
    ("sum_fen: 10001", "sum_fen: 1", WorkflowExampleRefusal.NOT_REFUSED),
    ("field.too_large", "field.too_small", WorkflowExampleRefusal.REFUSED_FOR),
    ("expect: done", "wait: done", WorkflowExampleRefusal.FORM),
    ("expect: done", "", WorkflowExampleRefusal.FORM),
    (", { move: expire, by: system, after_days: 5 }]\n  expect: gone", "]\n  expect: sent",
     WorkflowExampleRefusal.NOT_WALKED),
    ("sum_fen: 10001 } }]\n  refused: [field.too_large]", "sum_fen: 1 } }]\n  expect: drafted",
     WorkflowExampleRefusal.NOTHING_REFUSED),
]  # fmt: skip


def read(tmp_path: Path, files: dict[str, str]) -> Pack:
    return load([pack_folder(tmp_path, files)], asof=DAY)


def found(error: pytest.ExceptionInfo[Refused], refusal: Refusal) -> bool:
    return refusal.code in {problem.code for problem in error.value.problems}


def test_the_workflow_that_faults_are_planted_in_is_sound(tmp_path: Path) -> None:
    pack = read(tmp_path, FILES)
    assert pack.workflows["filing"].opening == "begin"
    assert pack.roles["owner"].may == ("case.open", "case.submit")


@pytest.mark.parametrize(
    ("file", "old", "new", "refusal"), PLANTED, ids=[f"{p[3].code}: {p[2]}" for p in PLANTED]
)
def test_a_planted_fault_of_a_workflow_or_role_is_refused(
    tmp_path: Path, file: str, old: str, new: str, refusal: Refusal
) -> None:
    assert old in FILES[file]
    with pytest.raises(Refused) as error:
        read(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    assert found(error, refusal), [str(p) for p in error.value.problems]
    (first, *_) = [p for p in error.value.problems if p.code == refusal.code]
    assert first.fix
    assert first.where is not None
    assert first.where.line


def test_every_reason_against_a_workflow_or_a_role_is_planted() -> None:
    assert {*WorkflowRefusal, *RoleRefusal} - {p[3] for p in PLANTED} == set()


@pytest.mark.parametrize(
    ("old", "new", "refusal"), EXAMPLES_PLANTED, ids=[p[2].code for p in EXAMPLES_PLANTED]
)
def test_a_walk_that_does_not_come_out_as_written_is_told(
    tmp_path: Path, old: str, new: str, refusal: Refusal
) -> None:
    assert old in EXAMPLES
    good = read(tmp_path / "good", {**FILES, "workflows/filing.examples.yaml": EXAMPLES})
    assert workflow_examples(good) == []
    changed = EXAMPLES.replace(old, new, 1)
    pack = read(tmp_path / "bad", {**FILES, "workflows/filing.examples.yaml": changed})
    assert refusal.code in {problem.code for problem in workflow_examples(pack)}


def test_every_reason_against_a_walk_is_planted(tmp_path: Path) -> None:
    (none,) = workflow_examples(read(tmp_path, FILES))
    assert none.code == WorkflowExampleRefusal.NONE.code
    planted = {p[2] for p in EXAMPLES_PLANTED} | {WorkflowExampleRefusal.NONE}
    assert set(WorkflowExampleRefusal) - planted == set()
