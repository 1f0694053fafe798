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
from huoshui.matching.subsidies import (
    STANDINGS,
    Claim,
    Taken,
    Window,
    claims,
    subsidy_names,
    window_of,
)
from huoshui.matching.terms import Terms, TermsPlan, compile_terms, terms_of

__all__ = [
    "REASONS",
    "STANDINGS",
    "WORD_BITS",
    "Asked",
    "AutomaticTrace",
    "Claim",
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
    "Taken",
    "Terms",
    "TermsPlan",
    "Verdict",
    "VerdictRefusal",
    "Window",
    "answer",
    "automatic",
    "bit_of",
    "check",
    "claims",
    "clauses_of",
    "compile",
    "compile_terms",
    "counts",
    "decoded",
    "explain_one",
    "offers",
    "quota_of",
    "subsidy_names",
    "terms_of",
    "verdicts",
    "window_of",
    "word_count",
    "word_fields",
]
