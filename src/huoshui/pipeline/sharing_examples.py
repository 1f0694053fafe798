"""Runs the worked examples that stand beside arrangements that share a loss.

An example gives columns of a profile (the others are unknown), whether the subject is one that
the arrangement is for, and the parts a person read off its text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, TypeAdapter

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.pipeline.offering_examples import profile_row
from huoshui.pipeline.worked import examples_in
from huoshui.policy.loader import on_day
from huoshui.policy.pack import Pack
from huoshui.policy.reading import Document
from huoshui.policy.schema import Form, Sharing
from huoshui.policy.schema.parts import Identifier, NumberOrUnknown
from huoshui.policy.shares import Part, Shares, shares_of
from huoshui.policy.values import resolved

DAY = dt.date(2026, 11, 20)
"""The day an example is worked out for where it names none."""

VERDICTS = ("yes", "no", "unknown")


class SharingExampleRefusal(Refusal):
    """Why an example of an arrangement does not hold, the weightiest first."""

    NONE = "{sharing} has no worked examples.", "Add {sharing}.examples.yaml beside it."
    FORM = "{detail}.", "An example has name, given and in_scope; shares, funders, limits."
    LACKS = "{sharing} has no example that is {verdict}.", "Add one."
    NOT_IN_FORCE = "{sharing} is not in force on {day}.", "Name a day on which it is."
    SCOPE = (
        "“{name}”: whether it is in scope comes to {got}, not {expected}.",
        "Correct the arrangement, or the example if its working was wrong.",
    )
    PART = (
        "“{name}”: the part of {part} comes to {got}, not {expected}.",
        "Correct the arrangement, or the example if its working was wrong.",
    )


def _verdict(value: object) -> object:
    # A pack's reader keeps yes and no as words; another YAML reader makes booleans of them.
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class SharingExample(Form):
    """One worked example; a part or a limit that is null is unknown."""

    name: str
    asof: dt.date = DAY
    given: dict[Identifier, object] = {}
    in_scope: Annotated[Literal["yes", "no", "unknown"], BeforeValidator(_verdict)]
    shares: dict[Identifier, NumberOrUnknown] = {}  # of bearers
    funders: dict[Identifier, NumberOrUnknown] = {}
    limits: dict[Identifier, NumberOrUnknown] = {}  # or other values, in the unit as written


_LIST = TypeAdapter(list[SharingExample])


def sharing_examples(pack: Pack) -> list[Problem]:
    """Give every example that does not hold, and what an arrangement's examples lack."""
    return list(_Runner(pack).problems())


class _Runner:
    """Runs examples, with one pack for each day that they name."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def problems(self) -> Iterator[Problem]:
        documents = self.pack.examples("sharings")
        for name in sorted({*self.pack.sharings, *documents}):  # examples may be of a former one
            if name in documents:
                yield from self._document(name, documents[name])
            else:
                where = self.pack.where("sharings", name)
                yield SharingExampleRefusal.NONE.problem(where=where, sharing=name)

    def _document(self, sharing: str, document: Document) -> Iterator[Problem]:
        try:
            examples = examples_in(document, _LIST, SharingExampleRefusal.FORM)
        except Refused as refused:
            yield from refused.problems
            return
        stated = self.pack.sharings.get(sharing)
        wanted = VERDICTS if stated is not None and stated.clauses else ("yes",)
        for verdict in wanted:
            if all(example.in_scope != verdict for example in examples):
                yield SharingExampleRefusal.LACKS.problem(
                    where=document.where(), sharing=sharing, verdict=f"{verdict} (in_scope)"
                )
        for nth, example in enumerate(examples):
            yield from self._example(sharing, example, document, nth)

    def _example(
        self, sharing: str, example: SharingExample, document: Document, nth: int
    ) -> Iterator[Problem]:
        pack = on_day(self.pack, example.asof)
        if sharing not in pack.sharings:
            yield SharingExampleRefusal.NOT_IN_FORCE.problem(
                where=document.where((nth, "asof")), sharing=sharing, day=example.asof
            )
            return
        try:
            row = profile_row(pack, example.given, document.where((nth, "given")))
        except Refused as refused:
            yield from refused.problems
            return
        found = shares_of(pack, sharing, row, asof=example.asof)
        yield from _compare(pack.sharings[sharing], example, found, document, nth)


def _compare(
    sharing: Sharing, example: SharingExample, found: Shares, document: Document, nth: int
) -> Iterator[Problem]:
    if found.is_in_scope != example.in_scope:
        yield SharingExampleRefusal.SCOPE.problem(
            where=document.where((nth, "in_scope")),
            name=example.name,
            got=found.is_in_scope,
            expected=example.in_scope,
        )
    for key, expected, got in (
        ("shares", example.shares, _by_id(found.bearers)),
        ("funders", example.funders, _by_id(found.funders)),
        ("limits", example.limits, _limits(sharing, example.asof)),
    ):
        for part, value in expected.items():
            if part not in got or got[part] != value:
                yield SharingExampleRefusal.PART.problem(
                    where=document.where((nth, key, part)),
                    name=example.name,
                    part=part,
                    got=_told(got[part]) if part in got else "nothing: there is none",
                    expected=_told(value),
                )


def _by_id(parts: tuple[Part, ...]) -> dict[str, Decimal | None]:
    return {part.id: part.share for part in parts}


def _limits(sharing: Sharing, asof: dt.date) -> dict[str, Decimal | None]:
    """Give what is in force on a day: each limit's value, and every value by its own name."""
    stated = {name: resolved(dated, asof) for name, dated in sharing.values.items()}
    named = {limit.id: stated[limit.value] for limit in sharing.limits}
    days = sharing.loss.claimable_after_days
    if days is not None:
        named["claimable_after_days"] = stated[days]
    found = {**stated, **named}
    return {name: cited.value for name, cited in found.items() if cited is not None}


def _told(value: Decimal | None) -> str:
    return "unknown" if value is None else str(value)
