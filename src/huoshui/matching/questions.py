"""What is asked of a subject: a definition of any kind, as clauses that all must hold.

An offering or title has its clauses; a rating has its hard conditions and the grade that is wanted;
an arrangement for losses has whose loans it is for; a table has the rows that may answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from huoshui import ratings
from huoshui.kernel.errors import Refusal
from huoshui.matching.clauses import OfferingClause, clauses_of, parts_of, says
from huoshui.matching.explain import ClauseTrace, trace_clause
from huoshui.matching.moved import Rules
from huoshui.matching.schema import Verdict
from huoshui.policy.expression import Column, Scope
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Clause, Dated, DecisionTable, Label, Rating, Sharing
from huoshui.policy.scope import dated_values, profile_scope
from huoshui.policy.values import resolved
from huoshui.ratings.ops.clauses import condition

DefinitionKind = Literal["offerings", "titles", "ratings", "sharings", "tables"]

KINDS: tuple[DefinitionKind, ...] = ("offerings", "titles", "ratings", "sharings", "tables")


class QuestionRefusal(Refusal):
    """Why a question cannot be asked."""

    NO_DEFINITION = (
        "There is no definition {definition} in force.",
        "Name an offering, title, rating, sharing or table: {near}.",
        "没有生效的定义 {definition}。",
        "请写一个产品、称号、评价、分担安排或判定表的名称：{near}。",
    )
    NO_GRADE = (
        "The rating {rating} has no grade {grade}.",
        "Use one of: {known}.",
        "评价 {rating} 没有等级 {grade}。",
        "请用其中之一：{known}。",
    )


@dataclass(frozen=True, eq=False)
class Question:
    """A definition with what must hold for the answer to be yes."""

    kind: DefinitionKind
    definition: str
    clauses: tuple[OfferingClause, ...]  # all must hold; of a table: the first that holds answers
    grades: tuple[str, ...] = ()  # of a rating: any of these; none: its conditions alone

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that its clauses read."""
        return tuple(sorted({c for clause in self.clauses for c in clause.whole.columns}))


@dataclass(frozen=True)
class Answer:
    """What a question came to for one row."""

    verdict: Verdict
    clauses: tuple[ClauseTrace, ...]
    grade: str | None = None  # of a rating
    row: str | None = None  # of a table: the row that answers


def kind_of(pack: Pack, definition: str) -> DefinitionKind:
    """Say of which kind a definition is; the first kind wins where a name is used twice."""
    for kind in KINDS:
        if definition in pack.definitions(kind):
            return kind
    every = sorted(name for kind in KINDS for name in pack.definitions(kind))
    near = [n for n in every if definition[:4] and definition[:4] in n] or every
    raise QuestionRefusal.NO_DEFINITION.refuse(definition=definition, near=", ".join(near[:12]))


def question_of(
    rules: Rules, kind: DefinitionKind, definition: str, *, grade: str | None = None
) -> Question:
    """Make a definition's question; `grade` is the least grade wanted of a rating."""
    pack = rules.pack
    if definition not in pack.definitions(kind):
        kind_of(pack, definition)  # refuses one that is of no kind
        raise QuestionRefusal.NO_DEFINITION.refuse(
            definition=definition, near=", ".join(sorted(pack.definitions(kind))[:12])
        )
    if kind in ("offerings", "titles"):
        made = pack.offerings[definition] if kind == "offerings" else pack.titles[definition]
        scope = rules.scope.with_values(dated_values(pack, made.values))
        return Question(kind, definition, tuple(clauses_of(pack, made, scope)))
    if kind == "ratings":
        return _of_rating(rules, pack.ratings[definition], grade)
    if kind == "sharings":
        return Question(kind, definition, _of_sharing(rules, pack.sharings[definition]))
    return Question(kind, definition, _of_table(rules, pack.tables[definition]))


