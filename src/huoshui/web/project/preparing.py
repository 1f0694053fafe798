"""`python -m huoshui.web.project.preparing`: what must be loaded before the first page is shown.

Runs in a process of its own, so that the one which watches over all needs no Django.  Writes one
JSON object to the file HUOSHUI_PREPARED: what `prepare` gave, or why it refused.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django

from huoshui.kernel.errors import Refused

PREPARE = "huoshui.web.project.prepare"


def main() -> int:
    """Prepare the home, the packs and the day that the environment names."""
    if find_spec(PREPARE) is None:
        return 0
    django.setup()
    from django.conf import settings

    day = dt.date.fromisoformat(settings.HUOSHUI_DAY) if settings.HUOSHUI_DAY else None
    made: dict[str, Any]
    try:
        made = import_module(PREPARE).prepare(settings.HUOSHUI_HOME, settings.HUOSHUI_PACKS, day)
    except Refused as refused:
        made = {"problems": [problem.to_dict() for problem in refused.problems]}
    answer = Path(os.environ["HUOSHUI_PREPARED"])
    answer.touch(mode=0o600)  # it may hold the demo's passwords
    answer.write_text(json.dumps(made, ensure_ascii=False, default=str), "utf-8")
    return 1 if "problems" in made else 0


if __name__ == "__main__":
    sys.exit(main())
