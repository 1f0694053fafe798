"""Matching: who may have which offering, for everybody at once and explained for one."""

from huoshui.matching.automatic import (
    REASONS,
    Asked,
    AutomaticTrace,
    Limits,
    Reason,
    automatic,
    quota_of,
)
from huoshui.matching.build import Counts, Offer, counts, offers, verdicts
from huoshui.matching.checks import VerdictRefusal, check
from huoshui.matching.clauses import Kind, OfferingClause, clauses_of
from huoshui.matching.explain import ClauseTrace, OfferingTrace, explain_one
from huoshui.matching.needs import Fit, Need, NeedRefusal, answer
from huoshui.matching.plan import MatchingRefusal, Plan, compile
from huoshui.matching.schema import WORD_BITS, Verdict, bit_of, decoded, word_count, word_fields
from huoshui.matching.terms import Terms, TermsPlan, compile_terms, terms_of

__all__ = [
    "REASONS",
    "WORD_BITS",
    "Asked",
    "AutomaticTrace",
    "ClauseTrace",
    "Counts",
    "Fit",
    "Kind",
    "Limits",
    "MatchingRefusal",
    "Need",
    "NeedRefusal",
    "Offer",
    "OfferingClause",
    "OfferingTrace",
    "Plan",
    "Reason",
    "Terms",
    "TermsPlan",
    "Verdict",
    "VerdictRefusal",
    "answer",
    "automatic",
    "bit_of",
    "check",
    "clauses_of",
    "compile",
    "compile_terms",
    "counts",
    "decoded",
    "explain_one",
    "offers",
    "quota_of",
    "terms_of",
    "verdicts",
    "word_count",
    "word_fields",
]
