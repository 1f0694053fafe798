"""A jobs process with a deed that waits to be killed: `working.py FOLDER`.

The deed says in FOLDER/begun that it has begun, sends a message, and waits for FOLDER/go.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import django


def main(folder: Path) -> None:
    """Work off jobs, among them two kinds of deeds that wait."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huoshui.web.project.settings")
    django.setup()
    # Once Django is set up.
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.delivery import tasks
    from huoshui.web.delivery.actions.outbox import message_send
    from huoshui.web.project import worker
    from huoshui.web.project.clock import moment

    def work(job: Any, *, at: Any, tell: tasks.Tell) -> dict[str, Any]:
        body = {"zh": "已办", "en": "done"}
        with acting(SYSTEM):
            message_send(
                SYSTEM, at=at, topic="test.done", body=body, key=str(job.id), person=job.id
            )
        with (folder / "begun").open("a", encoding="utf-8") as file:
            file.write(f"{job.task} {job.attempts}\n")
        until = time.monotonic() + 60
        while not (folder / "go").exists() and time.monotonic() < until:
            time.sleep(0.05)
        return {"attempt": job.attempts}

    tasks.deed("test.whole", zh="一次", en="At once", in_one_transaction=True)(work)
    tasks.deed("test.parts", zh="分步", en="In parts")(work)
    tasks.keep_time(moment)
    worker.work()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
