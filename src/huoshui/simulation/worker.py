"""`python -m huoshui.simulation.worker PARENT`: does the deeds of a simulated day, one by one.

It acts as the people of the region do, through the platform's actions and in the role of the
database that its environment names.  A refusal is an answer; anything else that goes wrong is told
with its trace, and is a fault that the simulation found.
"""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

import django

from huoshui.kernel.errors import Refused
from huoshui.web.project.lifeline import end_with_parent


def main() -> None:
    """Answer each line of the input until there are no more."""
    end_with_parent(int(sys.argv[1]))
    django.setup()
    from huoshui.simulation.deeds import perform

    for line in sys.stdin:
        answer = _answered(perform, json.loads(line))
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()


def _answered(perform: Any, order: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": perform(order)}
    except Refused as refused:
        return {
            "refused": [each.code for each in refused.problems],
            "said": "; ".join(str(each) for each in refused.problems),
        }
    except Exception:
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    main()
