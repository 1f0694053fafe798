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
from huoshui.matching.growth import Rung, ladder
from huoshui.matching.moved import Rules
from huoshui.matching.nearest import ColumnChange, Nearest, nearest
from huoshui.matching.needs import Fit, Need, NeedRefusal, answer
from huoshui.matching.plan import MatchingRefusal, Plan, compile
from huoshui.matching.questions import KINDS, Answer, Question, ask, kind_of, question_of
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
from huoshui.matching.waiting import Earliest, at_day, earliest

__all__ = [
    "KINDS",
    "REASONS",
    "STANDINGS",
    "WORD_BITS",
    "Answer",
    "Asked",
    "AutomaticTrace",
    "Claim",
    "ClauseTrace",
    "ColumnChange",
    "Counts",
    "Earliest",
    "Fit",
    "Kind",
    "Limits",
    "MatchingRefusal",
    "Nearest",
    "Need",
    "NeedRefusal",
    "Offer",
    "OfferingClause",
    "OfferingTrace",
    "Plan",
    "Question",
    "Reason",
    "Rules",
    "Rung",
    "Taken",
    "Terms",
    "TermsPlan",
    "Verdict",
    "VerdictRefusal",
    "Window",
    "answer",
    "ask",
    "at_day",
    "automatic",
    "bit_of",
    "check",
    "claims",
    "clauses_of",
    "compile",
    "compile_terms",
    "counts",
    "decoded",
    "earliest",
    "explain_one",
    "kind_of",
    "ladder",
    "nearest",
    "offers",
    "question_of",
    "quota_of",
    "subsidy_names",
    "terms_of",
    "verdicts",
    "window_of",
    "word_count",
    "word_fields",
]
