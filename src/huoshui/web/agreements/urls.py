"""Addresses of agreements."""

from __future__ import annotations

from django.urls import path

from huoshui.web.agreements.pages import agreements as pages

app_name = "agreements"
urlpatterns = [
    path("agreements", pages.agreement_list, name="agreements"),
    path("agreements/<uuid:wanted>", pages.agreement_one, name="one"),
    path("agreements/<uuid:wanted>/confirm", pages.condition_confirm, name="confirm"),
]
