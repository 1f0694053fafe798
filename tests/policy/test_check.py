"""Definitions that do not fit each other are refused where they stand: every reason is planted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.matching import compile
from huoshui.policy.check.citations import CitationRefusal
from huoshui.policy.check.definitions import DefinitionRefusal
from huoshui.policy.check.expressions import RuleRefusal
from huoshui.policy.expression import evaluate_row
from huoshui.policy.expression.refusals import ExpressionRefusal
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.given import pack_folder

DAY = dt.date(2026, 11, 20)
COMMON = "checked_on: 2026-11-20"
WORDS = ("subject_kind", "purpose", "security", "zone", "stage", "repayment")

FILES = {
    "categories/tax.yaml": f"""
        id: tax
        label: {{ zh: 税务, en: Tax }}
        order: 1
        {COMMON}
    """,
    **{
        f"vocabularies/{word}.yaml": f"""
            id: {word}
            label: {{ zh: 词表, en: words }}
            entries: {{ one: {{ zh: 一, en: one }} }}
            {COMMON}
        """
        for word in WORDS
    },
    "facts/payment.yaml": f"""
        id: payment
        label: {{ zh: 缴税, en: Tax paid }}
        category: tax
        columns:
          no: {{ type: text, label: {{ zh: 号, en: no }}, required: true }}
          kind: {{ type: choice, vocabulary: subject_kind, label: {{ zh: 类, en: kind }} }}
          amount_fen: {{ type: money, unit: fen, label: {{ zh: 金额, en: amount }} }}
          paid_on: {{ type: day, label: {{ zh: 日, en: day }}, required: true }}
        key: [no]
        true_from: paid_on
        owner: {{ zh: 税务局, en: tax office }}
        refresh: monthly
        sensitivity: internal
        consent: enterprise
        fresh_days: 40
        absence: unknown
        cite: house#adr-0001
        {COMMON}
    """,
    "feeds/paid.yaml": f"""
        id: paid
        label: {{ zh: 入库, en: paid in }}
        item: payment
        source: {{ format: csv }}
        subject: {{ code: 代码 }}
        columns:
          no: {{ from: 号 }}
          kind: {{ from: 类, map: {{ 甲: one }} }}
          amount_fen: {{ from: 金额, unit: yuan }}
          paid_on: {{ from: 日 }}
        owner: {{ zh: 税务局, en: tax office }}
        {COMMON}
    """,
    "entities/authority.yaml": f"""
        id: authority
        label: {{ zh: 权威, en: authority }}
        authority: {{ payment: [paid] }}
        cite: house#adr-0001
        {COMMON}
    """,
    "indicators/paid_fen.yaml": f"""
        id: paid_fen
        label: {{ zh: 缴税额, en: tax paid }}
        type: number
        unit: fen
        measure: {{ op: trailing, item: payment, aggregate: sum, column: amount_fen, months: 12 }}
        cite: house#adr-0001
        {COMMON}
    """,
    "indicators/kind.yaml": f"""
        id: kind
        label: {{ zh: 类, en: kind }}
        type: text
        vocabulary: subject_kind
        measure: {{ op: latest, item: payment, column: kind, where: "amount_fen > yuan(0)" }}
        cite: house#adr-0001
        {COMMON}
    """,
    "indicators/subject_kind.yaml": f"""
        id: subject_kind
        label: {{ zh: 主体, en: subject }}
        type: text
        vocabulary: subject_kind
        measure: {{ op: latest, item: payment, column: kind }}
        cite: house#adr-0001
        {COMMON}
    """,
    "indicators/share.yaml": f"""
        id: share
        label: {{ zh: 占比, en: share }}
        type: number
        unit: ratio
        formula: paid_fen / base
        values: {{ base: {{ 2024-01-01: {{ value: 100, unit: yuan, cite: house#adr-0001 }} }} }}
        cite: house#adr-0001
        {COMMON}
    """,
    "ratings/score.yaml": f"""
        id: score
        label: {{ zh: 评分, en: score }}
        kind: policy
        base: 0
        groups:
          - id: tax
            label: {{ zh: 税, en: tax }}
            criteria:
              - id: paid
                indicator: paid_fen
                tiers: [{{ points: 0 }}, {{ at_least: 10, points: 5 }}, {{ above: 20, points: 9 }}]
                cite: house#adr-0001
              - id: kind
                indicator: kind
                cases: {{ one: 1 }}
                cite: house#adr-0001
        bands:
          - {{ grade: A, at_least: 8, label: {{ zh: 甲, en: A }}, cite: house#adr-0001 }}
          - {{ grade: B, at_least: 2, label: {{ zh: 乙, en: B }}, cite: house#adr-0001 }}
        cite: house#adr-0001
        {COMMON}
    """,
    "institutions/bank.yaml": f"""
        id: bank
        label: {{ zh: 银行, en: bank }}
        kind: bank
        region: "439900"
        {COMMON}
    """,
    "products/tax_loan.yaml": f"""
        id: tax_loan
        label: {{ zh: 税贷, en: tax loan }}
        kind: loan
        institution: bank
        terms_are: house
        applicants: [one]
        purposes: [one]
        security: [one]
        values:
          floor: {{ 2024-01-01: {{ value: 10, unit: yuan, cite: house#adr-0001 }} }}
        clauses:
          - id: pays
            when: paid_fen >= floor
            say: {{ zh: "缴税不低于{{floor}}", en: "tax of at least {{floor}}" }}
            cite: house#adr-0001
          - id: graded
            when: score_grade = 'A'
            say: {{ zh: 甲级, en: graded A }}
            cite: house#adr-0001
        amount: paid_fen
        cite: house#adr-0001
        {COMMON}
    """,
}

AUTOMATIC = """amount: paid_fen
        automatic:
          clauses:
            - id: small
              when: asked_fen <= floor
              say: { zh: 小额, en: small }
              cite: house#adr-0001
          subject_most: floor
          cite: house#adr-0001"""

CONDITIONS = """amount: paid_fen
        conditions:
          - { id: signed, label: { zh: 签约, en: signed }, cite: house#adr-0001 }
          - { id: signed, label: { zh: 签约, en: signed }, cite: house#adr-0001 }"""

PLANTED = [
    ("facts/payment.yaml", "category: tax", "category: taxx", DefinitionRefusal.NO_SUCH),
    ("facts/payment.yaml", "key: [no]", "key: [noo]", DefinitionRefusal.NO_COLUMN),
    ("facts/payment.yaml", "kind: { type: choice", "reason: { type: choice",
     DefinitionRefusal.NAME_RESERVED),
    ("facts/payment.yaml", "unit: fen,", "", DefinitionRefusal.UNIT_NEEDED),
    ("facts/payment.yaml", "unit: fen,", "unit: yuan,", DefinitionRefusal.UNIT_OF_MONEY),
    ("feeds/paid.yaml", "unit: yuan", "unit: count", DefinitionRefusal.DIMENSION),
    ("feeds/paid.yaml", "no: { from: 号 }", "", DefinitionRefusal.NOT_FED),
    ("feeds/paid.yaml", "no: { from: 号 }", "no: {}", DefinitionRefusal.NO_READING),
    ("feeds/paid.yaml", "甲: one", "甲: two", DefinitionRefusal.NO_SUCH),
    ("indicators/paid_fen.yaml", "type: number", "type: number\n        when_missing: zero",
     DefinitionRefusal.ABSENCE),
    ("indicators/paid_fen.yaml", ", months: 12", "", DefinitionRefusal.MEASURE_NEEDS),
    ("indicators/paid_fen.yaml", "column: amount_fen", "column: amount",
     DefinitionRefusal.NO_COLUMN),
    ("ratings/score.yaml", "at_least: 10", "at_least: 30", DefinitionRefusal.TIER_ORDER),
    ("ratings/score.yaml", "at_least: 10, ", "", DefinitionRefusal.TIER_START),
    ("ratings/score.yaml", "at_least: 8", "at_least: 1", DefinitionRefusal.BAND_ORDER),
    ("ratings/score.yaml", "indicator: kind", "indicator: share", DefinitionRefusal.CASES_FOR),
    ("ratings/score.yaml", "indicator: paid_fen", "indicator: kind",
     DefinitionRefusal.TIERS_FOR),
    ("entities/authority.yaml", "authority: {", "rule: [latest_true]\n        authority: {",
     DefinitionRefusal.SETTLEMENTS),
    ("entities/more.yaml", None, FILES["entities/authority.yaml"].replace(
        "id: authority", "id: more"), DefinitionRefusal.AUTHORITY_TWICE),
    ("constants/share.yaml", None, """
        id: share
        label: { zh: 常数, en: constant }
        unit: ratio
        values: { 2024-01-01: { value: 1, cite: house#adr-0001 } }
        checked_on: 2026-11-20
        """, DefinitionRefusal.ID_TAKEN),
    ("products/tax_loan.yaml", "institution: bank", "institution: bnak",
     DefinitionRefusal.NO_SUCH),
    ("products/tax_loan.yaml", "when: paid_fen >= floor", "when: paid_fen + floor",
     RuleRefusal.NOT_A_CONDITION),
    ("indicators/share.yaml", "paid_fen / base", "kind", RuleRefusal.NOT_AN_AMOUNT),
    ("products/tax_loan.yaml", "when: paid_fen >= floor", "when: share >= floor / yuan(7)",
     RuleRefusal.UNCITED_NUMBER),
    ("products/tax_loan.yaml", "at least {floor}", "at least {flor}", RuleRefusal.NAMES_NOTHING),
    ("products/tax_loan.yaml", "id: graded", "id: pays", RuleRefusal.CLAUSE_TWICE),
    ("indicators/share.yaml", "paid_fen / base", "share * 2", RuleRefusal.IN_A_CIRCLE),
    ("products/tax_loan.yaml", "amount: paid_fen", AUTOMATIC.replace("most: floor", "most: none"),
     RuleRefusal.NOT_A_LIMIT),
    ("products/tax_loan.yaml", "amount: paid_fen", AUTOMATIC.replace("asked_fen", "share"),
     ExpressionRefusal.UNITS_DIFFER),
    ("products/tax_loan.yaml", "when: paid_fen >= floor", "when: asked_fen >= floor",
     ExpressionRefusal.UNKNOWN_NAME),
    ("products/tax_loan.yaml", "amount: paid_fen", CONDITIONS, DefinitionRefusal.ID_TAKEN),
    ("institutions/bank.yaml", "kind: bank", "kind: bank\n        branch_of: bnk",
     DefinitionRefusal.NO_SUCH),
    ("products/tax_loan.yaml", "cite: house#adr-0001\n          - id: graded",
     "cite: huose#adr-0001\n          - id: graded", CitationRefusal.NO_SOURCE),
    ("indicators/kind.yaml", "cite: house#adr-0001", "cite: house#adr-9", CitationRefusal.NO_PLACE),
    ("indicators/share.yaml", "unit: yuan, cite: house#adr-0001", "unit: yuan, cite: house#gap",
     CitationRefusal.UNKNOWN_WITH_VALUE),
]  # fmt: skip


def read(tmp_path: Path, files: dict[str, str]) -> Pack:
    return load([pack_folder(tmp_path, files)], asof=DAY)


def test_the_pack_that_faults_are_planted_in_is_sound(tmp_path: Path) -> None:
    pack = read(tmp_path, FILES)
    assert set(pack.offerings) == {"tax_loan"}
    assert pack.settlement.authority == {"payment": ("paid",)}


@pytest.mark.parametrize(
    ("file", "old", "new", "refusal"), PLANTED, ids=[f"{p[3].code} in {p[0]}" for p in PLANTED]
)
def test_a_planted_fault_is_refused_with_its_file_line_and_fix(
    tmp_path: Path, file: str, old: str | None, new: str, refusal: DefinitionRefusal
) -> None:
    text = FILES.get(file, "")
    assert old is None or old in text
    changed = new if old is None else text.replace(old, new, 1)
    with pytest.raises(Refused) as error:
        read(tmp_path, {**FILES, file: changed})
    found = [p for p in error.value.problems if p.code == refusal.code]
    assert found, [str(p) for p in error.value.problems]
    assert found[0].fix
    if refusal is not DefinitionRefusal.SETTLEMENTS:  # a matter of all files together
        assert found[0].where is not None
        assert found[0].where.file == f"common/{file}"
        assert found[0].where.line


def test_every_reason_is_planted() -> None:
    planted = {p[3] for p in PLANTED}
    wanted = {*DefinitionRefusal, *RuleRefusal, *CitationRefusal}
    assert wanted - planted == set()


def test_a_value_may_change_its_unit_with_its_day(tmp_path: Path) -> None:
    old = "2024-01-01: { value: 10, unit: yuan, cite: house#adr-0001 }"
    new = old + ", 2026-01-01: { value: 900, unit: fen, cite: house#adr-0001 }"
    files = {**FILES, "products/tax_loan.yaml": FILES["products/tax_loan.yaml"].replace(old, new)}
    pack = read(tmp_path, files)
    clause = compile(pack, asof=DAY).clauses["tax_loan"]
    pays = next(each for each in clause if each.id == "pays")
    (part,) = pays.parts
    verdicts = [evaluate_row(part, {"paid_fen": n}, asof=DAY).value for n in (899, 900, 1000)]
    assert verdicts == [False, True, True]
