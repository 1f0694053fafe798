"""Reconciling: what two books come to, how each break is worked off, and payments to ask for."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from huoshui.kernel.errors import Refused, Where
from huoshui.web.agreements.actions import reconciliation as acts
from huoshui.web.agreements.actions.loans import Sent
from huoshui.web.agreements.forms.loans import TypedRefusal, key_of
from huoshui.web.agreements.models import Agreement
from huoshui.web.agreements.queries.agreements import agreement
from huoshui.web.agreements.queries.loans import loan_of
from huoshui.web.agreements.queries.reconciliation import likely_loans
from huoshui.web.agreements.rules.states import EVENTS
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.ledger.actions import breaks as breaking
from huoshui.web.ledger.actions import charges
from huoshui.web.ledger.pages.statements import FILE_FIELD, file_sent
from huoshui.web.ledger.queries import statements as ledger
from huoshui.web.ledger.queries.cash import cash_codes
from huoshui.web.ledger.queries.workers import workers
from huoshui.web.ledger.rules.breaks import DEEDS, KINDS, PROPOSALS, SIDES
from huoshui.web.ledger.rules.charges import charge_labels
from huoshui.web.ledger.rules.payments import STATES, Payee

SHOWN_MOST = 200


@door("statement.read")
def breaks(request: Any) -> HttpResponse:
    """Show what the bank's books and ours come to, and the breaks to be worked off by their age."""
    side, which = request.GET.get("side", ""), request.GET.get("which", "open")
    side = side if side in SIDES else ""
    rows = ledger.breaks(request.actor, side=side, mine=which == "mine", closed=which == "closed")[
        :SHOWN_MOST
    ]
    every = ledger.breaks(request.actor).values_list("side", "since")
    ages = Counter(ledger.age_of(since, request.today)[1] for _, since in every)
    pack = pack_on(request.today)
    words = pack.vocabularies[ledger.AGES].entries if ledger.AGES in pack.vocabularies else {}
    sums = [
        ledger.explained(request.actor, institution=request.actor.institution, code=code)
        for code in cash_codes(pack)
    ]
    shown = {
        "rows": [_row(request, each) for each in rows],
        "sums": sums,
        "ages": [(label, ages[word]) for word, label in words.items()],
        "sides": [(name, label) for name, label in SIDES.items()],
        "side": side,
        "which": which,
        "may_take": request.actor.may("statement.take"),
        "file_field": {**FILE_FIELD, "accept": ".csv,.txt"},
        "problems": request.problems,
    }
    return render(request, "agreements/breaks.html", shown)


@door("statement.read")
def break_one(request: Any, wanted: int) -> HttpResponse:
    """Show one break: what it is, what it could be matched with, and what was done about it."""
    try:
        found = ledger.break_one(request.actor, wanted)
    except Refused as refused:
        raise Http404(str(refused)) from refused
    is_open = found.state != "closed"
    is_receipt = found.side == "bank" and found.amount_fen > 0
    proposal = found.proposal
    shown = {
        **_row(request, found),
        "is_open": is_open,
        "is_receipt": is_receipt,
        "others": ledger.candidates(request.actor, found)
        if is_open and found.side != "core" else {},
        "loans": likely_loans(request.actor, found.line) if is_open and is_receipt else [],
        "charges": charge_labels(
            pack_on(request.today), code=found.code, amount_fen=found.amount_fen
        )
        if found.side == "bank" else [],
        "proposed": ledger.proposed(request.actor, found),
        "way_label": acts.WAYS.get((proposal or {}).get("way", "")),
        "proposal_label": PROPOSALS[proposal["what"]] if proposal else None,
        "deeds": [
            {"deed": each, "label": DEEDS[each.deed]} for each in found.deeds.order_by("id")
        ],
        "colleagues": workers(request.actor, permission=breaking.WORK, day=request.today).items()
        if is_open else (),
        "is_own": found.assignee == request.actor.person,
        "may_take": request.actor.may("statement.take"),
        "may_confirm": request.actor.may("break.confirm")
        and found.proposed_by != request.actor.person,
        "is_proposer": proposal is not None and found.proposed_by == request.actor.person,
        "problems": request.problems,
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "agreements/break.html", shown)


@door("statement.take", methods=("POST",), again=break_one)
def break_take(request: Any, wanted: int) -> HttpResponse:
    """Take a break on, or put it back."""
    breaking.break_take(request.actor, at=request.at, wanted=wanted)
    return redirect("agreements:break", wanted)


@door("statement.take", "break.confirm", methods=("POST",), again=break_one)
def break_assign(request: Any, wanted: int) -> HttpResponse:
    """Give a break to a colleague."""
    typed = request.POST.get("to", "")
    try:
        to = UUID(typed)
    except ValueError:
        raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="to"), value=typed) from None
    breaking.break_assign(request.actor, at=request.at, today=request.today, wanted=wanted, to=to)
    return redirect("agreements:break", wanted)


@door("statement.take", methods=("POST",), again=break_one)
def break_explain(request: Any, wanted: int) -> HttpResponse:
    """Say what a break comes from."""
    words = request.POST.get("words", "")
    breaking.break_explain(request.actor, at=request.at, wanted=wanted, words=words)
    return redirect("agreements:break", wanted)


