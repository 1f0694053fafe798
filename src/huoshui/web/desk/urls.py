"""Addresses across apps."""

from __future__ import annotations

from django.urls import path

from huoshui.web.desk.pages import home

app_name = "desk"
urlpatterns = [path("", home.home, name="home")]
