"""`huoshui demo`: the whole road on the fictional region, for somebody who sees it first."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import click

from huoshui import matching, synth
from huoshui.cli import output, place, serve
from huoshui.cli.asking import show_explained, show_summary
from huoshui.pipeline import subjects
from huoshui.pipeline.archive import load_and_keep
from huoshui.pipeline.ingest import ingest
from huoshui.pipeline.kept import Kept
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.run import Work, run, session
from huoshui.pipeline.snapshot import publish
from huoshui.pipeline.summary import summary
from huoshui.policy.pack import Pack
from huoshui.web.project.supervisor import Serving

DAY = dt.date(2026, 11, 20)
"""The day the fictional region is seen on; fixed, so that two demos give the same."""


@click.command("demo")
@click.option("--firms", type=click.IntRange(200), default=20_000, show_default=True)
@click.option("--seed", type=int, default=20_260_101, show_default=True)
@click.option("--asof", type=place.Day(), default=DAY, show_default=True)
@click.option("--no-serve", is_flag=True, help="Show the result here only; serve no pages.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@place.home_option
@place.packs_option
@place.language_option
@output.as_json
def demo(
    firms: int,
    seed: int,
    asof: dt.date,
    no_serve: bool,
    port: int,
    home: Path,
    packs: tuple[Path, ...],
    lang: Any,
    as_json: bool,
) -> None:
    """Make a fictional region, and take it from raw records to explained offers on pages.

    Everything in the region is invented.  The table, one firm's offers, what to try next; then the
    pages are served on 127.0.0.1 until interrupted (not with --no-serve or --json).
    """
    pack = load_and_keep(packs, home, asof=asof)
    lake = Lake(home / "lake")
    seconds: dict[str, float] = {}
    with session() as engine, output.progress(quiet=as_json) as tick:
        region = home / f"region-{firms}-{seed}-{asof}"
        started = time.perf_counter()
        if not (region / "manifest.json").is_file():
            synth.make(region, firms=firms, seed=seed, asof=asof, progress=tick)
        seconds["make_region"] = time.perf_counter() - started
        started = time.perf_counter()
        results = ingest(lake, pack, region / "raw", progress=tick)
        seconds["ingest"] = time.perf_counter() - started
        work = run(engine, lake, pack, tick=tick, kept=Kept(home / "kept"))
        started = time.perf_counter()
        snapshot = publish(work, home)
        seconds["publish"] = time.perf_counter() - started
        found = summary(work, snapshot.manifest["counts"])
        found["seconds"] = {k: round(v, 2) for k, v in seconds.items()} | found["seconds"]
        found["total_seconds"] = round(sum(found["seconds"].values()), 2)
        found["refused_files"] = [r.to_dict() for r in results if r.status == "refused"]
        found["snapshot"] = str(snapshot.folder)
        example = _example(work, pack)
        subjects.settle(work, [example.entity])
        shown = subjects.explained(work, example, matching.compile(pack, asof=asof))
    if as_json:
        output.show_json({**found, "example": shown})
        return
    show_summary(found)
    output.say("\nOne firm, every offering (all of it invented):\n")
    show_explained(shown, lang, clauses=False)
    _next(shown, home, asof)
    if not no_serve:
        serve.remember_day(home, asof)
        serve.run(Serving(home, packs, port, asof))


def _example(work: Work, pack: Pack) -> subjects.Seen:
    """Choose the subject with the most varied answers: offers open, closed and undecided."""
    words = work.made("verdicts")
    yes = sum(matching.decoded(words, k)[0].astype(int) for k in range(len(pack.offerings)))
    no = sum(matching.decoded(words, k)[1].astype(int) for k in range(len(pack.offerings)))
    varied = yes * no * (len(pack.offerings) - yes - no)
    row = work.made().slice(int(varied.argmax()), 1).to_pylist()[0]
    return subjects.Seen(str(row["entity"]), str(row["entity"]), row)


def _next(shown: dict[str, Any], home: Path, asof: dt.date) -> None:
    code, offering = shown["entity"], shown["others"][0]["offering"]
    there = f"--home {home} --asof {asof}"
    output.say("\nTry next:")
    output.say(f"  huoshui explain {code} --offering {offering} {there}   # clause by clause")
    output.say(f"  huoshui match {code} --amount 3000000 --months 12 {there}   # a need of 3m yuan")
    output.say(f"  huoshui explain {code} --known 1 {there}   # as it was known then")
    output.say(f"  huoshui quarantine list --home {home}   # what was set aside, and why")
    output.say("  huoshui packs check   # every rule, its citations and worked examples")
    output.say("  less packs/demo/products/*.yaml   # change a threshold; no Python")
