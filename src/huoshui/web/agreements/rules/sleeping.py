"""The night of all loans that sleep, as statements of the database.

They count what `rules.loan.outlook` counts, by the same fractions of a year and with the same
rounding; a property test holds the two to each other.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator

from huoshui.cashflow.daycount import year_fraction
from huoshui.policy.pack import Pack
from huoshui.web.agreements.rules.booking import entries_of
from huoshui.web.agreements.rules.loan.outlook import GROWING
from huoshui.web.agreements.rules.loan.planning import DAILY
from huoshui.web.agreements.rules.loan.postings import Posting

TABLES = """
    CREATE TEMP TABLE night_rows (place bigint NOT NULL, nth int NOT NULL, debit_code text NOT NULL,
        debit_agreement text, credit_code text NOT NULL, credit_agreement text,
        amount_fen bigint NOT NULL, book text NOT NULL) ON COMMIT DROP;
    CREATE TEMP TABLE night_years (day_count text NOT NULL, since date NOT NULL,
        now numeric NOT NULL, before numeric NOT NULL, den numeric NOT NULL) ON COMMIT DROP;
    CREATE TEMP TABLE night_lines (kind text NOT NULL, nth int NOT NULL, debit text NOT NULL,
        debit_own boolean NOT NULL, credit text NOT NULL, credit_own boolean NOT NULL,
        book text NOT NULL) ON COMMIT DROP
"""
"""What a night is made of: rows to be posted, parts of a year, and lines of posting rules."""

ASLEEP = """
    part_id = %(part)s AND looked_on < %(day)s AND (wakes_on IS NULL OR wakes_on > %(day)s)
"""
AWAKE = "part_id = %(part)s AND looked_on < %(day)s AND wakes_on <= %(day)s"

_SINCES = " UNION ".join(
    f"SELECT {'day_count' if claim == 'interest' else repr(DAILY)}, {claim}_since "
    f"FROM agreements_loanoutlook WHERE {ASLEEP} AND {claim}_since IS NOT NULL"
    for claim in GROWING
)
SINCES = f"SELECT DISTINCT * FROM ({_SINCES}) s"
"""The day counts and days that lines of sleeping loans count from: few, whatever the loans."""


def _come_to(claim: str, when: str) -> str:
    """Write what a claim has come to, rounded half up: all of it is whole numbers."""
    exact = f"o.{claim}_base * y.den + o.{claim}_slope * y.{when}"
    den = f"o.{claim}_den * y.den"
    return f"div(2 * ({exact}) + {den}, 2 * {den})::bigint"


def _grown(nth: int, claim: str) -> str:
    now = _come_to(claim, "now")
    if claim == "interest":
        now = f"CASE WHEN o.turns_on = %(day)s THEN o.turn_fen ELSE {now} END"
    counted = "o.day_count" if claim == "interest" else repr(DAILY)
    return f"""
        SELECT o.id, o.ref, {nth} AS nth, 'accrue_{claim}' || o.beside AS kind,
               {now} - {_come_to(claim, "before")} AS fen
        FROM asleep o JOIN night_years y ON y.day_count = {counted} AND y.since = o.{claim}_since
    """


_CLAIMS = " UNION ALL ".join(_grown(nth, claim) for nth, claim in enumerate(GROWING, start=1))
GROW = f"""
    INSERT INTO night_rows
    WITH asleep AS NOT MATERIALIZED (
        SELECT *, CASE WHEN is_accruing THEN '' ELSE '_off' END AS beside
        FROM agreements_loanoutlook WHERE {ASLEEP}
    ), grown AS MATERIALIZED ({_CLAIMS})
    SELECT g.id, g.nth * 10 + l.nth,
           CASE WHEN g.fen > 0 THEN l.debit ELSE l.credit END,
           CASE WHEN CASE WHEN g.fen > 0 THEN l.debit_own ELSE l.credit_own END THEN g.ref END,
           CASE WHEN g.fen > 0 THEN l.credit ELSE l.debit END,
           CASE WHEN CASE WHEN g.fen > 0 THEN l.credit_own ELSE l.debit_own END THEN g.ref END,
           abs(g.fen), l.book
    FROM grown g JOIN night_lines l USING (kind) WHERE g.fen <> 0
"""
"""Lay down what every sleeping loan grows by in the night, by the posting rules."""

_PARTS = ("since", "base", "slope", "den")
TURN = f"""
    UPDATE agreements_loanoutlook SET turns_on = NULL, turn_fen = NULL,
        {", ".join(f"interest_{part} = next_{part}, next_{part} = NULL" for part in _PARTS)}
    WHERE turns_on = %(day)s AND {ASLEEP}
"""
"""Go over to the next period where an instalment fell due."""

POSTED = """
    SELECT debit_code, debit_agreement, credit_code, credit_agreement, amount_fen, book
    FROM night_rows ORDER BY place, nth
"""
"""The rows of a night, as the ledger takes them."""


def years(sinces: Iterable[tuple[str, dt.date]], day: dt.date) -> Iterator[tuple[object, ...]]:
    """Give the parts of a year that lines have run by a day and by the day before it."""
    for day_count, since in sinces:
        now, before = (
            year_fraction(since, max(since, each), day_count)
            for each in (day, day - dt.timedelta(1))
        )
        den = math.lcm(now.denominator, before.denominator)
        yield day_count, since, int(now * den), int(before * den), den


def lines(pack: Pack, day: dt.date) -> Iterator[tuple[object, ...]]:
    """Give the lines by which growing claims are posted, on the books and beside them."""
    for kind in (f"accrue_{claim}{beside}" for claim in GROWING for beside in ("", "_off")):
        entries = entries_of(pack, Posting(day, kind, 1), agreement="its own")
        for nth, each in enumerate(entries):
            own = [side.agreement is not None for side in (each.debit, each.credit)]
            yield kind, nth, each.debit.code, own[0], each.credit.code, own[1], each.book
