"""What happens to a loan: each event by the action that a page would call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from huoshui.simulation.deeds.orders import actor_of, day_of, sent_of
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.actions.securities import security_take
from huoshui.web.agreements.models import Agreement, AgreementEvent
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.classing import CLASSES
from huoshui.web.agreements.rules.security import read
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on


def event(order: dict[str, Any]) -> dict[str, Any]:
    """Enter an event of a loan, and say which number it has."""
    sent, on = sent_of(order), day_of(order["on"])
    about = UUID(order["agreement"])
    body = {**order["body"]}
    if order["kind"] == "judge":
        body = {"given": _sound(order) | body.get("given", {})}
    with acting(sent.actor):
        said: dict[str, Any] = {"agreement": about, "on": on}
        if order["kind"] == "draw":
            body["plan"] = tuple((day_of(day), fen) for day, fen in body.get("plan", ()))
            found = loans.loan_draw(sent, **said, **body)
        elif order["kind"] == "pay":
            found = loans.payment_take(sent, **said, **body)
        elif order["kind"] == "prepay":
            found = loans.loan_prepay(sent, **said, **body)
        elif order["kind"] == "reverse":
            found = loans.event_reverse(sent, **said, **body)
        elif order["kind"] in ("fee", "refund"):
            act = ev.act_of(order["kind"], body)
            found = loans.event_take(sent, **said, act=act, permission=loans.SERVICE)
        else:
            act = ev.act_of(order["kind"], body)
            found = loans.loan_relieve(sent, **said, act=act)
        return _told(found, sent.key)


def renew(order: dict[str, Any]) -> dict[str, Any]:
    """Settle a loan by another one, without a repayment."""
    sent = sent_of(order)
    given = {**order["given"]}
    given |= {name: day_of(given[name]) for name in given if name.endswith("_on")}
    with acting(sent.actor):
        old, new = loans.loan_renew(
            sent, agreement=UUID(order["agreement"]), by=UUID(order["renewal"]),
            on=day_of(order["on"]), given=given,
        )  # fmt: skip
        return {"old": _told(old, f"{sent.key}:renewed"), "new": _told(new, sent.key)}


def _told(found: Agreement, key: str) -> dict[str, Any]:
    row = AgreementEvent.objects.get(agreement=found, key=key)
    return {"n": row.n, "kind": row.kind, "state": found.state}


def _sound(order: dict[str, Any]) -> dict[str, bool | str | None]:
    """Judge that nothing speaks against a loan but its days."""
    inputs = pack_on(day_of(order["today"])).tables[CLASSES].inputs
    return {
        name: False if said.type == "flag" else "0"
        for name, said in inputs.items()
        if name != "overdue_days" and "borrowing" not in name and "renewal" not in name
    }


def secure(order: dict[str, Any]) -> dict[str, Any]:
    """Give security for a loan, have it registered or valued anew, or release it."""
    sent = sent_of(order)
    with acting(sent.actor):
        found = security_take(
            sent, agreement=UUID(order["agreement"]), ref=order["asset_ref"],
            asset=order["asset"], act=read(order["kind"], order["body"]), on=day_of(order["on"]),
        )  # fmt: skip
        return _told(found, sent.key)


def book(order: dict[str, Any]) -> str:
    """Book what time alone did to one loan."""
    sent = sent_of(order)
    with acting(actor_of(order["by"])):
        until = day_of(order["today"])
        return str(loans.loan_book(sent, agreement=UUID(order["agreement"]), until=until).state)


DEEDS = {"event": event, "renew": renew, "secure": secure, "book": book}
