"""Runs the worked examples beside offerings and titles, and says which do not come out as written.

An example gives some columns of a profile (the others are unknown), the verdict a person worked
out from the text of the rule, and optionally the clauses behind it, the amount and the rate.  It
is asked row by row, which is how one firm's answer is explained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, TypeAdapter

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.matching import (
    Asked,
    Kind,
    Limits,
    OfferingTrace,
    Plan,
    automatic,
    compile,
    explain_one,
    quota_of,
    terms_of,
)
from huoshui.pipeline.worked import examples_in
from huoshui.policy.loader import on_day
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import Form, Offering
from huoshui.policy.schema.parts import Identifier, Number, NumberOrUnknown
from huoshui.policy.scope import profile_scope
from huoshui.policy.values import resolved

DAY = dt.date(2026, 11, 20)
"""The day an example is worked out for where it names none."""

VERDICTS = ("yes", "no", "unknown")


class ExampleRefusal(Refusal):
    """Why an example of an offering does not hold, the weightiest first."""

    NONE = "{offering} has no worked examples.", "Add {offering}.examples.yaml beside it."
    FORM = "{detail}.", "An example has name, given and expect; asof, because and terms if wanted."
    LACKS = "{offering} has no example that is {verdict}.", "Add one."
    NO_COLUMN = "The profile has no column {column}.", "Name an indicator or a rating's column."
    NOT_OF_TYPE = "{value} is not a {type} for {column}.", "Write a {type}."
    VERDICT = (
        "“{name}” comes to {got}, not {expected}; behind it: {behind}.",
        "Correct the rule, or the example if its working was wrong.",
    )
    BECAUSE = (
        "“{name}” rests on {got}, not on {expected}.",
        "Correct the rule, or the example if its working was wrong.",
    )
    AUTOMATIC = (
        "“{name}” is decided at once by {got}, not {expected}; behind it: {behind}.",
        "Correct the rule, or the example if its working was wrong.",
    )
    LACKS_AUTOMATIC = (
        "{offering} has a rule that decides at once and no example that it would {outcome}.",
        "Add one with asked and expect_automatic.",
    )
    TERM = (
        "“{name}” gives {what} {got}, not {expected}.",
        "Correct the formula, or the example if its working was wrong.",
    )


def _verdict(value: object) -> object:
    # A pack's reader keeps yes and no as words; another YAML reader makes booleans of them.
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class AskedExample(Form):
    """An application, and what was approved before; a sum left out is nothing."""

    amount_yuan: Number
    months: int
    purpose: Identifier
    open_yuan: NumberOrUnknown = Decimal(0)
    day_taken_yuan: NumberOrUnknown = Decimal(0)
    quota_left_yuan: NumberOrUnknown = None  # left out: the whole quota that the file states


class OfferingExample(Form):
    """One worked example."""

    name: str
    asof: dt.date = DAY
    given: dict[Identifier, object]
    expect: Annotated[Literal["yes", "no", "unknown"], BeforeValidator(_verdict)]
    because: tuple[Identifier, ...] = ()
    amount_yuan: Number | None = None
    rate_bp: Number | None = None
    fee_bp: Number | None = None
    relief_bp: Number | None = None
    months_least: Number | None = None
    months_most: Number | None = None
    quota_yuan: Number | None = None  # what the institution set aside for the year
    lasts_months: Number | None = None  # how long a title holds
    asked: AskedExample | None = None  # what is applied for, where a rule may decide it at once
    expect_automatic: Literal["approve", "refer"] | None = None
    automatic_because: tuple[Identifier, ...] = ()  # words of referral_reason, where referred


_LIST = TypeAdapter(list[OfferingExample])


def offering_examples(pack: Pack) -> list[Problem]:
    """Give every example that does not hold, and every offering without a yes, no and unknown."""
    return list(_Runner(pack, "offerings").problems())


def title_examples(pack: Pack) -> list[Problem]:
    """Give every example that does not hold, and every title without a yes, no and unknown."""
    return list(_Runner(pack, "titles").problems())


class _Runner:
    """Runs examples, with one plan for each day that they name."""

    def __init__(self, pack: Pack, kind: Kind) -> None:
        self.pack = pack
        self.kind: Kind = kind
        self.plans: dict[dt.date, tuple[Pack, Plan]] = {}

    def problems(self) -> Iterator[Problem]:
        documents = self.pack.examples(self.kind)
        for name in self.pack.definitions(self.kind):
            if name not in documents:
                where = self.pack.where(self.kind, name)
                yield ExampleRefusal.NONE.problem(where=where, offering=name)
                continue
            yield from self._document(name, documents[name])

    def _document(self, offering: str, document: Document) -> Iterator[Problem]:
        try:
            examples = examples_in(document, _LIST, ExampleRefusal.FORM)
        except Refused as refused:
            yield from refused.problems
            return
        for verdict in VERDICTS:
            if all(example.expect != verdict for example in examples):
                yield ExampleRefusal.LACKS.problem(
                    where=document.where(), offering=offering, verdict=verdict
                )
        definition = self.pack.definitions(self.kind)[offering]
        if isinstance(definition, Offering) and definition.automatic is not None:
            for outcome in ("approve", "refer"):
                if all(example.expect_automatic != outcome for example in examples):
                    yield ExampleRefusal.LACKS_AUTOMATIC.problem(
                        where=document.where(), offering=offering, outcome=outcome
                    )
        for nth, example in enumerate(examples):
            yield from self._example(offering, example, document, nth)

    def _plan(self, day: dt.date) -> tuple[Pack, Plan]:
        if day not in self.plans:
            pack = on_day(self.pack, day)
            self.plans[day] = pack, compile(pack, asof=day, kind=self.kind)
        return self.plans[day]

    def _example(
        self, offering: str, example: OfferingExample, document: Document, nth: int
    ) -> Iterator[Problem]:
        pack, plan = self._plan(example.asof)
        if offering not in plan.clauses:
            where = document.where((nth, "asof"))
            detail = f"{offering} is not in force on {example.asof}"
            yield ExampleRefusal.FORM.problem(where=where, detail=detail)
            return
        try:
            row = profile_row(pack, example.given, document.where((nth, "given")))
        except Refused as refused:
            yield from refused.problems
            return
        (trace,) = explain_one(pack, row, asof=example.asof, plan=plan, offerings=[offering])
        where = document.where((nth, "expect"))
        yield from _answer(example, trace, where)
        if example.asked is not None:
            yield from _automatic(pack, plan, offering, row, example, document.where((nth,)))
        terms = terms_of(plan.terms[offering], row, asof=example.asof)
        amount = None if terms.amount_fen is None else Decimal(terms.amount_fen) / 100
        quota = None
        if example.quota_yuan is not None and (
            fen := quota_of(pack, offering, row, asof=example.asof)
        ):
            quota = Decimal(fen) / 100
        for what, expected, got in (
            ("an amount in yuan of", example.amount_yuan, amount),
            ("a rate in basis points of", example.rate_bp, terms.rate_bp),
            ("a fee in basis points of", example.fee_bp, terms.fee_bp),
            ("a relief in basis points of", example.relief_bp, terms.relief_bp),
            ("a shortest term in months of", example.months_least, terms.months_least),
            ("a longest term in months of", example.months_most, terms.months_most),
            ("a yearly quota in yuan of", example.quota_yuan, quota),
            ("a validity in months of", example.lasts_months, _lasts(pack, self.kind, offering)),
        ):
            if expected is not None and (got is None or Decimal(str(got)) != expected):
                yield ExampleRefusal.TERM.problem(
                    where=where, name=example.name, what=what, got=got, expected=expected
                )


def _lasts(pack: Pack, kind: Kind, name: str) -> Decimal | None:
    """Give the months that a title holds, where its file says so and they are known."""
    title = pack.titles[name] if kind == "titles" else None
    if title is None or title.lasts is None:
        return None
    cited = resolved(title.values[title.lasts], pack.asof)
    return cited.value if cited else None


def _automatic(
    pack: Pack,
    plan: Plan,
    offering: str,
    row: Mapping[str, object],
    example: OfferingExample,
    where: Where,
) -> Iterator[Problem]:
    """Yield how an automatic rule's answer differs from the one expected."""
    assert example.asked is not None, "asked for examples with an application"
    said = example.asked
    quota = quota_of(pack, offering, row, asof=example.asof)
    left = quota if "quota_left_yuan" not in said.model_fields_set else _fen(said.quota_left_yuan)
    trace = automatic(
        pack,
        offering,
        row,
        Asked(_fen(said.amount_yuan) or 0, said.months, said.purpose),
        Limits(
            open_fen=_fen(said.open_yuan),
            day_taken_fen=_fen(said.day_taken_yuan),
            quota_left_fen=left,
            has_quota=pack.offerings[offering].quota_fen is not None,
        ),
        asof=example.asof,
        plan=plan,
    )
    if trace.outcome != example.expect_automatic:
        yield ExampleRefusal.AUTOMATIC.problem(
            where=where,
            name=example.name,
            got=trace.outcome,
            expected=example.expect_automatic,
            behind=", ".join(trace.codes) or "nothing against it",
        )
    elif set(example.automatic_because) != set(trace.codes):
        yield ExampleRefusal.BECAUSE.problem(
            where=where,
            name=example.name,
            got=", ".join(trace.codes) or "nothing",
            expected=", ".join(example.automatic_because) or "nothing",
        )


