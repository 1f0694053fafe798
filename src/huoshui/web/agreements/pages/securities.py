"""Security for an agreement: given, registered by the office of its kind of asset, ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from huoshui.kernel.errors import Refused
from huoshui.web.agreements.actions.loans import Sent
from huoshui.web.agreements.actions.securities import security_take
from huoshui.web.agreements.forms.loans import amount_typed, key_of
from huoshui.web.agreements.pages.agreements import agreement_one
from huoshui.web.agreements.queries.agreements import agreement
from huoshui.web.agreements.queries.securities import register_for
from huoshui.web.agreements.rules.security import Ended, Given, Registered, SecurityAct
from huoshui.web.audit.pages.doors import door


@door("agreement.confirm", methods=("POST",), again=agreement_one)
def security_give(request: Any, wanted: UUID) -> HttpResponse:
    """Give an asset as security."""
    value_fen, _ = amount_typed(request.POST, "value")
    secures_fen, _ = amount_typed(request.POST, "secures")
    return _take(request, wanted, Given(value_fen, secures_fen))


@door("agreement.confirm", methods=("POST",), again=agreement_one)
def security_register(request: Any, wanted: UUID) -> HttpResponse:
    """Note that the register entered it."""
    asset = request.POST.get("asset", "")
    register = register_for(_found(request, wanted), asset, request.today)
    proof = request.POST.get("proof", "").strip()[:64]
    return _take(request, wanted, Registered(register.id, proof))


@door("agreement.confirm", methods=("POST",), again=agreement_one)
def security_end(request: Any, wanted: UUID) -> HttpResponse:
    """End a security."""
    return _take(request, wanted, Ended(request.POST.get("why", "").strip()[:200]))


def _take(request: Any, wanted: UUID, act: SecurityAct) -> HttpResponse:
    security_take(
        Sent(request.actor, request.at, request.today, key_of(request.POST)),
        agreement=_found(request, wanted).id,
        ref=request.POST.get("ref", "").strip()[:64],
        asset=request.POST.get("asset", ""),
        act=act,
        on=request.today,
    )
    return redirect("agreements:one", wanted)


def _found(request: Any, wanted: UUID) -> Any:
    try:
        return agreement(request.actor, wanted)
    except Refused as refused:
        raise Http404(str(refused)) from refused
