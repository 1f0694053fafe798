"""Addresses of agreements."""

from __future__ import annotations

from django.urls import path

from huoshui.web.agreements.pages import agreements as pages
from huoshui.web.agreements.pages import facilities, loan_acts, loans, securities
from huoshui.web.agreements.pages import reconciliation as recon

app_name = "agreements"
urlpatterns = [
    path("agreements", pages.agreement_list, name="agreements"),
    path("agreements/<uuid:wanted>", pages.agreement_one, name="one"),
    path("agreements/<uuid:wanted>/confirm", pages.condition_confirm, name="confirm"),
    path("agreements/<uuid:wanted>/security", securities.security_give, name="give"),
    path(
        "agreements/<uuid:wanted>/security/register", securities.security_register, name="register"
    ),
    path("agreements/<uuid:wanted>/security/end", securities.security_end, name="end"),
    path("agreements/<uuid:wanted>/facility", facilities.facility_one, name="facility"),
    path("agreements/<uuid:wanted>/facility/draw", facilities.facility_draw, name="facility_draw"),
    path(
        "agreements/<uuid:wanted>/facility/change",
        facilities.facility_change,
        name="facility_change",
    ),
    path("agreements/<uuid:wanted>/loan", loans.loan_one, name="loan"),
    path("agreements/<uuid:wanted>/loan/draw", loans.loan_draw, name="draw"),
    path("agreements/<uuid:wanted>/loan/pay", loans.loan_pay, name="pay"),
    path("agreements/<uuid:wanted>/loan/reverse", loans.loan_reverse, name="reverse"),
    path("agreements/<uuid:wanted>/loan/relief", loan_acts.loan_act, name="relief"),
    path("agreements/<uuid:wanted>/loan/judge", loan_acts.loan_judge, name="judge"),
    path("agreements/<uuid:wanted>/loan/judged", loan_acts.loan_judged, name="judged"),
    path("agreements/<uuid:wanted>/loan/renewal", loan_acts.loan_renewal, name="renewal"),
    path("agreements/<uuid:wanted>/loan/renewed", loan_acts.loan_renewed, name="renewed"),
    *(
        path(
            f"agreements/<uuid:wanted>/loan/statement.{form}",
            loans.loan_statement,
            {"form": form},
            name=f"statement_{form}",
        )
        for form in loans.FILES
    ),
    path("agreements/<uuid:wanted>/payments", recon.payments_of, name="payments"),
    path("agreements/<uuid:wanted>/payments/ask", recon.payment_ask, name="ask"),
    path("reconciliation", recon.breaks, name="breaks"),
    path("reconciliation/core", recon.core_send, name="core"),
    path("reconciliation/<int:wanted>", recon.break_one, name="break"),
    path("reconciliation/<int:wanted>/take", recon.break_take, name="break_take"),
    path("reconciliation/<int:wanted>/assign", recon.break_assign, name="break_assign"),
    path("reconciliation/<int:wanted>/explain", recon.break_explain, name="break_explain"),
    path("reconciliation/<int:wanted>/propose", recon.break_propose, name="break_propose"),
    path("reconciliation/<int:wanted>/confirm", recon.break_confirm, name="break_confirm"),
    path("reconciliation/<int:wanted>/decline", recon.break_decline, name="break_decline"),
]
