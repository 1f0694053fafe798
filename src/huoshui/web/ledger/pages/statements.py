"""Files that came from banks, their statements line by line, and the accounts they tell of."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from huoshui.kernel.errors import Problem
from huoshui.web.audit.pages.doors import door
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.ledger.actions import breaks as breaking
from huoshui.web.ledger.actions.statements import bank_account_add, statement_receive
from huoshui.web.ledger.models import BankFile, StatementLine
from huoshui.web.ledger.queries import statements as queries
from huoshui.web.ledger.queries.cash import cash_codes
from huoshui.web.ledger.rules.breaks import KINDS, RULES, BreakRefusal
from huoshui.web.ledger.rules.statements.reading import BYTES_MOST
from huoshui.web.ledger.rules.statements.refusals import StatementRefusal

NAME_LONGEST = 100
FILE_FIELD = {
    "name": "file",
    "kind": "file",
    "required": True,
    "label": {"zh": "文件", "en": "File"},
    "accept": ".xml,.csv,.txt",
}


@door("statement.read")
def statements(request: Any) -> HttpResponse:
    """Show accounts, statements and files, with forms to send one and to add an account."""
    pack = pack_on(request.today)
    codes = cash_codes(pack)
    labels = {c: a.label for chart in pack.charts.values() for c, a in chart.accounts.items()}
    shown = {
        "accounts": queries.bank_accounts(request.actor),
        "statements": queries.statements(request.actor),
        "files": [
            {"file": each, "problems": list(map(Problem.from_dict, each.problems or ()))}
            for each in queries.bank_files(request.actor)
        ],
        "may_take": request.actor.may("statement.take"),
        "may_add": request.actor.may("payment.release"),
        "codes": [(code, labels[code]) for code in codes],
        "typed": request.POST,
        "file_field": FILE_FIELD,
        "most_mb": BYTES_MOST >> 20,
        "problems": request.problems,
    }
    return render(request, "ledger/statements.html", shown)


@door("statement.take", methods=("POST",), again=statements, own_transactions=True)
def statement_send(request: Any) -> HttpResponse:
    """Take a statement in; the file is kept even where it is refused."""
    name, body = file_sent(request)
    kept, _ = statement_receive(
        request.actor, at=request.at, today=request.today, institution=request.actor.institution,
        name=name, body=body,
    )  # fmt: skip
    taken = kept.told
    if len(taken) == 1:
        return redirect("ledger:statement", taken[0]["statement"])
    return redirect("ledger:statements")


@door("payment.release", methods=("POST",), again=statements)
def account_add(request: Any) -> HttpResponse:
    """Register an account."""
    said = {name: request.POST.get(name, "").strip() for name in ("number", "bank", "bank_code")}
    bank_account_add(
        request.actor, at=request.at, institution=request.actor.institution,
        code=request.POST.get("code", ""), pack=pack_on(request.today), **said,
    )  # fmt: skip
    return redirect("ledger:statements")


@door("statement.read")
def statement(request: Any, wanted: int) -> HttpResponse:
    """Show a statement's lines, each with what it was matched by or the break that it is."""
    found = queries.statement(request.actor, wanted)
    if found is None:
        raise Http404
    rows = [
        {
            **row,
            "rule": RULES.get(row["match"].rule) if row["match"] else None,
            "kind": KINDS[row["broken"].kind] if row["broken"] else None,
        }
        for row in queries.lines_of_statement(request.actor, found)
    ]
    shown = {
        "statement": found,
        "rows": rows,
        "may_undo": request.actor.may("break.confirm"),
        "problems": request.problems,
    }
    return render(request, "ledger/statement.html", shown)


@door("break.confirm", methods=("POST",), again=statement)
def match_undo(request: Any, wanted: int) -> HttpResponse:
    """Take a line's match apart."""
    typed = request.POST.get("line", "")
    line = StatementLine.objects.filter(statement_id=wanted, pk=typed if typed.isdecimal() else 0)
    found = line.select_related("account").first()
    if found is None:
        raise BreakRefusal.NOT_MATCHED.refuse()
    breaking.match_undo(
        request.actor, at=request.at, institution=found.institution_id, line=found.pk,
        code=found.account.code, why=request.POST.get("why", ""),
    )  # fmt: skip
    return redirect(reverse("ledger:statement", args=[wanted]))


@door("statement.read")
def bank_file(request: Any, wanted: int) -> HttpResponse:
    """Give a file as it came from the bank."""
    found = BankFile.objects.filter(pk=wanted).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.body), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{found.sha256[:12]}"'
    return response


def file_sent(request: Any) -> tuple[str, bytes]:
    """Give the name and content of the file that a form was sent with."""
    file = request.FILES.get("file")
    if file is None:
        raise StatementRefusal.EMPTY.refuse(name="—")
    if file.size > BYTES_MOST:
        raise StatementRefusal.TOO_LARGE.refuse(name=file.name, bytes=file.size, most=BYTES_MOST)
    shown = "".join(c for c in file.name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())
    return shown[-NAME_LONGEST:] or "file", file.read()
