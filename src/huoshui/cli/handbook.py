"""`huoshui packs handbook`: the rules of a region as a site that needs no server, and as PDF."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from huoshui.cli import output, place
from huoshui.explain.numbers import LANGUAGES
from huoshui.pipeline.handbook import book_of, region_roots, write_handbook
from huoshui.policy.loader import load

BOTH = "both"


@click.command("handbook")
@click.option("--region", required=True, help="The region whose packs are read with packs/common.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    show_default="var/handbook/REGION",
    help="Folder to write; one that holds anything else is refused.",
)
@place.asof_option
@click.option(
    "--lang",
    "language",
    type=click.Choice([BOTH, *LANGUAGES]),
    default=BOTH,
    show_default=True,
    help="Language of the handbook.",
)
@click.option("--no-pdf", is_flag=True, help="Write pages only.")
@output.as_json
def handbook(
    region: str,
    out: Path | None,
    asof: dt.date,
    language: str,
    no_pdf: bool,
    as_json: bool,
) -> None:
    """Write the handbook 惠企政策口袋书 of a region: every rule in plain words with its source.

    Made of the packs only, so that it says what the platform does.  The same packs and day give
    the same bytes.
    """
    began = time.perf_counter()
    roots = region_roots(place.ROOT / "packs", region)
    languages = [each for each in LANGUAGES if language in (BOTH, each)]
    folder = (out or Path("var/handbook") / region).absolute()
    book = book_of(load(roots, asof=asof), region)
    with output.progress(quiet=as_json) as tick:
        written = write_handbook(book, folder, languages=languages, printed=not no_pdf, tick=tick)
    seconds = round(time.perf_counter() - began, 1)
    if as_json:
        told = {**vars(written), "folder": str(written.folder)}
        output.show_json({"region": region, "asof": asof, **told, "seconds": seconds})
    else:
        output.say(
            f"{written.entries} entries resting on {written.sources} sources: {written.files} "
            f"files, {written.bytes / 1e6:.1f} MB, {seconds} s"
        )
        output.say(f"{written.folder / 'index.html'}")
