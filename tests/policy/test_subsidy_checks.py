"""Subsidies and listings that do not hold together are refused: every reason is planted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refusal, Refused
from huoshui.policy.check.listings import ListingRefusal
from huoshui.policy.check.subsidies import SubsidyRefusal
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.given import pack_folder

DAY = dt.date(2026, 11, 20)
WORDS = """
    id: {id}
    label: {{ zh: 词, en: words }}
    entries: {{ {word}: {{ zh: 词, en: word }} }}
    checked_on: 2026-11-20
"""
REWARD = """
    id: {id}
    label: {{ zh: 奖励, en: reward }}
    kind: subsidy
    institution: office
    terms_are: house
    applicants: [firm]
    purposes: [reward]
    security: []
    values:
      each: {{ 2024-01-01: {{ value: 5, unit: yuan, cite: house#adr-0001 }} }}
      together: {{ 2024-01-01: {{ value: 9, unit: yuan, cite: house#adr-0001 }} }}
    clauses: []
    amount: each
    subsidy:
      once_per: year
      opens: "03-01"
      closes: "06-30"
      stacking: {{ group: rewards, rule: up_to, most: together }}
      evidence: [award]
      without_application: true
      cite: house#adr-0001
    cite: house#adr-0001
    checked_on: 2026-11-20
"""
OFFICE = """
    id: {id}
    label: {{ zh: 机构, en: institution }}
    kind: {kind}
    region: "439900"
    fictional: true
    checked_on: 2026-11-20
"""
FILES = {
    "vocabularies/subject_kind.yaml": WORDS.format(id="subject_kind", word="firm"),
    "vocabularies/purpose.yaml": WORDS.format(id="purpose", word="reward"),
    "vocabularies/security.yaml": WORDS.format(id="security", word="credit"),
    "institutions/office.yaml": OFFICE.format(id="office", kind="government"),
    "institutions/bank.yaml": OFFICE.format(id="bank", kind="bank"),
    "institutions/other.yaml": OFFICE.format(id="other", kind="bank"),
    "categories/honours.yaml": """
        id: honours
        label: { zh: 荣誉, en: honours }
        order: 1
        checked_on: 2026-11-20
    """,
    "facts/award.yaml": """
        id: award
        label: { zh: 奖项, en: award }
        category: honours
        columns:
          award_no: { type: text, required: true, label: { zh: 编号, en: number } }
          won_on: { type: day, required: true, label: { zh: 日期, en: day } }
        key: [award_no]
        true_from: won_on
        owner: { zh: 部门, en: office }
        refresh: yearly
        sensitivity: public
        consent: none
        fresh_days: 400
        absence: means_none
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
    "indicators/subject_kind.yaml": """
        id: subject_kind
        label: { zh: 主体类型, en: kind of subject }
        type: text
        vocabulary: subject_kind
        formula: case when true then 'firm' end
        when_missing: unknown
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
    "programmes/one.yaml": REWARD.format(id="one"),
    "programmes/two.yaml": REWARD.format(id="two"),
    "products/loan.yaml": """
        id: loan
        label: { zh: 贷款, en: loan }
        kind: loan
        institution: bank
        terms_are: house
        applicants: [firm]
        purposes: [reward]
        security: [credit]
        clauses: []
        listing:
          kind: tailored
          proposed_by: bank
          listed_by: office
          listed_on: 2025-03-03
          cite: house#adr-0001
        cite: house#adr-0001
        checked_on: 2026-11-20
    """,
}
ONE, LOAN = "programmes/one.yaml", "products/loan.yaml"
HOW = REWARD[REWARD.index("    subsidy:") : REWARD.index("    cite: house#adr-0001\n    checked")]
HOW = HOW.replace("{{", "{").replace("}}", "}")
PLANTED = [
    (ONE, HOW, "", SubsidyRefusal.HOW_CLAIMED),
    (ONE, "kind: subsidy", "kind: loan", SubsidyRefusal.NOT_A_SUBSIDY),
    (ONE, "    amount: each\n", "", SubsidyRefusal.AMOUNT_NEEDED),
    (ONE, 'closes: "06-30"', "", SubsidyRefusal.WINDOW_HALF),
    (ONE, 'closes: "06-30"', 'closes: "06-31"', SubsidyRefusal.NO_SUCH_DAY),
    (ONE, 'opens: "03-01"', 'opens: "02-29"', SubsidyRefusal.NO_SUCH_DAY),
    (ONE, 'closes: "06-30"', 'closes: "02-28"', SubsidyRefusal.WINDOW_ORDER),
    (ONE, "evidence: [award]", "evidence: [prize]", SubsidyRefusal.NO_ITEM),
    (ONE, "evidence: [award]", "evidence: []", SubsidyRefusal.NO_EVIDENCE),
    (ONE, "once_per: year", "once_per: case", SubsidyRefusal.PAID_TWICE),
    (ONE, ", most: together", "", SubsidyRefusal.CAP_NEEDED),
    (ONE, "rule: up_to", "rule: one_of", SubsidyRefusal.CAP_NOT_USED),
    (ONE, "most: together", "most: all", SubsidyRefusal.NO_VALUE),
    (ONE, "value: 9, unit: yuan", "value: 9, unit: point", SubsidyRefusal.CAP_UNIT),
    (ONE, "value: 9, unit: yuan", "value: 8, unit: yuan", SubsidyRefusal.GROUP_DIFFERS),
    (LOAN, "listed_by: office", "listed_by: bureau", ListingRefusal.NO_SUCH),
    (LOAN, "          proposed_by: bank\n", "", ListingRefusal.PROPOSER_NEEDED),
    (LOAN, "proposed_by: bank", "proposed_by: other", ListingRefusal.NOT_ITS_OWN),
    (LOAN, "listed_by: office", "listed_by: other", ListingRefusal.NOT_AN_OFFICE),
]


def read(folder: Path, files: dict[str, str]) -> Pack:
    return load([pack_folder(folder, files)], asof=DAY)


def test_the_pack_that_faults_are_planted_in_is_sound(tmp_path: Path) -> None:
    pack = read(tmp_path, FILES)
    assert set(pack.offerings) == {"one", "two", "loan"}


def test_caps_written_in_other_units_are_the_same_cap(tmp_path: Path) -> None:
    fen = FILES[ONE].replace("value: 9, unit: yuan", "value: 900, unit: fen")
    assert fen != FILES[ONE]
    assert read(tmp_path, {**FILES, ONE: fen}).offerings["one"].subsidy is not None


@pytest.mark.parametrize(
    ("file", "old", "new", "refusal"), PLANTED, ids=[f"{p[3].code}: {p[2]}" for p in PLANTED]
)
def test_a_planted_fault_of_a_subsidy_or_a_listing_is_refused(
    tmp_path: Path, file: str, old: str, new: str, refusal: Refusal
) -> None:
    assert old in FILES[file]
    with pytest.raises(Refused) as error:
        read(tmp_path, {**FILES, file: FILES[file].replace(old, new, 1)})
    found = [p for p in error.value.problems if p.code == refusal.code]
    assert found, [str(p) for p in error.value.problems]
    assert found[0].fix
    assert found[0].where is not None
    assert found[0].where.line


def test_every_reason_against_a_subsidy_or_a_listing_is_planted() -> None:
    assert {*SubsidyRefusal, *ListingRefusal} - {p[3] for p in PLANTED} == set()
