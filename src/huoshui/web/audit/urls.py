"""Addresses of the record."""

from __future__ import annotations

from django.urls import path

from huoshui.web.audit.pages import record

app_name = "audit"
urlpatterns = [
    path("record", record.record, name="record"),
    path("record/seals", record.seals, name="seals"),
    path("record/<int:number>", record.entry, name="entry"),
    path("record/<int:number>/erase", record.erase, name="erase"),
]
