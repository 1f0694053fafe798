"""`huoshui real`: the real register and the real invoices, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import click

from huoshui.cli import output, place
from huoshui.pipeline import real as run


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=lambda: Path(os.environ.get("HUOSHUI_REAL_DATA", place.ROOT.parent / "shared/data")),
    show_default="../shared/data",
    help="Folder of the real data (or HUOSHUI_REAL_DATA).",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path("var/real"),
    show_default=True,
    help="Folder for the lakes and the allocation.",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    default=place.ROOT / "docs/reference/real-data.md",
    show_default="docs/reference/real-data.md",
    help="The page that is written.",
)
@click.option("--save-card", is_flag=True, help="Put the card that is fitted into the pack.")
@click.option("--jobs", type=int, default=lambda: min(2, os.cpu_count() or 1), show_default="2")
@output.as_json
def real(data: Path, home: Path, page: Path, save_card: bool, jobs: int, as_json: bool) -> None:
    """Run the real register and the real invoices, and write the page about them.

    Without the data nothing is done or changed, and that is no error.
    """
    lacking = run.missing(data)
    if lacking:
        said = f"The real data is not here ({', '.join(lacking)} below {data}); nothing was done."
        if as_json:
            output.show_json({"done": False, "missing": lacking, "data": str(data)})
        else:
            output.say(said)
        return
    with output.progress() as tick:
        found = run.real(
            data, place.ROOT / "packs", home, page, save_card=save_card, jobs=jobs, tick=tick
        )
    answer = run.summary(found)
    if as_json:
        output.show_json(answer)
        return
    output.table("Real data", ("what", "figure"), [(k, str(v)) for k, v in answer.items()])
    output.say(f"Written: {found.page}; firm by firm: {found.allocation}")
