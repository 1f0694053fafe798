"""`huoshui ledger verify`: exit 0, and exit 1 naming the row that was changed behind its back."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from huoshui.cli.ledger import verify
from huoshui.web.project import recorded
from huoshui.web.project.database import Database
from tests.web.databases import AsRole
from tests.web.ledger.given import drawn, lender, post
from tests.web.ledger.test_tampering import tampering


def test_the_command_names_the_row_that_was_changed(
    database: Database, as_role: AsRole, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recorded, "_database", lambda home: nullcontext(database))

    def asked() -> tuple[int, dict[str, Any]]:
        command = ["--home", str(tmp_path), "--json"]
        done = CliRunner().invoke(verify, command, standalone_mode=False)
        return done.return_value, json.loads(done.output)

    posted = post(lender(), "draw-1", drawn(100), drawn(7, "L-2"))
    code, said = asked()
    assert (code, said["holds"], said["transfers"]) == (0, True, 2)
    assert said["record"]["entries"] > 1
    with tampering(as_role("admin")) as admin:
        admin.execute("UPDATE ledger_transfer SET amount_fen = 8 WHERE n = 2")
    code, said = asked()
    assert (code, said["holds"], said["record"]["holds"]) == (1, False, True)
    (finding,) = said["findings"]
    assert finding["code"] == "ledger_finding.transfer_changed"
    row = f"voucher {posted.voucher} line 2"
    assert (finding["table"], finding["row"]) == ("ledger_transfer", row)
    told = CliRunner().invoke(verify, ["--home", str(tmp_path)], standalone_mode=False)
    assert f"Line 2 of voucher {posted.voucher} was changed" in told.output + told.stderr
