"""Explanations: traces become sentences, plain dictionaries and lines, in Chinese and English."""

from huoshui.explain.automatic import automatic_report
from huoshui.explain.claims import claims_lines, claims_report
from huoshui.explain.decision import canonical, decision_report
from huoshui.explain.evidence import evidence_sentence, items_behind, missing_columns
from huoshui.explain.gaps import Gap, gap_report, gaps_of, plain_value
from huoshui.explain.growth import growth_lines, growth_report
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
from huoshui.explain.whynot import earliest_report, nearest_report, next_grade, whynot_report
from huoshui.explain.whynot_lines import whynot_lines

__all__ = [
    "LANGUAGES",
    "RULE_KINDS",
    "AskedRuleRefusal",
    "Gap",
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
    "earliest_report",
    "evidence_sentence",
    "fits_report",
    "gap_report",
    "gaps_of",
    "growth_lines",
    "growth_report",
    "items_behind",
    "missing_columns",
    "money",
    "nearest_report",
    "next_grade",
    "offering_lines",
    "offering_report",
    "offers_lines",
    "offers_report",
    "plain_value",
    "rating_lines",
    "rating_report",
    "rule_report",
    "shown",
    "terms_report",
    "terms_sentence",
    "verdict_sentence",
    "whynot_lines",
    "whynot_report",
]
