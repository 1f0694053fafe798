"""Explanations: traces become sentences, plain dictionaries and lines, in Chinese and English."""

from huoshui.explain.automatic import automatic_report
from huoshui.explain.claims import claims_lines, claims_report
from huoshui.explain.decision import canonical, decision_report
from huoshui.explain.evidence import evidence_sentence, items_behind, missing_columns
from huoshui.explain.lines import offering_lines, offers_lines, rating_lines
from huoshui.explain.numbers import LANGUAGES, Language, column_label, column_value, money, shown
from huoshui.explain.reports import (
    Report,
    citation_report,
    clause_report,
    fits_report,
    offering_report,
    offers_report,
    rating_report,
    terms_report,
)
from huoshui.explain.rules import RULE_KINDS, AskedRuleRefusal, rule_report
from huoshui.explain.sentences import clause_sentence, terms_sentence, verdict_sentence

__all__ = [
    "LANGUAGES",
    "RULE_KINDS",
    "AskedRuleRefusal",
    "Language",
    "Report",
    "automatic_report",
    "canonical",
    "citation_report",
    "claims_lines",
    "claims_report",
    "clause_report",
    "clause_sentence",
    "column_label",
    "column_value",
    "decision_report",
    "evidence_sentence",
    "fits_report",
    "items_behind",
    "missing_columns",
    "money",
    "offering_lines",
    "offering_report",
    "offers_lines",
    "offers_report",
    "rating_lines",
    "rating_report",
    "rule_report",
    "shown",
    "terms_report",
    "terms_sentence",
    "verdict_sentence",
]
