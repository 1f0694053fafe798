"""One subject, or a few: found by code or name, evaluated anew from the facts known, explained.

Nothing stored is read: the same stages run over the facts known by the batch, measure only the
subjects asked for, and every clause is evaluated by the traced evaluator.  What comes out is plain
data in a fixed order, so that asking twice gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from huoshui import explain, indicators, matching, ratings
from huoshui.engines.engine import Engine
from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.kernel.sql import literal
from huoshui.kernel.step import Tick, unwatched
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.reuse import measured_behind
from huoshui.pipeline.run import (
    Work,
    measure_indicators,
    name_entities,
    rate,
    run,
    settle_facts,
    take_facts,
)
from huoshui.policy.pack import Pack


class SubjectRefusal(Refusal):
    """Why a subject is not found."""

    UNKNOWN = (
        "Nothing known by batch {known} is about {asked}.",
        "Check the code, or ask as of a later batch; `huoshui match --offering ID` lists subjects.",
    )
    SEVERAL = (
        "{asked} may be any of {entities}.",
        "Ask by code.",
    )
    NO_OFFERING = (
        "There is no offering {offering}.",
        "Use one of: {offerings}.",
    )


ASKED = "subjects_asked"
"""The relation of the entities asked for."""


@dataclass(frozen=True)
class Seen:
    """A subject found: its entity, its profile row, and the engine's relations behind both."""

    asked: str
    entity: str
    row: Mapping[str, object]


def see(
    engine: Engine,
    lake: Lake,
    pack: Pack,
    asked: Sequence[str],
    *,
    known: int | None = None,
    tick: Tick = unwatched,
) -> tuple[Work, list[Seen]]:
    """Find the subjects asked for, in that order, and measure and rate them from the facts."""
    found = run(engine, lake, pack, known=known, tick=tick, stages=(take_facts, name_entities))
    entities = find(engine, asked, known=found.known)
    settle(found, entities)
    for stage in (measure_indicators, rate):
        stage(found)
    rows = {str(row["entity"]): row for row in found.made().to_pylist()}
    return found, [Seen(a, e, rows[e]) for a, e in zip(asked, entities, strict=True)]


def settle(work: Work, entities: Sequence[str]) -> None:
    """Settle the facts of some entities, which a run of everybody has let go."""
    work.engine.arrow(ASKED, pa.table({"entity": sorted(set(entities))}))
    work.within = ASKED
    settle_facts(work)


def find(engine: Engine, asked: Sequence[str], *, known: int) -> list[str]:
    """Give the entity of each code, reference or name, or refuse naming all that are not found."""
    wanted = ", ".join(f"({literal(text.strip())})" for text in dict.fromkeys(asked))
    table = engine.query(
        f"""
        WITH asked(text) AS (VALUES {wanted}),
        borne AS (
            SELECT entity AS text, entity FROM entity
            UNION SELECT code, entity FROM entity WHERE code IS NOT NULL
            UNION SELECT name, entity FROM entity WHERE name IS NOT NULL
            UNION SELECT subject_code, entity FROM subject_entity WHERE subject_code IS NOT NULL
        )
        SELECT DISTINCT asked.text, borne.entity
        FROM asked JOIN borne ON upper(asked.text) = upper(borne.text) ORDER BY ALL
        """
    )
    candidates: dict[str, list[str]] = {}
    for row in table.to_pylist():
        candidates.setdefault(row["text"], []).append(row["entity"])
    problems: list[Problem] = []
    for text in dict.fromkeys(text.strip() for text in asked):
        entities = candidates.get(text, [])
        if text in entities:  # an entity's own id leaves no doubt, whoever else bears the text
            candidates[text] = entities = [text]
        if not entities:
            problems.append(SubjectRefusal.UNKNOWN.problem(known=known, asked=text))
        elif len(entities) > 1:
            shown = ", ".join(entities[:5])
            problems.append(SubjectRefusal.SEVERAL.problem(asked=text, entities=shown))
    Refused.raise_any(problems)
    return [candidates[text.strip()][0] for text in asked]


def explained(
    work: Work,
    seen: Seen,
    plan: matching.Plan,
    *,
    offering: str | None = None,
    with_facts: bool = True,
) -> dict[str, Any]:
    """Explain one subject: who it is, its scores, each offering's verdict, the facts behind."""
    pack, row = work.pack, seen.row
    wanted = [known_offering(pack, offering)] if offering else list(pack.offerings)
    traces = matching.explain_one(pack, row, asof=work.asof, plan=plan, offerings=wanted)
    open_to = matching.offers(pack, row, asof=work.asof, plan=plan, traces=traces)
    closed = [trace for trace in traces if trace.verdict != "yes"]
    read = dict.fromkeys(c for trace in traces for clause in trace.clauses for c in clause.columns)
    return {
        "asked": seen.asked,
        "entity": seen.entity,
        "known": work.known,
        "asof": work.asof.isoformat(),
        "pack_digest": pack.digest,
        "subject": _subject(work, seen.entity),
        "ratings": [
            explain.rating_report(pack, ratings.explain(pack, name, row, asof=work.asof), row)
            for name in pack.ratings
        ],
        "offers": explain.offers_report(pack, open_to, row),
        "others": [explain.offering_report(pack, trace, row) for trace in closed],
        "verdicts": {trace.offering: trace.verdict for trace in traces},
        "facts": facts_behind(work, seen.entity, list(read)) if with_facts else None,
    }


def known_offering(pack: Pack, offering: str) -> str:
    """Give an offering's name back, or refuse one that the pack does not have."""
    if offering not in pack.offerings:
        raise SubjectRefusal.NO_OFFERING.refuse(
            offering=offering, offerings=", ".join(pack.offerings)
        )
    return offering


def _subject(work: Work, entity: str) -> dict[str, Any]:
    found = work.engine.query(f"SELECT * FROM entity WHERE entity = {literal(entity)}").to_pylist()
    links = work.engine.query(
        f"SELECT branch, parent FROM branch_link WHERE branch = {literal(entity)} "
        f"OR parent = {literal(entity)} ORDER BY ALL"
    ).to_pylist()
    return {**{k: _plain(v) for k, v in found[0].items()}, "branch_links": links}


def facts_behind(work: Work, entity: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Give, for every indicator that was read, the facts that went into it: source and row."""
    found = []
    for name in measured_behind(work.pack, columns):
        sql = indicators.trace(work.pack, name, entity, asof=work.asof)
        assert sql is not None, "a measured indicator has facts"
        rows = work.engine.query(sql).to_pylist()
        plain = [{key: _plain(value) for key, value in row.items()} for row in rows]
        found.append({"indicator": name, "facts": plain})
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
