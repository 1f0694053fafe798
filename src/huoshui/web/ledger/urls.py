"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from huoshui.web.ledger.pages import payments, statements

app_name = "ledger"
urlpatterns = [
    path("statements", statements.statements, name="statements"),
    path("statements/send", statements.statement_send, name="send"),
    path("statements/accounts", statements.account_add, name="account"),
    path("statements/files/<int:wanted>", statements.bank_file, name="file"),
    path("statements/<int:wanted>", statements.statement, name="statement"),
    path("statements/<int:wanted>/undo", statements.match_undo, name="undo"),
    path("payments", payments.payments, name="payments"),
    path("payments/<uuid:wanted>", payments.payment, name="payment"),
    path("payments/<uuid:wanted>/release", payments.payment_release, name="release"),
    path("payments/<uuid:wanted>/answer", payments.payment_answer, name="answer"),
    path("payments/<uuid:wanted>/message.xml", payments.payment_message, name="message"),
]
