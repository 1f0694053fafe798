"""Addresses of sign-in, consents and institutions."""

from __future__ import annotations

from django.urls import path

from huoshui.web.parties.pages import consents, entrance, institutions

app_name = "parties"
urlpatterns = [
    path("sign-in", entrance.sign_in, name="sign_in"),
    path("sign-out", entrance.sign_out, name="sign_out"),
    path("acting", entrance.acting_as, name="acting"),
    path("language", entrance.language, name="language"),
    path("consents", consents.consents, name="consents"),
    path("consents/findable", consents.findable, name="findable"),
    path("consents/<uuid:consent_id>", consents.consent, name="consent"),
    path("consents/<uuid:consent_id>/withdraw", consents.withdraw, name="withdraw"),
    path("consents/asked/<uuid:request_id>", consents.answer, name="answer"),
    path("institutions", institutions.institutions, name="institutions"),
]
