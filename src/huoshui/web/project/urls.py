"""All addresses, app by app."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

handler404 = "huoshui.web.project.middleware.not_there"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"huoshui.web.{app}.urls"))
    for app in settings.APPS
    if find_spec(f"huoshui.web.{app}.urls")
]
