"""Every condition of an offering or a title as a clause: those its file states, those it implies.

Who may apply, and the regions and stages an offering is for, are clauses like any other: they can
be unknown, they have a sentence and a citation, and the bulk needs no second rule.  (A zone is a
shelf that an offering is shown on, and no condition.)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from huoshui.kernel.citation import Citation
from huoshui.policy.expression import Scope, Typed
from huoshui.policy.expression.typed import Apply, Constant
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Cited, Label, Offering, Title
from huoshui.policy.values import resolved
from huoshui.ratings.ops.clauses import Condition, condition

Kind = Literal["offerings", "titles"]
"""What is matched: both have applicants, values and clauses, and are asked in the same way."""

SUBJECT_KIND, REGION, STAGE = "subject_kind", "region_code", "stage"
"""The columns of the profile that the implied clauses read."""


@dataclass(frozen=True, eq=False)
class OfferingClause:
    """One clause of one offering or title, checked, with its values as on the day."""

    offering: str  # or the title
    id: str
    text: str
    say: Label
    cite: Citation
    evidence: str | None
    implied: bool
    whole: Condition
    parts: tuple[Typed, ...]  # what it joins by `and`; parts of one meaning are equal
    values: Mapping[str, Cited | None]  # of the offering, that the clause or its sentence names

    @cached_property
    def asks(self) -> Hashable:
        """Give what it asks, as written and on what authority: asked once, it need not be again."""
        typed = self.whole.typed
        constants = [part for part in typed.walk() if isinstance(part, Constant)]
        return typed, typed.text, tuple((part.name, part.cites) for part in constants)

    @cached_property
    def wording(self) -> str:
        """Give all that its words are made of, but for what a row holds, as one plain text.

        The same clause stands in many offerings, so it is known by what it says and not by where
        it stands.
        """
        values = [
            (name, cited and (str(cited.value), cited.unit, cited.cite.source, cited.cite.place))
            for name, cited in self.values.items()
        ]
        return repr((self.say.zh, self.say.en, self.evidence, values))


def clauses_of(pack: Pack, offering: Offering | Title, scope: Scope) -> list[OfferingClause]:
    """Give all clauses of an offering or title, the implied first; `scope` is its own."""
    kind: Kind = "titles" if isinstance(offering, Title) else "offerings"
    values = {name: resolved(dated, pack.asof) for name, dated in offering.values.items()}
    made = []
    for name, text, say in _implied(pack, offering):
        where = pack.where(kind, offering.id, name)
        whole = condition(text, scope, where)
        parts = parts_of(whole.typed)
        made.append(
            OfferingClause(
                offering.id, name, text, say, offering.cite, None, True, whole, parts, {}
            )
        )
    for nth, clause in enumerate(offering.clauses):
        where = pack.where(kind, offering.id, "clauses", nth, "when")
        whole = condition(clause.when, scope, where)
        named = {n: v for n, v in values.items() if n in whole.values or says(clause.say, n)}
        made.append(
            OfferingClause(
                offering=offering.id,
                id=clause.id,
                text=clause.when,
                say=clause.say,
                cite=clause.cite,
                evidence=clause.evidence,
                implied=False,
                whole=whole,
                parts=parts_of(whole.typed),
                values=named,
            )
        )
    return made


def parts_of(typed: Typed) -> tuple[Typed, ...]:
    """Take a clause apart at its outermost `and`: it is true if all are, false if one is."""
    if isinstance(typed, Apply) and typed.operation.name == "and":
        return tuple(part for arg in typed.args for part in parts_of(arg))
    return (typed,)


def says(say: Label, name: str) -> bool:
    """Say whether a sentence names a value."""
    return f"{{{name}}}" in say.zh or f"{{{name}}}" in say.en


def _implied(pack: Pack, offering: Offering | Title) -> Iterator[tuple[str, str, Label]]:
    kinds = _labels(pack, "subject_kind", offering.applicants)
    yield (
        "applicants",
        _among(SUBJECT_KIND, offering.applicants),
        Label(zh=f"申请主体为{kinds.zh}", en=f"the applicant is: {kinds.en}"),
    )
    if isinstance(offering, Title):
        return
    if offering.regions:
        zh, en = "、".join(offering.regions), ", ".join(offering.regions)
        yield (
            "regions",
            " or ".join(f"starts_with({REGION}, '{prefix}')" for prefix in offering.regions),
            Label(
                zh=f"注册地行政区划代码以 {zh} 开头",
                en=f"is registered in a region whose code starts with {en}",
            ),
        )
    if offering.stages:
        stages = _labels(pack, "stage", offering.stages)
        yield (
            "stages",
            _among(STAGE, offering.stages),
            Label(zh=f"处于{stages.zh}", en=f"is in the stage: {stages.en}"),
        )


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(word) for word in words)})"


def _labels(pack: Pack, vocabulary: str, words: tuple[str, ...]) -> Label:
    entries = pack.vocabularies[vocabulary].entries if vocabulary in pack.vocabularies else {}
    labels = [entries.get(word, Label(zh=word, en=word)) for word in words]
    return Label(zh="、".join(x.zh for x in labels), en=", ".join(x.en for x in labels))
