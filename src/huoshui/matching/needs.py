"""Need-first: a sum, for so long, for a purpose, with the security one can give; what fits it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.matching.explain import OfferingTrace, explain_one
from huoshui.matching.plan import Plan, compile
from huoshui.matching.terms import Terms, terms_of
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering

Cover = Literal["full", "partly", "unknown"]


class NeedRefusal(Refusal):
    """Why a need cannot be answered, the weightiest first."""

    NO_AMOUNT = "The sum needed is {amount_fen} fen.", "Say a sum above nothing."
    NO_TERM = "The term needed is {months} months.", "Say a term of a month or longer."
    NO_SUCH_WORD = "{word} is not a {vocabulary}.", "Use one of: {known}."


@dataclass(frozen=True)
class Need:
    """What somebody needs, and which security they can give (unsecured credit is a word too)."""

    amount_fen: int
    months: int
    purpose: str
    security: frozenset[str] = field(default_factory=frozenset)
    subject_kind: str | None = None


@dataclass(frozen=True)
class Fit:
    """An offering that fits a need, open or perhaps open, and how much of the sum it covers."""

    offering: str
    trace: OfferingTrace
    terms: Terms
    cover: Cover
    months_unknown: bool  # the offering's term for this subject is unknown


def answer(
    pack: Pack,
    row: Mapping[str, object],
    need: Need,
    *,
    asof: dt.date,
    plan: Plan | None = None,
) -> list[Fit]:
    """Give every offering that fits a need and is not closed to the subject, the best first.

    Order: open before unknown; the whole sum before a part before an unknown amount; then as
    `Terms.rank` (lowest cost, largest amount).  An offering fits if it is for the purpose, takes
    any one of the securities given (or asks for none), and its term, where known, allows the
    months.
    """
    Refused.raise_any(_problems(pack, need))
    plan = plan or compile(pack, asof=asof)
    wanted = [name for name in plan.offerings if _suits(pack.offerings[name], need)]
    fits = []
    for trace in explain_one(pack, row, asof=asof, plan=plan, offerings=wanted):
        if trace.verdict == "no":
            continue
        terms = terms_of(plan.terms[trace.offering], row, asof=asof)
        if _allows(terms, need.months):
            fits.append(Fit(trace.offering, trace, terms, _cover(terms, need), _open_term(terms)))
    return sorted(fits, key=_order)


def _problems(pack: Pack, need: Need) -> list[Problem]:
    found = []
    if need.amount_fen <= 0:
        found.append(NeedRefusal.NO_AMOUNT.problem(amount_fen=need.amount_fen))
    if need.months <= 0:
        found.append(NeedRefusal.NO_TERM.problem(months=need.months))
    said = [("purpose", need.purpose), *(("security", word) for word in sorted(need.security))]
    if need.subject_kind is not None:
        said.append(("subject_kind", need.subject_kind))
    for vocabulary, word in said:
        known = pack.vocabularies[vocabulary].entries
        if word not in known:
            found.append(
                NeedRefusal.NO_SUCH_WORD.problem(
                    word=word, vocabulary=vocabulary, known=", ".join(known)
                )
            )
    return found


def _suits(offering: Offering, need: Need) -> bool:
    """Say whether an offering is of the kind needed, whoever asks."""
    is_taken = not offering.security or bool(set(offering.security) & need.security)
    kind = need.subject_kind
    return (
        need.purpose in offering.purposes
        and is_taken
        and (kind is None or kind in offering.applicants)
    )


def _allows(terms: Terms, months: int) -> bool:
    """Say whether the term allows the months; an unknown end of it forbids nothing."""
    least, most = terms.months_least, terms.months_most
    return (least is None or least <= months) and (most is None or months <= most)


def _open_term(terms: Terms) -> bool:
    return "term" in terms.stated and (terms.months_least is None or terms.months_most is None)


def _cover(terms: Terms, need: Need) -> Cover:
    if terms.amount_fen is None:
        return "unknown"
    return "full" if terms.amount_fen >= need.amount_fen else "partly"


_COVER_ORDER = {"full": 0, "partly": 1, "unknown": 2}


def _order(fit: Fit) -> tuple[object, ...]:
    return (fit.trace.verdict != "yes", _COVER_ORDER[fit.cover], *fit.terms.rank)
