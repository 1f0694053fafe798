"""Deciding at once: an offering's automatic rule, asked of one profile row and one application.

The rule approves exactly what is asked, or refers to an officer and says every reason why.  It
never declines: a condition that fails, an unknown, a sum or a term beyond what the rule gives, a
limit reached are all reasons for a person to look.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from huoshui.matching.clauses import OfferingClause, parts_of, says
from huoshui.matching.explain import ClauseTrace, OfferingTrace, explain_one, trace_clause
from huoshui.matching.plan import Plan, compile
from huoshui.matching.terms import Terms, TermsPlan, number_of, terms_of
from huoshui.policy.expression import Typed, check, parse
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Automatic, Offering
from huoshui.policy.scope import APPLICATION_COLUMNS, application_scope
from huoshui.policy.values import resolved
from huoshui.ratings.ops.clauses import condition

REASONS = (
    "no_rule",
    "purpose_outside",
    "not_open",
    "open_unknown",
    "rule_fails",
    "rule_unknown",
    "amount_unknown",
    "asks_too_much",
    "months_unknown",
    "months_outside",
    "rate_unknown",
    "subject_limit",
    "day_limit",
    "quota_used_up",
    "limit_unknown",
)
"""Why an application is referred; the vocabulary referral_reason has a word for each."""


@dataclass(frozen=True)
class Asked:
    """What an application asks for."""

    amount_fen: int
    months: int
    purpose: str


@dataclass(frozen=True)
class Limits:
    """What was approved before and is still left; None is unknown, and then an officer decides.

    An offering whose institution set no quota has `has_quota` false and no `quota_left_fen`.
    """

    open_fen: int | None  # approved for the subject before, by any institution here, not ended
    day_taken_fen: int | None  # approved by this offering's rule on this day
    quota_left_fen: int | None = None
    has_quota: bool = True


@dataclass(frozen=True)
class Reason:
    """Why an application is referred: a word of referral_reason, and what it is about."""

    code: str
    clause: ClauseTrace | None = None  # the condition behind it, where there is one
    asked: int | None = None
    limit: int | None = None
    unit: str | None = None  # of asked and limit: fen or month


@dataclass(frozen=True)
class AutomaticTrace:
    """What an automatic rule came to, with everything it looked at."""

    offering: str
    outcome: Literal["approve", "refer"]
    verdict: OfferingTrace  # of the offering itself
    clauses: tuple[ClauseTrace, ...]  # of the rule
    reasons: tuple[Reason, ...]  # why referred; empty where approved
    asked: Asked
    limits: Limits
    terms: Terms
    amount_most_fen: int | None  # what the rule would give
    months_most: int | None
    amount_fen: int | None  # approved; None where referred
    rate_bp: int | None
    months: int | None
    reads: tuple[str, ...]  # columns of the profile that the offering, its terms and the rule read

    @property
    def codes(self) -> tuple[str, ...]:
        """Give the words of the reasons, each once, as the refer move takes them."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))


def automatic(
    pack: Pack,
    offering: str,
    row: Mapping[str, object],
    asked: Asked,
    limits: Limits,
    *,
    asof: dt.date,
    plan: Plan | None = None,
) -> AutomaticTrace:
    """Ask an offering's rule; it approves what is asked, or refers with every reason."""
    plan = plan or compile(pack, asof=asof, offerings=[offering])
    (verdict,) = explain_one(pack, row, asof=asof, plan=plan, offerings=[offering])
    terms = terms_of(plan.terms[offering], row, asof=asof)
    found = _Rule(pack, pack.offerings[offering], row, asked, limits, terms, asof)
    reasons = (*_of_offering(found.offering, verdict, asked), *found.reasons())
    is_approved = not reasons
    return AutomaticTrace(
        offering=offering,
        outcome="approve" if is_approved else "refer",
        verdict=verdict,
        clauses=found.clauses,
        reasons=reasons,
        asked=asked,
        limits=limits,
        terms=terms,
        amount_most_fen=found.amount_most_fen,
        months_most=found.months_most,
        amount_fen=asked.amount_fen if is_approved else None,
        rate_bp=found.rate_bp if is_approved else None,
        months=asked.months if is_approved else None,
        reads=found.reads(verdict, plan.terms[offering]),
    )


def quota_of(pack: Pack, offering: str, row: Mapping[str, object], *, asof: dt.date) -> int | None:
    """Give the yearly quota in fen that an offering's file states, or None where it states none."""
    definition = pack.offerings[offering]
    if definition.quota_fen is None:
        return None
    scope = application_scope(pack, definition.values)
    where = pack.where("offerings", offering, "quota_fen")
    typed = check(parse(definition.quota_fen, where), scope, unit="fen")
    number = number_of(typed, row, asof)
    return None if number is None else max(0, math.floor(number))


def _of_offering(offering: Offering, verdict: OfferingTrace, asked: Asked) -> Iterator[Reason]:
    if offering.automatic is None:
        yield Reason("no_rule")
    if asked.purpose not in offering.purposes:
        yield Reason("purpose_outside")
    for clause in verdict.failing:
        yield Reason("not_open", clause)
    for clause in verdict.unknown:
        yield Reason("open_unknown", clause)


