"""`huoshui ledger`: do the books hold, row by row, and the record that vouches for them?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from huoshui.cli import output, place
from huoshui.kernel.errors import Problem, Where
from huoshui.web.project.recorded import books_verified


@click.group("ledger")
def ledger() -> None:
    """Verify the books."""


@ledger.command("verify")
@place.home_option
@output.as_json
def verify(home: Path, as_json: bool) -> int:
    """Make every digest and every sum again and compare.  Exits 1 if the ledger does not hold."""
    found = books_verified(home)
    if as_json:
        output.show_json(found)
    else:
        _show(found)
    return output.DONE if found["holds"] else output.REFUSED


def _show(found: dict[str, Any]) -> None:
    every = [*found["findings"], *found["record"]["findings"]]
    output.show_problems(
        (
            Problem(each["code"], each["message"], Where(**each["where"]), fix=each["fix"])
            for each in every
        ),
        json_wanted=False,
    )
    output.say("The ledger holds." if found["holds"] else "THE LEDGER DOES NOT HOLD.")
    output.say(
        f"{found['transfers']} transfers of {found['vouchers']} vouchers looked at, "
        f"{found['accounts']} accounts, {found['checkpoints']} checkpoints, "
        f"{found['record']['entries']} entries of the record; {len(every)} findings."
    )
