"""What officers see of their loans and of what does not agree with the bank."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from huoshui.simulation.deeds.orders import actor_of, day_of
from huoshui.web.agreements.models import Agreement
from huoshui.web.agreements.queries.loans import Loan, loan_of, reclassing_of
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.events import standing
from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.ledger.queries.cash import references
from huoshui.web.ledger.queries.statements import breaks, explained

MONEY = (ev.Pay, ev.Prepay, ev.Recover)


def look(order: dict[str, Any]) -> dict[str, Any]:
    """Tell how each loan stands today."""
    today, viewer = day_of(order["today"]), actor_of(order["officer"])
    with acting(viewer):
        found = {}
        for name, about in order["loans"].items():
            loan = loan_of(viewer, Agreement.objects.get(id=UUID(about)), today=today)
            assert loan is not None, "only loans are lent here"
            found[name] = _told(loan, today)
        return found


def _told(loan: Loan, today: dt.date) -> dict[str, Any]:
    state = loan.state(today)
    dues = [each.due_on for each in state.coming if not each.rests]
    return {
        "standing": state.standing, "principal_fen": state.principal_fen, "due_fen": state.due_fen,
        "payoff_fen": state.payoff_fen, "surplus_fen": state.surplus_fen,
        "cost_fen": state.cost_fen, "penalty_fen": state.penalty_fen,
        "interest_fen": state.interest_due_fen, "overdue_days": state.overdue_days,
        "left_fen": sum(state.written_off.values()) - sum(state.recovered.values()),
        "is_accruing": state.is_accruing, "matures_on": state.matures_on,
        "drawn_on": state.drawn_on, "rate": state.annual_rate,
        "next_due_on": min(dues, default=None), "last": loan.last,
        "class": reclassing_of(pack_on(today)).classed(state).name,
        "fell_due": _fell_due(loan, state),
        "money": [
            {"n": each.n, "kind": each.kind, "on": each.on, "fen": each.act.amount_fen,
             "receipt": each.act.receipt}
            for each in standing(loan.events)
            if isinstance(each.act, MONEY)
        ],
        "reversible": [e.n for e in standing(loan.events) if e.kind not in _FIXED],
    }  # fmt: skip


_FIXED = ("condition_met", "draw", "renew")


def _fell_due(loan: Loan, state: LoanState) -> dict[str, Any] | None:
    """Tell of the last due day on which something fell due that is open, and how much was due."""
    days = [each.due_on for each in state.fallen if each.is_open]
    if not days:
        return None
    return {"on": max(days), "fen": loan.state(max(days)).due_fen}


def open_breaks(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Tell what does not agree with the bank, each with the names it is known by."""
    viewer = actor_of(order["officer"])
    with acting(viewer):
        found = [each for each in breaks(viewer) if each.side in ("bank", "book")]
        places = [(each.voucher_id, each.n) for each in found if each.side == "book"]
        names = references(viewer, places)
        return [
            {
                "id": each.pk, "side": each.side, "kind": each.kind, "fen": each.amount_fen,
                "since": each.since, "ref": each.agreement, "proposed": each.proposal is not None,
                "line": each.line_id, "place": [each.voucher_id, each.n],
                "names": [each.line.bank_ref, each.line.end_to_end, each.line.reference]
                if each.line_id is not None else list(names.get((each.voucher_id, each.n), ())),
            }
            for each in found
        ]  # fmt: skip


def sums(order: dict[str, Any]) -> dict[str, Any]:
    """Tell what explains the difference between the bank's books and ours."""
    viewer = actor_of(order["officer"])
    with acting(viewer):
        found = explained(viewer, institution=UUID(order["institution"]), code=order["code"])
    return {**vars(found), "difference_fen": found.difference_fen}


DEEDS = {"look": look, "breaks": open_breaks, "sums": sums}