@door("statement.take", methods=("POST",), again=break_one)
def break_propose(request: Any, wanted: int) -> HttpResponse:
    """Propose how to settle a break: match it, take it in, book it as a charge, or close it."""
    what = request.POST.get("what", "")
    if what == "allocate":
        way = request.POST.get("way", "")
        if way not in acts.WAYS:
            raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="way"), value=way)
        acts.allocation_propose(
            _sent(request), wanted=wanted, agreement=_agreement_typed(request), way=way
        )
    elif what == "charge":
        charges.charge_propose(
            request.actor, at=request.at, wanted=wanted, charge=request.POST.get("charge", ""),
            pack=pack_on(request.today),
        )  # fmt: skip
    elif what == "close":
        breaking.close_propose(request.actor, at=request.at, wanted=wanted)
    else:
        _match_propose(request, wanted)
    return redirect("agreements:break", wanted)


def _match_propose(request: Any, wanted: int) -> None:
    """Match a break with those that were ticked, each named by its own break."""
    found = ledger.break_one(request.actor, wanted)
    ticked = [found]
    for typed in request.POST.getlist("with"):
        if not typed.isdecimal() or len(typed) > 18:
            raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="with"), value=typed)
        ticked.append(ledger.break_one(request.actor, int(typed)))
    breaking.match_propose(
        request.actor, at=request.at, wanted=wanted, code=found.code,
        lines=[each.line_id for each in ticked if each.line_id],
        places=[(each.voucher_id, each.n) for each in ticked if each.voucher_id],
    )  # fmt: skip


@door("break.confirm", methods=("POST",), again=break_one)
def break_confirm(request: Any, wanted: int) -> HttpResponse:
    """Do what another proposed."""
    found = ledger.break_one(request.actor, wanted)
    what = found.proposal["what"] if found.proposal is not None else ""
    if what == "allocate":
        acts.allocation_confirm(_sent(request), wanted=wanted)
    elif what == "charge":
        pack = pack_on(request.today)
        charges.charge_confirm(request.actor, at=request.at, wanted=wanted, pack=pack)
    else:
        breaking.proposal_confirm(request.actor, at=request.at, wanted=wanted)
    return redirect("agreements:break", wanted)


@door("statement.take", "break.confirm", methods=("POST",), again=break_one)
def break_decline(request: Any, wanted: int) -> HttpResponse:
    """Send a proposal back, or take one's own back."""
    breaking.proposal_decline(request.actor, at=request.at, wanted=wanted)
    return redirect("agreements:break", wanted)


@door("statement.take", methods=("POST",), again=breaks, own_transactions=True)
def core_send(request: Any) -> HttpResponse:
    """Compare a file of the bank's core with our loans."""
    name, body = file_sent(request)
    acts.core_compare(
        request.actor, at=request.at, today=request.today, institution=request.actor.institution,
        name=name, body=body,
    )  # fmt: skip
    return redirect("/reconciliation?side=core")


@door("payment.ask", "payment.release")
def payments_of(request: Any, wanted: UUID) -> HttpResponse:
    """Show what a loan paid out, and ask the bank for what was not asked for yet."""
    found = _agreement(request, wanted)
    loan = loan_of(request.actor, found, today=request.today)
    asked = ledger.instructions(request.actor, agreement=found.ref)
    shown = {
        "agreement": found,
        "events": [{"event": each, "label": EVENTS[each.kind]} for each in acts.payable(loan)],
        "asked": [{"payment": each, "label": STATES[each.state]} for each in asked],
        "accounts": ledger.bank_accounts(request.actor),
        "may_ask": request.actor.may("payment.ask"),
        "key": key_of(request.POST),
        "typed": request.POST,
        "problems": request.problems,
    }
    return render(request, "agreements/payments.html", shown)


@door("payment.ask", methods=("POST",), again=payments_of)
def payment_ask(request: Any, wanted: UUID) -> HttpResponse:
    """Ask the bank to pay."""
    said = {
        name: request.POST.get(name, "").strip()
        for name in ("payee_name", "payee_account", "payee_bank", "text")
    }
    numbers = {}
    for name in ("event", "account"):
        typed = request.POST.get(name, "")
        if not typed.isdecimal() or len(typed) > 18:
            raise TypedRefusal.NO_CHOICE.refuse(where=Where(field=name), value=typed)
        numbers[name] = int(typed)
    made = acts.payment_ask(
        _sent(request), agreement=_agreement(request, wanted).id, **numbers,
        payee=Payee(said["payee_name"], said["payee_account"], said["payee_bank"]),
        text=said["text"],
    )  # fmt: skip
    return redirect("ledger:payment", made.id)


def _row(request: Any, each: Any) -> dict[str, Any]:
    days, word = ledger.age_of(each.since, request.today)
    return {
        "about": each,
        "side_label": SIDES[each.side],
        "kind_label": KINDS[each.kind],
        "days": days,
        "age": word,
        "age_label": ledger.age_label(word, request.today),
    }


def _sent(request: Any) -> Sent:
    return Sent(request.actor, request.at, request.today, key_of(request.POST))


def _agreement_typed(request: Any) -> UUID:
    typed = request.POST.get("agreement", "").strip()
    found = Agreement.objects.filter(ref=typed).first()
    if found is None:
        raise TypedRefusal.NO_CHOICE.refuse(where=Where(field="agreement"), value=typed)
    return found.id  # type: ignore[no-any-return]


def _agreement(request: Any, wanted: UUID) -> Agreement:
    """Give the agreement; whose it is not, to them it is not there."""
    try:
        return agreement(request.actor, wanted)
    except Refused as refused:
        raise Http404(str(refused)) from refused
