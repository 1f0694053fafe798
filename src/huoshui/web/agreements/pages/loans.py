"""One loan: how it stands, its schedule and statement, what may be done, what relief would do."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from huoshui.cashflow.loans import Method
from huoshui.kernel.errors import Refused
from huoshui.kernel.money import written
from huoshui.kernel.period import parse_day
from huoshui.web.agreements.actions import loans
from huoshui.web.agreements.forms.loan_acts import CLAIMS, DEEDS, RELIEFS, RELIEVE, SERVICE
from huoshui.web.agreements.forms.loans import (
    amount_typed,
    day_typed,
    key_of,
    number_typed,
    plan_typed,
)
from huoshui.web.agreements.queries.agreements import agreement, state_label
from huoshui.web.agreements.queries.loans import Loan, class_of, loan_of, rate_told, statement
from huoshui.web.agreements.rules.loan.classing import WORDS
from huoshui.web.agreements.rules.printing import as_pdf, as_xlsx
from huoshui.web.agreements.rules.sheets import (
    SCHEDULE,
    SCHEDULE_TITLE,
    STATEMENT,
    STATEMENT_TITLE,
    as_cells,
    as_csv,
    schedule_rows,
    statement_told,
    told,
)
from huoshui.web.agreements.rules.states import EVENTS
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.language import spoken

FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
"""Forms of a statement, and what a browser is told that they are."""


@door("agreement.read")
def loan_one(request: Any, wanted: UUID) -> HttpResponse:
    """Show how a loan stands, as of today or another day, as known now."""
    loan = loan_found(request, wanted)
    asof = parse_day(request.GET.get("asof", "")) or request.today
    state = loan.state(asof)
    typed = request.POST if request.method == "POST" else QueryDict()
    is_owed = state.standing in ("open", "overdue")
    gone_fen, back_fen = (sum(each.values()) for each in (state.written_off, state.recovered))
    may_service, may_relieve = (request.actor.may(each) for each in (SERVICE, RELIEVE))
    shown = {
        "agreement": loan.agreement,
        "label": state_label(loan.agreement),
        "state": state,
        "asof": asof,
        "is_owed": is_owed,
        "gone_fen": gone_fen,
        "back_fen": back_fen,
        "left_fen": gone_fen - back_fen,
        "may_more": may_relieve or (may_service and (is_owed or state.surplus_fen > 0)),
        "classed": class_of(state, request.today),
        "schedule": _schedule(state),
        "lines": [
            {"line": line, "label": EVENTS[line.kind]} for line in statement(loan, asof=asof)
        ],
        "may_service": may_service,
        "may_relieve": may_relieve,
        "key": key_of(typed),
        "typed": typed,
        "on_typed": typed.get("on") or request.today.isoformat(),
        "reliefs": [(kind, DEEDS[kind].label) for kind in RELIEFS],
        "claims": CLAIMS.items(),
        "classes": pack_on(request.today).vocabularies[WORDS].entries.items(),
        "rate": rate_told(loan, asof, today=request.today),
        "has_plan": loan.contract.planner.terms.method == Method.STEPPED,
        "is_rare_typed": typed.get("relief", "") in set(DEEDS) - set(RELIEFS),
        "problems": request.problems,
    }
    return render(request, "agreements/loan.html", shown)


@door("loan.service", methods=("POST",), again=loan_one)
def loan_draw(request: Any, wanted: UUID) -> HttpResponse:
    """Pay the loan out."""
    amount_fen, currency = amount_typed(request.POST)
    loans.loan_draw(
        sent_by(request), agreement=loan_found(request, wanted).agreement.id, amount_fen=amount_fen,
        currency=currency, on=day_typed(request.POST), plan=plan_typed(request.POST),
    )  # fmt: skip
    return redirect("agreements:loan", wanted)


@door("loan.service", methods=("POST",), again=loan_one)
def loan_pay(request: Any, wanted: UUID) -> HttpResponse:
    """Take a payment in: of what is due, in advance, or before it is due."""
    found, sent = loan_found(request, wanted).agreement.id, sent_by(request)
    amount_fen, currency = amount_typed(request.POST)
    said: dict[str, Any] = {
        "agreement": found,
        "amount_fen": amount_fen,
        "currency": currency,
        "on": day_typed(request.POST),
        "receipt": request.POST.get("receipt", "").strip()[:64],
    }
    way = request.POST.get("way", "due")
    if way in ("shorten", "lower"):
        loans.loan_prepay(sent, mode=way, **said)
    else:
        loans.payment_take(sent, is_advance=way == "advance", **said)
    return redirect("agreements:loan", wanted)


@door("loan.service", methods=("POST",), again=loan_one)
def loan_reverse(request: Any, wanted: UUID) -> HttpResponse:
    """Take an event back."""
    loans.event_reverse(
        sent_by(request), agreement=loan_found(request, wanted).agreement.id,
        event=number_typed(request.POST, "event"),
        why=request.POST.get("why", "").strip()[:200], on=request.today,
    )  # fmt: skip
    return redirect("agreements:loan", wanted)


@door("agreement.read")
def loan_statement(request: Any, wanted: UUID, form: str) -> HttpResponse:
    """Give the schedule and the statement as a file: CSV, a workbook or a PDF."""
    loan, language, asof = loan_found(request, wanted), spoken(), request.today
    state = loan.state(asof)
    parts = [
        (SCHEDULE_TITLE, SCHEDULE, schedule_rows(state)),
        (STATEMENT_TITLE, STATEMENT, _lines(loan, asof)),
    ]
    if form == "csv":
        made = as_csv([[head, *told(rows, language)] for head, rows in _headed(parts, language)])
    elif form == "xlsx":
        made = as_xlsx(
            {
                title[language]: [head, *as_cells(rows, language)]
                for (title, _, rows), (head, _) in zip(parts, _headed(parts, language), strict=True)
            }
        )
    else:
        made = as_pdf(statement_told(loan.agreement, state, parts, language), asof=asof)
    response = HttpResponse(made, content_type=FILES[form])
    name = f"{loan.agreement.ref}-{asof}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(loan: Loan, asof: dt.date) -> list[list[Any]]:
    return [
        [line.on, EVENTS[line.kind], line.amount_fen, line.principal_fen, line.due_fen]
        for line in statement(loan, asof=asof)
    ]


def _headed(parts: Any, language: Any) -> list[tuple[list[str], list[list[Any]]]]:
    return [([label[language] for label, _ in columns], rows) for _, columns, rows in parts]


def loan_found(request: Any, wanted: UUID) -> Loan:
    """Give the loan; whose it is not, or where there is none, to them it is not there."""
    try:
        found = loan_of(request.actor, agreement(request.actor, wanted), today=request.today)
    except Refused as refused:
        raise Http404(str(refused)) from refused
    if found is None:
        raise Http404("no loan")
    return found


def sent_by(request: Any) -> loans.Sent:
    """Say who sends a form, when, and under which key."""
    return loans.Sent(request.actor, request.at, request.today, key_of(request.POST))


def _schedule(state: Any) -> dict[str, Any]:
    not_drawn = {"zh": "尚未放款", "en": "Not drawn yet"}
    nothing_due = {"zh": "没有待还的款项", "en": "Nothing falls due any more"}
    return {
        "caption": SCHEDULE_TITLE,
        "columns": [{"label": label, "kind": kind} for label, kind in SCHEDULE],
        "rows": [[_cell(cell) for cell in row] for row in schedule_rows(state)],
        "empty": not_drawn if state.drawn_on is None else nothing_due,
    }


def _cell(cell: Any) -> Any:
    if isinstance(cell, int):
        return written(cell)
    return cell.isoformat() if isinstance(cell, dt.date) else cell
