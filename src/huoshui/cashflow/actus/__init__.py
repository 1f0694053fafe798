"""Contracts by the ACTUS standard: terms to events, each with its payoff and the state after it.

Read from its specification (actusfrf.org).  Where the specification and the official cases differ,
the cases decide, and the place says so.
"""

from huoshui.cashflow.actus.engine import Evaluated, Happening, evaluate, state_on
from huoshui.cashflow.actus.guarantee import guarantee
from huoshui.cashflow.actus.observed import Observed, ObservedEvent
from huoshui.cashflow.actus.terms import TERM_TYPES, Reference, Terms, read_terms

__all__ = [
    "TERM_TYPES",
    "Evaluated",
    "Happening",
    "Observed",
    "ObservedEvent",
    "Reference",
    "Terms",
    "evaluate",
    "guarantee",
    "read_terms",
    "state_on",
]
