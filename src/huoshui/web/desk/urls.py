"""Addresses across apps."""

from __future__ import annotations

from django.urls import path

from huoshui.web.desk.pages import home, record

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("record/verify", record.record_verify, name="record_verify"),
]
