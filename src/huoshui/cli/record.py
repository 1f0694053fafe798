"""`huoshui record`: does the record hold, and a copy of it for who wants to see for themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from huoshui.cli import output, place
from huoshui.kernel.errors import Problem
from huoshui.web.project.recorded import exported, verified


@click.group("record")
def record() -> None:
    """Verify the record of what was done, or export it."""


@record.command("verify")
@click.option("--key", "keys", multiple=True, help="A public key that counts (default: our own).")
@click.option(
    "--seals",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="A copy of the witness file kept elsewhere (default: HOME/record/seals.jsonl).",
)
@place.home_option
@output.as_json
def verify(keys: tuple[str, ...], seals: Path | None, home: Path, as_json: bool) -> int:
    """Compare entries, seals and the witness file.  Exits 3 if the record does not hold."""
    found = verified(home, keys=keys, seals=seals)
    if as_json:
        output.show_json(found)
    else:
        _show(found)
    return output.DONE if found["holds"] else output.DOES_NOT_HOLD


@record.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@place.home_option
@output.as_json
def export(file: Path, home: Path, as_json: bool) -> None:
    """Write the whole record to FILE as JSON lines; verify/verify_record.py reads them."""
    exported(home, file)
    witness = home / "record" / "seals.jsonl"
    key = home / "record" / "public.key"
    if as_json:
        output.show_json({"file": str(file), "seals": str(witness), "key": str(key)})
        return
    output.say(f"Wrote {file}. Verify it with:")
    output.say(f"  python verify/verify_record.py {file} --seals {witness} --key {key}")


def _show(found: dict[str, Any]) -> None:
    output.show_problems(
        (Problem(each["code"], each["message"], fix=each["fix"]) for each in found["findings"]),
        json_wanted=False,
    )
    output.say("The record holds." if found["holds"] else "THE RECORD DOES NOT HOLD.")
    output.say(
        f"{found['entries']} entries looked at, {found['seals']} seals, "
        f"{found['unsealed']} entries not sealed yet, {len(found['findings'])} findings."
    )
