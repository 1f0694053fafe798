"""`huoshui packs`: the rules themselves."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from huoshui.cli import output, place
from huoshui.cli.handbook import handbook
from huoshui.cli.sandbox import diff
from huoshui.pipeline.archive import archived, kept
from huoshui.pipeline.mutation import KINDS
from huoshui.pipeline.mutation import mutate as mutated
from huoshui.pipeline.packcheck import check as check_packs
from huoshui.pipeline.packcheck import check_regions
from huoshui.policy.loader import load


@click.group()
def packs() -> None:
    """Packs of policy: dated, cited definitions."""


packs.add_command(diff)
packs.add_command(handbook)


@packs.command("check")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@place.asof_option
@output.as_json
def check(folders: tuple[Path, ...], asof: dt.date, as_json: bool) -> int:
    """Read packs, look for rules that mean nothing, and run every worked example.

    FOLDERS are packs to be read together; with none, packs/common is checked with each region's
    packs beside it.  Exits 1 with every fault, each with file, line and fix.
    """
    if folders:
        report = check_packs(folders, asof=asof)
    else:
        report = check_regions(place.ROOT / "packs", asof=asof)
    if as_json:
        output.show_json(report.to_dict())
    else:
        output.show_problems(report.faults, json_wanted=False)
        if report.definitions:
            output.table("Definitions", ("kind", "number"), report.definitions.items())
            output.table("Citations by certainty", ("mark", "number"), report.by_mark.items())
        for name in report.undecided:
            output.say(f"not tried whether all clauses of {name} can hold: too many values")
        output.say(f"{report.examples} worked examples, {len(report.faults)} faults")
    return output.REFUSED if report.faults else output.DONE


@packs.command("mutate")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind.")
@click.option("--definition", "names", multiple=True, help="Only this definition.")
@place.asof_option
@output.as_json
def mutate(
    folders: tuple[Path, ...],
    kinds: tuple[str, ...],
    names: tuple[str, ...],
    asof: dt.date,
    as_json: bool,
) -> int:
    """Move every threshold by its smallest step, and see whether a worked example notices.

    FOLDERS are packs read together (packs/common and packs/demo by default).  Exits 1 if some
    threshold can be moved unnoticed, naming its file and line.
    """
    roots = folders or (place.ROOT / "packs/common", place.ROOT / "packs/demo")
    pack = load(roots, asof=asof)
    with output.progress(quiet=as_json) as tick:
        tally = mutated(pack, kinds=kinds or KINDS, names=names, tick=tick)
    found = tally.to_dict()
    if as_json:
        output.show_json(found)
    else:
        for survivor in tally.survivors:
            where, field = survivor.where, ".".join(map(str, survivor.path))
            output.say(f"{where.file}:{where.line} {field}: {survivor.old} → {survivor.new}")
        output.say(
            f"{tally.made} mutations, {found['caught']} caught, survivors: {len(tally.survivors)}"
        )
    return output.REFUSED if tally.survivors else output.DONE


@packs.command("kept")
@click.argument("digest", required=False)
@place.home_option
@output.as_json
def kept_(digest: str | None, home: Path, as_json: bool) -> int:
    """List the packs that past runs under HOME were made with, or say where DIGEST is kept.

    Exits 3 if any of them is no longer what was kept.
    """
    if digest is not None:
        folders = [str(folder) for folder in archived(home, digest)]
        if as_json:
            output.show_json({"digest": digest, "folders": folders})
        else:
            output.say(" ".join(f"--packs {folder}" for folder in folders))
        return output.DONE
    found = kept(home)
    if as_json:
        output.show_json({"kept": [vars(each) for each in found]})
    else:
        rows = [(each.digest, ", ".join(each.names), each.is_whole) for each in found]
        output.table("Packs kept", ("digest", "packs", "whole"), rows)
    return output.DONE if all(each.is_whole for each in found) else output.DOES_NOT_HOLD