def _fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan * 100)


def _answer(example: OfferingExample, trace: OfferingTrace, where: Where) -> Iterator[Problem]:
    clauses = trace.failing if trace.verdict == "no" else trace.unknown
    behind = [clause.id for clause in clauses]
    if trace.verdict != example.expect:
        yield ExampleRefusal.VERDICT.problem(
            where=where,
            name=example.name,
            got=trace.verdict,
            expected=example.expect,
            behind=", ".join(behind) or "every clause",
        )
    elif example.because and set(example.because) != set(behind):
        yield ExampleRefusal.BECAUSE.problem(
            where=where,
            name=example.name,
            got=", ".join(behind),
            expected=", ".join(example.because),
        )


def profile_row(pack: Pack, given: Mapping[str, object], where: Where) -> dict[str, object]:
    """Make a whole profile row of a few given columns; every other column is unknown."""
    columns = profile_scope(pack).columns
    row: dict[str, object] = dict.fromkeys(columns)
    problems = []
    for name, value in given.items():
        if name not in columns:
            problems.append(ExampleRefusal.NO_COLUMN.problem(where=where, column=name))
            continue
        type_ = str(columns[name].type)
        try:
            row[name] = None if value is None else _READ[type_](value)
        except (TypeError, ValueError, ArithmeticError):
            problems.append(
                ExampleRefusal.NOT_OF_TYPE.problem(
                    where=where, value=value, type=type_, column=name
                )
            )
    Refused.raise_any(problems)
    return row


def _number(value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(value)
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _day(value: object) -> dt.date:
    return dt.date.fromisoformat(_text(value))


_READ = {"number": _number, "flag": _flag, "text": _text, "day": _day}
