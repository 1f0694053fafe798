"""Runs the worked examples that stand beside ratings, and says which do not come out as written.

An example gives some columns of a profile (the others are unknown) and what a person counted up
from the scheme: score, ends of the interval, grade, line.  What it does not name is not compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from pydantic import TypeAdapter

from huoshui.kernel.errors import Problem, Refusal, Refused, Where
from huoshui.pipeline.offering_examples import profile_row
from huoshui.pipeline.worked import examples_in
from huoshui.policy.loader import on_day
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import Form
from huoshui.policy.schema.parts import Identifier, NumberOrUnknown
from huoshui.ratings import RatingTrace, Scheme, compile_rating, trace


class RatingExampleRefusal(Refusal):
    """Why an example of a rating does not hold, the weightiest first."""

    NONE = "{rating} has no worked examples.", "Add {rating}.examples.yaml beside it."
    FORM = "{detail}.", "An example has name, given and expect, and asof if wanted."
    NOT_IN_FORCE = "{rating} is not in force on {day}.", "Name a day on which it is."
    LACKS = "{rating} has no example {wanted}.", "Add one."
    DIFFERS = (
        "“{name}” comes to {what} {got}, not {expected}.",
        "Correct the scheme, or the example if its working was wrong.",
    )


class Expected(Form):
    """What a person counted up."""

    score: NumberOrUnknown = None
    low: NumberOrUnknown = None
    high: NumberOrUnknown = None
    grade: str | None = None
    line_yuan: NumberOrUnknown = None


class RatingExample(Form):
    """One worked example."""

    name: str
    asof: dt.date | None = None  # the day the packs are read as at, where another is meant
    given: dict[Identifier, object]
    expect: Expected


_LIST = TypeAdapter(list[RatingExample])


def rating_examples(pack: Pack) -> list[Problem]:
    """Give every example that does not hold, and what a scheme's examples lack."""
    return list(_problems(pack))


def _problems(pack: Pack) -> Iterator[Problem]:
    documents = pack.examples("ratings")
    for name in pack.ratings:
        if name in documents:
            yield from _document(pack, name, documents[name])
        elif pack.ratings[name].kind == "policy":  # a fitted card is validated on its sample
            where = pack.where("ratings", name)
            yield RatingExampleRefusal.NONE.problem(where=where, rating=name)


def _document(pack: Pack, rating: str, document: Document) -> Iterator[Problem]:
    try:
        examples = examples_in(document, _LIST, RatingExampleRefusal.FORM)
    except Refused as refused:
        yield from refused.problems
        return
    expected = [example.expect for example in examples]
    scheme = compile_rating(pack, pack.ratings[rating], asof=pack.asof)
    lacks = {
        "with a score": scheme.may_be_scored and all(e.score is None for e in expected),
        "that leaves an interval": not scheme.has_unknown_points
        and all(e.low == e.high for e in expected),
        "without a grade": bool(pack.ratings[rating].bands)
        and all(e.grade != "none" for e in expected),
    }
    for wanted, is_lacking in lacks.items():
        if is_lacking:
            where = document.where()
            yield RatingExampleRefusal.LACKS.problem(where=where, rating=rating, wanted=wanted)
    schemes = {pack.asof: scheme}
    for nth, example in enumerate(examples):
        day = example.asof or pack.asof
        here = on_day(pack, day)
        if rating not in here.ratings:
            where = document.where((nth, "asof"))
            yield RatingExampleRefusal.NOT_IN_FORCE.problem(where=where, rating=rating, day=day)
            continue
        if day not in schemes:
            schemes[day] = compile_rating(here, here.ratings[rating], asof=here.asof)
        yield from _example(here, schemes[day], example, document.where((nth, "expect")))


def _example(pack: Pack, scheme: Scheme, example: RatingExample, where: Where) -> Iterator[Problem]:
    try:
        row = profile_row(pack, example.given, where)
    except Refused as refused:
        yield from refused.problems
        return
    traced = trace(pack, scheme, row)
    for what in sorted(example.expect.model_fields_set):
        got, expected = _found(traced, what), getattr(example.expect, what)
        if got != expected:
            yield RatingExampleRefusal.DIFFERS.problem(
                where=where, name=example.name, what=what, got=got, expected=expected
            )


def _found(traced: RatingTrace, what: str) -> object:
    if what == "line_yuan":
        return None if traced.line_fen is None else Decimal(traced.line_fen) / 100
    return getattr(traced, what)