def _of_rating(rules: Rules, rating: Rating, grade: str | None) -> Question:
    clauses = list(rating.hard)
    if rating.applies_when is not None:
        say = Label(zh="适用于该类主体", en="the rating is for such a subject")
        applies = Clause(id="applies", when=rating.applies_when, say=say, cite=rating.cite)
        clauses.insert(0, applies)
    grades = [band.grade for band in rating.bands]
    if grade is not None and grade not in grades:
        known = ", ".join(grades)
        raise QuestionRefusal.NO_GRADE.refuse(rating=rating.id, grade=grade, known=known)
    wanted = grades[: grades.index(grade) + 1] if grade is not None else ()
    scope = rules.scope.with_values(dated_values(rules.pack, rating.values))
    made = _clauses(rules.pack, "ratings", rating.id, clauses, rating.values, scope)
    return Question("ratings", rating.id, made, tuple(wanted))


def _of_sharing(rules: Rules, sharing: Sharing) -> tuple[OfferingClause, ...]:
    clauses = list(sharing.clauses)
    if sharing.region is not None:
        say = Label(
            zh=f"注册地行政区划代码以 {sharing.region} 开头",
            en=f"is registered in a region whose code starts with {sharing.region}",
        )
        when = f"starts_with(region_code, '{sharing.region}')"
        clauses.insert(0, Clause(id="region", when=when, say=say, cite=sharing.cite))
    scope = rules.scope.with_values(dated_values(rules.pack, sharing.values))
    return _clauses(rules.pack, "sharings", sharing.id, clauses, sharing.values, scope)


def _of_table(rules: Rules, table: DecisionTable) -> tuple[OfferingClause, ...]:
    scope = profile_scope(rules.pack, table.values)
    inputs = {}
    for name, said in table.inputs.items():
        vocabulary = rules.pack.vocabularies.get(said.vocabulary or "")
        inputs[name] = Column(said.type, said.unit, vocabulary.entries if vocabulary else None)
    scope = Scope({**scope.columns, **inputs}, scope.values, scope.units)
    rows = [
        Clause(id=row.id, when=row.when or "true", say=row.say, cite=row.cite) for row in table.rows
    ]
    return _clauses(rules.pack, "tables", table.id, rows, table.values, scope)


def _clauses(
    pack: Pack,
    kind: str,
    name: str,
    clauses: Sequence[Clause],
    dated: Mapping[str, Dated],
    scope: Scope,
) -> tuple[OfferingClause, ...]:
    values = {n: resolved(d, pack.asof) for n, d in dated.items()}
    made = []
    for clause in clauses:
        whole = condition(clause.when, scope, pack.where(kind, name))
        named = {n: v for n, v in values.items() if n in whole.values or says(clause.say, n)}
        made.append(
            OfferingClause(
                offering=name,
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
    return tuple(made)


def ask(rules: Rules, question: Question, row: Mapping[str, object], *, asof: dt.date) -> Answer:
    """Answer a question for one row, by the evaluators that every page and list uses."""
    whole = {**dict.fromkeys(question.columns), **row}
    traces = tuple(trace_clause(clause, whole, asof) for clause in question.clauses)
    if question.kind == "tables":
        return _answered(traces)
    found: set[bool | None] = {trace.verdict for trace in traces}
    grade = None
    if question.kind == "ratings":
        names = ratings.columns(question.definition)
        rated = rules.rated(question.definition, rules.whole_row(row), asof)
        if rated[names.low] is None:  # points that nobody knows: whom it is for, and no more
            found.add(None)
    if question.grades:
        grade = rated[names.grade]
        assert grade is None or isinstance(grade, str), "a grade is a word"
        found.add(None if grade is None else grade in question.grades)
    verdict: Verdict = "no" if False in found else "unknown" if None in found else "yes"
    return Answer(verdict, traces, grade)


def _answered(traces: tuple[ClauseTrace, ...]) -> Answer:
    """Take the first row that holds; one that is unknown before it leaves the table open."""
    for trace in traces:
        if trace.verdict is None:
            return Answer("unknown", traces)
        if trace.verdict:
            return Answer("yes", traces, row=trace.id)
    return Answer("no", traces)
