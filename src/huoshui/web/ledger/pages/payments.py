"""Payments that banks are asked for: who asked, who released, what the bank made of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from huoshui.kernel.errors import Refused
from huoshui.web.audit.pages.doors import door
from huoshui.web.ledger.actions import payments as paying
from huoshui.web.ledger.models import Instruction
from huoshui.web.ledger.queries import statements as queries
from huoshui.web.ledger.rules.payments import (
    STATES,
    Payee,
    Payment,
    PaymentRefusal,
    may_become,
    message_of,
)

READ = ("payment.ask", "payment.release", "statement.read")


@door(*READ)
def payments(request: Any) -> HttpResponse:
    """List payments that banks were asked for."""
    rows = queries.instructions(request.actor)
    shown = [{"payment": each, "label": STATES[each.state]} for each in rows]
    return render(request, "ledger/payments.html", {"rows": shown})


@door(*READ)
def payment(request: Any, wanted: UUID) -> HttpResponse:
    """Show a payment and how it got where it stands."""
    found = _found(request, wanted)
    may = request.actor.may("payment.release")
    shown = {
        "payment": found,
        "label": STATES[found.state],
        "deeds": [
            {"deed": each, "label": STATES[each.state]} for each in found.deeds.order_by("id")
        ],
        "may_release": may and may_become(found.state, "released"),
        "may_accept": may and may_become(found.state, "accepted"),
        "may_reject": may and may_become(found.state, "rejected"),
        "has_message": may and found.state not in ("asked", "rejected"),
        "problems": request.problems,
    }
    return render(request, "ledger/payment.html", shown)


@door("payment.release", methods=("POST",), again=payment)
def payment_release(request: Any, wanted: UUID) -> HttpResponse:
    """Let a payment go to the bank."""
    paying.instruction_release(request.actor, at=request.at, wanted=_found(request, wanted).id)
    return redirect("ledger:payment", wanted)


@door("payment.release", methods=("POST",), again=payment)
def payment_answer(request: Any, wanted: UUID) -> HttpResponse:
    """Note what the bank answered."""
    state = request.POST.get("state", "")
    if state not in ("accepted", "rejected"):
        raise PaymentRefusal.NOT_NOW.refuse(state="—", wanted=state)
    paying.instruction_answer(
        request.actor, at=request.at, wanted=_found(request, wanted).id, state=state,
        why=request.POST.get("why", "").strip(),
    )  # fmt: skip
    return redirect("ledger:payment", wanted)


@door("payment.release")
def payment_message(request: Any, wanted: UUID) -> HttpResponse:
    """Give the message for the bank, once a second person released the payment."""
    found = _found(request, wanted)
    if found.state in ("asked", "rejected"):
        raise PaymentRefusal.NOT_NOW.refuse(
            state=STATES[found.state]["en"], wanted=STATES["released"]["en"]
        )
    made = message_of(
        Payment(
            end_to_end=found.end_to_end,
            message=f"M{found.id.hex[:30].upper()}",
            amount_fen=found.amount_fen,
            currency=found.currency,
            payer_name=found.institution.label["zh"],
            payer_account=found.account.number,
            payer_bank=found.account.bank_code,
            payee=Payee(found.payee_name, found.payee_account, found.payee_bank),
            execute_on=found.execute_on,
            text=found.text,
            at=found.at,
        )
    )
    response = HttpResponse(made, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pain.001-{found.id}.xml"'
    return response


def _found(request: Any, wanted: UUID) -> Instruction:
    """Give the payment; whose it is not, to them it is not there."""
    try:
        return queries.instruction(request.actor, wanted)
    except Refused as refused:
        raise Http404(str(refused)) from refused
