"""Random months of a lender and its bank: whatever happens, the breaks explain the difference."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db.models import Q

from huoshui.web.audit.actions.acting import acting
from huoshui.web.ledger.actions import breaks
from huoshui.web.ledger.actions.matching import reconcile
from huoshui.web.ledger.models import Break, Match, MatchItem
from tests.web.given import AT, DAY
from tests.web.ledger.banking import Moved, Told
from tests.web.ledger.given import BANK
from tests.web.ledger.test_statements import Branch

DAYS = 6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_a_month_brings_every_line_ends_somewhere_and_the_sums_hold(
    database: object, seed: int
) -> None:
    chance, branch = random.Random(seed), Branch().opened()
    told: Told | None = None
    for nth in range(DAYS):
        day = DAY + dt.timedelta(nth)
        lines = [each for n in range(6) if (each := _something(chance, branch, day, f"{nth}-{n}"))]
        chance.shuffle(lines)
        told = told.next(*lines) if told else Told(tuple(lines), opening_fen=77, on=day)
        branch.take(told)
        branch.check()
        if nth % 2:
            _somebody_works(chance, branch)
            branch.check()
    with acting(branch.officer):
        assert {"end_to_end", "reference", "amount_day"} & set(
            Match.objects.values_list("rule", flat=True)
        )
        items = MatchItem.objects.filter(Q(line__isnull=False)).values_list("line_id", flat=True)
        assert len(items) == len(set(items))


def _something(chance: random.Random, branch: Branch, day: dt.date, name: str) -> Moved | None:
    """Let money move: in both books, in one, with or without its name, or in another amount."""
    fen = -chance.choice((500_00, 700_00))
    way = chance.choice(("named", "received", "plain", "bank", "book", "wrong", "back"))
    if way == "bank":
        return Moved(chance.choice((9_00, -3_00)), f"B{name}", on=day)
    if way == "back":  # a draw that never reached the bank, and its reversal
        branch.book(f"L{name}", fen, f"L{name} 1", on=day)
        branch.book(f"L{name}", -fen, f"L{name} 1", on=day)
        return None
    names = {"named": (f"E{name}", f"L{name} 1"), "wrong": (f"E{name}", f"L{name} 1"),
             "received": (f"B{name}", f"L{name} 1")}.get(way, (f"L{name} 1",))  # fmt: skip
    branch.book(f"L{name}", fen, *names, on=day)
    if way == "book":
        return None
    said = f"E{name}" if way in ("named", "wrong") else ""
    return Moved(fen - (way == "wrong"), f"B{name}", on=day, end_to_end=said)


def _somebody_works(chance: random.Random, branch: Branch) -> None:
    """Two people match by hand what comes to the same; sometimes it is taken apart again."""
    with acting(branch.officer):
        lines = list(Break.objects.filter(side="bank", state="open").order_by("id"))
        moved = list(Break.objects.filter(side="book", state="open").order_by("id"))
    pairs = [(a, b) for a in lines for b in moved if a.amount_fen == b.amount_fen]
    if not pairs:
        return
    line, cash = chance.choice(pairs)
    with acting(branch.officer) as who:
        breaks.match_propose(
            who, at=AT, wanted=line.pk, lines=[line.line_id], places=[(cash.voucher_id, cash.n)],
            code=BANK.code,
        )  # fmt: skip
    with acting(branch.approver) as who:
        breaks.proposal_confirm(who, at=AT, wanted=line.pk)
    branch.check()
    if chance.random() < 0.5:
        with acting(branch.approver) as who:
            breaks.match_undo(
                who, at=AT, institution=branch.bank.id, line=line.line_id, code=BANK.code,
                why="tried",
            )  # fmt: skip
        branch.check()
        with acting(branch.officer) as who:
            reconcile(who, at=AT, institution=branch.bank.id, code=BANK.code)
