"""How many queries each page asks: a page that grows with its rows is found here.

`HUOSHUI_WRITE_QUERIES=1` writes the numbers anew; a number that grew has to be meant.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huoshui.web.audit.pages.doors import door_of
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from tests.doors.given import happened, routes, signed_in
from tests.web.cases.given import TODAY, Stage

BUDGET = Path(__file__).parent / "queries.json"


@pytest.fixture
def counted(stage: Stage) -> dict[str, dict[str, int]]:
    """Ask every page without ids as one role of each party, twice: the second time is counted."""
    world = happened(stage)
    actors = {
        "firm_owner": world.owner,
        "bank_officer": world.officer,
        "platform_operator": Actor("operator", "operator", person=stage.parties.person()),
    }
    found: dict[str, dict[str, int]] = {}
    for role, actor in actors.items():
        client, may = signed_in(stage, actor, role), set(pack_on(TODAY).roles[role].may)
        for route, pattern in sorted(routes()):
            door = door_of(pattern.callback)
            assert door is not None
            is_open = door.signed_in or set(door.permissions) & may
            if "<" in route or not is_open or "GET" not in door.methods:
                continue
            client.get(f"/{route}")
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(f"/{route}")
            assert answer.status_code in (200, 404, 422), (role, route)
            found.setdefault(role, {})[f"/{route}"] = len(asked)
    return found


def test_no_page_asks_more_than_its_budget(counted: dict[str, dict[str, int]]) -> None:
    if os.environ.get("HUOSHUI_WRITE_QUERIES"):
        BUDGET.write_text(json.dumps(counted, indent=1, sort_keys=True) + "\n", "utf-8")
    budget = json.loads(BUDGET.read_text("utf-8"))
    assert {r: set(p) for r, p in counted.items()} == {r: set(p) for r, p in budget.items()}
    over = {
        (role, page): (asked, budget[role][page])
        for role, pages in counted.items()
        for page, asked in pages.items()
        if asked > budget[role][page]
    }
    assert over == {}
