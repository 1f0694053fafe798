"""A process of its own that reads the snapshot in use, over and over, until its input ends."""

from __future__ import annotations

import json
import select
import sys

import psycopg

IN_USE = """
    SELECT insights_latest(),
      (SELECT count(*) FROM insights_profile p WHERE p.snapshot_id = insights_latest()),
      (SELECT count(*) FROM insights_evidence e WHERE e.snapshot_id = insights_latest()),
      (SELECT count(*) FROM insights_count c WHERE c.snapshot_id = insights_latest())
"""


def main(url: str) -> None:
    """Print every different answer met, and how many reads there were."""
    met: dict[tuple[int, ...], int] = {}
    with psycopg.connect(url) as connection:
        while not select.select([sys.stdin], [], [], 0)[0]:
            with connection.transaction():
                connection.execute("SELECT set_config('huoshui.kind', 'operator', true)")
                row = connection.execute(IN_USE).fetchone()
            assert row is not None
            if not met:
                sys.stdout.write("reading\n")
                sys.stdout.flush()
            met[tuple(row)] = met.get(tuple(row), 0) + 1
    sys.stdout.write(json.dumps([[*row, n] for row, n in met.items()]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
