"""`python -m huoshui.web.project.decided DECISION`: what a decision was a function of, as JSON.

For programs that hold no Django: `decided` runs this in a process of its own, as the jobs role.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import django

from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.web.project import database, embedded


class DecidedRefusal(Refusal):
    """Why what was decided is not read, the weightiest first."""

    NO_DATABASE = (
        "There is no database in {home}, so nothing was decided there.",
        "Name the home that `huoshui serve` was given.",
        "{home} 中没有数据库，因此没有作出过决定。",
        "请指定 `huoshui serve` 所用的目录。",
    )
    NOT_READ = (
        "The decision could not be read: {reason}",
        "Run `huoshui serve --migrate-only`, then ask again.",
        "无法读取该决定：{reason}",
        "请先运行 `huoshui serve --migrate-only`，然后重试。",
    )


def decided(home: Path, decision: str) -> dict[str, Any]:
    """Give a decision's inputs and what was kept of its report, or refuse."""
    if not os.environ.get(database.GIVEN) and not (home / embedded.REMEMBERED).is_file():
        raise DecidedRefusal.NO_DATABASE.refuse(home=home)
    with database.running(home) as db:
        return read(db, decision)


def read(db: database.Database, decision: str) -> dict[str, Any]:
    """Ask the database, in a process that holds Django and logs in as the jobs role."""
    environment = {
        **{name: text for name, text in os.environ.items() if name != database.GIVEN},
        "DJANGO_SETTINGS_MODULE": database.SETTINGS,
        "HUOSHUI_DB_URL": db.url("jobs"),
        "HUOSHUI_SECRET_KEY": db.keys.django,
    }
    done = subprocess.run(
        [sys.executable, "-m", "huoshui.web.project.decided", decision],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        raise DecidedRefusal.NOT_READ.refuse(reason=last)
    said: dict[str, Any] = json.loads(done.stdout)
    Refused.raise_any(map(Problem.from_dict, said.get("problems", ())))
    return said


def main() -> None:
    """Write one JSON object: the inputs, or the problems."""
    django.setup()
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.cases.queries.decisions import decision_inputs

    said: dict[str, Any]
    try:
        with acting(SYSTEM):
            said = decision_inputs(sys.argv[1])
    except Refused as refused:
        said = {"problems": [problem.to_dict() for problem in refused.problems]}
    json.dump(said, sys.stdout, ensure_ascii=False, default=str)


if __name__ == "__main__":
    main()
