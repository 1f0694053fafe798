"""`huoshui run`, `rate`, `match`, `explain`: the whole region at once, or one subject in full."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from huoshui import explain as wording
from huoshui import matching, ratings
from huoshui.cli import output, place, whynot
from huoshui.cli.sandbox import candidate_roots
from huoshui.kernel.garbage import unhurried
from huoshui.pipeline import run as running
from huoshui.pipeline import subjects
from huoshui.pipeline.archive import load_and_keep
from huoshui.pipeline.fresh import published_before
from huoshui.pipeline.kept import Kept
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.shadow import disagreements, keep_shadow
from huoshui.pipeline.snapshot import publish
from huoshui.pipeline.summary import open_to, rating_counts, summary
from huoshui.policy.loader import load

FACTS_FOR = 25
"""For so many subjects at most the rows behind each number are listed; each asks many queries."""


@click.command("run")
@click.option(
    "--shadow",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A pack of a candidate version to run beside, or the folder that holds its packs.",
)
@click.option("--full", is_flag=True, help="Make everything anew, not only what new facts touch.")
@click.option(
    "--memory",
    default=None,
    help="Memory for the engine, such as 8GB (or HUOSHUI_MEMORY); the rest is put on disk.",
)
@place.engine_options
@place.known_facts
@output.as_json
def run(
    shadow: tuple[Path, ...],
    full: bool,
    memory: str | None,
    engine: running.EngineName,
    master: str,
    home: Path,
    packs: tuple[Path, ...],
    asof: dt.date,
    known: int | None,
    as_json: bool,
) -> None:
    """Run every stage over the facts known, and publish a snapshot under HOME/snapshots.

    The packs are kept under HOME/packs, so that the snapshot's rules can be read again.  Where
    the last snapshot is of the same rules and day, only the subjects that later batches touch are
    made anew.  With --shadow, what a candidate version decides otherwise is written beside the
    snapshot.
    """
    lake = Lake(place.lake_folder(home))
    with (
        running.session(
            engine=engine, master=master, memory_limit=memory, spill=home / "spill"
        ) as opened,
        output.progress(quiet=as_json) as tick,
    ):
        pack = load_and_keep(packs, home, asof=asof)
        since = None if full else published_before(home, lake, pack, known)
        kept = None if full else Kept(home / "kept")
        work = running.run(opened, lake, pack, known=known, tick=tick, since=since, kept=kept)
        with work.timed("publish"):
            snapshot = publish(work, home)
        found = {**summary(work, snapshot.manifest["counts"]), "snapshot": str(snapshot.folder)}
        if shadow:
            names = [root.name for root in packs]
            candidate = load(candidate_roots(shadow, names, beside=packs), asof=asof)
            differing = disagreements(work, candidate)
            path, counts = keep_shadow(snapshot, pack, candidate, differing)
            found["shadow"] = {**counts, "file": str(path)}
    if as_json:
        output.show_json(found)
    else:
        show_summary(found)


def show_summary(found: dict[str, Any]) -> None:
    """Show what a run amounts to."""
    pairs = found["pairs"]
    rows = [
        ("raw rows in", found["rows_in"]),
        ("already known (sent again)", found["rows_known_before"]),
        ("facts", found["facts"]),
        ("quarantined", found["quarantined"]),
        ("items of fact filled", found["items"]),
        ("entities", found["entities"]),
        *((f"  {kind}", count) for kind, count in found["entities_by_kind"].items()),
        ("branches linked to their parents", found["branches_linked"]),
        ("names left unlinked (ambiguous)", found["names_unlinked"]),
        ("indicators", found["indicators"]),
        ("indicator values known", found["indicator_values"]),
        *((f"rated by {name}", counts["subjects"]) for name, counts in found["rated"].items()),
        ("offerings", found["offerings"]),
        ("pairs yes", pairs["yes"]),
        ("pairs no", pairs["no"]),
        ("pairs unknown", pairs["unknown"]),
    ]
    output.table(
        f"As of {found['asof']}, known by batch {found['known']}", ("what", "number"), rows
    )
    if "shadow" in found:
        keys = ("kind", "definition", "in_force", "candidate", "subjects")
        counted = [tuple(row[key] for key in keys) for row in found["shadow"]["counts"]]
        output.table("Decided otherwise by the candidate", keys, counted)
    output.table("Seconds", ("stage", "seconds"), found["seconds"].items())


@click.command("rate")
@click.argument("subject", nargs=-1)
@click.option("--rating", "wanted", multiple=True, help="Only these ratings.")
@place.language_option
@place.known_facts
@output.as_json
def rate(
    subject: tuple[str, ...],
    wanted: tuple[str, ...],
    lang: Any,
    home: Path,
    packs: tuple[Path, ...],
    asof: dt.date,
    known: int | None,
    as_json: bool,
) -> None:
    """Score SUBJECTs (codes or names) criterion by criterion, or count everybody by grade."""
    lake, pack = Lake(place.lake_folder(home)), load(packs, asof=asof)
    names = [ratings.known_rating(pack, name).id for name in wanted] or list(pack.ratings)
    with running.session() as engine, output.progress(quiet=as_json) as tick:
        if not subject:
            work = running.run(engine, lake, pack, known=known, tick=tick, stages=running.RATED)
            counted = rating_counts(work, names)
            _show_grades(counted, as_json)
            return
        work, seen = subjects.see(engine, lake, pack, subject, known=known, tick=tick)
    answers = []
    for one in seen:
        traces = [ratings.explain(pack, name, one.row, asof=asof) for name in names]
        reports = [wording.rating_report(pack, trace, one.row) for trace in traces]
        answers.append({"asked": one.asked, "entity": one.entity, "ratings": reports})
    if as_json:
        output.show_json({"known": work.known, "asof": asof.isoformat(), "subjects": answers})
        return
    for answer in answers:
        output.say(f"{answer['asked']} ({answer['entity']})")
        for report in answer["ratings"]:
            for line in wording.rating_lines(report, lang):
                output.say(line)


def _show_grades(counted: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.show_json(counted)
        return
    for name, counts in counted.items():
        rows = [*counts["grades"].items(), ("subjects", counts["subjects"])]
        output.table(name, ("grade", "subjects"), rows)


@click.command("match")
@click.argument("subject", required=False)
@click.option("--offering", default=None, help="Whom this offering is open to.")
@click.option("--limit", type=int, default=20, show_default=True)
@click.option("--amount", type=int, default=None, help="Need-first: how much, in yuan.")
@click.option("--months", type=int, default=12, show_default=True, help="Need-first: how long.")
@click.option("--purpose", default="working_capital", show_default=True, help="Need-first.")
@click.option("--security", multiple=True, help="Need-first: security it can give; repeatable.")
@place.language_option
@place.known_facts
@output.as_json
def match(
    subject: str | None,
    offering: str | None,
    limit: int,
    amount: int | None,
    months: int,
    purpose: str,
    security: tuple[str, ...],
    lang: Any,
    home: Path,
    packs: tuple[Path, ...],
    asof: dt.date,
    known: int | None,
    as_json: bool,
) -> None:
    """Match everybody with every offering, or answer one SUBJECT.

    With --amount the SUBJECT states a need, and every offering that fits it answers; without, all
    that is open to it is listed, the cheapest first, then the largest.
    """
    lake, pack = Lake(place.lake_folder(home)), load(packs, asof=asof)
    if subject is None:
        with running.session() as engine, output.progress(quiet=as_json) as tick:
            work = running.run(engine, lake, pack, known=known, tick=tick)
            _show_matches(work, offering, limit, as_json)
        return
    with running.session() as engine, output.progress(quiet=as_json) as tick:
        _, (seen,) = subjects.see(engine, lake, pack, [subject], known=known, tick=tick)
    if amount is None:
        reports = wording.offers_report(pack, matching.offers(pack, seen.row, asof=asof), seen.row)
    else:
        need = matching.Need(
            amount_fen=amount * 100, months=months, purpose=purpose, security=frozenset(security)
        )
        fits = matching.answer(pack, seen.row, need, asof=asof)
        reports = wording.fits_report(pack, fits, seen.row)
    if as_json:
        output.show_json({"entity": seen.entity, "offers": reports})
        return
    for line in wording.offers_lines(reports, lang):
        output.say(line)
    if not reports:
        output.say("Nothing fits; `huoshui explain` says what stands in the way.")


def _show_matches(work: running.Work, offering: str | None, limit: int, as_json: bool) -> None:
    if offering is not None:
        subjects.known_offering(work.pack, offering)
        entities = open_to(work, offering)
        if as_json:
            output.show_json({"offering": offering, "open_to": entities})
            return
        output.say(f"{offering} is open to {len(entities):,} subjects; the first {limit}:")
        for entity in entities[:limit]:
            output.say(f"  {entity}")
        return
    counts = matching.counts(work.made("verdicts"), list(work.pack.offerings))
    if as_json:
        output.show_json({"offerings": [vars(count) for count in counts]})
        return
    rows = [(work.pack.offerings[c.offering].label.zh, *vars(c).values()) for c in counts]
    output.table("Pairs", ("label", "offering", "yes", "no", "unknown"), rows)


@click.command("explain")
@click.argument("subject", nargs=-1)
@click.option("--subjects-from", type=click.Path(path_type=Path, exists=True), default=None)
@click.option("--offering", default=None, help="Only this offering, clause by clause.")
@click.option("--definition", default=None, help="Why not: an offering, title, rating ...")
@click.option("--given", multiple=True, help="Assume COLUMN=VALUE; with --definition, repeatable.")
@click.option("--grade", default=None, help="The grade wanted of a rating; else the next better.")
@place.language_option
@place.known_facts
@output.as_json
def explain(
    subject: tuple[str, ...],
    subjects_from: Path | None,
    offering: str | None,
    definition: str | None,
    given: tuple[str, ...],
    grade: str | None,
    lang: Any,
    home: Path,
    packs: tuple[Path, ...],
    asof: dt.date,
    known: int | None,
    as_json: bool,
) -> None:
    """Explain SUBJECTs (codes or names): scores, offers and why not, down to file and row.

    Evaluated anew from the facts known by the batch; nothing stored is read.  With several
    subjects, or --subjects-from FILE (a code a line), --json prints one object a line; the rows
    behind each number are listed for up to 25 subjects.  With --definition: the clauses of one
    definition of any kind with their distances, the nearest way to yes and the earliest day.
    """
    asked = list(subject)
    if subjects_from is not None:
        asked += subjects_from.read_text("utf-8").split()
    if not asked:
        raise click.UsageError("Say which subject: a code or a name.")
    lake, pack = Lake(place.lake_folder(home)), load(packs, asof=asof)
    if definition is not None:
        assumed = whynot.assumed(pack, definition, given)
        rules = matching.Rules(pack)
        matching.question_of(rules, matching.kind_of(pack, definition), definition, grade=grade)
        with running.session() as engine, output.progress(quiet=as_json) as tick:
            work, seen = subjects.see(engine, lake, pack, asked, known=known, tick=tick)
        for one in seen:
            report = whynot.report_of(rules, one.row, definition, assumed, grade=grade)
            answer = {"asked": one.asked, "entity": one.entity, "known": work.known, **report}
            if as_json:
                output.show_json(answer, one_line=len(asked) > 1)
            else:
                whynot.show(answer, lang)
        return
    plan = matching.compile(pack, asof=asof)
    with running.session() as engine, output.progress(quiet=as_json) as tick:
        work, seen = subjects.see(engine, lake, pack, asked, known=known, tick=tick)
        for one in seen:
            # An answer is a hundred thousand small objects without a circle among them.
            with unhurried():
                answer = subjects.explained(
                    work, one, plan, offering=offering, with_facts=len(asked) <= FACTS_FOR
                )
                if as_json:
                    output.show_json(answer, one_line=len(asked) > 1)
                else:
                    show_explained(answer, lang, clauses=offering is not None)


def show_explained(answer: dict[str, Any], lang: Any, *, clauses: bool) -> None:
    """Show one subject: scores, what is open, what is not and why, and where it comes from."""
    subject = answer["subject"]
    output.say(f"{subject['name']}  {answer['entity']}")
    output.say(f"  as of {answer['asof']}, known by batch {answer['known']}")
    if not clauses:
        for report in answer["ratings"]:
            for line in wording.rating_lines(report, lang):
                output.say(line)
    for line in wording.offers_lines(answer["offers"], lang):
        output.say(line)
    for report in [*(answer["offers"] if clauses else []), *answer["others"]]:
        for line in wording.offering_lines(report, lang, clauses=clauses):
            output.say(line)
    if clauses:
        for found in answer["facts"]:
            for fact in found["facts"][:3]:
                where = f"{fact['source_file']} row {fact['source_row']}, batch {fact['batch']}"
                output.say(f"    {found['indicator']} ← {where}")
