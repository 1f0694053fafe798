"""The nearest way to yes of one row: encode, solve, and prove the answer by asking again.

Nothing is given that the ordinary evaluator does not confirm on the changed row.  Where the
programme finds a way that is not confirmed, that way is forbidden and the next is looked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from huoshui.matching.moved import Rules, is_unknown
from huoshui.matching.nearest.encode import Claim, Encoder
from huoshui.matching.nearest.ground import Ground
from huoshui.matching.nearest.model import ZERO, Linear
from huoshui.matching.nearest.schema import ALREADY, ColumnChange, Nearest
from huoshui.matching.nearest.scoring import claim_of_rating, score_of
from huoshui.matching.questions import Question, ask

TRIES_MOST = 8
"""So many ways that are not confirmed are passed over before the search is given up."""

GRADE = "grade"
"""What blocks where the grade that is wanted cannot be reached."""

Taken = list[tuple[str, int]]


def nearest(
    rules: Rules,
    question: Question,
    row: Mapping[str, object],
    *,
    asof: dt.date,
    show: bool = True,
) -> Nearest:
    """Find the least effort that makes a question's answer yes.

    Ties are broken by the fewest changes, then by the order of the columns' names.  With `show`
    an unknown that its subject could move counts as one step: the evidence is given.
    """
    if ask(rules, question, row, asof=asof).verdict == "yes":
        return ALREADY
    ground = Ground(rules, row, show=show, asof=asof)
    conditions = {c.id: ground.baked(c.whole.typed) for c in question.clauses}
    for clause in question.clauses:
        ground.gather(clause.whole.typed)
    if question.grades:
        ground.gather_rating(rules.scheme(question.definition))
    ground.choose()
    encoder = Encoder(ground, claim_of_rating)
    literals = {i: encoder.literal(c, Claim.TRUE) for i, c in conditions.items()}
    if question.grades:
        literals[GRADE] = _graded(encoder, question)
    if all(literal.most >= 1 for literal in literals.values()):
        found = _confirmed(rules, question, ground, encoder, list(literals.values()), asof)
        if found is not None:
            return found
    return Nearest(
        reached=False,
        changes=(),
        effort=Decimal(0),
        verified=False,
        blocking=_blocking(encoder, literals),
        exact=ground.exact,
    )


def _graded(encoder: Encoder, question: Question) -> Linear:
    score = score_of(encoder, question.definition)
    bands = [band.band.grade for band in score.scheme.bands]
    wanted = [i for i, grade in enumerate(bands) if grade in question.grades]
    return encoder.model.any_of(score.at_band(i) for i in wanted)


def _confirmed(
    rules: Rules,
    question: Question,
    ground: Ground,
    encoder: Encoder,
    literals: Sequence[Linear],
    asof: dt.date,
) -> Nearest | None:
    held = len(encoder.model.rows)
    for literal in literals:
        encoder.model.at_least(literal, 1)
    asked = encoder.model.rows[held:]
    costs = encoder.costs()
    found: Nearest | None = None
    for _ in range(TRIES_MOST):
        values = encoder.model.solve(costs)
        if values is None:
            break
        taken = [key for key, v in encoder.taken.items() if values[_place(v)] > 0.5]
        changes = {c: ground.steps[c][i].value for c, i in taken}
        moved = rules.moved(ground.row, changes, asof=asof)
        if ask(rules, question, moved, asof=asof).verdict == "yes":
            found = _way(ground, taken)
            break
        ground.exact = False
        _forbid(encoder, taken)
    for row in asked:
        encoder.model.rows.remove(row)
    return found


def _place(variable: Linear) -> int:
    (place,) = variable.terms
    return place


def _forbid(encoder: Encoder, taken: Taken) -> None:
    """Rule out one exact choice of steps, what stays included."""
    total, moving = ZERO, {c for c, _ in taken}
    for key in taken:
        total = total + encoder.taken[key]
    for column, stays in encoder.stays.items():
        if column not in moving:
            total = total + stays
    encoder.model.at_most(total, len(encoder.stays) - 1)


def _way(ground: Ground, taken: Taken) -> Nearest:
    changes = []
    for column, i in sorted(taken):
        step, change = ground.steps[column][i], ground.pack.indicators[column].change
        assert change is not None, "only what changes is moved"
        before = ground.row[column]
        changes.append(
            ColumnChange(
                column=column,
                before=None if is_unknown(before) else before,
                after=step.value,
                bound=step.bound,
                limit=step.limit,
                steps=step.steps,
                effort=step.effort,
                shown=is_unknown(before),
                how=change.how,
                cite=change.cite,
            )
        )
    effort = sum((c.effort for c in changes), Decimal(0))
    return Nearest(True, tuple(changes), effort, verified=True, blocking=(), exact=ground.exact)


def _blocking(encoder: Encoder, literals: Mapping[str, Linear]) -> tuple[str, ...]:
    """Name the fewest clauses without which there would be a way."""
    model, slacks = encoder.model, {}
    for name, literal in literals.items():
        slack = model.variable()
        (slacks[name],) = slack.terms
        model.at_least(literal + slack, 1)
    values = model.solve([dict.fromkeys(slacks.values(), 1)])
    if values is None:
        return tuple(literals)
    return tuple(name for name, place in slacks.items() if values[place] > 0.5)
