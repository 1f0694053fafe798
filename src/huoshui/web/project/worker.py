"""The jobs process: it does what was asked, seals the record and ends what is overdue.

It is the only process that holds the key which signs seals.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from pathlib import Path
from typing import Any

import procrastinate
from django.conf import settings

from huoshui.web.audit.actions.sealing import record_seal
from huoshui.web.audit.rules import witness
from huoshui.web.cases.actions.deadlines import deadlines_run
from huoshui.web.cases.actions.shadowing import cases_shadow
from huoshui.web.delivery import tasks
from huoshui.web.delivery.actions.recovery import HEARTBEAT_MOST_SECONDS
from huoshui.web.ledger.actions.checkpoints import checkpoints_make
from huoshui.web.project.clock import moment, today

SEALS_AT_ONCE = 100


def take_up(app: procrastinate.App) -> None:
    """Add what this process alone does to what it is asked for (`delivery.tasks.register`)."""
    tasks.keep_time(moment)
    tasks.chore(app, "audit.seal", seal, cron="* * * * *")
    tasks.chore(app, "ledger.checkpoints", lambda at: checkpoints_make(), cron="* * * * *")
    tasks.chore(app, "cases.overdue", end_overdue, cron="* * * * *")
    tasks.chore(app, "cases.shadow", shadow_cases, cron="* * * * *")


def end_overdue(at: dt.datetime) -> int:
    """Make the moves that cases whose time has passed are waiting for."""
    return deadlines_run(at=at, today=today())


def shadow_cases(at: dt.datetime) -> int:
    """Ask the draft in shadow of what was submitted and decided."""
    return cases_shadow(at=at, today=today())


def seal(at: dt.datetime) -> int:
    """Seal what the record has gained, and say in how many seals."""
    key = bytes.fromhex(os.environ["HUOSHUI_RECORD_KEY"])
    file: Path = settings.HUOSHUI_HOME / witness.FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    for made in range(SEALS_AT_ONCE):
        if record_seal(at=at, key=key, file=file) is None:
            return made
    return SEALS_AT_ONCE


def work() -> None:
    """Work until told to stop; what has begun may take ten seconds to end."""
    from procrastinate.contrib.django import app

    take_up(app)

    async def go(connected: Any) -> None:
        async with connected.open_async():
            await connected.run_worker_async(
                name="huoshui",
                concurrency=2,
                fetch_job_polling_interval=2,
                update_heartbeat_interval=HEARTBEAT_MOST_SECONDS / 3,
                stalled_worker_timeout=HEARTBEAT_MOST_SECONDS,
                shutdown_graceful_timeout=10,
                delete_jobs="successful",
            )

    with app.replace_connector(app.connector.get_worker_connector()) as connected:
        asyncio.run(go(connected))
