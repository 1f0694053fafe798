"""The web application, for a server that speaks WSGI."""

from __future__ import annotations

import os
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application

from huoshui.web.project.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huoshui.web.project.settings")
application = get_wsgi_application()


def _warm_up() -> None:
    """Answer the first page once to nobody: packs and templates are read before anyone waits."""
    environment: dict[str, object] = {}
    setup_testing_defaults(environment)
    application(environment, lambda status, headers: None).close()


if "HUOSHUI_LIFELINE" in os.environ:  # under `huoshui serve`
    end_with_parent(os.getppid())  # a killed server's port is freed
    _warm_up()