class _Rule:
    """An automatic rule with what it is asked."""

    def __init__(
        self,
        pack: Pack,
        offering: Offering,
        row: Mapping[str, object],
        asked: Asked,
        limits: Limits,
        terms: Terms,
        asof: dt.date,
    ) -> None:
        self.pack, self.offering, self.asked, self.limits = pack, offering, asked, limits
        self.terms, self.asof = terms, asof
        self.row = {
            **row,
            "asked_fen": asked.amount_fen,
            "asked_months": asked.months,
            "asked_purpose": asked.purpose,
            "open_fen": limits.open_fen,
        }
        self.scope = application_scope(pack, offering.values)
        rule = offering.automatic
        self.rule = rule
        self.own: dict[str, Typed] = {}  # what the rule states of its own
        self.clauses = (
            tuple(self._clause(rule, nth) for nth in range(len(rule.clauses))) if (rule) else ()
        )
        self.amount_most_fen = self._amount_most()
        self.months_most = _floored(self._given("months", terms.months_most))
        self.rate_bp = _rounded(self._given("rate", terms.rate_bp))

    def reads(self, verdict: OfferingTrace, plan: TermsPlan) -> tuple[str, ...]:
        """Name the columns of the profile that were read."""
        named = {c for clause in (*verdict.clauses, *self.clauses) for c in clause.columns}
        for typed in (*plan.expressions.values(), *self.own.values()):
            named |= typed.columns
        return tuple(sorted(named - APPLICATION_COLUMNS.keys()))

    def reasons(self) -> Iterator[Reason]:
        """Yield why the rule itself refers."""
        if self.rule is None:
            return
        for clause in self.clauses:
            if clause.verdict is False:
                yield Reason("rule_fails", clause)
            elif clause.verdict is None:
                yield Reason("rule_unknown", clause)
        yield from self._terms()
        yield from self._limits(self.rule)

    def _terms(self) -> Iterator[Reason]:
        amount, most = self.asked.amount_fen, self.amount_most_fen
        if most is None:
            yield Reason("amount_unknown")
        elif amount > most:
            yield Reason("asks_too_much", None, amount, most, "fen")
        months, least = self.asked.months, self.terms.months_least
        if self.months_most is None or least is None:
            yield Reason("months_unknown")
        elif months > self.months_most:
            yield Reason("months_outside", None, months, self.months_most, "month")
        elif months < least:
            yield Reason("months_outside", None, months, math.ceil(least), "month")
        if self.rate_bp is None:
            yield Reason("rate_unknown")

    def _limits(self, rule: Automatic) -> Iterator[Reason]:
        amount = self.asked.amount_fen
        for code, name, taken in (
            ("subject_limit", rule.subject_most, self.limits.open_fen),
            ("day_limit", rule.day_most, self.limits.day_taken_fen),
        ):
            if name is None:
                continue
            limit = self._value_fen(name)
            if limit is None or taken is None:
                yield Reason("limit_unknown")
            elif taken + amount > limit:
                yield Reason(code, None, taken + amount, limit, "fen")
        left = self.limits.quota_left_fen
        if self.limits.has_quota and left is None:
            yield Reason("limit_unknown")
        elif left is not None and amount > left:
            yield Reason("quota_used_up", None, amount, left, "fen")

    def _clause(self, rule: Automatic, nth: int) -> ClauseTrace:
        clause = rule.clauses[nth]
        where = self.pack.where("offerings", self.offering.id, "automatic", "clauses", nth, "when")
        whole = condition(clause.when, self.scope, where)
        made = OfferingClause(
            offering=self.offering.id,
            id=clause.id,
            text=clause.when,
            say=clause.say,
            cite=clause.cite,
            evidence=clause.evidence,
            implied=False,
            whole=whole,
            parts=parts_of(whole.typed),
            values={
                n: resolved(d, self.asof)
                for n, d in self.offering.values.items()
                if n in whole.values or says(clause.say, n)
            },
        )
        return trace_clause(made, self.row, self.asof)

    def _given(self, key: str, otherwise: float | None) -> float | None:
        """Compute what the rule states of its own, or take the offering's."""
        text = getattr(self.rule, key) if self.rule else None
        if text is None:
            return otherwise
        where = self.pack.where("offerings", self.offering.id, "automatic", key)
        self.own[key] = check(parse(text, where), self.scope, unit=_UNITS[key])
        return number_of(self.own[key], self.row, self.asof)

    def _amount_most(self) -> int | None:
        """Give what the rule gives, which is never more than the offering does."""
        own = _floored(self._given("amount", self.terms.amount_fen))
        offered = self.terms.amount_fen
        return None if own is None or offered is None else min(own, offered)

    def _value_fen(self, name: str) -> int | None:
        cited = resolved(self.offering.values[name], self.asof)
        if cited is None or cited.value is None or cited.unit is None:
            return None
        return int(cited.value * self.pack.units[cited.unit].scale)


_UNITS = {"amount": "fen", "rate": "bp", "months": "month"}


def _floored(number: float | None) -> int | None:
    return None if number is None else max(0, math.floor(number))


def _rounded(number: float | None) -> int | None:
    """Round a rate to a whole basis point, a half up."""
    if number is None:
        return None
    return int(Decimal(str(number)).quantize(Decimal(1), ROUND_HALF_UP))
